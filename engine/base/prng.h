/* SPDX-License-Identifier: BSD-3-Clause */
/* A seeded generator (xoshiro256**), for tests and loads, and to spread a seed. A few of its
 * numbers tell all others: what a peer may see comes from random.h. */
#ifndef TANDEM_ENGINE_BASE_PRNG_H
#define TANDEM_ENGINE_BASE_PRNG_H

#include <stdint.h>
#include <stddef.h>

struct prng {
	uint64_t s[4];
};

void prng_init(struct prng *p, uint64_t seed);
uint64_t prng_u64(struct prng *p);
uint32_t prng_below(struct prng *p, uint32_t n); /* 0..n-1 without bias; n > 0 */

#endif
