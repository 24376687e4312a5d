/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests are of RFC 3261 section 12.2.1.1. */
#include <engine/base/addr.h>
#include <engine/sip/dialog/request.h>
#include <engine/sip/txn/ctrans.h>
#include <engine/sip/txn/strans.h>

static void contact_encode(const struct sip_session *s, struct td_buf *b)
{
	struct str user = session_field(s, FIELD_USER);
	char local[ADDR_TEXT];

	header_name_encode(b, SIP_HDR_CONTACT);
	buf_str(b, STR("<sip:"));
	buf_str(b, user);
	buf_str(b, user.n ? STR("@") : STR(""));
	buf_str(b, str_of(addr_encode(&s->flow.local, local)));
	if (s->source.transport != TD_TRANSPORT_UDP) { /* else the peer would come by UDP */
		buf_str(b, STR(";transport="));
		buf_str(b, flow_uri_name(&s->source));
	}
	buf_str(b, STR(">\r\n"));
}

static void put_start(struct td_buf *b, const struct sip_session *s, enum sip_method method,
	struct str uri, uint64_t branch)
{
	request_line_encode(b, method, uri);
	via_encode(b, flow_via_name(&s->flow), &s->flow.local, branch);
	max_forwards_encode(b, s->state == SESSION_CALLING ? s->max_forwards : SIP_MAX_FORWARDS);
}

/*
 * Request-URI and Route. A first route without lr is a strict router: it becomes the Request-URI,
 * and the target goes to the end.
 */
static void put_target(
	struct td_buf *b, const struct sip_session *s, enum sip_method method, uint64_t branch)
{
	struct str target = session_field(s, FIELD_TARGET), routes = session_field(s, FIELD_ROUTES);
	struct str rest = routes, first = {0}, value;
	struct sip_addr route;

	if (!sip_list_next(&rest, &first) || sip_addr_decode(&route, first) != 0 ||
		sip_param(route.uri.params, STR("lr"), &value)) {
		put_start(b, s, method, target, branch);
		if (routes.n > 0)
			header_encode(b, SIP_HDR_ROUTE, routes);
		return;
	}
	put_start(b, s, method, route.uri.text, branch);
	header_name_encode(b, SIP_HDR_ROUTE);
	if (rest.n > 0) {
		buf_str(b, rest);
		buf_str(b, STR(","));
	}
	buf_str(b, STR("<"));
	buf_str(b, target);
	buf_str(b, STR(">\r\n"));
}

bool session_request_encode(struct sip_session *s, enum sip_method method, uint32_t cseq,
	uint64_t branch, struct str extra, struct str sdp)
{
	struct txn_layer *l = &s->ua->txns;
	struct td_buf *b = &l->out;

	session_reach(s);
	buf_reset(b);
	put_target(b, s, method, branch);
	header_encode(b, SIP_HDR_FROM, session_field(s, FIELD_LOCAL));
	header_encode(b, SIP_HDR_TO, session_field(s, FIELD_REMOTE));
	header_encode(b, SIP_HDR_CALL_ID, session_field(s, FIELD_CALL_ID));
	cseq_encode(b, cseq, method);
	if (method == SIP_INVITE) {
		contact_encode(s, b);
		buf_str(b, STR(SIP_ALLOW));
	}
	struct str agent = txn_layer_agent(l, &s->flow);

	buf_str(b, extra);
	if (agent.n > 0)
		header_encode(b, SIP_HDR_USER_AGENT, agent);
	return body_encode(b, sdp);
}

void session_respond(struct sip_session *s, int code, struct str extra, struct str sdp)
{
	char contact[SESSION_TEXT + 256];
	struct td_buf b;

	session_reach(s);
	if (code > 100 && code < 300) {
		buf_init_fixed(&b, contact, sizeof(contact));
		contact_encode(s, &b);
		if (code >= 200)
			buf_str(&b, STR(SIP_ALLOW));
		extra = (struct str){b.data, b.len};
	}
	strans_respond(s->tu.invite, code, extra, sdp);
}

void session_bye(struct sip_session *s)
{
	struct txn_layer *l = &s->ua->txns;
	uint64_t branch = txn_layer_id(l, RANDOM_BRANCH);

	if (session_request_encode(s, SIP_BYE, ++s->local_cseq, branch,
		    sip_cause_lines((enum sip_cause)s->cause), STR("")))
		ctrans_start(l, SIP_BYE, branch, s->local_cseq, &s->flow, session_spare(s));
}
