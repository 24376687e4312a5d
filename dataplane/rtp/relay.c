/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The relay stage. Three passes over a burst, so that the misses of all its packets overlap: ask
 * for the receiving lines; check, count, ask for the sending lines; rewrite and send.
 */
#include <dataplane/rtp/relay.h>
#include <dataplane/rtp/stats.h>
#include <dataplane/tap.h>

#define BURST WORKER_BURST

/* Everything of a packet that the short way relies on, in one branch: 0 when it may go on. */
static inline uint32_t mismatch(const struct leg *l, const struct pkt *pkt, const uint8_t *rtp)
{
	uint32_t any_port = l->flags & LEG_ANY_PORT ? 0 : UINT16_MAX;

	return ((l->flags ^ LEG_FAST) & LEG_FAST_MASK) | (rtp[0] ^ RTP_VERSION) |
	       ((rtp[1] & 0x7fu) ^ l->pt) | (rtp_load32(rtp + 8) ^ l->in_ssrc) |
	       (pkt->src_ip ^ l->src_ip) | ((pkt->src_port ^ l->src_port) & any_port) | pkt->rtcp |
	       (pkt->payload_len < RTP_HEADER);
}

/* Counts a packet of a known source that is the next of its stream. False: rtp_receive() decides.
 */
static inline bool receive(
	struct rtp *r, struct leg *l, const struct pkt *pkt, const uint8_t *rtp, uint32_t time)
{
	uint32_t delta;

	if (unlikely(mismatch(l, pkt, rtp)))
		return false;
	delta = (uint16_t)((rtp[2] << 8 | rtp[3]) - l->seq_max);
	if (unlikely(delta - 1 >= SEQ_MAX_DROPOUT - 1)) /* 0 too: a duplicate */
		return false;
	leg_advance(l, delta);
	leg_jitter(l, rte_be_to_cpu_32(rtp_load32(rtp + 4)), time);
	rtp_count_in(r, l, pkt->ip_len);
	return true;
}

void rtp_tap(struct rtp *r, uint32_t id, const uint8_t *rtp, const void *payload, uint16_t len,
	uint64_t now)
{
	const struct leg_cold *c = &r->cold[id];
	struct tap_rec rec = {.kind = TAP_AUDIO,
		.len = len,
		.recording = c->recording,
		.channel = c->channel,
		.codec = c->codec,
		.seq = (uint16_t)(rtp[2] << 8 | rtp[3]),
		.ts = rte_be_to_cpu_32(rtp_load32(rtp + 4)),
		.ssrc = rte_be_to_cpu_32(rtp_load32(rtp + 8)),
		.now = now};

	tap_put(r->tap, &rec, payload);
}

/* The packets of a burst that took the short way and have not left yet. */
struct batch {
	struct leg *out[BURST]; /* NULL: the packet was taken */
	uint32_t tapped;        /* bit by place in the burst */
	unsigned done;
};

_Static_assert(BURST <= 32, "a bit of batch.tapped for each");

static inline void tap_packet(struct rtp *r, struct rte_mbuf *m, uint64_t now)
{
	const struct pkt *pkt = pkt_of(m);
	const uint8_t *rtp = rte_pktmbuf_mtod_offset(m, const uint8_t *, pkt->payload);

	rtp_tap(r, pkt->leg, rtp, rtp + RTP_HEADER, (uint16_t)(pkt->payload_len - RTP_HEADER), now);
}

static inline void send_until(
	struct rtp *r, struct rte_mbuf **m, struct batch *b, unsigned end, uint64_t now)
{
	for (; b->done < end; b->done++) {
		struct leg *out = b->out[b->done];

		if (!out)
			continue;
		if (b->tapped & 1u << b->done)
			tap_packet(r, m[b->done], now);
		rtp_relay(r, m[b->done], out, out->out_pt);
	}
}

/* A tap reads the payload and the cold record: asked for now, read when the packet leaves. */
static inline void tap_prefetch(struct rtp *r, const struct pkt *pkt, const uint8_t *rtp)
{
	__builtin_prefetch(&r->cold[pkt->leg]);
	for (unsigned at = RTE_CACHE_LINE_SIZE; at < pkt->payload_len; at += RTE_CACHE_LINE_SIZE)
		__builtin_prefetch(rtp + at);
}

static void input_burst(struct rtp *r, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	struct batch b = {.done = 0};
	uint32_t time = rtp_clock(now);

	for (unsigned i = 0; i < n; i++)
		__builtin_prefetch(&r->leg[pkt_of(m[i])->leg], 1);
	for (unsigned i = 0; i < n; i++) {
		const struct pkt *pkt = pkt_of(m[i]);
		const uint8_t *rtp = rte_pktmbuf_mtod_offset(m[i], const uint8_t *, pkt->payload);
		struct leg *l = &r->leg[pkt->leg];

		b.out[i] = NULL;
		if (unlikely(!receive(r, l, pkt, rtp, time))) {
			/* It may change how the stream goes on: those before it leave first. */
			send_until(r, m, &b, i, now);
			rtp_receive(r, m[i], now);
		} else if (l->flags & LEG_RELAY) {
			b.out[i] = &r->leg[l->peer];
			__builtin_prefetch(&b.out[i]->nexthop, 1);
			if (l->flags & LEG_TAP) {
				b.tapped |= 1u << i;
				tap_prefetch(r, pkt, rtp);
			}
		} else {
			if (l->flags & LEG_TAP)
				tap_packet(r, m[i], now);
			if (l->flags & LEG_ORPHAN)
				worker_drop(r->worker, m[i], TD_DROP_RTP_PEER_GONE);
			else
				worker_consume(r->worker, m[i], TD_CONSUMED_RTP_HELD);
		}
	}
	send_until(r, m, &b, n, now);
}

void rtp_input(struct rtp *r, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (; n > BURST; m += BURST, n -= BURST)
		input_burst(r, m, BURST, now);
	input_burst(r, m, n, now);
}
