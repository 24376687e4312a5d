/* SPDX-License-Identifier: BSD-3-Clause */
/* No printf() here: one call takes longer than all the copying of a message. */
#include <engine/base/addr.h>
#include <engine/base/hex.h>
#include <engine/sip/msg/cause.h>
#include <engine/sip/msg/encode.h>
#include <engine/sip/msg/lex.h>

#define CRLF STR("\r\n")

void id_encode(uint64_t n, char out[static SIP_ID_HEX + 1])
{
	hex_encode(n, SIP_ID_HEX, out);
	out[SIP_ID_HEX] = '\0';
}

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

void header_name_encode(struct td_buf *b, enum sip_header id)
{
	buf_str(b, sip_header_name(id));
	buf_str(b, STR(": "));
}

/* Bytes before the first CR or LF. */
static size_t unfolded(struct str s)
{
	const char *lf = memchr(s.p, '\n', s.n),
		   *cr = memchr(s.p, '\r', lf ? (size_t)(lf - s.p) : s.n);

	return cr ? (size_t)(cr - s.p) : lf ? (size_t)(lf - s.p) : s.n;
}

void value_encode(struct td_buf *b, struct str value)
{
	/* To us a fold is white space. It must not become a line of its own at another program. */
	while (value.n > 0) {
		size_t n = unfolded(value);

		buf_put(b, value.p, n);
		if (n < value.n) {
			buf_str(b, STR(" "));
			n++;
		}
		value.p += n;
		value.n -= n;
	}
}

void header_encode(struct td_buf *b, enum sip_header id, struct str value)
{
	header_name_encode(b, id);
	value_encode(b, value);
	buf_str(b, CRLF);
}

void user_encode(struct td_buf *b, struct str user)
{
	for (size_t i = 0; i < user.n; i++)
		if (user.p[i] == '#')
			buf_str(b, STR("%23"));
		else
			buf_put(b, user.p + i, 1);
}

void request_line_encode(struct td_buf *b, enum sip_method method, struct str uri)
{
	buf_str(b, sip_method_name(method));
	buf_str(b, STR(" "));
	buf_str(b, uri);
	buf_str(b, STR(" SIP/2.0\r\n"));
}

void via_encode(
	struct td_buf *b, struct str transport, const struct td_addr *local, uint64_t branch)
{
	char text[ADDR_TEXT], id[SIP_ID_HEX + 1];

	id_encode(branch, id);
	header_name_encode(b, SIP_HDR_VIA);
	buf_str(b, STR("SIP/2.0/"));
	buf_str(b, transport);
	buf_str(b, STR(" "));
	buf_str(b, str_of(addr_encode(local, text)));
	buf_str(b, STR(";rport;branch=" SIP_BRANCH));
	buf_str(b, str_of(id));
	buf_str(b, CRLF);
}

void via_received_encode(struct td_buf *b, const struct sip_via *v, const struct td_addr *source)
{
	struct str head = {v->text.p, v->text.n - v->params.n}, rest = v->params, name, value;
	char ip[ADDR_TEXT];

	value_encode(b, str_trim(head));
	while (lex_param(&rest, &name, &value) > 0) {
		/* we set these, so what the sender says of them does not count */
		if (str_caseeq(name, STR("received")) || str_caseeq(name, STR("rport")))
			continue;
		buf_str(b, STR(";"));
		buf_str(b, name);
		if (value.p) {
			bool quoted = value.p[-1] == '"';

			buf_str(b, quoted ? STR("=\"") : STR("="));
			value_encode(b, value);
			buf_str(b, quoted ? STR("\"") : STR(""));
		}
	}
	buf_str(b, STR(";received="));
	buf_str(b, str_of(addr_encode_ip(source, ip)));
	if (v->rport)
		buf_printf(b, ";rport=%u", source->port);
}

void max_forwards_encode(struct td_buf *b, unsigned n)
{
	header_name_encode(b, SIP_HDR_MAX_FORWARDS);
	put_u32(b, n);
	buf_str(b, STR("\r\n"));
}

void cseq_encode(struct td_buf *b, uint32_t cseq, enum sip_method method)
{
	header_name_encode(b, SIP_HDR_CSEQ);
	put_u32(b, cseq);
	buf_str(b, STR(" "));
	buf_str(b, sip_method_name(method));
	buf_str(b, CRLF);
}

bool body_encode(struct td_buf *b, struct str sdp)
{
	if (sdp.n > 0)
		header_encode(b, SIP_HDR_CONTENT_TYPE, STR("application/sdp"));
	header_name_encode(b, SIP_HDR_CONTENT_LENGTH);
	put_u32(b, (uint32_t)sdp.n);
	buf_str(b, STR("\r\n\r\n"));
	buf_str(b, sdp);
	return b->error == 0;
}

void head_encode(struct td_buf *b, const struct sip_msg *m, const struct td_addr *source)
{
	struct sip_values it = {0};
	struct str value;
	bool first = sip_msg_has(m, SIP_HDR_VIA);

	while (sip_msg_value(m, SIP_HDR_VIA, &it, &value)) {
		if (!first) {
			header_encode(b, SIP_HDR_VIA, value);
			continue;
		}
		header_name_encode(b, SIP_HDR_VIA);
		via_received_encode(b, &m->via, source);
		buf_str(b, CRLF);
		first = false;
	}
	it = (struct sip_values){0};
	while (sip_msg_value(m, SIP_HDR_RECORD_ROUTE, &it, &value))
		header_encode(b, SIP_HDR_RECORD_ROUTE, value);
	header_encode(b, SIP_HDR_FROM, sip_msg_header(m, SIP_HDR_FROM));
	header_encode(b, SIP_HDR_CALL_ID, sip_msg_header(m, SIP_HDR_CALL_ID));
	header_encode(b, SIP_HDR_CSEQ, sip_msg_header(m, SIP_HDR_CSEQ));
	header_name_encode(b, SIP_HDR_TO);
	value_encode(b, sip_msg_header(m, SIP_HDR_TO));
}

bool response_encode(struct td_buf *b, struct str agent, int code, struct str head, struct str tag,
	struct str extra, struct str sdp)
{
	buf_reset(b);
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
	buf_str(b, extra);
	if (agent.n > 0)
		header_encode(b, SIP_HDR_SERVER, agent);
	return body_encode(b, sdp);
}

struct str sip_cause_lines(enum sip_cause cause)
{
	static const struct str lines[] = {
#define LINES(id, text) [SIP_CAUSE_##id] = {text, sizeof(text) - 1},
		SIP_CAUSES(LINES)
#undef LINES
	};

	return lines[cause];
}

bool follow_encode(struct td_buf *b, const struct sip_msg *request, enum sip_method method,
	struct str to, struct str extra)
{
	struct sip_values it = {0};
	struct str value;

	buf_reset(b);
	request_line_encode(b, method, request->uri.text);
	header_encode(b, SIP_HDR_VIA, request->via.text);
	max_forwards_encode(b, SIP_MAX_FORWARDS);
	while (sip_msg_value(request, SIP_HDR_ROUTE, &it, &value))
		header_encode(b, SIP_HDR_ROUTE, value);
	header_encode(b, SIP_HDR_FROM, request->from.text);
	header_encode(b, SIP_HDR_TO, to);
	header_encode(b, SIP_HDR_CALL_ID, request->call_id);
	cseq_encode(b, request->cseq.number, method);
	buf_str(b, extra);
	return body_encode(b, STR(""));
}
