/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A telephone's re-INVITE, for tests whose telephones are user agents of ours. The engine itself
 * sends none.
 */
#ifndef TANDEM_ENGINE_SIP_TEST_REINVITE_H
#define TANDEM_ENGINE_SIP_TEST_REINVITE_H

#include <engine/sip/dialog/ua.h>

/* Nothing happens while another INVITE is under way in the dialog. Its end is told to nobody, but
 * 408 and 481 end the dialog (RFC 3261 section 12.2.1.2). False: it was not sent. */
bool test_reinvite(struct sip_session *s, uint64_t now, struct str sdp);

#endif
