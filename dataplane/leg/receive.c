/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happens to a media packet: every check in its order. lane.c decides the same for nearly all
 * packets, and leaves the others to this file.
 */
#include <dataplane/leg/aside.h>
#include <dataplane/leg/digits.h>
#include <dataplane/leg/far.h>
#include <dataplane/leg/header.h>
#include <dataplane/leg/match.h>
#include <dataplane/leg/police.h>
#include <dataplane/leg/record.h>
#include <dataplane/leg/relay.h>
#include <dataplane/leg/rtcp.h>
#include <dataplane/leg/secure.h>
#include <dataplane/leg/source.h>
#include <dataplane/leg/stats.h>
#include <dataplane/leg/stream.h>
#include <dataplane/leg/watch.h>
#include <dataplane/rtp/rtcp_msg.h>

/* Where the packet stands in its stream; a stream that begins or jumps is begun anew. */
static enum sequence sequence(
	struct legs *r, uint32_t id, const struct rtp_packet *v, uint32_t time)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	enum sequence verdict = SEQ_RESTART;

	if ((l->flags & LEG_STARTED) && v->ssrc == c->in_ssrc)
		verdict = seq_update(l, c, v->seq);
	if (verdict == SEQ_REORDERED && (int32_t)(l->in_ts - c->top_ts) > 0)
		c->top_ts = l->in_ts;
	if (verdict != SEQ_RESTART)
		return verdict;
	if (l->flags & LEG_RELAY) {
		if (leg_near(r, id) != TD_LEG_NONE)
			stream_settle(r, l->other);
		l->flags |= LEG_SWITCH;
	}
	seq_start(l, c, v->ssrc, v->seq, v->ts, time);
	leg_match(r, id);
	return verdict;
}

static void tell_first(struct legs *r, uint32_t id, const struct pkt *pkt)
{
	struct td_media_event ev = {.type = TD_MEDIA_FIRST_RTP, .from = pkt_source(pkt)};

	r->cold[id].first_told = true;
	legs_event(r, id, &ev);
}

/* A stream is relayed from this packet on. Those before it that come late would get numbers that
 * were already used. */
static void relay_begin(struct legs *r, uint32_t id, const struct rtp_packet *v, uint32_t time)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];

	l->flags &= (uint16_t)~LEG_SWITCH;
	c->floor = l->seq_max;
	c->top_ts = v->ts;
	if (leg_renumber(r, id)) {
		leg_renumber(r, id)->in.any = false;
		leg_renumber(r, id)->gone = 0;
	}
	if (l->flags & LEG_FAR)
		c->far_run++;
	else
		stream_begin(r, l->other, v->seq, v->ts, time);
	leg_match(r, id);
}

/* May events of leg `id` go to the other leg? Both are ours. */
static bool events_pass(const struct legs *r, uint32_t id)
{
	return r->leg[r->leg[id].other].out_dtmf_pt != TD_PT_NONE;
}

/* A packet with a place in the stream stays here: what follows closes up, so that nobody takes its
 * place for loss. One that comes late has left a hole already. */
static void close_up(struct legs *r, uint32_t id, uint16_t seq)
{
	const struct leg *l = &r->leg[id];
	struct leg_renumber *n;

	if ((l->flags & (LEG_RELAY | LEG_SWITCH)) != LEG_RELAY || seq != (uint16_t)l->seq_max)
		return;
	n = take_renumber(r, id);
	renumber_note(&n->in, seq, -1);
	if (l->flags & LEG_FAR)
		n->gone++;
	else
		r->leg[l->other].seq_add--;
}

/* The leg has LEG_SIDE_RENUMBER. */
static __rte_noinline uint16_t near_late(const struct legs *r, uint32_t id, uint16_t seq)
{
	return renumber_late(&leg_renumber(r, id)->in, seq);
}

/* An event on an SSRC of its own goes on. */
static void relay_aside(
	struct legs *r, struct rte_mbuf *m, const struct rtp_packet *v, uint64_t now)
{
	uint32_t id = pkt_of(m)->leg, to = r->leg[id].other;
	struct leg *out = &r->leg[to];

	if (r->leg[id].flags & LEG_FAR)
		far_send(r, m, FAR_ASIDE, 0);
	else if (events_pass(r, id))
		relay_packet(r, m, out, out->out_dtmf_pt, aside_place(r, to, v, leg_ticks(now)));
	else
		worker_consume(r->worker, m, TD_CONSUMED_RTP_DTMF);
}

/* On to whoever listens. */
static void relay(struct legs *r, struct rte_mbuf *m, const struct rtp_packet *v, uint64_t now)
{
	uint32_t id = pkt_of(m)->leg;
	struct leg *l = &r->leg[id], *out = &r->leg[l->other];
	bool far = l->flags & LEG_FAR, digit = v->pt == r->cold[id].dtmf_pt;
	struct relay_shift add;
	bool kept = unlikely(r->cold[id].sides & 1u << LEG_SIDE_RENUMBER);

	if (digit && !far && !events_pass(r, id)) {
		close_up(r, id, v->seq);
		worker_consume(r->worker, m, TD_CONSUMED_RTP_DTMF);
		return;
	}
	if (l->flags & LEG_SWITCH) {
		if (v->seq != (uint16_t)l->seq_max) { /* reordered, from before the switch */
			worker_drop(r->worker, m, TD_DROP_RTP_LATE);
			return;
		}
		relay_begin(r, id, v, leg_ticks(now));
	}
	if (far) {
		far_send(r, m, digit ? FAR_EVENT : FAR_AUDIO, kept ? far_gone(r, id, v->seq) : 0);
		return;
	}
	add = relay_next(out);
	if (kept)
		add.seq = (uint16_t)(add.seq + near_late(r, id, v->seq));
	relay_packet(r, m, out, digit ? out->out_dtmf_pt : out->out_type & RTP_TYPE, add);
}

/* It is the peer's, in sequence, counted: to the recorder, and on. */
static void deliver(struct legs *r, struct rte_mbuf *m, const struct rtp_packet *v, uint64_t now)
{
	const struct pkt *pkt = pkt_of(m);
	const struct leg *l = &r->leg[pkt->leg];
	bool digit = v->pt == r->cold[pkt->leg].dtmf_pt;

	if (l->flags & LEG_TAP)
		record_payload(r, pkt->leg, v->rtp, v->payload, digit ? 0 : v->len, now);
	if (digit)
		digits_input(r, pkt->leg, v, now);
	if (l->flags & LEG_RELAY)
		relay(r, m, v, now);
	else if (l->flags & LEG_ORPHAN)
		worker_drop(r->worker, m, TD_DROP_RTP_PEER_GONE);
	else
		worker_consume(r->worker, m, digit ? TD_CONSUMED_RTP_DTMF : TD_CONSUMED_RTP_HELD);
}

/*
 * The peer sends with the SSRC of our own stream to it. If the numbers are ones that we sent not
 * long ago, the peer plays back what it hears. From a proven source, that is media like any other
 * (RFC 6849; load tests do it). Otherwise it has drawn the same SSRC by chance: our stream says
 * good-bye and goes on with another (RFC 3550 section 8.2).
 */
static void own_ssrc(struct legs *r, uint32_t id, uint16_t seq, uint64_t now)
{
	uint16_t behind = (uint16_t)(stream_position(r, id).seq - seq);

	if (behind < SEQ_MAX_DROPOUT)
		return;
	report_bye(r, id, now);
	r->leg[id].out_ssrc = (uint32_t)random_u64(r->random, RANDOM_SSRC);
	leg_address(r, id, &r->cold[id].to);
}

static void drop_stranger(struct legs *r, struct rte_mbuf *m, struct leg_cold *c)
{
	c->strangers++;
	worker_drop(r->worker, m, TD_DROP_RTP_STRANGER);
}

/* A packet on its way through the checks, and what is known of it by then. */
struct arrival {
	struct rte_mbuf *m;
	const struct pkt *pkt;
	struct leg *l;
	struct leg_cold *c;
	struct rtp_packet v;
	uint64_t now;
	uint32_t time; /* now, in ticks */
	bool expected; /* its payload type was negotiated */
};

/* The peer's own number for what has another one in our SDP. */
static uint8_t type_of(const struct leg_cold *c, uint8_t pt)
{
	if (likely(pt == c->pt) || pt == c->dtmf_pt)
		return pt;
	return pt == c->pt_too ? c->pt : pt == c->dtmf_too ? c->dtmf_pt : pt;
}

/* SRTP becomes RTP, in the packet and in its struct pkt. False: the packet was taken. */
static bool open_packet(struct legs *r, struct arrival *a)
{
	if (!secure_open(r, a->m, false, a->time))
		return false;
	if (rtp_packet_decode(&a->v, a->v.rtp, a->pkt->payload_len, true)) {
		a->v.pt = type_of(a->c, a->v.pt);
		return true;
	}
	worker_drop(r->worker, a->m, TD_DROP_RTP_HEADER);
	return false;
}

/* Is it from the peer? False: it was taken. */
static bool check_source(struct legs *r, struct arrival *a)
{
	switch (source_check(r, a->pkt->leg, a->pkt, a->v.rtp, a->expected, a->time)) {
	case SOURCE_STRANGER:
		drop_stranger(r, a->m, a->c);
		return false;
	case SOURCE_PROBATION:
		worker_drop(r->worker, a->m, TD_DROP_RTP_PROBATION);
		return false;
	case SOURCE_PROVED:
		worker_consume(r->worker, a->m, TD_CONSUMED_LATCH);
		return false;
	case SOURCE_RIGHTFUL:
		break;
	}
	return true;
}

/* From here on it is plain RTP of the peer. False: it was taken. But for TD_SOURCE_STRICT, SRTP is
 * opened first: a packet that is authentic proves its source, and no other moves it. */
static bool check_peer(struct legs *r, struct arrival *a)
{
	bool secure = a->l->flags & LEG_SRTP, before = a->c->policy != TD_SOURCE_STRICT;
	const struct leg_cold *c = a->c;

	if (secure && before && !open_packet(r, a))
		return false;
	a->v.pt = type_of(c, a->v.pt);
	a->expected = a->v.pt == c->pt || (a->v.pt == c->dtmf_pt && c->dtmf_pt != TD_PT_NONE);
	return check_source(r, a) && (!secure || before || open_packet(r, a));
}

/* May it count, in a stream that is or begins? False: it was taken. */
static bool check_stream(struct legs *r, struct arrival *a)
{
	bool other = a->v.ssrc != a->c->in_ssrc;

	if (a->v.ssrc == a->l->out_ssrc && other)
		own_ssrc(r, a->pkt->leg, a->v.seq, a->now);
	/* A payload type that was not negotiated starts no stream, but its packets have a place in
	 * one. */
	if (!a->expected && (!(a->l->flags & LEG_STARTED) || other)) {
		a->c->unexpected_pt++;
		worker_drop(r->worker, a->m, TD_DROP_RTP_PAYLOAD_TYPE);
		return false;
	}
	if (!police_pass(a->l, a->pkt->ip_len, a->time)) {
		worker_drop(r->worker, a->m, TD_DROP_RTP_FLOOD);
		return false;
	}
	return true;
}

static __rte_always_inline void count(
	struct legs *r, const struct arrival *a, enum sequence verdict)
{
	leg_count_in(r->acct, a->l, a->pkt->ip_len);
	if (!a->c->first_told)
		tell_first(r, a->pkt->leg, a->pkt);
	if (a->l->flags & LEG_SILENT)
		watch_heard(r, a->pkt->leg, a->now);
	/* The time stamps of an event do not advance, so they say nothing about jitter. */
	if (a->v.pt == a->c->pt && verdict != SEQ_RESTART)
		leg_jitter_by(a->l, a->v.ts, a->time, leg_units(a->c, a->time - a->l->in_time));
}

/* A telephone event on another SSRC than the stream that runs: it is none of that stream. */
static bool is_aside(const struct arrival *a)
{
	return (a->l->flags & LEG_STARTED) && a->v.ssrc != a->c->in_ssrc &&
	       a->v.pt == a->c->dtmf_pt && a->c->dtmf_pt != TD_PT_NONE;
}

static __rte_noinline void receive_aside(struct legs *r, struct arrival *a)
{
	enum sequence verdict = aside_sequence(r, a->pkt->leg, &a->v);

	/* It came, and nothing of the stream is lost for that. */
	a->c->expected_before++;
	a->c->packets_before++;
	count(r, a, verdict);
	if (verdict == SEQ_DUPLICATE) {
		worker_drop(r->worker, a->m, TD_DROP_RTP_DUPLICATE);
	} else if (verdict == SEQ_LATE) {
		worker_drop(r->worker, a->m, TD_DROP_RTP_LATE);
	} else {
		digits_input(r, a->pkt->leg, &a->v, a->now);
		if (a->l->flags & LEG_RELAY)
			relay_aside(r, a->m, &a->v, a->now);
		else if (a->l->flags & LEG_ORPHAN)
			worker_drop(r->worker, a->m, TD_DROP_RTP_PEER_GONE);
		else
			worker_consume(r->worker, a->m, TD_CONSUMED_RTP_DTMF);
	}
}

static void receive_rtp(struct legs *r, struct arrival *a)
{
	enum sequence verdict;
	uint16_t next;

	if (!check_peer(r, a) || !check_stream(r, a))
		return;
	if (is_aside(a)) {
		receive_aside(r, a);
		return;
	}
	next = (uint16_t)(a->l->seq_max + 1);
	verdict = sequence(r, a->pkt->leg, &a->v, a->time);
	if (verdict == SEQ_JUMP) { /* not counted until the next one proves it (A.1) */
		worker_drop(r->worker, a->m, TD_DROP_RTP_LATE);
		return;
	}
	count(r, a, verdict);
	if (a->l->flags & LEG_ANY_PORT)
		source_heard(r, a->pkt->leg, verdict == SEQ_NEXT && a->v.seq == next);
	if (!a->expected) {
		a->c->unexpected_pt++;
		close_up(r, a->pkt->leg, a->v.seq);
		if (a->l->flags & LEG_TAP)
			record_payload(r, a->pkt->leg, a->v.rtp, a->v.payload, 0, a->now);
		worker_drop(r->worker, a->m, TD_DROP_RTP_PAYLOAD_TYPE);
	} else if (verdict == SEQ_DUPLICATE) {
		worker_drop(r->worker, a->m, TD_DROP_RTP_DUPLICATE);
	} else if (verdict == SEQ_LATE) {
		worker_drop(r->worker, a->m, TD_DROP_RTP_LATE);
	} else {
		deliver(r, a->m, &a->v, a->now);
	}
}

void legs_receive(struct legs *r, struct rte_mbuf *m, uint64_t now)
{
	const struct pkt *pkt = pkt_of(m);
	struct leg *l = &r->leg[pkt->leg];
	struct leg_cold *c = &r->cold[pkt->leg];
	const uint8_t *rtp = rte_pktmbuf_mtod_offset(m, const uint8_t *, pkt->payload);
	bool live = l->flags & LEG_LIVE;
	bool rtcp = pkt->rtcp || (live && c->mux && pkt->payload_len >= 4 && rtcp_is(rtp[1]));
	struct arrival a;

	if (rtcp)
		worker_apart(&r->worker->port[pkt->port], TD_APART_RTCP, TD_DIR_IN, m);
	if (!live) {
		worker_drop(r->worker, m, TD_DROP_RTP_NO_LEG);
		return;
	}
	if (rtcp) {
		report_input(r, m, now);
		return;
	}
	/* A flood of strangers ends here, its RTP unread. */
	if (!leg_is_source(c, pkt) && c->policy != TD_SOURCE_LATCH) {
		drop_stranger(r, m, c);
		return;
	}
	if (!rtp_packet_decode(&a.v, rtp, pkt->payload_len, !(l->flags & LEG_SRTP))) {
		worker_drop(r->worker, m, TD_DROP_RTP_HEADER);
		return;
	}
	a.m = m;
	a.pkt = pkt;
	a.l = l;
	a.c = c;
	a.now = now;
	a.time = leg_ticks(now);
	receive_rtp(r, &a);
}
