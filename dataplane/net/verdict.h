/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TANDEM_DATAPLANE_NET_VERDICT_H
#define TANDEM_DATAPLANE_NET_VERDICT_H

#include <tandem/stats.h>

/* Where a packet goes; from VERDICT_DROP on, it is dropped: enum td_drop + VERDICT_DROP. */
enum verdict {
	VERDICT_MEDIA,
	VERDICT_SIP,
	VERDICT_ARP,
	VERDICT_ICMP,
	VERDICT_ICMP6,
	VERDICT_FRAGMENT, /* of SIP, as far as one can tell */
	VERDICT_KERNEL,   /* not ours, and the kernel has it too: a port that it owns */
	VERDICT_COUNT,
	VERDICT_DROP = 16
};

#define PARSE_DROP(reason) (VERDICT_DROP + TD_DROP_##reason)

#endif
