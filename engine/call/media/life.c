/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/media/life.h>
#include <engine/call/state/calls.h>

uint64_t life_quiet(const struct call *c)
{
	const struct party *pair[] = {c->caller, call_talker(c)};
	uint64_t since = 0;

	for (unsigned i = 0; i < 2; i++) {
		const struct party *p = pair[i];

		if (!party_is_joined(p) || !party_should_be_heard(p))
			continue;
		if (!p->silent)
			return 0;
		if (p->silent_since > since)
			since = p->silent_since;
	}
	return since;
}

bool life_held(const struct call *c)
{
	const struct party *p = call_talker(c);

	return c->state != CALL_TALKING || c->caller->held || (p && p->held);
}

uint64_t life_patience(const struct td_engine *e, const struct call *c)
{
	const struct td_conf_site *site = conf_site(e->conf);
	uint32_t s = life_held(c) ? site->hold_timeout_s : site->rtp_timeout_s;

	return s * TD_NSEC_PER_SEC;
}

uint64_t life_longest(const struct td_engine *e)
{
	return conf_site(e->conf)->max_duration_s * TD_NSEC_PER_SEC;
}

static void sooner(uint64_t *next, uint64_t since, uint64_t after)
{
	if (since && after && since + after < *next)
		*next = since + after;
}

static bool one_silent(const struct call *c)
{
	const struct party *p = call_talker(c);

	return p && p->silent != c->caller->silent;
}

void life_update(struct td_engine *e, struct call *c)
{
	uint64_t next = TD_NEVER, quiet;

	if (c->state != CALL_ENDED) {
		quiet = life_quiet(c);
		sooner(&next, c->began, life_longest(e));
		sooner(&next, quiet, life_patience(e, c));
		if (!life_held(c) && c->silence != CALL_NO_AUDIO)
			sooner(&next, quiet, LIFE_NO_AUDIO_NS);
		if (one_silent(c) && e->now < c->listening + LIFE_ONE_WAY_NS)
			sooner(&next, c->listening, LIFE_ONE_WAY_NS);
	}
	if (next == TD_NEVER)
		timer_cancel(&e->timers, &c->life);
	else
		timer_set(&e->timers, &c->life, next);
}

void life_config(struct td_engine *e)
{
	for (uint32_t i = 0; i < e->calls.capacity; i++) {
		struct call *c = pool_at(&e->calls, i);

		if (c->state != CALL_FREE)
			life_update(e, c);
	}
}
