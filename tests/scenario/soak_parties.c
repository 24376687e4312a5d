/* SPDX-License-Identifier: BSD-3-Clause */
/* An operator who lets third parties join talks, transfers callers and drops who is there. */
#include <engine/call/state/state.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tests/scenario/soak.h>

static void whom(struct soak *s, struct td_party_request *r)
{
	unsigned a = prng_below(&s->prng, AGENTS), b = prng_below(&s->prng, AGENTS);

	switch (prng_below(&s->prng, 4)) {
	case 0:
		r->kind = TD_PARTY_BY_NUMBER;
		snprintf(r->name, sizeof(r->name), "0%u", a);
		break;
	case 1:
		r->kind = TD_PARTY_BY_QUEUE;
		snprintf(r->name, sizeof(r->name), "%s", a % 2 ? "sales" : "backup");
		break;
	case 2:
		r->kind = TD_PARTY_BY_AGENT;
		snprintf(r->name, sizeof(r->name), "a%u,a%u", a, b);
		break;
	default:
		r->kind = TD_PARTY_BY_AGENT;
		snprintf(r->name, sizeof(r->name), "a%u", a);
	}
}

static void whom_to_drop(struct soak *s, const struct call *c, struct td_party_request *r)
{
	const struct party *p = c->party[prng_below(&s->prng, c->parties)];

	r->kind = p->trunk ? TD_PARTY_BY_TRUNK : TD_PARTY_BY_AGENT;
	if (p->trunk && prng_below(&s->prng, 2))
		r->kind = TD_PARTY_BY_NUMBER;
	if (!party_is_caller(p))
		snprintf(r->name, sizeof(r->name), "%s",
			r->kind == TD_PARTY_BY_NUMBER ? p->dialled : party_who(p));
}

bool *soak_changed(struct soak *s, const char *call)
{
	return &s->changed[strtoul(strchr(call, '.') + 1, NULL, 10) % SOAK_CHANGED];
}

void soak_parties(struct soak *s)
{
	struct td_engine *e = s->world->engine;
	struct td_text err;

	for (unsigned i = 0; i < e->calls.capacity; i++) {
		const struct call *c = pool_at(&e->calls, i);
		struct td_party_request r = {.action = (enum td_party_action)prng_below(
						     &s->prng, TD_PARTY_ACTION_COUNT)};

		if (c->state != CALL_TALKING || prng_below(&s->prng, 6))
			continue;
		snprintf(r.call, sizeof(r.call), "%s", c->contact->cdr.id);
		if (r.action == TD_PARTY_DROP)
			whom_to_drop(s, c, &r);
		else
			whom(s, &r);
		if (td_engine_party(e, s->now, &r, &err) == 0) {
			s->parties++;
			*soak_changed(s, r.call) = true;
		}
	}
}
