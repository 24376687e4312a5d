/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of SIP's grammar (RFC 3261 section 25.1) over a slice that shrinks as they are read.
 * Folding: inside a header field's value CR and LF are white space, since whoever cut the value
 * out has seen that each line end is followed by SP or HTAB.
 */
#ifndef TANDEM_ENGINE_SIP_MSG_LEX_H
#define TANDEM_ENGINE_SIP_MSG_LEX_H

#include <engine/base/str.h>

enum lex_class {
	LEX_TOKEN = 1 << 0, /* token */
	LEX_SPACE = 1 << 1, /* SP HTAB CR LF */
	LEX_DIGIT = 1 << 2,
	LEX_HOST = 1 << 3, /* alphanum - . _ ; _ because real networks use it */
	LEX_USER = 1 << 4, /* user: unreserved, escaped, user-unreserved */
	LEX_URI = 1 << 5,  /* anything allowed in a URI */
	/* A parameter's value without quotes: token and host by the grammar, and what else tags and
	 * branches of real devices hold (base64) and URI parameters may: = / @ & $ ( ) # */
	LEX_PARAM = 1 << 6,
	LEX_WORD = 1 << 7, /* word of Call-ID, with @ */
};
extern const uint8_t lex_table[256];

static inline bool lex_is(char c, unsigned class)
{
	return lex_table[(unsigned char)c] & class;
}

static inline void lex_space(struct str *s)
{
	while (s->n > 0 && lex_is(s->p[0], LEX_SPACE)) {
		s->p++;
		s->n--;
	}
}

/* The longest run of the class, maybe empty. */
static inline struct str lex_run(struct str *s, unsigned class)
{
	struct str run = *s;

	while (s->n > 0 && lex_is(s->p[0], class)) {
		s->p++;
		s->n--;
	}
	run.n -= s->n;
	return run;
}

static inline bool lex_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* Cuts one line with its end off *rest, a header field's with `fold`: whole, over its lines. The
 * empty line after the header never goes on. False: the line has no end. */
bool lex_line(struct str *rest, struct str *line, bool fold);
/* "name : value" of such a line, the value trimmed. False: it is no header field. */
bool lex_header(struct str line, struct str *name, struct str *value);
/* All of s is of the class, and it is not empty. */
bool lex_all(struct str s, unsigned class);
/* A quoted string; *inner is without the quotes. False when it does not end. */
bool lex_quoted(struct str *s, struct str *inner);
/* The next of ";name[=value]". 1 found, 0 at the end of s, -1 malformed. */
int lex_param(struct str *s, struct str *name, struct str *value);
/* host or IPv6reference. False when malformed. */
bool lex_host(struct str *s, struct str *host);
/* The digits of a port. False when malformed. */
bool lex_port(struct str *s, uint16_t *port);

#endif
