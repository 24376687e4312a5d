/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is the peer heard? Where both sides have agreed to send and to receive, signalling is told when
 * nothing came for TD_SILENCE_MS, and of the packet that ends it:
 *
 *     packets  | | | | |                              | | |
 *     timer    .      ^ heard: again 1.5 s after       ^ general way: HEARD
 *                       the last one        ^ SILENT
 *
 * No packet pays for it. The timer reads what packets count anyway; a leg that is silent is kept
 * out of the fast lane, so that its next packet is seen.
 */
#include <dataplane/leg/match.h>
#include <dataplane/leg/rtcp.h>
#include <dataplane/leg/watch.h>

#define SILENCE      (TD_SILENCE_MS * (LEG_TICKS / 1000u)) /* ticks */
#define UNITS_A_MS   (LEG_TICKS / 1000u)
#define MS(now)      ((now) / TD_NSEC_PER_MSEC)
#define DUE(now, at) ((int32_t)((uint32_t)MS(now) - (at)) >= 0)

static bool is_watched(const struct leg *l)
{
	return (l->flags & (LEG_RECV | LEG_SEND | LEG_SILENT)) == (LEG_RECV | LEG_SEND);
}

/* The timer fires for the report, or when a silence would have lasted long enough. */
static void arm(struct legs *r, uint32_t id, uint64_t now)
{
	struct leg_cold *c = &r->cold[id];
	int32_t to_report = (int32_t)(c->report_at - (uint32_t)MS(now));
	uint64_t next = (MS(now) + (uint64_t)(to_report > 0 ? to_report : 0)) * TD_NSEC_PER_MSEC;
	uint32_t idle = leg_ticks(now) - c->watch_heard;
	uint64_t silent = now + (idle < SILENCE ? SILENCE - idle : 0) * LEG_TICK_NS;

	if (is_watched(&r->leg[id]) && silent < next)
		next = silent;
	wheel_set(&r->wheel, &c->watch, next);
}

void watch_start(struct legs *r, uint32_t id, uint64_t now)
{
	struct leg_cold *c = &r->cold[id];

	c->watch_packets = (uint32_t)leg_in_packets(&r->leg[id], c);
	c->watch_heard = leg_ticks(now);
	arm(r, id, now);
}

/* When the last packet came, of those that came since the last look. */
static uint32_t heard(const struct legs *r, uint32_t id, uint32_t time)
{
	const struct leg_digit *d = leg_digit(r, id);
	uint32_t at = r->leg[id].in_time, digit = d ? leg_ticks(d->digit.last) : 0;

	if (d && d->digit.any && (int32_t)(digit - at) > 0)
		at = digit;
	/* A packet whose type was not negotiated leaves no time. */
	return (int32_t)(at - r->cold[id].watch_heard) > 0 ? at : time;
}

static void watch(struct legs *r, uint32_t id, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	uint32_t packets = (uint32_t)leg_in_packets(l, c), time = leg_ticks(now);
	struct td_media_event ev = {.type = TD_MEDIA_SILENT};

	if (packets != c->watch_packets) {
		c->watch_packets = packets;
		c->watch_heard = heard(r, id, time);
	}
	if (time - c->watch_heard < SILENCE)
		return;
	l->flags |= LEG_SILENT;
	leg_match(r, id);
	ev.silence.ms = (time - c->watch_heard) / UNITS_A_MS;
	ev.silence.never = !c->first_told;
	legs_event(r, id, &ev);
}

void watch_due(struct legs *r, uint32_t id, uint64_t now)
{
	if (is_watched(&r->leg[id]))
		watch(r, id, now);
	if (DUE(now, r->cold[id].report_at))
		report_due(r, id, now);
	arm(r, id, now);
}

void watch_heard(struct legs *r, uint32_t id, uint64_t now)
{
	struct td_media_event ev = {.type = TD_MEDIA_HEARD};

	ev.silence.ms = (leg_ticks(now) - r->cold[id].watch_heard) / UNITS_A_MS;
	r->leg[id].flags &= (uint16_t)~LEG_SILENT;
	leg_match(r, id);
	watch_start(r, id, now);
	legs_event(r, id, &ev);
}
