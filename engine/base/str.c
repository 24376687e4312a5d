/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/str.h>

/* Eight bytes with upper-case ASCII letters made lower. Not tolower(): SIP compares ASCII whatever
 * the locale says. A byte's seventh bit carries into its eighth exactly from 'A', or after 'Z'. */
static uint64_t lower(uint64_t word)
{
	const uint64_t each = 0x0101010101010101, top = 0x80 * each;
	uint64_t low = word & ~top, from_a = low + (0x80 - 'A') * each,
		 after_z = low + (0x80 - 'Z' - 1) * each;

	return word | ((from_a ^ after_z) & ~word & top) >> 2;
}

static bool word_caseeq(uint64_t a, uint64_t b)
{
	return a == b || lower(a) == lower(b);
}

/* The first `half` bytes and the last, which overlap: all of n from half to 2 * half. */
static uint64_t ends(const char *p, size_t n, size_t half)
{
	uint64_t first = 0, last = 0;

	memcpy(&first, p, half);
	memcpy(&last, p + n - half, half);
	return first | last << 32;
}

bool str_caseeq(struct str a, struct str b)
{
	uint64_t x, y;

	if (a.n != b.n)
		return false;
	if (a.n < 2)
		return a.n == 0 || word_caseeq((unsigned char)a.p[0], (unsigned char)b.p[0]);
	if (a.n < 4)
		return word_caseeq(ends(a.p, a.n, 2), ends(b.p, b.n, 2));
	if (a.n < 8)
		return word_caseeq(ends(a.p, a.n, 4), ends(b.p, b.n, 4));
	for (size_t at = 0;;) {
		memcpy(&x, a.p + at, 8);
		memcpy(&y, b.p + at, 8);
		if (!word_caseeq(x, y))
			return false;
		if (at + 8 == a.n)
			return true;
		/* the last eight overlap what was compared, where n is no multiple of eight */
		at = at + 16 <= a.n ? at + 8 : a.n - 8;
	}
}

bool str_has_prefix(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_cut(struct str *rest, char c)
{
	struct str head = *rest;
	const char *at = rest->n > 0 ? memchr(rest->p, c, rest->n) : NULL;

	if (!at) {
		*rest = (struct str){NULL, 0};
		return head;
	}
	head.n = (size_t)(at - head.p);
	rest->p = at + 1;
	rest->n -= head.n + 1;
	return head;
}

bool str_u64(struct str s, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.p[i] - '0');

		if (v > (max - digit) / 10 || digit > max)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return true;
}

bool str_copy(char *dst, size_t size, struct str s)
{
	size_t n = s.n < size ? s.n : size - 1;

	if (n > 0)
		memcpy(dst, s.p, n);
	dst[n] = '\0';
	return n == s.n;
}
