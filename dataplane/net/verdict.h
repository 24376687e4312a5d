/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TANDEM_DATAPLANE_NET_VERDICT_H
#define TANDEM_DATAPLANE_NET_VERDICT_H

#include <tandem/stats.h>

/*
 * Where a packet goes: to a stage of the worker, or from VERDICT_DROP on it is dropped, with the
 * reason enum td_drop + VERDICT_DROP. A stage is a row here and a function stage_NAME() in
 * worker/pipeline.c: X(identifier, name, what its frames count as beside RTP).
 */
#define VERDICTS(X)                                                                   \
	X(MEDIA, media, TD_APART_COUNT) /* RTP; RTCP, which leg/receive.c counts */   \
	X(SIP, sip, TD_APART_SIP)                                                     \
	X(ARP, arp, TD_APART_ARP)                                                     \
	X(ICMP, icmp, TD_APART_ICMP)                                                  \
	X(ICMP6, icmp6, TD_APART_ICMP)                                                \
	X(FRAGMENT, fragment, TD_APART_FRAGMENT) /* of SIP, as far as one can tell */ \
	/* not ours, and the kernel has it too: a port that it owns */                \
	X(KERNEL, kernel, TD_APART_KERNEL)

#define VERDICT_ENUM(id, name, apart) VERDICT_##id,
enum verdict { VERDICTS(VERDICT_ENUM) VERDICT_COUNT, VERDICT_DROP = 16 };

_Static_assert(VERDICT_COUNT <= VERDICT_DROP, "a verdict is one thing");

#define PARSE_DROP(reason) (VERDICT_DROP + TD_DROP_##reason)

#endif
