/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/state.h>
#include <tests/scenario/budgets.h>

/* Never more than the limit. After a limit was lowered, calls that are there may still exceed it.
 */
static const char *budget_check(const struct budget *b, struct budget_was *was)
{
	bool changed = was->limit_bps != b->limit_bps || was->limit_calls != b->limit_calls ||
		       was->layer != b->layer;
	uint64_t bps = b->reserved_bps;
	uint32_t calls = b->calls;

	if (b->limit_bps && bps > b->limit_bps && bps > was->bps && !changed)
		return "more bits a second reserved than the limit allows";
	if (b->limit_calls && calls > b->limit_calls && calls > was->calls && !changed)
		return "more calls than the limit allows";
	*was = (struct budget_was){bps, b->limit_bps, calls, b->limit_calls, b->layer};
	return NULL;
}

const char *budgets_check(struct budgets *b, const struct td_engine *e)
{
	const char *fault = NULL;

	for (uint32_t i = 1; !fault && i <= e->links.count && i <= BUDGETS_MAX; i++)
		fault = budget_check(
			&((struct link *)objects_get(&e->links, i))->budget, &b->links[i - 1]);
	for (uint32_t i = 1; !fault && i <= e->trunks.count && i <= BUDGETS_MAX; i++)
		fault = budget_check(
			&((struct trunk *)objects_get(&e->trunks, i))->budget, &b->trunks[i - 1]);
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
