/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/far.h>
#include <dataplane/leg/relay.h>
#include <dataplane/leg/stream.h>

void far_send(struct legs *r, struct rte_mbuf *m, bool digit)
{
	struct pkt *pkt = pkt_of(m);
	const struct leg *l = &r->leg[pkt->leg];
	const struct leg_cold *c = &r->cold[pkt->leg];
	unsigned to = td_leg_worker(l->peer, r->workers, r->per_address);

	pkt->from = pkt->leg;
	pkt->leg = l->peer;
	pkt->cookie = c->far_cookie;
	pkt->run = c->far_run;
	pkt->codec = c->codec;
	pkt->event_khz = digit ? (uint8_t)(c->dtmf_clock / 1000) : 0;
	worker_hand(r->worker, r->worker->to_legs[to], to, pkt->port, &m, 1);
}

static bool event_passes(const struct leg *l, const struct leg_cold *c, const struct pkt *pkt)
{
	return l->out_dtmf_pt != TD_PT_NONE && c->dtmf_clock / 1000 == pkt->event_khz;
}

/* Does the leg's peer hear what was handed over? False: the packet was taken. */
static bool far_check(struct legs *r, struct rte_mbuf *m)
{
	const struct pkt *pkt = pkt_of(m);
	const struct leg *l = &r->leg[pkt->leg];
	const struct leg_cold *c = &r->cold[pkt->leg];

	if (!(l->flags & LEG_LIVE) || c->cookie != pkt->cookie) {
		worker_drop(r->worker, m, TD_DROP_RTP_PEER_GONE);
		return false;
	}
	if (l->source == LEG_SOURCE_PEER && l->flags & LEG_FAR && l->peer == pkt->from &&
		c->codec == pkt->codec && (!pkt->event_khz || event_passes(l, c, pkt)))
		return true;
	worker_consume(r->worker, m, pkt->event_khz ? TD_CONSUMED_RTP_DTMF : TD_CONSUMED_RTP_HELD);
	return false;
}

/* The packet's place among those that were handed over. False: too late for it. */
static bool far_sequence(struct leg_cold *c, uint16_t seq)
{
	uint16_t ahead = (uint16_t)(seq - c->fed_seq), behind = (uint16_t)-ahead;

	if (ahead > INT16_MAX)
		return behind <= c->fed_back;
	c->fed_seq = seq;
	c->fed_back =
		ahead + c->fed_back < LEG_WINDOW ? (uint8_t)(ahead + c->fed_back) : LEG_WINDOW - 1;
	return true;
}

/* Where our stream stands is kept here: what the other worker has counted cannot be read. */
static void far_settle(struct leg *l, struct leg_cold *c, uint32_t ts, bool digit, uint32_t time)
{
	uint32_t ours = ts + l->ts_add;

	c->last_seq = (uint16_t)(c->fed_seq + l->seq_add);
	if (digit || (int32_t)(ours - c->last_ts) < 0)
		return;
	c->last_ts = ours;
	c->last_time = time;
}

void legs_take(struct legs *r, struct rte_mbuf *m, uint64_t now)
{
	const struct pkt *pkt = pkt_of(m);
	struct leg *l = &r->leg[pkt->leg];
	struct leg_cold *c = &r->cold[pkt->leg];
	const uint8_t *rtp = rte_pktmbuf_mtod_offset(m, const uint8_t *, pkt->payload);
	uint16_t seq = be16_get(rtp + 2);
	uint32_t ts = rte_be_to_cpu_32(raw32(rtp + 4));

	if (!far_check(r, m))
		return;
	if (!c->fed || c->fed_run != pkt->run) {
		stream_begin(r, pkt->leg, seq, ts, leg_ticks(now));
		c->fed = true;
		c->fed_run = pkt->run;
		c->fed_seq = seq;
		c->fed_back = 0;
	} else if (!far_sequence(c, seq)) {
		worker_drop(r->worker, m, TD_DROP_RTP_LATE);
		return;
	}
	far_settle(l, c, ts, pkt->event_khz, leg_ticks(now));
	relay_packet(r, m, l, pkt->event_khz ? l->out_dtmf_pt : l->out_type & RTP_TYPE);
}
