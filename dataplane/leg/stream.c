/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a peer hears is one RTP stream for the life of its leg: one SSRC, sequence numbers without
 * a gap of our making, time stamps that advance by elapsed time, whether a sound plays, the other
 * leg is relayed, or that one's own source changes:
 *
 *     from        music  music | agent  agent | agent, new SSRC
 *     sequence       7      8  |    9     10  |   11
 *     marker bit     1      0  |    1      0  |    1
 *     time stamp     t  t+160  | t+160+max(160, elapsed) ...
 *
 * While packets are relayed, only what to add to their numbers is kept: the position of the stream
 * follows from the receiving line of the leg that they come from.
 */
#include <dataplane/leg/match.h>
#include <dataplane/leg/stream.h>

/* The leg whose packets go to `id` at this moment and have begun to; or NULL. */
static const struct leg *feeding(const struct legs *r, uint32_t id)
{
	uint32_t peer = r->leg[id].peer;
	const struct leg *in;

	if (peer == TD_LEG_NONE)
		return NULL;
	in = &r->leg[peer];
	return (in->flags & (LEG_RELAY | LEG_SWITCH)) == LEG_RELAY ? in : NULL;
}

struct position stream_position(const struct legs *r, uint32_t id)
{
	const struct leg_cold *c = &r->cold[id];
	const struct leg *out = &r->leg[id];
	const struct leg *in = feeding(r, id);
	uint32_t top;

	if (!in)
		return (struct position){
			.ts = c->last_ts, .time = c->last_time, .seq = c->last_seq};
	top = r->cold[out->peer].top_ts;
	if ((int32_t)(in->in_ts - top) > 0)
		top = in->in_ts;
	return (struct position){.ts = top + out->ts_add,
		.time = in->in_time,
		.seq = (uint16_t)(in->seq_max + out->seq_add)};
}

void stream_settle(struct legs *r, uint32_t id)
{
	struct position p = stream_position(r, id);
	struct leg_cold *c = &r->cold[id];

	c->last_ts = p.ts;
	c->last_time = p.time;
	c->last_seq = p.seq;
}

/* A packet lasts one frame: a packet that follows sooner would cover the end of the one before. */
uint32_t stream_next_ts(const struct leg_cold *c, uint32_t time)
{
	uint32_t elapsed = time - c->last_time;

	if ((int32_t)elapsed < 0 || elapsed < leg_frame(c))
		elapsed = leg_frame(c);
	return c->last_ts + elapsed;
}

void stream_switch(struct legs *r, struct leg *in, uint16_t seq, uint32_t ts, uint32_t time)
{
	struct leg *out = &r->leg[in->peer];
	const struct leg_cold *c = &r->cold[in->peer];

	out->seq_add = (uint16_t)(c->last_seq + 1 - seq);
	out->ts_add = stream_next_ts(c, time) - ts;
	out->out_type |= RTP_MARKER;
	in->flags &= (uint16_t)~LEG_SWITCH;
	leg_match(r, out->peer);
	/* Late packets from before would get numbers that were already used. */
	r->cold[out->peer].floor = in->seq_max;
	r->cold[out->peer].top_ts = ts;
}

void stream_stop(struct legs *r, uint32_t id)
{
	struct leg *in = &r->leg[id];

	if (in->flags & LEG_RELAY)
		stream_settle(r, in->peer);
	in->flags &= (uint16_t) ~(LEG_RELAY | LEG_SWITCH);
	leg_match(r, id);
}

void stream_update(struct legs *r, uint32_t id)
{
	struct leg *in = &r->leg[id];
	const struct leg *out;

	if (in->peer == TD_LEG_NONE)
		return;
	out = &r->leg[in->peer];
	if (!(in->flags & LEG_RECV) || !(out->flags & LEG_SEND) || (out->flags & LEG_PLAY) ||
		r->cold[id].codec != r->cold[in->peer].codec)
		stream_stop(r, id);
	else if (!(in->flags & LEG_RELAY))
		in->flags |= LEG_RELAY | LEG_SWITCH;
	leg_match(r, id);
}
