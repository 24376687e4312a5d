/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of this folder share: the legs of one worker. Only that worker calls the functions
 * of this folder, but for what legs.h says.
 */
#ifndef TANDEM_DATAPLANE_LEG_STATE_H
#define TANDEM_DATAPLANE_LEG_STATE_H

#include <stdatomic.h>
#include <dataplane/leg/leg.h>
#include <dataplane/leg/legs.h>
#include <dataplane/net/ledger.h>
#include <dataplane/rtp/packet.h>
#include <engine/base/random.h>

#define LEG_TICK_NS   (TD_NSEC_PER_SEC / LEG_TICKS)
#define IP_UDP_BYTES  (sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_udp_hdr))
#define IP6_UDP_BYTES (sizeof(struct rte_ipv6_hdr) + sizeof(struct rte_udp_hdr))
#define PLAY_PHASES   20   /* milliseconds over which the packets of sounds are spread */
#define REPORT_MS     5000 /* mean interval of RTCP (RFC 3550 section 6.2) */

struct leg_secure;
struct srtp_crypto;

struct legs {
	struct worker *worker;
	struct leg *leg; /* one more than there are: that of packets with none */
	struct td_acct_row *acct;
	struct tap *tap;
	struct leg_cold *cold;
	struct leg_secure *secure; /* of legs with LEG_SRTP; others' take no memory */
#define LEG_SIDE_TABLE(id, name) struct leg_##name *name;
	LEG_SIDES(LEG_SIDE_TABLE)
	struct srtp_crypto *crypto;
	uint32_t legs, per_address;    /* of all workers: */
	uint32_t own_first, own_count; /* these places of each address are ours */
	unsigned workers;
	uint32_t acct_rows;
	uint16_t port_min;
	unsigned addresses;
	struct legs_address *address;
	struct sounds *sounds;
	void (*event)(void *ctx, const struct td_media_event *ev);
	void *event_ctx;
	struct random *random;
	uint64_t mark[2];           /* key of source_mark() */
	_Atomic uint64_t wall_told; /* main: legs_wall() */
	uint64_t *live;             /* bit by leg */
	_Atomic uint32_t legs_in_use;
	uint64_t bytes; /* of all that is allocated */
	uint32_t phase_load[PLAY_PHASES];
	struct wheel wheel;
};

/* Is it a leg of this worker? */
static inline bool legs_own(const struct legs *r, uint32_t id)
{
	return id % r->per_address - r->own_first < r->own_count;
}

/* The other leg of the bridge, where it is ours too; else TD_LEG_NONE. */
static inline uint32_t leg_near(const struct legs *r, uint32_t id)
{
	return r->leg[id].flags & LEG_FAR ? TD_LEG_NONE : r->leg[id].other;
}

/* Octets of IP in front of the leg's RTP. */
static inline unsigned leg_ip_bytes(const struct leg *l)
{
	return l->flags & LEG_SIX ? IP6_UDP_BYTES : IP_UDP_BYTES;
}

/* A moment; only differences mean something. */
static inline uint32_t leg_ticks(uint64_t now)
{
	return (uint32_t)(now / LEG_TICK_NS);
}

/* Time-stamp units that pass in so many ticks. */
static inline uint32_t leg_units(const struct leg_cold *c, uint32_t ticks)
{
	return (uint32_t)((uint64_t)ticks * c->clock / LEG_TICKS);
}

/* A packet lasts so long. */
static inline uint32_t leg_frame_ticks(const struct leg_cold *c)
{
	return c->ptime_ms * (LEG_TICKS / 1000u);
}

static inline uint32_t leg_frame(const struct leg_cold *c) /* in time-stamp units */
{
	return c->ptime_ms * c->clock / 1000u;
}

static inline uint64_t leg_in_packets(const struct leg *l, const struct leg_cold *c)
{
	return c->in_packets + l->in_packets;
}

static inline uint64_t leg_out_packets(const struct leg *l, const struct leg_cold *c)
{
	return c->out_packets + l->out_packets;
}

/* A packet of `ip_bytes` was sent to the peer of `l`. */
static inline void leg_count_out(struct td_acct_row *acct, struct leg *l, unsigned ip_bytes)
{
	struct td_acct_row *row = &acct[l->out_acct];

	l->out_packets++;
	l->out_bytes += ip_bytes;
	row->packets[TD_DIR_OUT]++;
	row->ip_bytes[TD_DIR_OUT] += ip_bytes;
}

static inline void leg_count_in(struct td_acct_row *acct, struct leg *l, unsigned ip_bytes)
{
	struct td_acct_row *row = &acct[l->in_acct];

	l->in_packets++;
	l->in_bytes += ip_bytes;
	row->packets[TD_DIR_IN]++;
	row->ip_bytes[TD_DIR_IN] += ip_bytes;
}

/* Where the peer takes reports. */
static inline struct td_addr leg_rtcp_address(const struct leg_cold *c)
{
	struct td_addr a = c->rtcp.family && !c->mux ? c->rtcp : c->to;

	if (!c->rtcp.family && !c->mux && a.port)
		a.port++;
	return a;
}

/* Does it come from the address to which our packets go? For IPv6 the whole address is compared,
 * not its mark. */
static inline bool leg_is_source(const struct leg_cold *c, const struct pkt *pkt)
{
	return likely(pkt->family == 4) ? pkt->src_ip == c->src_ip
					: !memcmp(pkt->src_ip6, c->to.ip6, sizeof(pkt->src_ip6));
}

#define LEG_SIDE_GET(id, name)                                                          \
	static inline struct leg_##name *leg_##name(const struct legs *r, uint32_t leg) \
	{                                                                               \
		return r->cold[leg].sides & 1u << LEG_SIDE_##id ? &r->name[leg] : NULL; \
	}                                                                               \
	static inline struct leg_##name *take_##name(struct legs *r, uint32_t leg)      \
	{                                                                               \
		if (!(r->cold[leg].sides & 1u << LEG_SIDE_##id))                        \
			memset(&r->name[leg], 0, sizeof(r->name[leg]));                 \
		r->cold[leg].sides |= 1u << LEG_SIDE_##id;                              \
		return &r->name[leg];                                                   \
	}
LEG_SIDES(LEG_SIDE_GET)

/* Our address that the leg belongs to. */
static inline const struct legs_address *leg_local(const struct legs *r, uint32_t id)
{
	return &r->address[id / r->per_address];
}

void legs_event(
	struct legs *r, uint32_t id, struct td_media_event *ev); /* leg and cookie are set */

#endif
