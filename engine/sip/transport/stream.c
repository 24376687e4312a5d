/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>
#include <engine/sip/transport/stream.h>

static enum stream_found fail(struct stream *s, enum stream_fault fault)
{
	s->fault = fault;
	return STREAM_FAULT;
}

static enum stream_found line_ends(struct str data, size_t *n)
{
	if (str_has_prefix(data, STR("\r\n\r\n"))) {
		*n = 4;
		return STREAM_PING;
	}
	if (str_has_prefix(STR("\r\n\r\n"), data)) /* it may become a ping */
		return STREAM_MORE;
	*n = str_has_prefix(data, STR("\r\n")) ? 2 : 1;
	return STREAM_BLANK;
}

/* A status line, or a request line of whatever version: all others are another protocol's. */
static bool start_line_valid(struct str line)
{
	if (line.n >= 4 && str_caseeq((struct str){line.p, 4}, STR("SIP/")))
		return true;
	for (size_t i = 0; i + 5 <= line.n; i++)
		if (str_caseeq((struct str){line.p + i, 5}, STR(" SIP/")))
			return true;
	return false;
}

/* False: the first line is there, and no message of SIP begins with it. */
static bool start_check(struct stream *s, struct str data)
{
	const char *nl;

	if (s->started)
		return true;
	nl = memchr(data.p + s->seen, '\n', data.n - s->seen);
	if (!nl)
		return true;
	s->started = start_line_valid((struct str){data.p, (size_t)(nl - data.p)});
	return s->started;
}

/* The octets up to and with the empty line after the head; 0: it has not come. */
static size_t head_end(struct stream *s, struct str data)
{
	size_t at = s->seen;
	const char *nl = NULL;

	while (at < data.n && (nl = memchr(data.p + at, '\n', data.n - at))) {
		at = (size_t)(nl - data.p);
		if (at + 1 < data.n && data.p[at + 1] == '\n')
			return at + 2;
		if (at + 2 < data.n && data.p[at + 1] == '\r' && data.p[at + 2] == '\n')
			return at + 3;
		if (at + 2 >= data.n)
			break; /* the rest of the empty line may come */
		at++;
	}
	s->seen = nl ? at : data.n;
	return 0;
}

/* The head's Content-Length, read as the decoder reads it. */
static enum stream_fault length_get(struct str head, uint64_t *length)
{
	enum stream_fault fault = STREAM_FAULT_NO_LENGTH;
	struct str line, name, value;

	lex_line(&head, &line, false);
	while (lex_line(&head, &line, true) && line.n) {
		if (!lex_header(line, &name, &value) ||
			sip_header_decode(name) != SIP_HDR_CONTENT_LENGTH)
			continue;
		if (fault != STREAM_FAULT_NO_LENGTH || !str_u64(value, UINT32_MAX, length))
			return STREAM_FAULT_BAD_LENGTH;
		fault = STREAM_FAULT_NONE;
	}
	return fault;
}

static enum stream_found head_next(struct stream *s, struct str data)
{
	size_t head = head_end(s, data);
	uint64_t length = 0;
	enum stream_fault fault;

	if (!head)
		return data.n > SIP_MSG_MAX ? fail(s, STREAM_FAULT_TOO_LONG) : STREAM_MORE;
	fault = length_get((struct str){data.p, head}, &length);
	if (!fault && head + length > SIP_MSG_MAX)
		fault = STREAM_FAULT_TOO_LONG;
	if (fault)
		return fail(s, fault);
	s->total = head + length;
	return STREAM_MESSAGE;
}

enum stream_found stream_next(struct stream *s, struct str data, size_t *n)
{
	enum stream_found found;

	*n = 0;
	if (!data.n)
		return STREAM_MORE;
	if (data.p[0] == '\r' || data.p[0] == '\n')
		return line_ends(data, n);
	/* TLS, HTTP, SSH, or whatever else comes to a wrong port */
	if (!lex_is(data.p[0], LEX_TOKEN) || !start_check(s, data))
		return fail(s, STREAM_FAULT_NOT_SIP);
	if (!s->total) {
		found = head_next(s, data);
		if (found != STREAM_MESSAGE)
			return found;
	}
	if (data.n < s->total)
		return STREAM_MORE;
	*n = s->total;
	*s = (struct stream){0};
	return STREAM_MESSAGE;
}

bool stream_begun(struct str data)
{
	return str_trim(data).n != 0;
}

const char *stream_fault_text(enum stream_fault fault)
{
	static const char *const texts[STREAM_FAULT_COUNT] = {[STREAM_FAULT_NONE] = "no fault",
#define STREAM_FAULT_TEXT(id, counter, text) [STREAM_FAULT_##id] = text,
		STREAM_FAULTS(STREAM_FAULT_TEXT)
#undef STREAM_FAULT_TEXT
	};

	return texts[fault];
}
