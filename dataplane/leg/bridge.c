/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who hears whom. A leg is bridged with one other, of this worker or of another one:
 *
 *     near   both are ours. Whether the packets of one leave on the other depends on both legs
 *     far    the owner of the leg on which they arrive hands them over, and the owner of the leg on
 *            which they leave decides whether they do (far.c)
 */
#include <dataplane/leg/bridge.h>
#include <dataplane/leg/match.h>
#include <dataplane/leg/record.h>
#include <dataplane/leg/stream.h>

/* Could the peer of leg `id` hear what arrives on the other leg? */
static bool bridge_can(const struct legs *r, uint32_t id)
{
	const struct leg *l = &r->leg[id];

	if (l->other == TD_LEG_NONE || !(l->flags & LEG_SEND))
		return false;
	return l->flags & LEG_FAR ||
	       (r->leg[l->other].flags & LEG_RECV && r->cold[l->other].codec == r->cold[id].codec);
}

static void relay_set(struct legs *r, uint32_t id, bool on)
{
	struct leg *in = &r->leg[id];

	if (!on)
		in->flags &= (uint16_t) ~(LEG_RELAY | LEG_SWITCH);
	else if (!(in->flags & LEG_RELAY))
		in->flags |= LEG_RELAY | LEG_SWITCH;
	leg_match(r, id);
}

void bridge_leave(struct legs *r, uint32_t id)
{
	if (leg_near(r, id) != TD_LEG_NONE)
		relay_set(r, leg_near(r, id), false);
}

static void bridge_enter(struct legs *r, uint32_t id)
{
	stream_feed(r, id, LEG_FEED_BRIDGE);
	r->cold[id].fed = false;
	if (leg_near(r, id) != TD_LEG_NONE)
		relay_set(r, leg_near(r, id), true);
}

/* A feed that is neither of these two goes on, and asks again when it ends. */
static void hear(struct legs *r, uint32_t id)
{
	struct leg *l = &r->leg[id];
	bool can = bridge_can(r, id);

	if (can && l->feed == LEG_FEED_NONE)
		bridge_enter(r, id);
	else if (!can && l->feed == LEG_FEED_BRIDGE)
		stream_feed(r, id, LEG_FEED_NONE);
}

void leg_rebridge(struct legs *r, uint32_t id)
{
	uint32_t other = leg_near(r, id);

	hear(r, id);
	if (r->leg[id].flags & LEG_FAR)
		relay_set(r, id, r->leg[id].flags & LEG_RECV);
	if (other == TD_LEG_NONE)
		return;
	hear(r, other);
	leg_match(r, id);
	leg_match(r, other);
}

/* This leg's half. */
static void part(struct legs *r, uint32_t id)
{
	struct leg *l = &r->leg[id];

	if (l->feed == LEG_FEED_BRIDGE)
		stream_feed(r, id, LEG_FEED_NONE);
	if (l->flags & LEG_FAR)
		relay_set(r, id, false);
	l->flags &= (uint16_t)~LEG_FAR;
}

void leg_unbridge(struct legs *r, uint32_t id, bool ended)
{
	uint32_t other = leg_near(r, id);

	part(r, id);
	r->leg[id].other = TD_LEG_NONE;
	if (other != TD_LEG_NONE) {
		part(r, other);
		r->leg[other].other = TD_LEG_NONE;
		if (ended)
			r->leg[other].flags |= LEG_ORPHAN;
		leg_match(r, other);
	}
	leg_match(r, id);
}

/* Whatever else the leg's peer hears ends, and so does its bridge with another leg. */
static void leave_others(struct legs *r, uint32_t id, bool same)
{
	struct leg *l = &r->leg[id];

	if (l->feed != LEG_FEED_BRIDGE)
		stream_feed(r, id, LEG_FEED_NONE);
	if (!same)
		leg_unbridge(r, id, false);
	l->flags &= (uint16_t)~LEG_ORPHAN;
}

static void start_far(struct legs *r, uint32_t id, uint32_t other, uint32_t cookie)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];

	leave_others(r, id, l->other == other && c->far_cookie == cookie);
	l->other = other;
	l->flags |= LEG_FAR;
	c->far_cookie = cookie;
	leg_rebridge(r, id);
}

static void start_near(struct legs *r, uint32_t id, uint32_t other)
{
	bool same = r->leg[id].other == other;

	leave_others(r, id, same);
	leave_others(r, other, same);
	r->leg[id].other = other;
	r->leg[other].other = id;
	record_prepare(r, id);
	record_prepare(r, other);
	leg_rebridge(r, id);
}

void leg_bridge(struct legs *r, uint32_t id, uint32_t other, uint32_t cookie)
{
	if (other >= r->legs || other == id)
		return;
	if (!legs_own(r, other))
		start_far(r, id, other, cookie);
	else if (r->leg[other].flags & LEG_LIVE)
		start_near(r, id, other);
}
