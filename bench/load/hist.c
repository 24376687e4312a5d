/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <bench/load/hist.h>

uint64_t hist_bound(unsigned b)
{
	unsigned shift = b >> HIST_STEP_BITS;

	if (!shift)
		return b;
	shift--; /* the first HIST_STEPS buckets are those below HIST_STEPS */
	return (((uint64_t)(b & (HIST_STEPS - 1)) + HIST_STEPS + 1) << shift) - 1;
}

uint64_t hist_quantile(const struct hist *h, double share)
{
	uint64_t want = (uint64_t)ceil(share * (double)h->count), seen = 0;

	for (unsigned b = 0; b < HIST_BUCKETS && h->count; b++) {
		seen += h->bucket[b];
		if (seen && seen >= want)
			return hist_bound(b) < h->max && b < HIST_BUCKETS - 1 ? hist_bound(b)
									      : h->max;
	}
	return 0;
}
