/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the fused parse found, kept in the mbuf's private area (the pool is made with
 * priv_size = sizeof(struct pkt)). Written by the worker that received the packet.
 */
#ifndef TANDEM_DATAPLANE_PKT_H
#define TANDEM_DATAPLANE_PKT_H

#include <rte_mbuf.h>

struct pkt {
	uint32_t leg;    /* media only: the leg's number (include/tandem/media.h) */
	uint32_t src_ip; /* network order */
	uint32_t dst_ip;
	uint16_t src_port; /* host order */
	uint16_t dst_port;
	uint16_t payload;     /* offset of the UDP payload from the start of the frame */
	uint16_t payload_len; /* as UDP says, checked against the frame */
	uint16_t ip_len;      /* total length of the IP packet: what bandwidth counts */
	uint8_t port;         /* the dataplane's port number, 0.. */
	uint8_t rtcp;         /* 1: the odd port of the leg */
} __rte_cache_aligned;        /* so that behind it the headers of a frame share one line */

static inline struct pkt *pkt_of(struct rte_mbuf *m)
{
	return rte_mbuf_to_priv(m);
}

#endif
