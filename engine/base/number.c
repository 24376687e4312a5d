/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/number.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS     "0123456789"
#define NUMBER_MAX 63 /* longer ones mean nothing to anyone; a double's range is far beyond */

const char *number_decode(const char *text, double *v)
{
	size_t whole = strspn(text, DIGITS), n = whole, behind = 0;
	char copy[NUMBER_MAX + 1];

	if (text[n] == '.') {
		behind = strspn(text + n + 1, DIGITS);
		n += 1 + behind;
	}
	if (whole + behind == 0 || n > NUMBER_MAX)
		return NULL;
	memcpy(copy, text, n); /* alone, so that no exponent is read */
	copy[n] = '\0';
	*v = strtod(copy, NULL);
	return text + n;
}
