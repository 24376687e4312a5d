/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this folder share. Only their worker calls these functions. */
#ifndef TANDEM_DATAPLANE_LEG_PRIV_H
#define TANDEM_DATAPLANE_LEG_PRIV_H

#include <stdatomic.h>
#include <dataplane/leg/leg.h>
#include <dataplane/leg/rtp.h>
#include <dataplane/leg/sounds.h>
#include <dataplane/net/ledger.h>

#define RTP_HEADER    12
#define RTP_VERSION   0x80 /* version 2, no padding, no extension, no CSRC */
#define RTP_MARKER    0x80
#define RTP_TYPE      0x7f /* the payload type, in the octet of the marker */
#define RTP_CLOCK     TD_RTP_CLOCK
#define RTP_CLOCK_NS  (TD_NSEC_PER_SEC / RTP_CLOCK)
#define IP_UDP_BYTES  (sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_udp_hdr))
#define IP6_UDP_BYTES (sizeof(struct rte_ipv6_hdr) + sizeof(struct rte_udp_hdr))
#define PLAY_PHASES   20   /* milliseconds over which the packets of sounds are spread */
#define REPORT_MS     5000 /* mean interval of RTCP (RFC 3550 section 6.2) */

struct leg_secure;
struct srtp_crypto;

struct rtp {
	struct worker *worker;
	struct leg *leg; /* one more than there are: that of packets with none */
	struct td_acct_row *acct;
	struct tap *tap;
	struct leg_cold *cold;
	struct leg_secure *secure; /* of legs with LEG_SRTP; others' take no memory */
	struct srtp_crypto *crypto;
	uint32_t legs, per_address;    /* of all workers: */
	uint32_t own_first, own_count; /* these places of each address are ours */
	uint32_t acct_rows;
	uint16_t port_min;
	unsigned addresses;
	struct rtp_address *address;
	struct sounds *sounds;
	void (*event)(void *ctx, const struct td_media_event *ev);
	void *event_ctx;
	uint64_t random;            /* state of splitmix64 */
	uint64_t mark[2];           /* key of rtp_source_mark() */
	_Atomic uint64_t wall_told; /* main: rtp_wall() */
	uint64_t wall, wall_since;  /* as reports have it, and since when */
	uint64_t *live;             /* bit by leg */
	_Atomic uint32_t legs_in_use;
	uint64_t bytes; /* of all that is allocated */
	uint32_t phase_load[PLAY_PHASES];
	struct wheel wheel;
};

/* Octets of IP in front of the leg's RTP. */
static inline unsigned rtp_head(const struct leg *l)
{
	return l->flags & LEG_SIX ? IP6_UDP_BYTES : IP_UDP_BYTES;
}

/* A moment in time-stamp units; only differences mean something. */
static inline uint32_t rtp_clock(uint64_t now)
{
	return (uint32_t)(now / RTP_CLOCK_NS);
}

static inline uint32_t rtp_frame(const struct leg_cold *c) /* time-stamp units of a packet */
{
	return c->ptime_ms * (RTP_CLOCK / 1000u);
}

static inline uint32_t rtp_load32(const void *p) /* as it lies in memory */
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t rtp_in_packets(const struct leg *l, const struct leg_cold *c)
{
	return c->in_packets + l->in_packets;
}

static inline uint64_t rtp_out_packets(const struct leg *l, const struct leg_cold *c)
{
	return c->out_packets + l->out_packets;
}

/* A packet of `ip_bytes` was sent to the peer of `l`. */
static inline void rtp_count_out(struct td_acct_row *acct, struct leg *l, unsigned ip_bytes)
{
	struct td_acct_row *row = &acct[l->out_acct];

	l->out_packets++;
	l->out_bytes += ip_bytes;
	row->packets[TD_DIR_OUT]++;
	row->ip_bytes[TD_DIR_OUT] += ip_bytes;
}

static inline void rtp_count_in(struct td_acct_row *acct, struct leg *l, unsigned ip_bytes)
{
	struct td_acct_row *row = &acct[l->in_acct];

	l->in_packets++;
	l->in_bytes += ip_bytes;
	row->packets[TD_DIR_IN]++;
	row->ip_bytes[TD_DIR_IN] += ip_bytes;
}

/* Where the peer takes reports. */
static inline struct td_addr rtp_rtcp_address(const struct leg_cold *c)
{
	struct td_addr a = c->rtcp.family && !c->mux ? c->rtcp : c->to;

	if (!c->rtcp.family && !c->mux && a.port)
		a.port++;
	return a;
}

/* From the address that our packets go to? All of IPv6's is compared, not its mark. */
static inline bool rtp_is_source(const struct leg_cold *c, const struct pkt *pkt)
{
	return likely(pkt->family == 4) ? pkt->src_ip == c->src_ip
					: !memcmp(pkt->src_ip6, c->to.ip6, sizeof(pkt->src_ip6));
}

uint64_t rtp_random(struct rtp *r);
void rtp_event(struct rtp *r, uint32_t id, struct td_media_event *ev); /* leg and cookie are set */

/* lane.c: flags, source, SSRC or payload type changed: what the fast lane compares with. */
void rtp_leg_match(struct rtp *r, uint32_t id);

/* receive.c */
void rtp_digit_due(struct rtp *r, uint32_t id, uint64_t now);
void rtp_digit_finish(struct rtp *r, uint32_t id);

/* Copies a payload to the recorder's ring. */
void rtp_tap(struct rtp *r, uint32_t id, const uint8_t *rtp, const void *payload, uint16_t len,
	uint64_t now);

/* source.c: which packets are the peer's. */
enum source { SOURCE_RIGHTFUL, SOURCE_STRANGER, SOURCE_PROBATION, SOURCE_PROVED };
void rtp_source_set(struct rtp *r, uint32_t id, bool moved);
/* Stands for an address where there is no room for one of IPv6: a hash with a key of this run,
 * which no one can aim at. 0 for none. */
uint32_t rtp_source_mark(const struct rtp *r, const struct td_addr *a);
enum source rtp_source_check(struct rtp *r, uint32_t id, const struct pkt *pkt, const uint8_t *rtp,
	bool expected_pt, uint32_t time);
bool rtp_source_rtcp(const struct leg *l, const struct leg_cold *c, const struct pkt *pkt);

/* stats.c: RFC 3550 appendix A. */
enum sequence { SEQ_NEXT, SEQ_REORDERED, SEQ_DUPLICATE, SEQ_LATE, SEQ_JUMP, SEQ_RESTART };
void rtp_seq_start(
	struct leg *l, struct leg_cold *c, uint32_t ssrc, uint16_t seq, uint32_t ts, uint32_t time);
enum sequence rtp_seq_update(struct leg *l, struct leg_cold *c, uint16_t seq);
void rtp_stats_fold(struct leg *l, struct leg_cold *c);
void rtp_stats_get(const struct leg *l, const struct leg_cold *c, struct td_leg_stats *out);

/* stream.c: what a peer gets is one stream whatever feeds it. */
struct position {
	uint32_t ts, time; /* of the last packet, and when it was sent */
	uint16_t seq;
};
struct position rtp_stream_position(const struct rtp *r, uint32_t id);
void rtp_stream_settle(struct rtp *r, uint32_t id); /* position into the cold record */
/* The time stamp of the packet after the last one, sent now. */
uint32_t rtp_stream_next_ts(const struct leg_cold *c, uint32_t time);
/* `in` is about to relay its first packet: seq, ts as it has them. */
void rtp_stream_switch(struct rtp *r, struct leg *in, uint16_t seq, uint32_t ts, uint32_t time);
void rtp_stream_stop(struct rtp *r, uint32_t id); /* what arrives on `id` is relayed no more */
/* Flags, peer, codec or sound changed: relays what arrives on `id`, or stops. */
void rtp_stream_update(struct rtp *r, uint32_t id);

/* leg.c */
void rtp_leg_nexthops(
	struct rtp *r, uint32_t id); /* asks for them; the old ones are not put back */
void rtp_leg_address(
	struct rtp *r, uint32_t id, const struct td_addr *remote); /* next hop, header */
/* The header of `l` is made for packets of `total` bytes of IP. */
void rtp_leg_length(struct leg *l, uint16_t total);
/* Headers of a frame to the peer's address `to`, in front of `len` octets of RTP or RTCP: all but
 * Ethernet's addresses and UDP's checksum. Where it begins, rtp_head() and Ethernet's before them.
 */
uint8_t *rtp_leg_head(const struct rtp *r, uint32_t id, const struct td_addr *to, bool above,
	uint8_t *payload, unsigned len);
/* A packet to the peer, rtcp or rtp: headers in place, `len` octets of room at *payload. NULL when
 * the pool is empty (counted). */
struct rte_mbuf *rtp_leg_packet(
	struct rtp *r, uint32_t id, bool rtcp, unsigned len, uint8_t **payload);

/* play.c */
void rtp_play_start(struct rtp *r, uint32_t id, uint32_t sound, bool loop, uint64_t now);
void rtp_play_stop(struct rtp *r, uint32_t id);
void rtp_play_due(struct rtp *r, uint32_t id, uint64_t deadline, uint64_t now);

/* rtcp.c */
void rtp_rtcp_input(struct rtp *r, struct rte_mbuf *m, uint64_t now); /* takes it */
void rtp_report_start(struct rtp *r, uint32_t id, uint64_t now); /* says when the first is due */
void rtp_report_due(struct rtp *r, uint32_t id, uint64_t now);   /* and the next */
void rtp_report_bye(struct rtp *r, uint32_t id, uint64_t now);

/* watch.c: silences, and the timer that they share with reports */
void rtp_watch_start(struct rtp *r, uint32_t id, uint64_t now); /* from now on; sets the timer */
void rtp_watch_due(struct rtp *r, uint32_t id, uint64_t now);
void rtp_watch_heard(struct rtp *r, uint32_t id, uint64_t now); /* a packet, with LEG_SILENT */

#endif
