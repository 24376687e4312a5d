/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests: a user agent whose callbacks and messages are written into one line of text, in
 * order, so that a test says what it expects in one line too:
 *     "invite" "cancelled" "confirmed" "progress:180" "answered" "failed:486" "reinvite"
 *     "info" "ended:0" "request"; messages sent: "INVITE", "200/INVITE"
 */
#ifndef TANDEM_ENGINE_SIP_TEST_FAKE_H
#define TANDEM_ENGINE_SIP_TEST_FAKE_H

#include <engine/sip/msg/msg.h>
#include <engine/sip/dialog/ua.h>
#include <tests/unit/unit.h>

#define FAKE_LOG 65536

struct fake {
	struct sip_ua *ua;
	uint64_t now;
	struct td_flow flow;
	char log[FAKE_LOG];
	size_t log_len;
	struct sip_session *session; /* of the last callback or invite */
	int admit;                   /* what the callback gives */
	int send_result;             /* what sending gives */
	void (*on_invite)(struct fake *f, struct sip_session *s, const struct sip_msg *m);
	void (*on_request)(struct fake *f, struct sip_request *r, const struct sip_msg *m);
	char body[2048]; /* of the last callback with one */
	/* the last message sent, and the last request of each method */
	char out[SIP_MSG_MAX + 1], request[SIP_METHOD_COUNT][4096];
	size_t out_len, request_len[SIP_METHOD_COUNT];
	struct sip_msg m;  /* out, decoded */
	struct td_flow by; /* of out */
};

void fake_init(struct fake *f, uint32_t max_sessions);
void fake_fini(struct fake *f);
void fake_recv(struct fake *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A request of the peer's: of Call-ID "c1", with From tag "f1". to_tag NULL: none. extra: whole
 * header lines. */
void fake_request(struct fake *f, const char *method, const char *branch, unsigned cseq,
	const char *to_tag, const char *extra, const char *body);
/* A response of the peer's to our last request of this method. */
void fake_response(
	struct fake *f, int code, enum sip_method method, const char *to_tag, const char *extra);
struct sip_session *fake_invite(struct fake *f);
void fake_advance(struct fake *f, uint64_t ms);
const char *fake_tag(struct fake *f); /* To tag of the last message sent */
/* Compares and empties the log. */
void fake_expect(struct fake *f, const char *log);
void fake_expect_to(struct fake *f, const char *addr); /* where the last message went */
void fake_expect_empty(const struct sip_ua *ua);       /* no session, transaction or message kept */
void fake_expect_idle(struct fake *f);                 /* in time no session and no timer is left */
/* The peer's INVITE, answered and acknowledged; gives our tag. */
const char *fake_answered_call(struct fake *f);
/* Ours, answered by a 2xx with these header lines, of To tag "r1". */
void fake_placed_call(struct fake *f, const char *extra);
/* All values of a header field of the last message sent, with ", " between; valid until called
 * again. */
struct str fake_values(const struct fake *f, enum sip_header id);
struct td_addr fake_addr(const char *text);

#endif
