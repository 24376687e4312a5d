/* SPDX-License-Identifier: BSD-3-Clause */
/* What is due, and what changed routes ask for. */
#include <dataplane/leg/digits.h>
#include <dataplane/leg/header.h>
#include <dataplane/leg/play.h>
#include <dataplane/leg/watch.h>

uint64_t legs_tick(struct legs *r, uint64_t now)
{
	struct wheel_timer *t;

	while ((t = wheel_due(&r->wheel, now))) {
		size_t at = (size_t)((char *)t - (char *)r->cold);
		uint32_t id = (uint32_t)(at / sizeof(*r->cold));

		switch ((enum leg_timer)(t - r->cold[id].timer)) {
		case LEG_TIMER_PLAY:
			play_due(r, id, t->deadline, now);
			break;
		case LEG_TIMER_WATCH:
			watch_due(r, id, now);
			break;
		case LEG_TIMER_DIGIT:
			digits_due(r, id, now);
			break;
		case LEG_TIMERS:
			break;
		}
	}
	return wheel_next(&r->wheel);
}

void legs_reroute(struct legs *r)
{
	struct fib *fib = r->worker->fib;

	for (uint32_t word = 0; word < (r->legs + 63) / 64; word++)
		for (uint64_t bits = r->live[word]; bits; bits &= bits - 1) {
			uint32_t id = word * 64 + (uint32_t)__builtin_ctzll(bits);
			uint32_t rtp = r->leg[id].nexthop, rtcp = r->cold[id].rtcp_nexthop;

			leg_nexthops(r, id);
			fib_put(fib, rtp);
			fib_put(fib, rtcp);
		}
}
