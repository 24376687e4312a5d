/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the fused parse found, kept in the mbuf's private area (the pool is made with
 * priv_size = sizeof(struct pkt)). Written by the worker that received the packet.
 */
#ifndef TANDEM_DATAPLANE_NET_PKT_H
#define TANDEM_DATAPLANE_NET_PKT_H

#include <rte_mbuf.h>
#include <engine/base/addr.h>

struct pkt {
	uint32_t leg; /* media only: the leg's number (include/tandem/media.h) */
	union {       /* IPv4 in network order, or IPv6 */
		uint32_t src_ip;
		uint8_t src_ip6[16];
	};
	union {
		uint32_t dst_ip;
		uint8_t dst_ip6[16];
	};
	uint16_t src_port; /* host order */
	uint16_t dst_port;
	uint16_t payload;     /* offset of the UDP payload from the start of the frame */
	uint16_t payload_len; /* as UDP says, checked against the frame */
	uint16_t ip_len;      /* total length of the IP packet: what bandwidth counts */
	uint8_t port;         /* the dataplane's port number, 0.. */
	uint8_t rtcp;         /* 1: the odd port of the leg */
	uint8_t family;       /* 4 or 6, when the addresses are filled */
	/* between workers (dataplane/leg/far.h): `leg` is the one that it may leave by */
	uint8_t codec; /* of the leg that it came by */
	uint8_t kind;  /* enum far_kind */
	uint16_t run;  /* counted up where the stream begins anew */
	uint16_t gone; /* so many packets of the run before it were kept */
	union {
		struct {
			uint32_t from;   /* the leg that it came by */
			uint32_t cookie; /* of the leg that it may leave by */
		};
		uint64_t way; /* SIP of ours: leaves by this nexthop_word(); 0: by the next hop
				 in `leg` */
	};
} __rte_cache_aligned; /* so that behind it the headers of a frame share one line */

_Static_assert(sizeof(struct pkt) == RTE_CACHE_LINE_SIZE, "one line");

static inline struct pkt *pkt_of(struct rte_mbuf *m)
{
	return rte_mbuf_to_priv(m);
}

static inline struct td_addr pkt_source(const struct pkt *k)
{
	struct td_addr a = k->family == 6 ? addr_v6(k->src_ip6) : addr_v4(k->src_ip);

	a.port = k->src_port;
	return a;
}

static inline struct td_addr pkt_destination(const struct pkt *k)
{
	struct td_addr a = k->family == 6 ? addr_v6(k->dst_ip6) : addr_v4(k->dst_ip);

	a.port = k->dst_port;
	return a;
}

#endif
