/* SPDX-License-Identifier: BSD-3-Clause */
#include <tandem/text.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

/* Octets 10xxxxxx go on with a character (RFC 3629, section 3). */
static bool goes_on(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

void td_text_vset(struct td_text *t, const char *fmt, va_list args)
{
	size_t cut = sizeof(t->s) - sizeof(ELLIPSIS);
	int n;

	if (!t)
		return;
	n = vsnprintf(t->s, sizeof(t->s), fmt, args);
	if (n < 0)
		t->s[0] = '\0';
	if (n < (int)sizeof(t->s))
		return;
	while (cut && goes_on(t->s[cut]))
		cut--;
	memcpy(t->s + cut, ELLIPSIS, sizeof(ELLIPSIS));
}

void td_text_set(struct td_text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	td_text_vset(t, fmt, args);
	va_end(args);
}
