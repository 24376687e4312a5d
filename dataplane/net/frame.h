/* SPDX-License-Identifier: BSD-3-Clause */
/* The headers of every media and SIP packet: Ethernet, IP without options, UDP. */
#ifndef TANDEM_DATAPLANE_NET_FRAME_H
#define TANDEM_DATAPLANE_NET_FRAME_H

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

struct frame {
	struct rte_ether_hdr eth;
	struct rte_ipv4_hdr ip;
	struct rte_udp_hdr udp;
} __attribute__((packed, aligned(2)));

struct frame6 {
	struct rte_ether_hdr eth;
	struct rte_ipv6_hdr ip;
	struct rte_udp_hdr udp;
} __attribute__((packed, aligned(2)));

_Static_assert(sizeof(struct frame6) == 62, "14 + 40 + 8");
_Static_assert(sizeof(struct frame) == 42, "14 + 20 + 8");

#endif
