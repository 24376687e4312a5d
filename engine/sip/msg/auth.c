/* SPDX-License-Identifier: BSD-3-Clause */
/* The values of Authorization and its kin: RFC 7616 section 3.4, RFC 3261 section 25.1. */
#include <errno.h>
#include <engine/sip/registrar/digest.h>
#include <engine/sip/msg/lex.h>

int digest_auth_decode(struct digest_auth *a, struct str value)
{
	struct str s = str_trim(value);
	struct str stale = {0};
	const struct {
		struct str name;
		struct str *out;
	} fields[] = {
		{STR("username"), &a->username},
		{STR("realm"), &a->realm},
		{STR("nonce"), &a->nonce},
		{STR("uri"), &a->uri},
		{STR("response"), &a->response},
		{STR("algorithm"), &a->algorithm},
		{STR("cnonce"), &a->cnonce},
		{STR("nc"), &a->nc},
		{STR("qop"), &a->qop},
		{STR("opaque"), &a->opaque},
		{STR("stale"), &stale},
	};

	*a = (struct digest_auth){0};
	if (!str_caseeq(lex_run(&s, LEX_TOKEN), STR("Digest")))
		return -ENOTSUP;
	for (;;) {
		struct str name, text;

		lex_space(&s);
		name = lex_run(&s, LEX_TOKEN);
		lex_space(&s);
		if (name.n == 0 || !lex_char(&s, '='))
			return -EBADMSG;
		lex_space(&s);
		if (!lex_quoted(&s, &text)) {
			text = lex_run(&s, LEX_TOKEN);
			if (text.n == 0)
				return -EBADMSG;
		}
		for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (str_caseeq(name, fields[i].name))
				*fields[i].out = text;
		lex_space(&s);
		if (s.n == 0)
			break;
		if (!lex_char(&s, ','))
			return -EBADMSG;
	}
	a->stale = str_caseeq(stale, STR("true"));
	return a->realm.p && a->nonce.p ? 0 : -EBADMSG;
}
