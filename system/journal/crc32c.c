/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/journal/crc32c.h>
#include <string.h>

#ifdef __SSE4_2__
#include <nmmintrin.h>

uint32_t crc32c(uint32_t crc, const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t c = ~crc;

	for (; n >= sizeof(uint64_t); p += sizeof(uint64_t), n -= sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		c = _mm_crc32_u64(c, word);
	}
	for (; n; p++, n--)
		c = _mm_crc32_u8((uint32_t)c, *p);
	return ~(uint32_t)c;
}
#else
#define POLYNOMIAL_REFLECTED 0x82F63B78u

uint32_t crc32c(uint32_t crc, const void *data, size_t n)
{
	const unsigned char *p = data;
	uint32_t c = ~crc;

	for (; n; p++, n--) {
		c ^= *p;
		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ (c & 1 ? POLYNOMIAL_REFLECTED : 0);
	}
	return ~c;
}
#endif
