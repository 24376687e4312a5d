/* SPDX-License-Identifier: BSD-3-Clause */
/* 200,000 random takes, changes and releases against sums counted anew after each. */
#include <engine/call/state/admission.h>
#include <engine/base/prng.h>
#include <tests/unit/unit.h>

#define BUDGETS 4
#define GRANTS  64
#define STEPS   200000

struct run {
	struct prng prng;
	struct budget budget[BUDGETS];
	struct grant grant[GRANTS];
	uint64_t refused, raised, lowered, emptied;
};

static uint32_t below(struct run *r, uint32_t n)
{
	return prng_below(&r->prng, n);
}

static struct rate rate_draw(struct run *r)
{
	return (struct rate){
		.codec = TD_CODEC_PCMA,
		.ptime_ms = (uint8_t)(10 * (1 + below(r, 6))),
		.family = below(r, 2) ? 4 : 6,
		.tag = below(r, 2) ? TD_SRTP_TAG_AEAD_AES_256_GCM : 0,
		.extra = below(r, 2) ? 4 : 0,
	};
}

static void limits_draw(struct run *r, struct budget *b)
{
	uint64_t before = b->limit_bps;

	b->limit_bps = below(r, 4) ? 100000 * (1 + below(r, 30)) : 0;
	b->limit_calls = below(r, 3) ? 1 + below(r, 20) : 0;
	r->lowered += b->limit_bps && (!before || b->limit_bps < before);
}

/* bps and calls that the grants hold of the budget. */
static void sums(const struct run *r, const struct budget *b, uint64_t *bps, uint32_t *calls)
{
	*bps = *calls = 0;
	for (int i = 0; i < GRANTS; i++)
		for (int k = 0; k < GRANT_BUDGETS; k++)
			if (r->grant[i].of[k] == b) {
				*bps += rate_bps(&r->grant[i].rate, (enum td_layer)b->layer);
				++*calls;
			}
}

/* `was`: reserved before a step that changed no limit. */
static void check(struct run *r, const uint64_t was[BUDGETS], const uint32_t calls_were[BUDGETS])
{
	for (int i = 0; i < BUDGETS; i++) {
		const struct budget *b = &r->budget[i];
		uint64_t bps;
		uint32_t calls;

		sums(r, b, &bps, &calls);
		assert_int_equal(b->reserved_bps, bps);
		assert_int_equal(b->calls, calls);
		assert_true(!b->limit_bps || bps <= b->limit_bps || bps <= was[i]);
		assert_true(!b->limit_calls || calls <= b->limit_calls || calls <= calls_were[i]);
		r->emptied += calls == 0;
	}
}

static bool fits(const struct budget *b, uint64_t bps)
{
	return (!b->limit_bps || b->reserved_bps + bps <= b->limit_bps) &&
	       (!b->limit_calls || b->calls + 1 <= b->limit_calls);
}

static void take(struct run *r, struct grant *g)
{
	struct budget *of[GRANT_BUDGETS] = {
		below(r, 4) ? &r->budget[below(r, 2)] : NULL,
		below(r, 4) ? &r->budget[2 + below(r, 2)] : NULL,
	};
	struct rate rate = rate_draw(r);
	struct budget *full;
	bool fit = true;

	for (int k = 0; k < GRANT_BUDGETS; k++)
		fit &= !of[k] || fits(of[k], rate_bps(&rate, (enum td_layer)of[k]->layer));
	full = admission_take(g, of[GRANT_TRUNK], of[GRANT_LINK], &rate, false);
	assert_int_equal(full == NULL, fit);
	assert_true(!full || full == of[0] || full == of[1]);
	r->refused += full != NULL;
}

static void change(struct run *r, struct grant *g)
{
	struct rate rate = rate_draw(r);
	struct rate before = g->rate;
	const struct budget *full;
	bool less = true;

	for (unsigned l = 0; l < TD_LAYER_COUNT; l++)
		less &= rate_bps(&rate, l) <= rate_bps(&before, l);
	full = admission_change(g, &rate);

	assert_false(less && full);
	assert_memory_equal(&g->rate, full ? &before : &rate, sizeof(rate));
	r->raised += !less && !full;
	r->refused += full != NULL;
}

static void step(struct run *r)
{
	struct grant *g = &r->grant[below(r, GRANTS)];
	bool held = g->of[0] || g->of[1];
	uint64_t was[BUDGETS];
	uint32_t calls[BUDGETS];

	for (int i = 0; i < BUDGETS; i++) {
		was[i] = r->budget[i].reserved_bps;
		calls[i] = r->budget[i].calls;
	}
	if (below(r, 200) == 0)
		limits_draw(r, &r->budget[below(r, BUDGETS)]);
	else if (!held)
		take(r, g);
	else if (below(r, 2))
		change(r, g);
	else
		admission_release(g);
	check(r, was, calls);
}

static void what_is_reserved_never_passes_a_limit(void **state)
{
	static struct run r;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		r = (struct run){0};
		prng_init(&r.prng, seed);
		for (int i = 0; i < BUDGETS; i++) {
			r.budget[i].layer = (uint8_t)(i % TD_LAYER_COUNT);
			limits_draw(&r, &r.budget[i]);
		}
		for (int i = 0; i < STEPS / 4; i++)
			step(&r);
		assert_true(r.refused > 1000 && r.raised > 1000 && r.lowered > 10);
		for (int i = 0; i < GRANTS; i++)
			admission_release(&r.grant[i]);
		for (int i = 0; i < BUDGETS; i++) {
			assert_int_equal(r.budget[i].reserved_bps, 0);
			assert_int_equal(r.budget[i].calls, 0);
		}
	}
}

static void room_is_what_fits(void **state)
{
	struct rate rate = {.codec = TD_CODEC_PCMA, .ptime_ms = 20, .family = 4};
	struct budget b = {.limit_bps = 10000000, .layer = TD_LAYER_WIRE};
	struct grant grant[200] = {0};
	uint32_t n = 0;

	assert_int_equal(budget_room(&b, rate_bps(&rate, TD_LAYER_WIRE)), 104);
	while (!admission_take(&grant[n], NULL, &b, &rate, n % 2))
		n++;
	assert_int_equal(n, 104); /* as `tandemctl bandwidth plan --link 10M` says */
	assert_int_equal(b.refused, 1);
	assert_true(budget_crowded(&b));
	b.limit_bps = 0;
	assert_int_equal(budget_room(&b, 1), UINT32_MAX);
	assert_false(budget_limited(&b));
	assert_false(budget_crowded(&b));
	b.limit_calls = 100;
	assert_int_equal(budget_room(&b, 1), 0);
	while (n > 90)
		admission_release(&grant[--n]);
	assert_false(budget_crowded(&b)); /* nine tenths of them are */
	assert_int_equal(budget_room(&b, 1), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reserved_never_passes_a_limit),
		cmocka_unit_test(room_is_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
