/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/aside.h>
#include <dataplane/leg/far.h>
#include <dataplane/leg/relay.h>
#include <dataplane/leg/stream.h>

uint16_t far_gone(const struct legs *r, uint32_t id, uint16_t seq)
{
	const struct leg_renumber *n = leg_renumber(r, id);

	return (uint16_t)(n->gone - renumber_late(&n->in, seq));
}

void far_send(struct legs *r, struct rte_mbuf *m, enum far_kind kind, uint16_t gone)
{
	struct pkt *pkt = pkt_of(m);
	const struct leg *l = &r->leg[pkt->leg];
	const struct leg_cold *c = &r->cold[pkt->leg];
	unsigned to = td_leg_worker(l->other, r->workers, r->per_address);

	pkt->gone = gone;
	pkt->kind = (uint8_t)kind;
	pkt->from = pkt->leg;
	pkt->leg = l->other;
	pkt->cookie = c->far_cookie;
	pkt->run = c->far_run;
	pkt->codec = c->codec;
	worker_hand(r->worker, r->worker->to_legs[to], to, pkt->port, &m, 1);
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
	if (l->feed == LEG_FEED_BRIDGE && l->flags & LEG_FAR && l->other == pkt->from &&
		c->codec == pkt->codec)
		return true;
	worker_consume(r->worker, m, pkt->kind ? TD_CONSUMED_RTP_DTMF : TD_CONSUMED_RTP_HELD);
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

static bool is_new_run(const struct leg_cold *c, const struct pkt *pkt)
{
	return !c->fed || c->fed_run != pkt->run;
}

/* An event that the peer does not take: its place in the stream closes up. */
static __rte_noinline void far_keep(struct legs *r, struct rte_mbuf *m, uint16_t seq)
{
	const struct pkt *pkt = pkt_of(m);
	struct leg_cold *c = &r->cold[pkt->leg];

	if (pkt->kind != FAR_ASIDE && !is_new_run(c, pkt) && far_sequence(c, seq) &&
		c->fed_seq == seq) {
		renumber_note(&take_renumber(r, pkt->leg)->fed, seq, -1);
		r->leg[pkt->leg].seq_add--;
	}
	worker_consume(r->worker, m, TD_CONSUMED_RTP_DTMF);
}

static __rte_noinline void far_aside(
	struct legs *r, struct rte_mbuf *m, const uint8_t *rtp, uint32_t time)
{
	uint32_t id = pkt_of(m)->leg;
	struct rtp_packet v = {.seq = be16_get(rtp + 2),
		.ts = rte_be_to_cpu_32(raw32(rtp + 4)),
		.ssrc = raw32(rtp + 8)};

	relay_packet(r, m, &r->leg[id], r->leg[id].out_dtmf_pt, aside_place(r, id, &v, time));
}

static __rte_noinline void far_begin(
	struct legs *r, const struct pkt *pkt, uint16_t seq, uint32_t ts, uint32_t time)
{
	struct leg_cold *c = &r->cold[pkt->leg];

	stream_begin(r, pkt->leg, seq, ts, time);
	c->fed = true;
	c->fed_run = pkt->run;
	c->fed_seq = seq;
	c->fed_back = 0;
	if (leg_renumber(r, pkt->leg))
		leg_renumber(r, pkt->leg)->fed.any = false;
}

/* An event: true when it goes the way of its stream; else it was taken. */
static __rte_noinline bool far_event(
	struct legs *r, struct rte_mbuf *m, const uint8_t *rtp, uint16_t seq, uint32_t time)
{
	const struct pkt *pkt = pkt_of(m);

	if (r->leg[pkt->leg].out_dtmf_pt == TD_PT_NONE)
		far_keep(r, m, seq);
	else if (pkt->kind == FAR_ASIDE)
		far_aside(r, m, rtp, time);
	else
		return true;
	return false;
}

static __rte_noinline uint16_t far_late(const struct legs *r, uint32_t id, uint16_t seq)
{
	return renumber_late(&leg_renumber(r, id)->fed, seq);
}

void legs_take(struct legs *r, struct rte_mbuf *m, uint64_t now)
{
	const struct pkt *pkt = pkt_of(m);
	struct leg *l = &r->leg[pkt->leg];
	struct leg_cold *c = &r->cold[pkt->leg];
	const uint8_t *rtp = rte_pktmbuf_mtod_offset(m, const uint8_t *, pkt->payload);
	uint16_t seq = (uint16_t)(be16_get(rtp + 2) - pkt->gone);
	uint32_t ts = rte_be_to_cpu_32(raw32(rtp + 4)), time = leg_ticks(now);
	struct relay_shift add;

	if (!far_check(r, m) || (unlikely(pkt->kind) && !far_event(r, m, rtp, seq, time)))
		return;
	if (is_new_run(c, pkt)) {
		far_begin(r, pkt, seq, ts, time);
	} else if (!far_sequence(c, seq)) {
		worker_drop(r->worker, m, TD_DROP_RTP_LATE);
		return;
	}
	far_settle(l, c, ts, pkt->kind, time);
	add = relay_next(l);
	add.seq = (uint16_t)(add.seq - pkt->gone);
	if (unlikely(c->sides & 1u << LEG_SIDE_RENUMBER))
		add.seq = (uint16_t)(add.seq + far_late(r, pkt->leg, seq));
	relay_packet(r, m, l, pkt->kind ? l->out_dtmf_pt : l->out_type & RTP_TYPE, add);
}
