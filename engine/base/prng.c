/* SPDX-License-Identifier: BSD-3-Clause */
/* xoshiro256**, seeded by splitmix64, as its authors Blackman and Vigna advise. */
#include <engine/base/prng.h>

static uint64_t splitmix64(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

/* splitmix64 is a bijection of a counter: four words in a row are never all zero. */
void prng_init(struct prng *p, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		p->s[i] = splitmix64(&seed);
}

uint64_t prng_u64(struct prng *p)
{
	uint64_t *s = p->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

/* Lemire: the high half of a 32x32 product, drawn again where n does not divide 2^32. */
uint32_t prng_below(struct prng *p, uint32_t n)
{
	uint32_t biased = -n % n;
	uint64_t product;

	do
		product = (prng_u64(p) >> 32) * n;
	while ((uint32_t)product < biased);
	return (uint32_t)(product >> 32);
}
