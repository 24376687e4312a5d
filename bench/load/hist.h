/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A histogram of durations, log-linear: each power of two is split into HIST_STEPS equal steps, so
 * a value is known to 1 in HIST_STEPS (3 %) from 1 ns to 18 minutes, at a fixed size and a few
 * instructions a value. Values below HIST_STEPS are exact.
 */
#ifndef TANDEM_BENCH_LOAD_HIST_H
#define TANDEM_BENCH_LOAD_HIST_H

#include <stdint.h>

#define HIST_STEP_BITS 5
#define HIST_STEPS     (1u << HIST_STEP_BITS)
#define HIST_BITS      40 /* 2^40 ns = 18 min; what is longer counts as that */
#define HIST_BUCKETS   ((HIST_BITS - HIST_STEP_BITS + 1) * HIST_STEPS)

struct hist {
	uint64_t count, max;
	uint64_t bucket[HIST_BUCKETS];
};

static inline unsigned hist_bucket(uint64_t v)
{
	unsigned shift;

	if (v < HIST_STEPS)
		return (unsigned)v;
	if (v >> HIST_BITS)
		return HIST_BUCKETS - 1;
	/* The highest bit and HIST_STEP_BITS bits behind it: steps of 2^shift. */
	shift = 63 - (unsigned)__builtin_clzll(v) - HIST_STEP_BITS;
	return (shift << HIST_STEP_BITS) + (unsigned)(v >> shift);
}

static inline void hist_add(struct hist *h, uint64_t v)
{
	h->count++;
	h->bucket[hist_bucket(v)]++;
	if (v > h->max)
		h->max = v;
}

/* The largest value of bucket b. */
uint64_t hist_bound(unsigned b);
/* No less than `share` (0..1) of the values are at most this; never above the maximum. 0: none. */
uint64_t hist_quantile(const struct hist *h, double share);

#endif
