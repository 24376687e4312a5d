/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a body has for us: SDP, alone or as a part of a multipart body (RFC 5621), as gateways send
 * it with ISUP or a place (RFC 2046 section 5.1.1):
 *
 *     preamble CRLF --boundary CRLF header CRLF CRLF part CRLF --boundary ... CRLF --boundary--
 *
 * The CRLF before a boundary belongs to the boundary. A part may be multipart itself; then it is a
 * part that we do not know.
 */
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

#define SDP STR("application/sdp")

static bool type_is(struct str s, struct str media)
{
	struct str type = str_cut(&media, '/');

	if (!str_caseeq(lex_run(&s, LEX_TOKEN), type))
		return false;
	lex_space(&s);
	if (!lex_char(&s, '/'))
		return false;
	lex_space(&s);
	if (!str_caseeq(lex_run(&s, LEX_TOKEN), media))
		return false;
	lex_space(&s);
	return s.n == 0 || s.p[0] == ';';
}

bool sip_msg_body_is(const struct sip_msg *m, struct str media)
{
	return type_is(m->content_type, media);
}

static bool is_plain(const struct sip_msg *m)
{
	struct sip_values it = {0};
	struct str encoding;

	if (!sip_msg_has(m, SIP_HDR_CONTENT_ENCODING))
		return true;
	while (sip_msg_value(m, SIP_HDR_CONTENT_ENCODING, &it, &encoding))
		if (encoding.n > 0 && !str_caseeq(encoding, STR("identity")))
			return false;
	return true;
}

static struct str params_of(struct str value)
{
	struct str params = value;

	str_cut(&params, ';');
	return params.p ? (struct str){params.p - 1, params.n + 1} : (struct str){0};
}

/* 0: no such line; 1: the boundary of a part; 2: the last one. */
static int boundary_line(struct str line, struct str boundary)
{
	while (line.n > 0 && lex_is(line.p[line.n - 1], LEX_SPACE))
		line.n--;
	if (!str_has_prefix(line, STR("--")) || line.n < 2 + boundary.n ||
		!str_eq((struct str){line.p + 2, boundary.n}, boundary))
		return 0;
	line.p += 2 + boundary.n;
	line.n -= 2 + boundary.n;
	return line.n == 0 ? 1 : str_eq(line, STR("--")) ? 2 : 0;
}

/* Cuts what stands before the next boundary off *rest. False: there is no boundary. */
static bool cut_part(struct str *rest, struct str boundary, struct str *part, bool *last)
{
	const char *start = rest->p;

	while (rest->n > 0) {
		const char *at = rest->p;
		int found = boundary_line(str_cut(rest, '\n'), boundary);

		if (!found)
			continue;
		*part = (struct str){start, (size_t)(at - start)};
		if (part->n > 0 && part->p[part->n - 1] == '\n')
			part->n--;
		if (part->n > 0 && part->p[part->n - 1] == '\r')
			part->n--;
		*last = found == 2;
		return true;
	}
	return false;
}

struct part {
	struct str sdp; /* p NULL: it is none */
	bool required;  /* Content-Disposition says that it must be understood */
};

static struct part part_decode(struct str text)
{
	struct str line, name, value, type = {0}, handling = {0};
	struct part out = {0};
	bool plain = true;

	while (lex_line(&text, &line, true) && lex_header(line, &name, &value)) {
		if (sip_header_decode(name) == SIP_HDR_CONTENT_TYPE)
			type = value;
		else if (sip_header_decode(name) == SIP_HDR_CONTENT_ENCODING)
			plain = str_caseeq(value, STR("identity"));
		else if (str_caseeq(name, STR("Content-Disposition")))
			sip_param(params_of(value), STR("handling"), &handling);
	}
	if (plain && type_is(type, SDP))
		out.sdp = text;
	out.required = str_caseeq(handling, STR("required"));
	return out;
}

/* The first SDP among the parts. *unknown: another part must be understood. */
static struct str parts_sdp(const struct sip_msg *m, bool *unknown)
{
	struct str rest = m->body, boundary = {0}, text, sdp = {0};
	bool last = false;

	if (!type_is(m->content_type, STR("multipart/mixed")) ||
		!sip_param(params_of(m->content_type), STR("boundary"), &boundary) || !boundary.n ||
		!cut_part(&rest, boundary, &text, &last)) /* the preamble */
		return sdp;
	while (!last && cut_part(&rest, boundary, &text, &last)) {
		struct part part = part_decode(text);

		if (part.sdp.p && !sdp.p)
			sdp = part.sdp;
		else
			*unknown |= part.required;
	}
	return sdp;
}

struct str sip_msg_sdp(const struct sip_msg *m)
{
	bool unknown = false;

	if (m->body.n == 0 || !is_plain(m))
		return (struct str){0};
	return sip_msg_body_is(m, SDP) ? m->body : parts_sdp(m, &unknown);
}

bool sip_msg_body_known(const struct sip_msg *m)
{
	bool unknown = false;

	parts_sdp(m, &unknown);
	return m->body.n == 0 || (!unknown && sip_msg_sdp(m).p);
}
