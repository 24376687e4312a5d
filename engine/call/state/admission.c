/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/admission.h>

#define CROWDED_TENTHS 9

bool budget_limited(const struct budget *b)
{
	return b->limit_bps || b->limit_calls;
}

static uint64_t bps_of(const struct budget *b, const struct rate *rate)
{
	return rate_bps(rate, (enum td_layer)b->layer);
}

uint32_t budget_room(const struct budget *b, uint64_t bps)
{
	uint64_t room = UINT32_MAX, more;

	if (b->limit_calls)
		room = b->limit_calls > b->calls ? b->limit_calls - b->calls : 0;
	if (b->limit_bps) {
		more = b->limit_bps > b->reserved_bps ? (b->limit_bps - b->reserved_bps) / bps : 0;
		room = more < room ? more : room;
	}
	return (uint32_t)room;
}

bool budget_crowded(const struct budget *b)
{
	return (b->limit_bps && b->reserved_bps * 10 > b->limit_bps * CROWDED_TENTHS) ||
	       (b->limit_calls && b->calls * 10ull > b->limit_calls * (uint64_t)CROWDED_TENTHS);
}

struct budget *admission_take(struct grant *g, struct budget *trunk, struct budget *link,
	const struct rate *rate, bool out)
{
	struct budget *of[GRANT_BUDGETS] = {[GRANT_TRUNK] = trunk, [GRANT_LINK] = link};

	for (int i = 0; i < GRANT_BUDGETS; i++)
		if (of[i] && !budget_room(of[i], bps_of(of[i], rate))) {
			of[i]->refused++;
			return of[i];
		}
	for (int i = 0; i < GRANT_BUDGETS; i++) {
		g->of[i] = of[i];
		if (!of[i])
			continue;
		of[i]->reserved_bps += bps_of(of[i], rate);
		of[i]->calls++;
		of[i]->calls_out += out;
	}
	g->rate = *rate;
	g->out = out;
	return NULL;
}

struct budget *admission_change(struct grant *g, const struct rate *rate)
{
	for (int i = 0; i < GRANT_BUDGETS; i++) {
		struct budget *b = g->of[i];
		uint64_t is, wanted;

		if (!b)
			continue;
		is = bps_of(b, &g->rate);
		wanted = bps_of(b, rate);
		if (wanted <= is || !b->limit_bps || b->reserved_bps - is + wanted <= b->limit_bps)
			continue;
		b->refused++;
		return b;
	}
	for (int i = 0; i < GRANT_BUDGETS; i++)
		if (g->of[i])
			g->of[i]->reserved_bps +=
				bps_of(g->of[i], rate) - bps_of(g->of[i], &g->rate);
	g->rate = *rate;
	return NULL;
}

void admission_release(struct grant *g)
{
	for (int i = 0; i < GRANT_BUDGETS; i++) {
		if (!g->of[i])
			continue;
		g->of[i]->reserved_bps -= bps_of(g->of[i], &g->rate);
		g->of[i]->calls--;
		g->of[i]->calls_out -= g->out;
	}
	*g = (struct grant){0};
}
