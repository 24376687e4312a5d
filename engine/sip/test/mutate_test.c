/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * 100,000 messages, each changed at random from a seed, into a user agent and a registrar that are
 * busy with calls. What is changed are the messages of RFC 4475 and messages that fit the calls at
 * hand: answers to what was sent last, requests in its dialogs. Run under ASan this finds reads out
 * of bounds; in any build: every datagram is counted once, what is sent is well-formed, and in the
 * end no session and no timer is left.
 */
#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <engine/base/addr.h>
#include <engine/base/prng.h>
#include <engine/sip/test/fake.h>
#include <engine/sip/test/reinvite.h>
#include <engine/sip/registrar/registrar.h>
#include <tests/unit/unit.h>

#define MESSAGES    100000
#define CORPUS      128 /* files first, then a ring of messages made on the way */
#define MESSAGE_MAX 4096
#define SESSIONS    16
#define STEP_MS     50 /* at most, from one message to the next */

struct text {
	uint8_t data[MESSAGE_MAX];
	size_t len;
};

static const char *corpus_dir;
static struct {
	struct prng rng;
	uint64_t now;
	struct sip_ua *ua;
	struct registrar *registrar;
	struct td_flow flow;
	struct text corpus[CORPUS];
	unsigned files, count, next;
	struct sip_session *sessions[SESSIONS];
	uint64_t sent, refused;
	struct sip_msg out;
} w;

static uint32_t below(uint32_t n)
{
	return prng_below(&w.rng, n);
}

static void learn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void learn(const char *fmt, ...)
{
	struct text *t = &w.corpus[w.files + w.next++ % (CORPUS - w.files)];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf((char *)t->data, sizeof(t->data), fmt, ap);

	va_end(ap);
	t->len = (size_t)n < sizeof(t->data) ? (size_t)n : sizeof(t->data) - 1;
	if (w.count < w.files + w.next)
		w.count = w.next + w.files < CORPUS ? w.next + w.files : CORPUS;
}

/* What the peer could answer to a request of ours. */
static void learn_responses(const struct sip_msg *m)
{
	static const int codes[] = {100, 180, 200, 302, 404, 481, 486, 491, 603};

	for (unsigned i = 0; i < 3; i++)
		learn("SIP/2.0 %d Whatever\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: %.*s;tag=p%u\r\n"
		      "Call-ID: %.*s\r\nCSeq: %u %.*s\r\nContact: <sip:p@10.0.0.2:5062>\r\n"
		      "Record-Route: <sip:10.0.0.2;lr>\r\nContent-Length: 0\r\n\r\n",
			codes[below(sizeof(codes) / sizeof(codes[0]))], STR_FMT(m->via.text),
			STR_FMT(m->from.text), STR_FMT(m->to.text), below(2), STR_FMT(m->call_id),
			m->cseq.number, STR_FMT(m->cseq.method));
}

/* What the peer could go on with after a response of ours to its INVITE. */
static void learn_requests(const struct sip_msg *m)
{
	static const char *const methods[] = {"ACK", "ACK", "BYE", "INFO", "INVITE", "OPTIONS"};

	for (unsigned i = 0; i < 3; i++) {
		const char *method = methods[below(sizeof(methods) / sizeof(methods[0]))];
		bool ack = strcmp(method, "ACK") == 0;

		learn("%s sip:x@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK%u\r\n"
		      "From: %.*s\r\nTo: %.*s\r\nCall-ID: %.*s\r\nCSeq: %u %s\r\n"
		      "Contact: <sip:p@10.0.0.2>\r\nContent-Type: application/sdp\r\n"
		      "Content-Length: 5\r\n\r\nv=0\r\n",
			method, below(1000000), STR_FMT(m->from.text), STR_FMT(m->to.text),
			STR_FMT(m->call_id), m->cseq.number + (ack ? 0 : below(3)), method);
	}
	learn("CANCEL sip:x@10.0.0.1 SIP/2.0\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: <sip:x@10.0.0.1>\r\n"
	      "Call-ID: %.*s\r\nCSeq: %u CANCEL\r\n\r\n",
		STR_FMT(m->via.text), STR_FMT(m->from.text), STR_FMT(m->call_id), m->cseq.number);
}

static int on_send(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len)
{
	int rc = sip_msg_decode(&w.out, data, len);

	w.sent++;
	/* An answer repeats what was malformed in its request, in its own place and no other. */
	if (rc != 0 && w.out.fault != SIP_FAULT_HEADER && w.out.fault != SIP_FAULT_MISSING)
		fail_msg("fault %d: %.*s", w.out.fault, (int)len, (const char *)data);
	if (rc != 0)
		return 0;
	if (w.out.request && w.out.method != SIP_ACK)
		learn_responses(&w.out);
	else if (!w.out.request && w.out.method == SIP_INVITE && w.out.code > 100)
		learn_requests(&w.out);
	return 0;
}

static void session_keep(struct sip_session *s)
{
	for (unsigned i = 0; i < SESSIONS; i++) {
		if (!w.sessions[i]) {
			w.sessions[i] = s;
			return;
		}
	}
	fail();
}

static void session_forget(struct sip_session *s)
{
	for (unsigned i = 0; i < SESSIONS; i++) {
		if (w.sessions[i] == s) {
			w.sessions[i] = NULL;
			return;
		}
	}
	fail();
}

static int on_admit(void *ctx, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra)
{
	return below(50) ? 0 : 403;
}

static void on_invite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	if (below(4) == 0)
		sip_session_reject(s, w.now, 486, STR(""));
	else
		session_keep(s);
}

static void on_over(void *ctx, struct sip_session *s)
{
	session_forget(s);
}

static void on_sdp(void *ctx, struct sip_session *s, struct str sdp)
{
}

static void on_message(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
}

static void on_code(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
}

static void on_failed(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
	session_forget(s);
}

static void on_reinvite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	if (below(2))
		sip_session_reinvite_answer(s, w.now, 200, STR("v=0\r\n"));
}

static void on_ended(void *ctx, struct sip_session *s, int code)
{
	session_forget(s);
}

static void on_request(
	void *ctx, struct sip_request *r, const struct sip_msg *m, const struct td_flow *flow)
{
	if (m->method == SIP_REGISTER)
		registrar_request(w.registrar, w.now, r, m, flow);
}

static bool on_user(void *ctx, struct str name, struct registrar_user *out)
{
	*out = (struct registrar_user){TD_DIGEST_MD5, STR("939e7578ed9e3c518a452acee763bce9")};
	return below(2);
}

static void on_changed(void *ctx, struct str name, enum registrar_change what)
{
}

/* The caller's side at work. */
static void session_poke(void)
{
	struct sip_session **s = &w.sessions[below(SESSIONS)], *old = *s;
	const struct sip_invite_params p = {.flow = w.flow,
		.uri = STR("sip:p@10.0.0.2"),
		.from_user = STR("us"),
		.to_uri = STR("sip:p@10.0.0.2"),
		.max_forwards = SIP_MAX_FORWARDS,
		.sdp = STR("v=0\r\n")};

	if (!old) {
		if (below(2))
			*s = sip_session_invite(w.ua, w.now, &p, NULL);
		return;
	}
	switch (below(8)) {
	case 0:
		*s = NULL;
		sip_session_bye(old, w.now);
		break;
	case 1:
	case 2:
		sip_session_answer(old, w.now, STR("v=0\r\n"));
		break;
	case 3:
		sip_session_cancel(old, w.now);
		break;
	case 4:
		test_reinvite(old, w.now, STR("v=0\r\n"));
		break;
	case 5:
		sip_session_reinvite_answer(old, w.now, 488, STR(""));
		break;
	default:
		sip_session_progress(old, w.now, 180, STR(""));
	}
}

static void mutate(struct text *t)
{
	static const char *const pieces[] = {"\r\n", "\r\n ", "\r\n\r\n", ":", ";", ",", "<", ">",
		"\"", "\\", "sip:", "z9hG4bK", ";tag=", "Content-Length: 99999999999\r\n",
		"Require: x\r\n", "\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1", "\r\nTo: <sip:x>;tag=1",
		"4294967296", "-1", "*", "\r\nContact: *", "[::1", "%00", "\r", "\n",
		"SIP/2.0 200 OK\r\n"};
	size_t at = t->len ? below((uint32_t)t->len) : 0, n;

	switch (below(6)) {
	case 0: /* a byte */
		if (t->len)
			t->data[at] = (uint8_t)prng_u64(&w.rng);
		break;
	case 1: /* a bit */
		if (t->len)
			t->data[at] ^= (uint8_t)(1u << below(8));
		break;
	case 2: /* cut off */
		t->len = at;
		break;
	case 3: /* cut out */
		n = below(64);
		n = n < t->len - at ? n : t->len - at;
		memmove(t->data + at, t->data + at + n, t->len - at - n);
		t->len -= n;
		break;
	case 4: { /* put in */
		const char *piece = pieces[below(sizeof(pieces) / sizeof(pieces[0]))];

		n = strlen(piece);
		if (t->len + n > sizeof(t->data))
			break;
		memmove(t->data + at + n, t->data + at, t->len - at);
		memcpy(t->data + at, piece, n);
		t->len += n;
		break;
	}
	default: { /* a part of another */
		const struct text *other = &w.corpus[below(w.count)];
		size_t from = other->len ? below((uint32_t)other->len) : 0;

		n = other->len - from < 200 ? other->len - from : 200;
		n = n < t->len - at ? n : t->len - at;
		memcpy(t->data + at, other->data + from, n);
	}
	}
}

static int is_message(const struct dirent *entry)
{
	return strstr(entry->d_name, ".dat") != NULL;
}

static void corpus_read(void)
{
	struct dirent **names;
	int n = scandir(corpus_dir, &names, is_message, alphasort); /* the same order everywhere */

	assert_in_range(n, 40, CORPUS / 2);
	for (int i = 0; i < n; i++) {
		struct text *t = &w.corpus[w.files++];
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", corpus_dir, names[i]->d_name);
		FILE *f = fopen(path, "rb");

		assert_non_null(f);
		t->len = fread(t->data, 1, sizeof(t->data), f);
		fclose(f);
		free(names[i]);
	}
	free(names);
	w.count = w.files;
}

static void mutated_messages_do_no_harm(void **state)
{
	const struct sip_ua_ops ops = {.send = on_send,
		.admit = on_admit,
		.invite = on_invite,
		.cancelled = on_over,
		.confirmed = on_sdp,
		.progress = on_code,
		.answered = on_message,
		.failed = on_failed,
		.reinvite = on_reinvite,
		.info = on_message,
		.ended = on_ended,
		.request = on_request};
	const struct sip_ua_params p = {.key = {1}, .max_sessions = SESSIONS};
	const struct registrar_ops rops = {.user = on_user, .changed = on_changed};
	const struct registrar_params rp = {.max_users = 4,
		.nonce_life_ns = 60 * TD_NSEC_PER_SEC,
		.expires_min_s = 1,
		.expires_max_s = 3600,
		.realm = {"tandem.example", 14}};

	prng_init(&w.rng, 4475);
	corpus_read();
	w.now = TD_NSEC_PER_SEC;
	assert_int_equal(addr_decode(&w.flow.local, STR("10.0.0.1:5060")), 0);
	assert_int_equal(addr_decode(&w.flow.remote, STR("10.0.0.2:5060")), 0);
	w.ua = sip_ua_alloc(&p, &ops);
	w.registrar = registrar_alloc(&rp, &rops);
	assert_true(w.ua && w.registrar);
	for (unsigned i = 0; i < MESSAGES; i++) {
		static struct text t;

		memcpy(&t, &w.corpus[below(w.count)], sizeof(t));
		for (unsigned k = below(4); k > 0; k--)
			mutate(&t);
		uint8_t *copy = malloc(t.len + 1); /* its own, so that ASan sees a read beyond */

		assert_non_null(copy);
		memcpy(copy, t.data, t.len);
		sip_ua_recv(w.ua, w.now, &w.flow, copy, t.len);
		free(copy);
		if (below(2))
			session_poke();
		w.now += below(STEP_MS) * TD_NSEC_PER_MSEC;
		sip_ua_advance(w.ua, w.now);
		registrar_advance(w.registrar, w.now);
	}
	const struct sip_stats *st = sip_ua_stats(w.ua);

	assert_int_equal(st->rx, MESSAGES);
	assert_int_equal(st->rx, st->rx_requests + st->rx_responses + st->keepalives +
					 st->bad_start_line + st->bad_version + st->bad_header +
					 st->missing_header + st->truncated + st->content_length);
	/* that the walk went through all of it */
	assert_true(st->rx_requests > MESSAGES / 10 && st->rx_responses > MESSAGES / 100);
	assert_true(st->bad_start_line && st->bad_version && st->bad_header && st->missing_header &&
		    st->truncated && st->content_length && st->no_dialog && st->no_transaction &&
		    st->refused && st->not_admitted && st->timeouts && st->rx_retransmissions);
	assert_int_equal(st->tx, w.sent);

	/* all that is left comes to an end */
	for (unsigned i = 0; i < SESSIONS; i++) {
		struct sip_session *s = w.sessions[i];

		w.sessions[i] = NULL;
		if (s)
			sip_session_bye(s, w.now);
	}
	for (unsigned i = 0; i < 300; i++, w.now += TD_NSEC_PER_SEC)
		sip_ua_advance(w.ua, w.now);
	assert_true(sip_ua_advance(w.ua, w.now) == TD_NEVER);
	fake_expect_empty(w.ua);
	registrar_free(w.registrar);
	sip_ua_free(w.ua);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutated_messages_do_no_harm),
	};

	assert(argc == 2);
	corpus_dir = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
