/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message in one pass: start line, then line by line, each header field that we know decoded
 * where it stands. The first fault is kept and reading goes on, so that a malformed request can
 * still be answered.
 */
#include <errno.h>
#include <engine/sip/msg/fields.h>
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

/* Those that a message has once at most, and those that it must have, by header_list.h. */
enum { MAY, MUST };
#define ONCE_BIT(id, name, compact, times, need, decode, rfc, use) \
	| (SIP_##times == SIP_ONCE ? SIP_HDR_BIT(SIP_HDR_##id) : 0)
#define MUST_BIT(id, name, compact, times, need, decode, rfc, use) \
	| (need == MUST ? SIP_HDR_BIT(SIP_HDR_##id) : 0)
static const uint64_t once = 0 SIP_HEADERS(ONCE_BIT), mandatory = 0 SIP_HEADERS(MUST_BIT);
#undef ONCE_BIT
#undef MUST_BIT

static void fault(struct sip_msg *m, enum sip_fault f, enum sip_header id)
{
	if (m->fault != SIP_FAULT_NONE)
		return;
	m->fault = f;
	m->fault_header = id;
}

/* "SIP/" and two numbers: a version, maybe not ours. */
static bool version_valid(struct str s)
{
	struct str name = str_cut(&s, '/'), major = str_cut(&s, '.');

	return str_caseeq(name, STR("SIP")) && lex_all(major, LEX_DIGIT) && lex_all(s, LEX_DIGIT);
}

static void status_line(struct sip_msg *m, struct str line)
{
	struct str version = str_cut(&line, ' '), code = str_cut(&line, ' ');
	uint64_t n;

	m->reason = line;
	if (!str_caseeq(version, STR("SIP/2.0")) || code.n != 3 || !str_u64(code, 699, &n) ||
		n < 100)
		fault(m, SIP_FAULT_START_LINE, SIP_HDR_OTHER);
	else
		m->code = (int)n;
}

/* Method SP Request-URI SP SIP-Version, with single spaces (section 7.1). */
static void request_line(struct sip_msg *m, struct str line)
{
	struct str rest = line, version = {0};

	m->method_name = str_cut(&rest, ' ');
	m->method = sip_method_decode(m->method_name);
	for (size_t i = rest.n; i > 0; i--) {
		if (rest.p[i - 1] == ' ') {
			version = (struct str){rest.p + i, rest.n - i};
			rest.n = i - 1;
			break;
		}
	}
	if (!lex_all(m->method_name, LEX_TOKEN) || !version_valid(version)) {
		fault(m, SIP_FAULT_START_LINE, SIP_HDR_OTHER);
		/* with a version at the end, or followed by space, it is a request that is wrong */
		m->request = version_valid(version) || memmem(line.p, line.n, " SIP/", 5) != NULL;
		return;
	}
	m->request = true;
	if (!str_caseeq(version, STR("SIP/2.0")))
		fault(m, SIP_FAULT_VERSION, SIP_HDR_OTHER);
	if (sip_uri_decode(&m->uri, rest) != 0)
		fault(m, SIP_FAULT_START_LINE, SIP_HDR_OTHER);
}

/* Content-Length against what came (section 18.3). */
static void body(struct sip_msg *m, struct str rest)
{
	struct str value = sip_msg_header(m, SIP_HDR_CONTENT_LENGTH);
	uint64_t n = rest.n;

	if (value.p && !str_u64(value, UINT32_MAX, &n)) {
		fault(m, SIP_FAULT_CONTENT_LENGTH, SIP_HDR_CONTENT_LENGTH);
		n = rest.n;
	} else if (n > rest.n) {
		fault(m, SIP_FAULT_TRUNCATED, SIP_HDR_CONTENT_LENGTH);
		n = rest.n;
	}
	m->body = (struct str){rest.p, (size_t)n};
	m->data.n = (size_t)(rest.p - m->data.p) + (size_t)n;
}

static void header_line(struct sip_msg *m, struct str line)
{
	struct str name, value;

	if (m->hdr_count == SIP_HEADERS_MAX || !lex_header(line, &name, &value)) {
		fault(m, SIP_FAULT_HEADER, SIP_HDR_OTHER);
		return;
	}
	enum sip_header id = sip_header_decode(name);
	uint64_t bit = SIP_HDR_BIT(id);

	m->hdr[m->hdr_count++] = (struct sip_hdr){id, name, value};
	if (id == SIP_HDR_OTHER)
		return;
	if (m->present & bit & once) {
		fault(m, SIP_FAULT_HEADER, id);
		return;
	}
	if (field_decode(m, id, value))
		m->present |= bit;
	else
		fault(m, SIP_FAULT_HEADER, id);
}

/* What all header fields together must say. */
static void check(struct sip_msg *m)
{
	uint64_t missing = mandatory & ~m->present;

	if (missing) {
		fault(m, SIP_FAULT_MISSING, (enum sip_header)__builtin_ctzll(missing));
	} else if (!m->request) {
		m->method = sip_method_decode(m->cseq.method);
		m->method_name = m->cseq.method;
	} else if (!str_eq(m->cseq.method, m->method_name)) {
		fault(m, SIP_FAULT_HEADER, SIP_HDR_CSEQ);
	}
}

int sip_msg_decode(struct sip_msg *m, const uint8_t *data, size_t len)
{
	struct str rest = {(const char *)data, len}, line;
	bool complete = false;

	/* clears all but the table of header lines, which is guarded by its count */
	memset(m, 0, offsetof(struct sip_msg, hdr));
	m->max_forwards = -1;
	m->expires = -1;
	while (rest.n > 0 && (rest.p[0] == '\r' || rest.p[0] == '\n')) { /* section 7.5 */
		rest.p++;
		rest.n--;
	}
	m->data = rest;
	if (!lex_line(&rest, &line, false)) {
		fault(m, SIP_FAULT_START_LINE, SIP_HDR_OTHER);
		return -EBADMSG;
	}
	/* section 7.1: the version's case does not count, and no method has a '/' */
	if (line.n >= 4 && str_caseeq((struct str){line.p, 4}, STR("SIP/")))
		status_line(m, line);
	else
		request_line(m, line);
	if (m->fault == SIP_FAULT_START_LINE && !m->request)
		return -EBADMSG;

	while (!complete && lex_line(&rest, &line, true)) {
		if (line.n > 0)
			header_line(m, line);
		else
			complete = true;
	}
	if (!complete) {
		m->fault = SIP_FAULT_TRUNCATED; /* and what else is wrong comes from that */
		m->fault_header = SIP_HDR_OTHER;
		return -EBADMSG;
	}
	body(m, rest);
	check(m);
	return m->fault == SIP_FAULT_NONE ? 0 : -EBADMSG;
}
