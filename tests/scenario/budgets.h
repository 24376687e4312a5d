/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The promise of admission, checked after every input: what is reserved is never above a limit.
 * That it is the sum over the legs that live is for engine_check().
 */
#ifndef TANDEM_TESTS_SCENARIO_BUDGETS_H
#define TANDEM_TESTS_SCENARIO_BUDGETS_H

#include <stdint.h>

struct td_engine;

#define BUDGETS_MAX 16 /* of each, of a test's site */

/* A budget as it was the last time. */
struct budget_was {
	uint64_t bps, limit_bps;
	uint32_t calls, limit_calls;
	uint8_t layer;
};

struct budgets {
	struct budget_was links[BUDGETS_MAX], trunks[BUDGETS_MAX];
};

/* NULL, or what is wrong. */
const char *budgets_check(struct budgets *b, const struct td_engine *e);
/* NULL, or what is still reserved although all calls should have ended. */
const char *budgets_residue(const struct td_engine *e);

#endif
