/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/* What the programs in the kernel and their loader agree on. */
#ifndef TANDEM_DATAPLANE_XDP_FILTER_H
#define TANDEM_DATAPLANE_XDP_FILTER_H

#include <linux/types.h>

#define FILTER_ADDRESSES 256 /* PORT_MAX * TD_CONF_LIST, of each family */

/* Map "config", one entry. All zero, as the kernel makes it: everything is the kernel's. */
struct filter_config {
	__u16 sip_port, rtp_port_min, rtp_port_max; /* host order */
	__u16 frame_max; /* longest frame that the engine's buffers take; 0: nothing is ours */
	__u16 vlan;      /* the port's tag: all frames with it are ours, and no others; 0: no tag */
};

/* What becomes of a packet. */
enum filter_verdict {
	FILTER_PASS, /* the kernel's */
	FILTER_TAKE, /* ours */
	FILTER_STOP, /* ours, but longer than we can take: no one's */
};

/* Map "counters", by kind, one value a CPU. */
enum filter_counter {
	FILTER_OURS,      /* given to the engine; by tc: kept from the kernel */
	FILTER_NO_SOCKET, /* ours, but no socket of the engine is on that receive queue: dropped */
	FILTER_TOO_LONG,  /* FILTER_STOP */
	FILTER_PASSED,    /* the kernel's; by xdp alone, as the next */
	FILTER_PASSED_BYTES,
	FILTER_COUNTERS
};

#endif
