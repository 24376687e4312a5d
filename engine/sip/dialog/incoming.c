/* SPDX-License-Identifier: BSD-3-Clause */
/* What a request must be like before anybody looks what it asks for (RFC 3261 section 8.2). */
#include <engine/sip/dialog/incoming.h>
#include <engine/sip/txn/strans.h>

#define NONE STR("")

void incoming_reply(const struct incoming *in, int code, struct str extra, bool stateless)
{
	const struct sip_ua_ops *ops = &in->ua->ops;

	strans_reply(&in->ua->txns, in->m, in->flow, code, extra, NONE, stateless);
	if (code >= 300 && in->m->method == SIP_INVITE && !in->m->to.tag.p && ops->refused)
		ops->refused(ops->ctx, in->m, in->flow);
}

void incoming_refuse(const struct incoming *in, int code, struct str extra, bool stateless)
{
	in->ua->transport.stats.refused++;
	incoming_reply(in, code, extra, stateless);
}

/* section 8.2.2.3: everything in Require is unknown to us. Our message has room for what theirs
 * had room for. False: they require nothing. */
static bool refuse_require(const struct incoming *in)
{
	char extra[SIP_MSG_MAX];
	struct sip_values it = {0};
	struct str value;
	struct td_buf b;
	bool any = false;

	buf_init_fixed(&b, extra, sizeof(extra));
	header_name_encode(&b, SIP_HDR_UNSUPPORTED);
	while (sip_msg_value(in->m, SIP_HDR_REQUIRE, &it, &value)) {
		if (value.n == 0)
			continue;
		buf_str(&b, any ? STR(", ") : NONE);
		value_encode(&b, value);
		any = true;
	}
	buf_str(&b, STR("\r\n"));
	if (any)
		incoming_refuse(in, 420, b.error ? NONE : (struct str){b.data, b.len}, true);
	return any;
}

/* "*" means all bindings, and only a REGISTER has them (section 10.2.2). Requests in the dialog go
 * to a SIP URI (section 8.1.1.8). */
static bool contact_is_wrong(const struct sip_msg *m)
{
	if (m->method == SIP_REGISTER)
		return false;
	return str_eq(m->contact.text, STR("*")) ||
	       (m->method == SIP_INVITE && m->contact.text.n > 0 && !m->contact.uri.host.p);
}

/* Checks that ask nothing but the message itself, so that the answer needs no state. Their order is
 * that of section 8.2. Headers have no place in a Request-URI (section 19.1.1). */
bool incoming_acceptable(const struct incoming *in, bool taken)
{
	const struct sip_msg *m = in->m;
	struct str scheme = m->uri.scheme;

	if (!taken)
		incoming_refuse(in, 405, STR(SIP_ALLOW), true);
	else if (!str_caseeq(scheme, STR("sip")) && !str_caseeq(scheme, STR("sips")) &&
		 !str_caseeq(scheme, STR("tel")))
		incoming_refuse(in, 416, NONE, true);
	else if (m->uri.headers.p || contact_is_wrong(m))
		incoming_refuse(in, 400, NONE, true);
	else if (sip_msg_has(m, SIP_HDR_REQUIRE) && refuse_require(in))
		return false;
	else if (m->method == SIP_INVITE && !sip_msg_body_known(m))
		incoming_refuse(in, 415,
			STR(SIP_HEADER_LINE(ACCEPT, "application/sdp, multipart/mixed")
					SIP_HEADER_LINE(ACCEPT_ENCODING, "identity")),
			true);
	else
		return true;
	return false;
}
