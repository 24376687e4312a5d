/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages of ours. No printf here: one call in a message is worth more than all the copying. */
#include <engine/base/addr.h>
#include <engine/sip/dialog/priv.h>

#define CRLF STR("\r\n")

static void put_u32(struct td_buf *b, uint32_t n)
{
	char text[10];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_put(b, text + at, sizeof(text) - at);
}

static void put_line(struct td_buf *b, struct str name, struct str value)
{
	buf_str(b, name);
	value_encode(b, value);
	buf_str(b, CRLF);
}

void value_encode(struct td_buf *b, struct str value)
{
	/* A fold may stay a fold to us but must not become a line to someone else. */
	while (value.n > 0) {
		size_t n = 0;

		while (n < value.n && value.p[n] != '\r' && value.p[n] != '\n')
			n++;
		buf_put(b, value.p, n);
		if (n < value.n) {
			buf_str(b, STR(" "));
			n++;
		}
		value.p += n;
		value.n -= n;
	}
}

static void begin(struct sip_ua *ua)
{
	buf_init_fixed(&ua->out, ua->out_data, SIP_MSG_MAX);
}

static bool end(struct sip_ua *ua, struct str sdp)
{
	struct td_buf *b = &ua->out;

	if (sdp.n > 0)
		buf_str(b, STR("Content-Type: application/sdp\r\n"));
	buf_str(b, STR("Content-Length: "));
	put_u32(b, (uint32_t)sdp.n);
	buf_str(b, STR("\r\n\r\n"));
	buf_str(b, sdp);
	return b->error == 0;
}

void contact_encode(const struct sip_session *s, struct td_buf *b)
{
	struct str user = session_field(s, FIELD_USER);
	char local[ADDR_TEXT];

	buf_str(b, STR("Contact: <sip:"));
	buf_str(b, user);
	buf_str(b, user.n ? STR("@") : STR(""));
	buf_str(b, str_of(addr_encode(&s->local, local)));
	buf_str(b, STR(">\r\n"));
}

/*
 * What a response copies of its request (section 8.2.6.2), To last and without its line end, so
 * that a tag can follow. Of a malformed request: what is there.
 */
void head_encode(struct td_buf *b, const struct sip_msg *m, const struct td_addr *source)
{
	struct sip_values it = {0};
	struct str value;
	bool first = sip_msg_has(m, SIP_HDR_VIA);

	while (sip_msg_value(m, SIP_HDR_VIA, &it, &value)) {
		if (!first) {
			put_line(b, STR("Via: "), value);
			continue;
		}
		buf_str(b, STR("Via: "));
		sip_via_encode_received(b, &m->via, source);
		buf_str(b, CRLF);
		first = false;
	}
	it = (struct sip_values){0};
	while (sip_msg_value(m, SIP_HDR_RECORD_ROUTE, &it, &value))
		put_line(b, STR("Record-Route: "), value);
	put_line(b, STR("From: "), sip_msg_header(m, SIP_HDR_FROM));
	put_line(b, STR("Call-ID: "), sip_msg_header(m, SIP_HDR_CALL_ID));
	put_line(b, STR("CSeq: "), sip_msg_header(m, SIP_HDR_CSEQ));
	buf_str(b, STR("To: "));
	value_encode(b, sip_msg_header(m, SIP_HDR_TO));
}

bool response_encode(struct sip_ua *ua, const struct sip_session *s, int code, struct str head,
	struct str tag, struct str extra, struct str sdp)
{
	struct td_buf *b = &ua->out;

	begin(ua);
	buf_str(b, STR("SIP/2.0 "));
	put_u32(b, (uint32_t)code);
	buf_str(b, STR(" "));
	buf_str(b, str_of(sip_reason(code)));
	buf_str(b, CRLF);
	buf_str(b, head);
	if (tag.n > 0) {
		buf_str(b, STR(";tag="));
		buf_str(b, tag);
	}
	buf_str(b, CRLF);
	if (s && code > 100 && code < 300) {
		contact_encode(s, b);
		if (code >= 200)
			buf_str(b, STR("Allow: " SIP_ALLOW "\r\n"));
	}
	buf_str(b, extra);
	buf_str(b, STR("Server: "));
	buf_str(b, str_of(ua->agent));
	buf_str(b, CRLF);
	return end(ua, sdp);
}

static void put_request(struct td_buf *b, enum sip_method method, struct str uri)
{
	buf_str(b, str_of(sip_method_name(method)));
	buf_str(b, STR(" "));
	buf_str(b, uri);
	buf_str(b, STR(" SIP/2.0\r\n"));
}

static void put_cseq(struct td_buf *b, uint32_t cseq, enum sip_method method)
{
	buf_str(b, STR("CSeq: "));
	put_u32(b, cseq);
	buf_str(b, STR(" "));
	buf_str(b, str_of(sip_method_name(method)));
	buf_str(b, CRLF);
}

static void put_via(struct td_buf *b, const struct td_addr *local, uint64_t branch)
{
	char text[ADDR_TEXT], hex[SIP_TAG_HEX + 1];

	hex_encode(branch, hex);
	buf_str(b, STR("Via: SIP/2.0/UDP "));
	buf_str(b, str_of(addr_encode(local, text)));
	buf_str(b, STR(";rport;branch=" SIP_BRANCH));
	buf_str(b, str_of(hex));
	buf_str(b, STR("\r\nMax-Forwards: 70\r\n"));
}

/*
 * Request-URI and Route of a dialog (section 12.2.1.1). A first route without lr is a strict
 * router: it becomes the Request-URI, and the target goes to the end.
 */
static void put_target(
	struct td_buf *b, const struct sip_session *s, enum sip_method method, uint64_t branch)
{
	struct str target = session_field(s, FIELD_TARGET), routes = session_field(s, FIELD_ROUTES);
	struct str rest = routes, first = {0}, value;
	struct sip_addr route;

	if (!sip_list_next(&rest, &first) || sip_addr_decode(&route, first) != 0 ||
		sip_param(route.uri.params, STR("lr"), &value)) {
		put_request(b, method, target);
		put_via(b, &s->local, branch);
		if (routes.n > 0)
			put_line(b, STR("Route: "), routes);
		return;
	}
	put_request(b, method, route.uri.text);
	put_via(b, &s->local, branch);
	buf_str(b, STR("Route: "));
	if (rest.n > 0) {
		buf_str(b, rest);
		buf_str(b, STR(","));
	}
	buf_str(b, STR("<"));
	buf_str(b, target);
	buf_str(b, STR(">\r\n"));
}

bool request_encode(struct sip_session *s, enum sip_method method, uint32_t cseq, uint64_t branch,
	struct str extra, struct str sdp)
{
	struct sip_ua *ua = s->ua;
	struct td_buf *b = &ua->out;

	begin(ua);
	put_target(b, s, method, branch);
	put_line(b, STR("From: "), session_field(s, FIELD_LOCAL));
	put_line(b, STR("To: "), session_field(s, FIELD_REMOTE));
	put_line(b, STR("Call-ID: "), session_field(s, FIELD_CALL_ID));
	put_cseq(b, cseq, method);
	if (method == SIP_INVITE) {
		contact_encode(s, b);
		buf_str(b, STR("Allow: " SIP_ALLOW "\r\n"));
	}
	buf_str(b, extra);
	buf_str(b, STR("User-Agent: "));
	buf_str(b, str_of(ua->agent));
	buf_str(b, CRLF);
	return end(ua, sdp);
}

bool follow_encode(
	struct sip_ua *ua, const struct sip_msg *request, enum sip_method method, struct str to)
{
	struct td_buf *b = &ua->out;
	struct sip_values it = {0};
	struct str value;

	begin(ua);
	put_request(b, method, request->uri.text);
	put_line(b, STR("Via: "), request->via.text);
	buf_str(b, STR("Max-Forwards: 70\r\n"));
	while (sip_msg_value(request, SIP_HDR_ROUTE, &it, &value))
		put_line(b, STR("Route: "), value);
	put_line(b, STR("From: "), request->from.text);
	put_line(b, STR("To: "), to);
	put_line(b, STR("Call-ID: "), request->call_id);
	put_cseq(b, request->cseq.number, method);
	return end(ua, STR(""));
}
