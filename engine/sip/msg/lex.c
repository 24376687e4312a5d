/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/sip/msg/lex.h>

#define T  LEX_TOKEN
#define S  LEX_SPACE
#define D  LEX_DIGIT
#define H  LEX_HOST
#define U  LEX_USER
#define R  LEX_URI
#define P  LEX_PARAM
#define W  LEX_WORD
#define AL (T | H | U | R | P | W) /* letters */

/* Bytes from 0x80 are UTF-8 and only ever in quoted strings, comments and unknown fields. */
const uint8_t lex_table[256] = {
	['\t'] = S,
	['\n'] = S,
	['\r'] = S,
	[' '] = S,
	['!'] = T | U | R | P | W,
	['"'] = W,
	['$'] = U | R | P,
	['%'] = T | U | R | P | W,
	['&'] = U | R | P,
	['\''] = T | U | R | P | W,
	['('] = U | R | W | P,
	[')'] = U | R | W | P,
	['*'] = T | U | R | P | W,
	['+'] = T | U | R | P | W,
	[','] = U | R,
	['-'] = AL,
	['.'] = AL,
	['/'] = U | R | W | P,
	['0' ... '9'] = AL | D,
	[':'] = R | P | W,
	[';'] = U | R,
	['<'] = W,
	['='] = U | R | P,
	['>'] = W,
	['?'] = U | R | W,
	['@'] = R | W | P,
	['A' ... 'Z'] = AL,
	['['] = R | P | W,
	['\\'] = W,
	[']'] = R | P | W,
	['_'] = AL,
	['`'] = T | P | W,
	['a' ... 'z'] = AL,
	['{'] = W,
	['}'] = W,
	['~'] = T | U | R | P | W,
	/* not of RFC 3261, but of carriers: numbers with a hash sign unescaped */
	['#'] = U | R | P,
};

bool lex_line(struct str *rest, struct str *line, bool fold)
{
	size_t at = 0;

	for (;;) {
		const char *nl = at < rest->n ? memchr(rest->p + at, '\n', rest->n - at) : NULL;

		if (!nl)
			return false;
		at = (size_t)(nl - rest->p) + 1;
		*line = (struct str){rest->p, at - 1};
		if (line->n > 0 && line->p[line->n - 1] == '\r')
			line->n--;
		if (!fold || !line->n || at >= rest->n ||
			(rest->p[at] != ' ' && rest->p[at] != '\t'))
			break;
	}
	rest->p += at;
	rest->n -= at;
	return true;
}

bool lex_header(struct str line, struct str *name, struct str *value)
{
	*name = lex_run(&line, LEX_TOKEN);
	while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) {
		line.p++;
		line.n--;
	}
	if (!name->n || !lex_char(&line, ':'))
		return false;
	*value = str_trim(line);
	return true;
}

bool lex_all(struct str s, unsigned class)
{
	return lex_run(&s, class).n > 0 && s.n == 0;
}

bool lex_quoted(struct str *s, struct str *inner)
{
	if (s->n == 0 || s->p[0] != '"')
		return false;
	for (size_t i = 1; i < s->n; i++) {
		if (s->p[i] == '\\') {
			i++;
		} else if (s->p[i] == '"') {
			*inner = (struct str){s->p + 1, i - 1};
			s->p += i + 1;
			s->n -= i + 1;
			return true;
		}
	}
	return false;
}

int lex_param(struct str *s, struct str *name, struct str *value)
{
	lex_space(s);
	if (s->n == 0)
		return 0;
	if (!lex_char(s, ';'))
		return -1;
	lex_space(s);
	*name = lex_run(s, LEX_TOKEN);
	if (name->n == 0)
		return -1;
	*value = (struct str){0};
	lex_space(s);
	if (!lex_char(s, '='))
		return 1;
	lex_space(s);
	if (s->n > 0 && s->p[0] == '"')
		return lex_quoted(s, value) ? 1 : -1;
	*value = lex_run(s, LEX_PARAM);
	return value->n > 0 ? 1 : -1;
}

bool lex_host(struct str *s, struct str *host)
{
	if (s->n == 0 || s->p[0] != '[') {
		*host = lex_run(s, LEX_HOST);
		return host->n > 0;
	}
	struct str inner = {s->p + 1, s->n - 1};

	*host = *s;
	/* What stands here, we write into the first line of our next request: no line end. */
	while (inner.n > 0 && (lex_is(inner.p[0], LEX_HOST) || inner.p[0] == ':')) {
		inner.p++;
		inner.n--;
	}
	if (!lex_char(&inner, ']'))
		return false;
	host->n -= inner.n;
	*s = inner;
	return true;
}

bool lex_port(struct str *s, uint16_t *port)
{
	uint64_t n;

	if (!str_u64(lex_run(s, LEX_DIGIT), UINT16_MAX, &n))
		return false;
	*port = (uint16_t)n;
	return true;
}
