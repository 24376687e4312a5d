/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fused parse: one look at Ethernet, IP and UDP says where a packet goes, and fills its struct
 * pkt. No lookup beyond the tables of our own addresses.
 *
 * A time to live, or hop limit, of 0 or 1 is as good as any: only routers count them down (RFC 1122
 * section 3.2.1.7, RFC 8200 section 3).
 */
#ifndef TANDEM_DATAPLANE_NET_PARSE_H
#define TANDEM_DATAPLANE_NET_PARSE_H

#include <dataplane/net/local6.h>
#include <dataplane/net/ledger.h>

#define PARSE_SHIFT     18
#define PARSE_SLOTS     (1 << (32 - PARSE_SHIFT))
#define PARSE_RTP_FRAME 54 /* Ethernet, IPv4, UDP and RTP headers */

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

struct parse {
	/* Each address alone in its slot: a multiplier is chosen for which none collide. */
	struct {
		uint32_t ip;    /* network order, 0 empty */
		uint32_t first; /* its address' first leg (include/tandem/media.h) */
	} address[PARSE_SLOTS];
	uint32_t multiplier;
	uint32_t ports_per_address; /* legs of one address */
	uint16_t sip_port, rtp_port_min, rtp_port_max;
	struct local6 local6; /* our IPv6 addresses */
};

static inline unsigned parse_slot(const struct parse *t, uint32_t ip)
{
	return ip * t->multiplier >> PARSE_SHIFT;
}

static inline uint32_t parse_load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint16_t parse_load16(const uint8_t *p) /* in network order */
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/*
 * The leg of an RTP packet by its headers' usual places, in a frame of at least PARSE_RTP_FRAME
 * bytes: `none` when there is none. That they are at these places is for the caller to prove.
 */
static inline uint32_t parse_leg(const struct parse *t, const uint8_t *frame, uint32_t none)
{
	uint32_t ip = parse_load32(frame + 30);
	unsigned slot = parse_slot(t, ip);
	uint16_t offset = (uint16_t)(parse_load16(frame + 36) - t->rtp_port_min);
	uint32_t place = (uint16_t)(offset >> 1 | offset << 15); /* an odd port is far outside */

	return t->address[slot].ip == ip && place < t->ports_per_address
		       ? t->address[slot].first + place
		       : none;
}

void parse_init(struct parse *t, uint16_t sip_port, uint16_t rtp_min, uint16_t rtp_max);
/* 0; -EEXIST; -ENOSPC: no multiplier was found, which for hundreds of addresses does not happen. */
int parse_add(struct parse *t, uint32_t ip, unsigned index);
int parse_lookup(const struct parse *t, uint32_t ip); /* address index, or -ENOENT */
/* `m` came in by port number `port`, which is `p`. */
unsigned parse_packet(
	const struct parse *t, const struct worker_port *p, unsigned port, struct rte_mbuf *m);

#endif
