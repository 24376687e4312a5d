/* SPDX-License-Identifier: BSD-3-Clause */
/* What is due, and what changed routes ask for. */
#include <dataplane/leg/digits.h>
#include <dataplane/leg/header.h>
#include <dataplane/leg/play.h>
#include <dataplane/leg/watch.h>

/* Is it a timer of this table? Then *id is its leg's. */
static bool timer_of(
	const struct wheel_timer *t, const void *table, size_t size, uint32_t legs, uint32_t *id)
{
	size_t at = (size_t)((const char *)t - (const char *)table);

	*id = (uint32_t)(at / size);
	return at / size < legs;
}

#define TIMER_OF(table) timer_of(t, r->table, sizeof(*r->table), r->legs, &id)

uint64_t legs_tick(struct legs *r, uint64_t now)
{
	struct wheel_timer *t;
	uint32_t id;

	while ((t = wheel_due(&r->wheel, now))) {
		if (TIMER_OF(play))
			play_due(r, id, t->deadline, now);
		else if (TIMER_OF(cold))
			watch_due(r, id, now);
		else if (TIMER_OF(digit))
			digits_due(r, id, now);
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
