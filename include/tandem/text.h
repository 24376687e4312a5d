/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of text about what failed: what, where, and what to do. The caller of a function that
 * can fail owns the text; the function writes it where it returns an error, and leaves it alone
 * where it does not. Any thread, one at a time for each text.
 */
#ifndef TANDEM_TEXT_H
#define TANDEM_TEXT_H

#include <stdarg.h>

/* Bytes with the NUL: longer than any path and name of a line together that a terminal shows. */
#define TD_TEXT_BYTES 512

struct td_text {
	char s[TD_TEXT_BYTES]; /* UTF-8, ends with a NUL */
};

/*
 * Writes the text anew, as printf() does. What does not fit is cut after a whole UTF-8 character
 * and ends with an ellipsis. With t NULL nothing happens: the caller wants no reason. The
 * arguments must not point into t.
 */
void td_text_set(struct td_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void td_text_vset(struct td_text *t, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
