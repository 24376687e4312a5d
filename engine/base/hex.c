/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/hex.h>

void hex_encode(uint64_t n, unsigned digits, char *out)
{
	for (unsigned i = 0; i < digits; i++)
		out[i] = "0123456789abcdef"[n >> (4 * (digits - 1 - i)) & 15];
}

bool hex_decode(struct str s, uint64_t *n)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] | 0x20;

		if (s.p[i] >= '0' && s.p[i] <= '9')
			v = v << 4 | (uint64_t)(s.p[i] - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	*n = v;
	return true;
}
