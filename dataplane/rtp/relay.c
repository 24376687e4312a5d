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

static inline void send_until(
	struct rtp *r, struct rte_mbuf **m, struct leg *const *out, unsigned *done, unsigned end)
{
	for (; *done < end; (*done)++)
		if (out[*done])
			rtp_relay(r, m[*done], out[*done], out[*done]->out_pt);
}

static void input_burst(struct rtp *r, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	struct leg *out[BURST]; /* NULL: the packet was taken */
	uint32_t time = rtp_clock(now);
	unsigned done = 0;

	for (unsigned i = 0; i < n; i++)
		__builtin_prefetch(&r->leg[pkt_of(m[i])->leg], 1);
	for (unsigned i = 0; i < n; i++) {
		const struct pkt *pkt = pkt_of(m[i]);
		const uint8_t *rtp = rte_pktmbuf_mtod_offset(m[i], const uint8_t *, pkt->payload);
		struct leg *l = &r->leg[pkt->leg];

		out[i] = NULL;
		if (unlikely(!receive(r, l, pkt, rtp, time))) {
			/* It may change how the stream goes on: those before it leave first. */
			send_until(r, m, out, &done, i);
			rtp_receive(r, m[i], now);
			continue;
		}
		if (unlikely(l->flags & LEG_TAP))
			rtp_tap(r, pkt->leg, rtp, rtp + RTP_HEADER,
				(uint16_t)(pkt->payload_len - RTP_HEADER), now);
		if (l->flags & LEG_RELAY) {
			out[i] = &r->leg[l->peer];
			__builtin_prefetch(&out[i]->nexthop, 1);
		} else if (l->flags & LEG_ORPHAN) {
			worker_drop(r->worker, m[i], TD_DROP_RTP_PEER_GONE);
		} else {
			worker_consume(r->worker, m[i], TD_CONSUMED_RTP_HELD);
		}
	}
	send_until(r, m, out, &done, n);
}

void rtp_input(struct rtp *r, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (; n > BURST; m += BURST, n -= BURST)
		input_burst(r, m, BURST, now);
	input_burst(r, m, n, now);
}
