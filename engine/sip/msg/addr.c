/* SPDX-License-Identifier: BSD-3-Clause */
/* From, To, Contact, Route: RFC 3261 section 20.10. */
#include <errno.h>
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

/* Cuts off what stands before a "<": a quoted-string, or *(token LWS), maybe empty. False: no "<"
 * follows. A URI's first ':' is in none of these, so a '<' after one is of a parameter. */
static bool display_name(struct str *s, struct str *display)
{
	if (s->n > 0 && s->p[0] == '"') {
		if (!lex_quoted(s, display))
			return false;
		lex_space(s);
	} else {
		*display = str_trim(lex_run(s, LEX_TOKEN | LEX_SPACE));
	}
	return lex_char(s, '<');
}

/* What follows "<": uri ">" */
static int name_addr(struct sip_addr *out, struct str *s)
{
	const char *end = s->n ? memchr(s->p, '>', s->n) : NULL;

	if (!end)
		return -EBADMSG;
	struct str uri = {s->p, (size_t)(end - s->p)};

	s->p = end + 1;
	s->n -= uri.n + 1;
	return sip_uri_decode(&out->uri, uri);
}

/*
 * A URI without <> has no ';' and no '?' (section 20.10). So it ends at the first ';', which begins
 * the header field's parameters, and a '?' is an error.
 */
static int addr_spec(struct sip_addr *out, struct str *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] != ';' && !lex_is(s->p[n], LEX_SPACE))
		n++;
	struct str uri = {s->p, n};
	int rc = sip_uri_decode(&out->uri, uri);

	s->p += n;
	s->n -= n;
	return rc == 0 && out->uri.headers.p ? -EBADMSG : rc;
}

int sip_addr_decode(struct sip_addr *out, struct str text)
{
	struct str s = str_trim(text), after = s, name, value;
	int rc;

	*out = (struct sip_addr){.text = s};
	if (display_name(&after, &out->display)) {
		s = after;
		rc = name_addr(out, &s);
	} else {
		out->display = (struct str){0};
		rc = addr_spec(out, &s);
	}
	if (rc != 0)
		return rc;
	out->params = s;
	while ((rc = lex_param(&s, &name, &value)) > 0) {
		if (name.n != 3 || !str_caseeq(name, STR("tag")))
			continue;
		/* section 7.3.1: a parameter once, and this one has a value; which dialog would it
		 * be? */
		if (out->tag.p || value.n == 0)
			return -EBADMSG;
		out->tag = value;
	}
	return rc == 0 ? 0 : -EBADMSG;
}

void sip_addr_encode(struct td_buf *b, struct str uri, struct str tag)
{
	buf_str(b, STR("<"));
	buf_str(b, uri);
	buf_str(b, STR(">"));
	if (tag.n > 0) {
		buf_str(b, STR(";tag="));
		buf_str(b, tag);
	}
}
