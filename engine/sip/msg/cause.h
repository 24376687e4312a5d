/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why a ringing telephone is given up, as the Reason header field of our CANCEL says it (RFC 3326),
 * or of our BYE when the telephone's 200 came too late. A telephone shows no missed call when
 * somebody else took it. The time of the ring, a caller who hung up and an operator leave one.
 */
#ifndef TANDEM_ENGINE_SIP_MSG_CAUSE_H
#define TANDEM_ENGINE_SIP_MSG_CAUSE_H

#include <engine/base/str.h>

/* X(id, lines), the lines in the words of encode.h. Of one that was taken elsewhere some telephones
 * know only the SIP cause, others only cause 26 of Q.850. RFC 3326 allows both, and each has a line
 * of its own: an old telephone that reads one line reads the first. */
#define SIP_CAUSES(X)                                                                           \
	X(NONE, "")                                                                             \
	X(ELSEWHERE, SIP_HEADER_LINE(REASON, "SIP;cause=200;text=\"Call completed elsewhere\"") \
			     SIP_HEADER_LINE(REASON, "Q.850;cause=26"))                         \
	X(NO_ANSWER, SIP_HEADER_LINE(REASON, "Q.850;cause=19;text=\"No answer\""))              \
	X(CALLER, SIP_HEADER_LINE(REASON, "Q.850;cause=16;text=\"The caller hung up\""))        \
	X(WITHDRAWN, SIP_HEADER_LINE(REASON, "Q.850;cause=31;text=\"Withdrawn\""))
#define SIP_CAUSE_ID(id, lines) SIP_CAUSE_##id,
enum sip_cause { SIP_CAUSES(SIP_CAUSE_ID) SIP_CAUSE_COUNT };

struct str sip_cause_lines(enum sip_cause cause); /* whole header lines, may be empty */

#endif
