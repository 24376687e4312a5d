/* SPDX-License-Identifier: BSD-3-Clause */
/* The values of Authorization and its kin: RFC 7616 section 3.4, RFC 3261 section 25.1. */
#include <errno.h>
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

int sip_auth_decode(struct sip_auth *out, struct str text)
{
	struct str s = str_trim(text);
	struct str stale = {0};
	const struct {
		struct str name;
		struct str *out;
	} fields[] = {
		{STR("username"), &out->username},
		{STR("realm"), &out->realm},
		{STR("nonce"), &out->nonce},
		{STR("uri"), &out->uri},
		{STR("response"), &out->response},
		{STR("algorithm"), &out->algorithm},
		{STR("cnonce"), &out->cnonce},
		{STR("nc"), &out->nc},
		{STR("qop"), &out->qop},
		{STR("opaque"), &out->opaque},
		{STR("stale"), &stale},
	};

	*out = (struct sip_auth){0};
	if (!str_caseeq(lex_run(&s, LEX_TOKEN), STR("Digest")))
		return -ENOTSUP;
	for (;;) {
		struct str name, value;

		lex_space(&s);
		name = lex_run(&s, LEX_TOKEN);
		lex_space(&s);
		if (name.n == 0 || !lex_char(&s, '='))
			return -EBADMSG;
		lex_space(&s);
		if (!lex_quoted(&s, &value)) {
			value = lex_run(&s, LEX_TOKEN);
			if (value.n == 0)
				return -EBADMSG;
		}
		for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (str_caseeq(name, fields[i].name)) {
				/* RFC 7235 section 2.1; another program might read the other one */
				if (fields[i].out->p)
					return -EBADMSG;
				*fields[i].out = value;
			}
		lex_space(&s);
		if (s.n == 0)
			break;
		if (!lex_char(&s, ','))
			return -EBADMSG;
	}
	out->stale = str_caseeq(stale, STR("true"));
	return out->realm.p && out->nonce.p ? 0 : -EBADMSG;
}
