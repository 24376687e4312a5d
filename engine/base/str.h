/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A slice of bytes that someone else owns, and small text helpers. Not NUL-terminated.
 * Every function takes any slice, the empty one ({NULL, 0}) too, and none allocates.
 */
#ifndef TANDEM_ENGINE_BASE_STR_H
#define TANDEM_ENGINE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT(s)   (int)(s).n, (s).p /* for "%.*s" */

static inline struct str str_of(const char *z)
{
	return (struct str){z, z ? strlen(z) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_caseeq(struct str a, struct str b); /* ASCII case folded */
bool str_has_prefix(struct str s, struct str prefix);
struct str str_trim(struct str s); /* SP, HTAB, CR, LF off both ends */
/* Cuts the part before the first `c` off *rest, and the `c` with it, and returns that part.
 * Without a `c` it returns all of *rest, and rest->p is NULL then: after "a," an empty part is
 * left, after "a" none. */
struct str str_cut(struct str *rest, char c);
/* Decimal digits only; false when empty, other characters, or above max. */
bool str_u64(struct str s, uint64_t max, uint64_t *value);
/* Copies with NUL, cut to size - 1. False when it was cut. size > 0. */
bool str_copy(char *dst, size_t size, struct str s);

#endif
