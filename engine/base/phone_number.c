/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/phone_number.h>
#include <stddef.h>
#include <string.h>

#define SEPARATORS "().-"

bool phone_number_clean(char *text)
{
	char *from = text, *to = text;
	size_t n;

	from += *from == '+';
	n = strspn(from, "0123456789*#" SEPARATORS);
	if (from[n] || strspn(from, SEPARATORS) == n)
		return false;
	for (from = text; *from; from++)
		if (!strchr(SEPARATORS, *from))
			*to++ = *from;
	*to = '\0';
	return true;
}
