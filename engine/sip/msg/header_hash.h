/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The perfect hash over names of header fields: the part that the program which searches for it
 * (tools/headers) and the lookup (header.c) share.
 *
 * The first and the last eight bytes of a name, which overlap in most, its length and one factor
 * make 64 bits, whose upper ones are a place. The factor is searched until no two names fall on one
 * place. Both programs must run on machines of one byte order.
 */
#ifndef TANDEM_ENGINE_SIP_MSG_HEADER_HASH_H
#define TANDEM_ENGINE_SIP_MSG_HEADER_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A name of header_places[], compact forms too; text NULL: a free place. */
struct header_place {
	const char *text;
	uint8_t length;
	uint8_t id; /* enum sip_header */
};

extern const struct header_place header_places[]; /* made by the build */

/* Letters of either case hash alike. n: at least 1. */
static inline uint64_t header_hash(const char *p, size_t n, uint64_t factor)
{
	const uint64_t lower = 0x2020202020202020;
	uint64_t first = 0, last = 0;

	if (n >= 8) {
		memcpy(&first, p, 8);
		memcpy(&last, p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(&first, p, 4);
		memcpy(&last, p + n - 4, 4);
	} else {
		first = (uint64_t)(unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
			(uint64_t)(unsigned char)p[n - 1] << 16;
	}
	return (((first | lower) + n) * factor ^ (last | lower)) * factor;
}

#endif
