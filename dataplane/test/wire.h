/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is on the other side of two ports of rings: networks with hosts in them, and the frames that
 * these send.
 *
 *     10.0.0.0/24 -- "left"  port 0, 10.0.0.1 --+
 *                                               +-- dataplane
 *     10.9.0.0/24 -- "right" port 1, 10.9.0.1 --+
 *
 * Each port has a ring a queue and direction. Media ports are 20000 to 20999: leg 0 to 499 are of
 * the left address, 500 to 999 of the right one.
 */
#ifndef TANDEM_DATAPLANE_TEST_WIRE_H
#define TANDEM_DATAPLANE_TEST_WIRE_H

#include <rte_mempool.h>
#include <rte_ring.h>
#include <tests/unit/unit.h>
#include <dataplane/dataplane.h>
#include <dataplane/net/frame.h>
#include <dataplane/net/ledger.h>

#define WIRE_SIDES      2
#define WIRE_FRAME      2048
#define WIRE_SIP        5060
#define WIRE_PORT_MIN   20000
#define WIRE_PORT_MAX   20999
#define WIRE_LEGS       500 /* of an address */
#define WIRE_MTU_RIGHT  1000
#define WIRE_OURS       1 /* host number of our addresses */
#define WIRE_PEER_PORT0 4000

struct wire {
	struct dp *dp;
	struct rte_mempool *pool;
	unsigned queues[WIRE_SIDES];
	struct rte_ring *to[WIRE_SIDES][WORKER_MAX];   /* what we send it */
	struct rte_ring *from[WIRE_SIDES][WORKER_MAX]; /* what it sent */
	struct rte_ether_addr mac[WIRE_SIDES];         /* its ports' */
};

struct wire_params {
	/* Workers on cores 0, 1, ..., and on these again where there are no more. Queues 0: as
	 * many. */
	unsigned workers, queues;
	bool split; /* signalling on the core behind the workers' */
	uint64_t (*turn)(void *ctx, uint64_t now);
};

/* The dataplane, not started. */
void wire_open(struct wire *w, const struct wire_params *p);
void wire_close(struct wire *w); /* fails where a packet is left */

static inline uint32_t wire_ip(unsigned side, unsigned host)
{
	return htonl(RTE_IPV4(10u, side ? 9u : 0u, 0u, host & 255u));
}

static inline struct rte_ether_addr wire_mac(unsigned side, unsigned host)
{
	return (struct rte_ether_addr){{2, 0, 0, 0, (uint8_t)side, (uint8_t)host}};
}

/* Of the peer of a leg: a host for each ten legs, ports from 4000 on. */
static inline unsigned wire_leg_side(uint32_t leg)
{
	return leg / WIRE_LEGS;
}

static inline unsigned wire_leg_host(uint32_t leg)
{
	return 10 + leg % WIRE_LEGS / 10;
}

static inline uint16_t wire_leg_peer_port(uint32_t leg)
{
	return (uint16_t)(WIRE_PEER_PORT0 + leg % WIRE_LEGS * 2);
}

static inline uint16_t wire_leg_port(uint32_t leg)
{
	return td_leg_port(leg, WIRE_PORT_MIN, WIRE_LEGS);
}

static inline uint32_t wire_cookie(uint32_t leg)
{
	return leg + 0x1000000;
}

struct td_media_cmd wire_leg_add(uint32_t leg);
struct td_media_cmd wire_bridge(uint32_t leg, uint32_t peer);

/* Frames, written to f; their length. All is right: addresses, lengths, checksums. */
struct wire_udp {
	unsigned side, host;
	uint16_t src_port, dst_port;
	const void *data;
	uint16_t len;
};
size_t wire_udp(const struct wire *w, uint8_t f[static WIRE_FRAME], const struct wire_udp *u);
/* RTP to a leg from its peer: PCMA, `len` octets of payload. */
size_t wire_rtp(const struct wire *w, uint8_t f[static WIRE_FRAME], uint32_t leg, uint16_t seq,
	uint16_t len);
size_t wire_arp(const struct wire *w, uint8_t f[static WIRE_FRAME], uint16_t op, unsigned side,
	unsigned host);
size_t wire_ping(const struct wire *w, uint8_t f[static WIRE_FRAME], unsigned side, unsigned host);
void wire_ip_sum(uint8_t *f); /* the IPv4 header's checksum anew */

/* An ARP request of ours in a frame: its answer, or 0 for any other frame. *host: who was asked. */
size_t wire_answer(const struct wire *w, uint8_t f[static WIRE_FRAME], unsigned side,
	const struct rte_mbuf *request, unsigned *host);

#endif
