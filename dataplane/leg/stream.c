/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a peer hears is one RTP stream for the life of its leg: one SSRC, sequence numbers without
 * a gap of our making, time stamps that advance by elapsed time, whatever feeds it (leg.h), and
 * also where the other leg's stream begins anew:
 *
 *     from        music  music | agent  agent | agent, new SSRC
 *     sequence       7      8  |    9     10  |   11
 *     marker bit     1      0  |    1      0  |    1
 *     time stamp     t  t+160  | t+160+max(160, elapsed) ...
 *
 * While the packets of a leg of ours are relayed, only what to add to their numbers is kept: the
 * position of the stream follows from the receiving line of the leg that they come from.
 */
#include <dataplane/leg/stream.h>

/* The leg of ours whose packets go to `id` at this moment and have begun to; or NULL. */
static const struct leg *feeding(const struct legs *r, uint32_t id)
{
	uint32_t other = leg_near(r, id);
	const struct leg *in;

	if (other == TD_LEG_NONE)
		return NULL;
	in = &r->leg[other];
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
	top = r->cold[out->other].top_ts;
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
	uint32_t ticks = time - c->last_time, units = leg_units(c, ticks);

	if ((int32_t)ticks < 0 || units < leg_frame(c))
		units = leg_frame(c);
	return c->last_ts + units;
}

static void (*const leave[LEG_FEED_COUNT])(struct legs *r, uint32_t id) = {
#define LEAVE(feed, name) [LEG_FEED_##feed] = name##_leave,
	LEG_FEEDS(LEAVE)
#undef LEAVE
};

void stream_feed(struct legs *r, uint32_t id, enum leg_feed to)
{
	struct leg *l = &r->leg[id];
	enum leg_feed from = l->feed;

	if (from == to)
		return;
	stream_settle(r, id); /* while it is known who feeds it */
	l->feed = (uint8_t)to;
	l->out_type |= RTP_MARKER;
	if (leave[from])
		leave[from](r, id);
}

void stream_begin(struct legs *r, uint32_t id, uint16_t seq, uint32_t ts, uint32_t time)
{
	struct leg *out = &r->leg[id];
	const struct leg_cold *c = &r->cold[id];

	out->seq_add = (uint16_t)(c->last_seq + 1 - seq);
	out->ts_add = stream_next_ts(c, time) - ts;
	out->out_type |= RTP_MARKER;
}

uint16_t stream_insert(struct legs *r, uint32_t id)
{
	struct leg *out = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	const struct leg *in = feeding(r, id);
	uint16_t number = (uint16_t)(stream_position(r, id).seq + 1);

	if (in) {
		renumber_note(&take_renumber(r, out->other)->in, (uint16_t)in->seq_max, 1);
		out->seq_add++;
		return number;
	}
	c->last_seq = number;
	if (c->fed) {
		renumber_note(&take_renumber(r, id)->fed, c->fed_seq, 1);
		out->seq_add++;
	}
	return number;
}
