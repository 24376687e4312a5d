/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum (RFC 1071). Its sum is commutative and does not care about byte order, so
 * words of any width may be added as they lie in memory and folded at the end.
 */
#ifndef TANDEM_DATAPLANE_NET_CHECKSUM_H
#define TANDEM_DATAPLANE_NET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Adds n bytes, in 32-bit words: 64 bits hold the carries of 2^32 of them. */
static inline uint64_t checksum_add(uint64_t sum, const void *data, size_t n)
{
	const unsigned char *p = data;
	uint32_t w;

	for (; n >= 4; n -= 4, p += 4) {
		memcpy(&w, p, 4);
		sum += w;
	}
	if (n) {
		w = 0;
		memcpy(&w, p, n);
		sum += w;
	}
	return sum;
}

/* 64 bits to 32 by an end-around carry, then both halves of 16 at once: the upper half of
 * (hi, lo) + (lo, hi) is hi + lo and the carry of lo + hi. */
static inline uint16_t checksum_fold(uint64_t sum)
{
	uint32_t low = (uint32_t)sum, s;

	s = low + (uint32_t)(sum >> 32);
	s += s < low;
	s += s << 16 | s >> 16;
	return (uint16_t)(s >> 16);
}

#endif
