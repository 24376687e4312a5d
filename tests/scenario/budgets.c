/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/media/keys.h>
#include <engine/call/state/state.h>
#include <tests/scenario/budgets.h>

/* What is reserved of a budget, counted anew over the legs that hold some of it. */
static void held(const struct td_engine *e, const struct budget *b, uint64_t *bps, uint32_t *calls)
{
	*bps = *calls = 0;
	for (uint32_t i = 0; i < e->legs.capacity; i++) {
		const struct party *l = pool_at(&e->legs, i);

		for (int k = 0; k < GRANT_BUDGETS; k++)
			if (l->grant.of[k] == b) {
				*bps += rate_bps(&l->grant.rate, (enum td_layer)b->layer);
				++*calls;
			}
	}
}

/* Never more than the limit. After a limit was lowered, calls that are there may still exceed it.
 */
static const char *budget_check(
	const struct td_engine *e, const struct budget *b, struct budget_was *was)
{
	bool changed = was->limit_bps != b->limit_bps || was->limit_calls != b->limit_calls ||
		       was->layer != b->layer;
	uint64_t bps;
	uint32_t calls;

	held(e, b, &bps, &calls);
	if (bps != b->reserved_bps || calls != b->calls)
		return "what is reserved is not what the legs hold";
	if (b->limit_bps && bps > b->limit_bps && bps > was->bps && !changed)
		return "more bits a second reserved than the limit allows";
	if (b->limit_calls && calls > b->limit_calls && calls > was->calls && !changed)
		return "more calls than the limit allows";
	*was = (struct budget_was){bps, b->limit_bps, calls, b->limit_calls, b->layer};
	return NULL;
}

/* Each leg that a worker knows holds what it needs, and the distributor knows what room links have.
 */
static const char *legs_check(const struct td_engine *e)
{
	for (uint32_t i = 0; i < e->legs.capacity; i++) {
		const struct party *l = pool_at(&e->legs, i);
		const struct grant *g = &l->grant;

		if (l->media != LEG_MEDIA_ADDED || !l->call)
			continue;
		if (g->rate.codec != l->params.codec || g->rate.ptime_ms > l->ptime_ms)
			return "a leg with media that is not what it has reserved";
		if (g->rate.tag < keys_tag(&l->keys.in) || g->rate.tag < keys_tag(&l->keys.out))
			return "a leg with SRTP whose tag is not reserved";
		if (l->state != PARTY_LEFT &&
			l->grant.rate.ptime_ms != l->call->caller->grant.rate.ptime_ms)
			return "the legs of a call reserve packets of different lengths";
	}
	return NULL;
}

const char *budgets_check(struct budgets *b, const struct td_engine *e)
{
	const char *fault = legs_check(e);
	for (uint32_t i = 1; !fault && i <= e->links.count && i <= BUDGETS_MAX; i++) {
		const struct link *k = objects_get(&e->links, i);

		fault = budget_check(e, &k->budget, &b->links[i - 1]);
		if (!fault && k->offers)
			fault = "offers that nobody has tried";
	}
	for (uint32_t i = 1; !fault && i <= e->trunks.count && i <= BUDGETS_MAX; i++)
		fault = budget_check(e, &((struct trunk *)objects_get(&e->trunks, i))->budget,
			&b->trunks[i - 1]);
	return fault;
}

const char *budgets_residue(const struct td_engine *e)
{
	for (uint32_t n = 1; n <= e->links.count; n++) {
		const struct link *k = objects_get(&e->links, n);

		if (k->budget.calls || k->budget.reserved_bps)
			return "bandwidth reserved";
		if (k->told == 0)
			return "an empty link that the distributor takes for full";
	}
	return NULL;
}
