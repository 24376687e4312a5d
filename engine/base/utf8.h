/* SPDX-License-Identifier: BSD-3-Clause */
/* UTF-8 (RFC 3629): what is well-formed, and text that a terminal may have. */
#ifndef TANDEM_ENGINE_BASE_UTF8_H
#define TANDEM_ENGINE_BASE_UTF8_H

#include <engine/base/buf.h>

/* Bytes of the well-formed sequence that s begins with, 0 when there is none. s is not empty. */
size_t utf8_len(struct str s);
bool utf8_valid(struct str s);

/* Copies as much as dst has room for, and a NUL. What does not fit is cut behind a whole character.
 * size > 0. */
void utf8_copy(char *dst, size_t size, const char *text);
/* Takes off the end of a text what a cut has left of a character. */
void utf8_cut(char *text);

enum utf8_lines {
	UTF8_ONE_LINE, /* a new line is \n, a tab \t */
	UTF8_LINES,    /* LF, CRLF and tab stay */
};

/*
 * Appends the text so that no character of it does anything to a terminal: control characters (C0,
 * DEL, C1) and bytes that are no UTF-8 are \xNN. Where `out` has no room it ends after a whole
 * character, with out->error set.
 */
void utf8_printable(struct td_buf *out, struct str text, enum utf8_lines lines);

#endif
