/* SPDX-License-Identifier: BSD-3-Clause */
/* Via: RFC 3261 section 20.42, with rport of RFC 3581. */
#include <errno.h>
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

static bool protocol(struct str *s, struct str *transport)
{
	struct str name = lex_run(s, LEX_TOKEN);

	lex_space(s);
	if (!str_caseeq(name, STR("SIP")) || !lex_char(s, '/'))
		return false;
	lex_space(s);
	struct str version = lex_run(s, LEX_TOKEN);

	lex_space(s);
	if (!str_eq(version, STR("2.0")) || !lex_char(s, '/'))
		return false;
	lex_space(s);
	*transport = lex_run(s, LEX_TOKEN);
	return transport->n > 0 && s->n > 0 && lex_is(s->p[0], LEX_SPACE);
}

/* host [ ":" port ]; a colon has white space around it here, and not in a URI */
static bool sent_by(struct str *s, struct sip_via *out)
{
	if (!lex_host(s, &out->host))
		return false;
	lex_space(s);
	if (!lex_char(s, ':'))
		return true;
	lex_space(s);
	return lex_port(s, &out->port);
}

int sip_via_decode(struct sip_via *out, struct str text)
{
	struct str s = str_trim(text), name, value;
	int rc;

	*out = (struct sip_via){.text = s};
	if (!protocol(&s, &out->transport))
		return -EBADMSG;
	lex_space(&s);
	if (!sent_by(&s, out))
		return -EBADMSG;
	lex_space(&s);
	out->params = s;
	while ((rc = lex_param(&s, &name, &value)) > 0) {
		if (str_caseeq(name, STR("branch"))) {
			/* section 7.3.1; which transaction would it be? */
			if (out->branch.p || value.n == 0)
				return -EBADMSG;
			out->branch = value;
		} else if (str_caseeq(name, STR("received"))) {
			/* Only we set received and rport, so theirs may stand twice. */
			out->received = value;
		} else if (str_caseeq(name, STR("rport"))) {
			out->rport = true;
		}
	}
	return rc == 0 ? 0 : -EBADMSG;
}
