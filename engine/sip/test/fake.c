/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <engine/base/addr.h>
#include <engine/sip/dialog/session.h>
#include <engine/sip/test/fake.h>
#include <tests/unit/unit.h>

static void note(struct fake *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(struct fake *f, const char *fmt, ...)
{
	va_list ap;

	if (f->log_len > sizeof(f->log) - 64)
		return;
	if (f->log_len > 0)
		f->log[f->log_len++] = ' ';
	va_start(ap, fmt);
	f->log_len += (size_t)vsnprintf(f->log + f->log_len, sizeof(f->log) - f->log_len, fmt, ap);
	va_end(ap);
}

static int on_send(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct fake *f = ctx;

	assert_true(len <= SIP_MSG_MAX);
	memcpy(f->out, data, len);
	f->out[len] = '\0';
	f->out_len = len;
	f->by = *flow;
	if (sip_msg_decode(&f->m, (const uint8_t *)f->out, len) != 0 &&
		f->m.fault != SIP_FAULT_MISSING && f->m.fault != SIP_FAULT_HEADER)
		fail_msg("we sent what we cannot read: %s", f->out);
	if (f->m.request) {
		note(f, "%.*s", STR_FMT(f->m.method_name));
		f->request_len[f->m.method] = len;
		if (len < sizeof(f->request[0]))
			memcpy(f->request[f->m.method], f->out, len + 1);
	} else {
		note(f, "%d/%.*s", f->m.code, STR_FMT(f->m.cseq.method));
	}
	return f->send_result;
}

static int on_admit(void *ctx, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra)
{
	return ((struct fake *)ctx)->admit;
}

static void keep_body(struct fake *f, struct str body)
{
	str_copy(f->body, sizeof(f->body), body);
}

static void on_invite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	struct fake *f = ctx;

	note(f, "invite");
	f->session = s;
	sip_session_set_user(s, f);
	keep_body(f, m->body);
	if (f->on_invite)
		f->on_invite(f, s, m);
}

static void on_cancelled(void *ctx, struct sip_session *s)
{
	note(ctx, "cancelled");
	assert_ptr_equal(sip_session_user(s), ctx);
}

static void on_confirmed(void *ctx, struct sip_session *s, struct str sdp)
{
	note(ctx, "confirmed");
	keep_body(ctx, sdp);
}

static void on_progress(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
	note(ctx, "progress:%d", code);
}

static void on_answered(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	note(ctx, "answered");
	keep_body(ctx, m->body);
}

static void on_failed(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
	note(ctx, "failed:%d", code);
}

static void on_reinvite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	note(ctx, "reinvite");
	keep_body(ctx, m->body);
}

static void on_info(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	note(ctx, "info");
	keep_body(ctx, m->body);
}

static void on_ended(void *ctx, struct sip_session *s, int code)
{
	note(ctx, "ended:%d", code);
}

static void on_request(
	void *ctx, struct sip_request *r, const struct sip_msg *m, const struct td_flow *flow)
{
	struct fake *f = ctx;

	note(f, "request");
	if (f->on_request)
		f->on_request(f, r, m);
}

struct td_addr fake_addr(const char *text)
{
	struct td_addr a;

	assert_int_equal(addr_decode(&a, str_of(text)), 0);
	return a;
}

void fake_init(struct fake *f, uint32_t max_sessions)
{
	const struct sip_ua_ops ops = {.ctx = f, SIP_UA_OPS(on_)};
	const struct sip_ua_params p = {.key = {1}, .max_sessions = max_sessions};

	memset(f, 0, sizeof(*f));
	f->now = 1000 * TD_NSEC_PER_SEC;
	f->flow.local = fake_addr("10.0.0.1:5060");
	f->flow.remote = fake_addr("10.0.0.2:5080");
	f->ua = sip_ua_alloc(&p, &ops);
	assert_non_null(f->ua);
}

void fake_fini(struct fake *f)
{
	sip_ua_free(f->ua);
}

static void recv_text(struct fake *f, const char *text, size_t len)
{
	uint8_t *copy = test_malloc(len + 1); /* its own, so that ASan sees a read beyond */

	memcpy(copy, text, len);
	sip_ua_recv(f->ua, f->now, &f->flow, copy, len);
	test_free(copy);
}

void fake_recv(struct fake *f, const char *fmt, ...)
{
	static char text[SIP_MSG_MAX + 16];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	va_end(ap);
	recv_text(f, text, (size_t)n);
}

void fake_request(struct fake *f, const char *method, const char *branch, unsigned cseq,
	const char *to_tag, const char *extra, const char *body)
{
	fake_recv(f,
		"%s sip:4989100@10.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.2:5080;branch=z9hG4bK%s\r\n"
		"Max-Forwards: 70\r\nFrom: <sip:caller@carrier.example>;tag=f1\r\n"
		"To: <sip:4989100@tandem.example>%s%s\r\nCall-ID: c1\r\nCSeq: %u %s\r\n"
		"Contact: <sip:caller@10.0.0.2:5080>\r\n%s%s"
		"Content-Length: %zu\r\n\r\n%s",
		method, branch, to_tag ? ";tag=" : "", to_tag ? to_tag : "", cseq, method,
		extra ? extra : "",
		body && !strstr(extra ? extra : "", "Content-Type")
			? "Content-Type: application/sdp\r\n"
			: "",
		body ? strlen(body) : 0, body ? body : "");
}

void fake_response(
	struct fake *f, int code, enum sip_method method, const char *to_tag, const char *extra)
{
	static struct sip_msg m;

	assert_int_equal(
		sip_msg_decode(&m, (const uint8_t *)f->request[method], f->request_len[method]), 0);
	fake_recv(f,
		"SIP/2.0 %d x\r\nVia: %.*s;received=10.0.0.1\r\nFrom: %.*s\r\nTo: %.*s%s%s\r\n"
		"Call-ID: %.*s\r\nCSeq: %u %.*s\r\n%sContent-Length: 0\r\n\r\n",
		code, STR_FMT(m.via.text), STR_FMT(m.from.text), STR_FMT(m.to.text),
		to_tag && !m.to.tag.p ? ";tag=" : "", to_tag && !m.to.tag.p ? to_tag : "",
		STR_FMT(m.call_id), m.cseq.number, STR_FMT(m.cseq.method), extra ? extra : "");
}

struct sip_session *fake_invite(struct fake *f)
{
	const struct sip_invite_params p = {.flow = f->flow,
		.uri = STR("sip:alice@10.0.0.2:5080"),
		.from_user = STR("4989100"),
		.from_host = STR("tandem.example"),
		.to_uri = STR("sip:alice@tandem.example"),
		.max_forwards = SIP_MAX_FORWARDS,
		.headers = STR("X-Call: 7\r\n"),
		.sdp = STR("v=0\r\n")};

	f->session = sip_session_invite(f->ua, f->now, &p, f);
	return f->session;
}

void fake_advance(struct fake *f, uint64_t ms)
{
	uint64_t until = f->now + ms * TD_NSEC_PER_MSEC, next;

	/* each deadline at its own time, as the host would */
	while ((next = sip_ua_advance(f->ua, f->now)) <= until) {
		assert_true(next > f->now);
		f->now = next;
	}
	f->now = until;
	sip_ua_advance(f->ua, f->now);
}

const char *fake_tag(struct fake *f)
{
	static char tag[64];

	str_copy(tag, sizeof(tag), f->m.to.tag);
	return tag;
}

void fake_expect(struct fake *f, const char *log)
{
	f->log[f->log_len] = '\0';
	assert_string_equal(f->log, log);
	f->log_len = 0;
}

void fake_expect_to(struct fake *f, const char *addr)
{
	char out[ADDR_TEXT];

	assert_string_equal(addr_encode(&f->by.remote, out), addr);
}

void fake_expect_empty(const struct sip_ua *ua)
{
	const struct pool *kept = &ua->txns.store.chunks;

	assert_int_equal(sip_ua_sessions(ua), 0);
	assert_int_equal(sip_ua_transactions(ua), 0);
	assert_int_equal(kept->capacity - kept->free_count, 0);
}

void fake_expect_idle(struct fake *f)
{
	fake_advance(f, 200000);
	fake_expect_empty(f->ua);
	assert_true(sip_ua_advance(f->ua, f->now) == TD_NEVER);
}

const char *fake_answered_call(struct fake *f)
{
	static char tag[64];

	fake_request(f, "INVITE", "i1", 1, NULL, NULL, "v=0\r\n");
	sip_session_answer(f->session, f->now, STR("v=0\r\nanswer\r\n"));
	strcpy(tag, fake_tag(f));
	fake_request(f, "ACK", "a1", 1, tag, NULL, NULL);
	fake_expect(f, "invite 200/INVITE confirmed");
	return tag;
}

void fake_placed_call(struct fake *f, const char *extra)
{
	assert_non_null(fake_invite(f));
	fake_response(f, 180, SIP_INVITE, "r1", NULL);
	fake_response(f, 200, SIP_INVITE, "r1", extra);
	fake_expect(f, "INVITE progress:180 ACK answered");
}

struct str fake_values(const struct fake *f, enum sip_header id)
{
	static char text[SIP_MSG_MAX];
	struct sip_values it = {0};
	struct str value;
	struct td_buf b;

	buf_init_fixed(&b, text, sizeof(text));
	while (sip_msg_value(&f->m, id, &it, &value)) {
		buf_str(&b, b.len ? STR(", ") : STR(""));
		buf_str(&b, value);
	}
	assert_int_equal(b.error, 0);
	return (struct str){b.data, b.len};
}
