/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's resolver: its answers come at once, late, never, or are errors. Trunk `near` is at any
 * of 10.30.0.200 to .203, and so is `far`. */
#include <tests/scenario/soak.h>

static void due(struct timer *timer, uint64_t now)
{
	struct soak_answer *a =
		(struct soak_answer *)((char *)timer - offsetof(struct soak_answer, timer));
	struct soak *s = a->soak;
	struct td_addr to[4];
	unsigned first = prng_below(&s->prng, 4), n = prng_below(&s->prng, 4);
	struct td_resolved r = {.request = a->request,
		.addresses = to,
		.count = n,
		.ttl_s = prng_below(&s->prng, 120),
		.error = "the dice say so"};

	for (unsigned i = 0; i < n; i++)
		to[i] = soak_ip(200 + (first + i) % 4, 30);
	s->names_found += n != 0;
	s->names_failed += n == 0;
	world_resolved(s->world, &r);
}

void soak_resolve(void *ctx, uint32_t request, const char *name)
{
	struct soak *s = ctx;
	struct soak_answer *a = &s->answer[s->names_asked++ % ANSWERS];
	unsigned dice = prng_below(&s->prng, 6);

	if (dice == 0 || timer_is_set(&a->timer))
		return; /* never */
	*a = (struct soak_answer){.soak = s, .request = request, .timer.fire = due};
	timer_set(&s->timers, &a->timer,
		s->world->now + prng_below(&s->prng, dice == 1 ? 25000 : 900) * TD_NSEC_PER_MSEC);
}
