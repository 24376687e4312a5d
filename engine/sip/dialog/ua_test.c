/* SPDX-License-Identifier: BSD-3-Clause */
/* The user agent as server, and what it says of garbage, under virtual time. */
#include <stdio.h>
#include <stdlib.h>
#include <engine/base/addr.h>
#include <engine/sip/test/fake.h>

static struct fake f;

static int setup(void **state)
{
	fake_init(&f, 4);
	return 0;
}

static int teardown(void **state)
{
	fake_fini(&f);
	return 0;
}

static void incoming_call_is_answered_and_ended_by_peer(void **state)
{
	struct sip_values it = {0};
	struct str v;

	fake_request(&f, "INVITE", "i1", 1, NULL,
		"Record-Route: <sip:10.0.0.9;lr>\r\nVia: SIP/2.0/UDP "
		"inner.example;branch=z9hG4bKin\r\n",
		"v=0\r\n");
	assert_string_equal(f.body, "v=0\r\n");
	sip_session_progress(f.session, f.now, 183, STR("v=0\r\nearly\r\n"));
	assert_true(sip_msg_has(&f.m, SIP_HDR_CONTACT));
	const char *early = strdup(fake_tag(&f));

	sip_session_answer(f.session, f.now, STR("v=0\r\nanswer\r\n"));
	assert_string_equal(fake_tag(&f), early);
	free((void *)early);
	assert_true(str_eq(f.m.body, STR("v=0\r\nanswer\r\n")));
	assert_true(str_eq(f.m.contact.uri.text, STR("sip:4989100@10.0.0.1:5060")));
	assert_true(sip_msg_value(&f.m, SIP_HDR_VIA, &it, &v));
	assert_true(str_eq(v, STR("SIP/2.0/UDP 10.0.0.2:5080;branch=z9hG4bKi1;received=10.0.0.2")));
	assert_true(sip_msg_value(&f.m, SIP_HDR_VIA, &it, &v));
	assert_true(str_eq(v, STR("SIP/2.0/UDP inner.example;branch=z9hG4bKin")));
	assert_true(str_eq(fake_values(&f, SIP_HDR_RECORD_ROUTE), STR("<sip:10.0.0.9;lr>")));
	fake_expect_to(&f, "10.0.0.2:5080");
	char tag[64];

	strcpy(tag, fake_tag(&f));
	fake_request(&f, "ACK", "a1", 1, tag, NULL, NULL);
	fake_expect(&f, "invite 183/INVITE 200/INVITE confirmed");
	fake_request(&f, "BYE", "b1", 2, tag, NULL, NULL);
	fake_expect(&f, "200/BYE ended:0");
	/* a retransmission gets the same, without a dialog */
	fake_request(&f, "BYE", "b1", 2, tag, NULL, NULL);
	fake_expect(&f, "200/BYE");
	fake_request(&f, "BYE", "b2", 3, tag, NULL, NULL);
	fake_expect(&f, "481/BYE");
	fake_expect_idle(&f);
}

static void trying_comes_by_itself_after_200_ms(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_advance(&f, 199);
	fake_expect(&f, "invite");
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, ""); /* nothing to repeat yet */
	fake_advance(&f, 1);
	fake_expect(&f, "100/INVITE");
	assert_null(f.m.to.tag.p);
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, "100/INVITE");
	sip_session_progress(f.session, f.now, 180, STR(""));
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, "180/INVITE 180/INVITE");
	assert_int_equal(sip_ua_stats(f.ua)->rx_retransmissions, 3);
	sip_session_reject(f.session, f.now, 486, STR(""));
	fake_expect_idle(&f);
}

static void rejection_is_repeated_until_ack(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	sip_session_reject(f.session, f.now, 480, STR("Retry-After: 5\r\n"));
	assert_true(str_eq(sip_msg_header(&f.m, SIP_HDR_RETRY_AFTER), STR("5")));
	fake_expect(&f, "invite 480/INVITE");
	assert_int_equal(sip_ua_sessions(f.ua), 0);
	fake_advance(&f, 500);
	fake_expect(&f, "480/INVITE");
	fake_advance(&f, 1000 + 2000);
	fake_expect(&f, "480/INVITE 480/INVITE");
	fake_advance(&f, 4000 + 4000); /* T2 is the most */
	fake_expect(&f, "480/INVITE 480/INVITE");
	fake_request(&f, "ACK", "i1", 1, fake_tag(&f), NULL, NULL);
	fake_advance(&f, 4000);
	fake_expect(&f, "");
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, ""); /* absorbed in Confirmed */
	fake_advance(&f, 1000);
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, "invite"); /* after timer I it is a new one */
	sip_session_reject(f.session, f.now, 480, STR(""));
	fake_expect_idle(&f);
	assert_int_equal(sip_ua_stats(f.ua)->timeouts, 1); /* timer H of the second */
}

static void answer_without_ack_ends_the_call(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	sip_session_answer(f.session, f.now, STR(""));
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL); /* RFC 6026: absorbed */
	fake_expect(&f, "invite 200/INVITE");
	fake_advance(&f, 31999);
	/* at 0.5 1.5 3.5 7.5 11.5 ... 31.5 s */
	fake_expect(&f,
		"200/INVITE 200/INVITE 200/INVITE 200/INVITE 200/INVITE 200/INVITE 200/INVITE "
		"200/INVITE 200/INVITE 200/INVITE");
	fake_advance(&f, 1);
	fake_expect(&f, "BYE ended:408");
	fake_response(&f, 200, SIP_BYE, NULL, NULL);
	fake_advance(&f, 4999);
	fake_expect(&f, "");
	fake_expect_idle(&f);
	fake_expect(&f, "");
}

static void bye_of_ours_waits_for_the_ack(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	sip_session_answer(f.session, f.now, STR(""));
	char tag[64];

	strcpy(tag, fake_tag(&f));
	sip_session_bye(f.session, f.now);
	fake_expect(&f, "invite 200/INVITE");
	fake_request(&f, "ACK", "a1", 1, tag, NULL, NULL);
	fake_expect(&f, "BYE");
	assert_int_equal(sip_ua_sessions(f.ua), 0);
	fake_response(&f, 200, SIP_BYE, NULL, NULL);
	fake_expect_idle(&f);
	assert_int_equal(sip_ua_stats(f.ua)->timeouts, 0);
}

/* RFC 6026 section 7.1: the transaction outlives the dialog, and its ACK still ends the 2xx. */
static void ack_after_our_bye_ends_the_2xx(void **state)
{
	const char *tag = fake_answered_call(&f);

	fake_request(&f, "INVITE", "i2", 2, tag, NULL, "v=0\r\n");
	sip_session_reinvite_answer(f.session, f.now, 200, STR("v=0\r\n"));
	sip_session_bye(f.session, f.now);
	fake_expect(&f, "reinvite 200/INVITE BYE");
	fake_response(&f, 200, SIP_BYE, NULL, NULL);
	fake_request(&f, "ACK", "a9", 9, tag, NULL, NULL); /* of no INVITE */
	assert_int_equal(sip_ua_stats(f.ua)->no_transaction, 1);
	fake_advance(&f, 500);
	fake_expect(&f, "200/INVITE");
	fake_request(&f, "ACK", "a2", 2, tag, NULL, NULL);
	fake_expect_idle(&f);
	fake_expect(&f, "");
	assert_int_equal(sip_ua_stats(f.ua)->no_transaction, 1);
}

static void cancel_ends_what_is_not_answered(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	sip_session_progress(f.session, f.now, 180, STR(""));
	fake_request(&f, "CANCEL", "other", 1, NULL, NULL, NULL);
	fake_expect(&f, "invite 180/INVITE 481/CANCEL");
	/* a stranger who has seen the branch, and one who has not seen all of the rest */
	f.flow.remote.ip4++;
	fake_request(&f, "CANCEL", "i1", 1, NULL, NULL, NULL);
	f.flow.remote.ip4--;
	fake_request(&f, "CANCEL", "i1", 2, NULL, NULL, NULL);
	fake_expect(&f, "481/CANCEL 481/CANCEL");
	fake_request(&f, "CANCEL", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, "200/CANCEL 487/INVITE cancelled");
	assert_int_equal(sip_ua_sessions(f.ua), 0);
	fake_request(&f, "CANCEL", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, "200/CANCEL");
	fake_request(&f, "ACK", "i1", 1, "x", NULL, NULL);
	fake_expect_idle(&f);
	fake_expect(&f, "");

	/* too late */
	fake_request(&f, "INVITE", "i2", 5, NULL, NULL, NULL);
	sip_session_answer(f.session, f.now, STR(""));
	char tag[64];

	strcpy(tag, fake_tag(&f));
	fake_request(&f, "CANCEL", "i2", 5, NULL, NULL, NULL);
	fake_request(&f, "ACK", "a2", 5, tag, NULL, NULL);
	fake_expect(&f, "invite 200/INVITE 200/CANCEL confirmed");
	sip_session_bye(f.session, f.now);
	fake_expect(&f, "BYE");
	fake_expect_idle(&f);
}

static void bye_in_early_dialog_is_a_cancel(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	sip_session_progress(f.session, f.now, 180, STR(""));
	fake_request(&f, "BYE", "b1", 2, fake_tag(&f), NULL, NULL);
	fake_expect(&f, "invite 180/INVITE 200/BYE 487/INVITE cancelled");
	fake_expect_idle(&f);
}

static void requests_in_dialog(void **state)
{
	const char *tag = fake_answered_call(&f);

	fake_request(
		&f, "INFO", "n1", 2, tag, "Content-Type: application/dtmf-relay\r\n", "Signal=5");
	fake_expect(&f, "200/INFO info");
	assert_string_equal(f.body, "Signal=5");
	fake_request(
		&f, "INFO", "n1", 2, tag, "Content-Type: application/dtmf-relay\r\n", "Signal=5");
	fake_expect(&f, "200/INFO"); /* a digit is not pressed twice */
	fake_request(&f, "OPTIONS", "o1", 3, tag, NULL, NULL);
	fake_expect(&f, "200/OPTIONS");
	fake_request(&f, "INFO", "n2", 2, tag, NULL, NULL); /* CSeq that goes back */
	fake_expect(&f, "500/INFO");
	fake_request(&f, "REFER", "r1", 4, tag, NULL, NULL);
	fake_expect(&f, "405/REFER");
	assert_true(sip_msg_has(&f.m, SIP_HDR_ALLOW));
	fake_request(&f, "INFO", "n3", 5, "wrong", NULL, NULL);
	fake_expect(&f, "481/INFO");
	fake_request(&f, "BYE", "b1", 6, tag, NULL, NULL);
	fake_expect(&f, "200/BYE ended:0");
	fake_expect_idle(&f);
}

static void reinvite_of_peer(void **state)
{
	const char *tag = fake_answered_call(&f);

	fake_request(&f, "INVITE", "i2", 2, tag, NULL, "v=0\r\nhold\r\n");
	assert_string_equal(f.body, "v=0\r\nhold\r\n");
	fake_request(&f, "INVITE", "i3", 3, tag, NULL, "v=0\r\n"); /* before the answer */
	fake_expect(&f, "reinvite 500/INVITE");
	sip_session_reinvite_answer(f.session, f.now, 200, STR("v=0\r\nheld\r\n"));
	assert_string_equal(fake_tag(&f), tag);
	fake_expect(&f, "200/INVITE");
	fake_advance(&f, 500);
	fake_expect(&f, "500/INVITE 200/INVITE");
	fake_request(&f, "ACK", "i3", 3, tag, NULL, NULL);
	fake_request(&f, "ACK", "a2", 2, tag, NULL, NULL);
	fake_expect(&f, "confirmed");
	fake_request(&f, "INVITE", "i4", 4, tag, NULL, "v=0\r\n");
	sip_session_reinvite_answer(f.session, f.now, 488, STR(""));
	fake_request(&f, "ACK", "i4", 4, tag, NULL, NULL);
	fake_expect(&f, "reinvite 488/INVITE");
	fake_request(&f, "INVITE", "i5", 5, tag, NULL, "v=0\r\n");
	fake_request(&f, "CANCEL", "i5", 5, tag, NULL, NULL);
	sip_session_reinvite_answer(f.session, f.now, 200, STR("v=0\r\n"));
	fake_expect(&f, "reinvite 200/CANCEL 487/INVITE");
	fake_request(&f, "ACK", "i5", 5, tag, NULL, NULL);
	sip_session_bye(f.session, f.now);
	fake_expect(&f, "BYE");
	fake_expect_idle(&f);
}

static void delayed_offer_is_answered_in_the_ack(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	assert_string_equal(f.body, "");
	sip_session_answer(f.session, f.now, STR("v=0\r\noffer\r\n"));
	fake_request(&f, "ACK", "a1", 1, fake_tag(&f), NULL, "v=0\r\nanswer\r\n");
	assert_string_equal(f.body, "v=0\r\nanswer\r\n");
	fake_expect(&f, "invite 200/INVITE confirmed");
	sip_session_bye(f.session, f.now);
	fake_expect_idle(&f);
}

/* An ACK cannot be refused, so a body that we cannot read counts as none. */
static void answer_in_the_ack_is_sdp_or_none(void **state)
{
	static const char *const unread[] = {"Content-Type: text/plain\r\n",
		"Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n"};

	for (unsigned i = 0; i < sizeof(unread) / sizeof(unread[0]); i++) {
		char branch[16];

		snprintf(branch, sizeof(branch), "u%u", i);
		fake_request(&f, "INVITE", branch, 1, NULL, NULL, NULL);
		sip_session_answer(f.session, f.now, STR("v=0\r\noffer\r\n"));
		fake_request(&f, "ACK", "a1", 1, fake_tag(&f), unread[i], "v=0\r\nanswer\r\n");
		fake_expect(&f, "invite 200/INVITE confirmed");
		assert_string_equal(f.body, "");
		sip_session_bye(f.session, f.now);
		fake_expect_idle(&f);
		f.log_len = 0;
	}
}

static void what_is_not_acceptable_is_refused(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, "Require: 100rel, timer\r\n", NULL);
	fake_expect(&f, "420/INVITE");
	assert_true(str_eq(fake_values(&f, SIP_HDR_UNSUPPORTED), STR("100rel, timer")));
	fake_request(&f, "INVITE", "i2", 1, NULL, "Content-Type: text/plain\r\n", "x");
	fake_expect(&f, "415/INVITE");
	fake_request(&f, "INVITE", "i6", 2, NULL, "Content-Type: application / sdp\r\n", "x");
	sip_session_reject(f.session, f.now, 486, STR(""));
	fake_request(&f, "ACK", "i6", 2, "x", NULL, NULL);
	fake_expect(&f, "invite 486/INVITE");
	fake_request(&f, "INVITE", "i3", 1, NULL, "Content-Encoding: gzip\r\n", "x");
	fake_expect(&f, "415/INVITE");
	fake_request(&f, "SUBSCRIBE", "s1", 1, NULL, NULL, NULL);
	fake_expect(&f, "405/SUBSCRIBE");
	assert_true(sip_msg_has(&f.m, SIP_HDR_ALLOW));
	fake_request(&f, "BYE", "b1", 1, NULL, NULL, NULL);
	fake_expect(&f, "481/BYE");
	f.admit = 403;
	fake_request(&f, "INVITE", "i4", 1, NULL, NULL, NULL);
	fake_request(&f, "ACK", "i4", 1, fake_tag(&f), NULL, NULL);
	fake_expect(&f, "403/INVITE");
	f.admit = 503;
	fake_request(&f, "INVITE", "i5", 1, NULL, NULL, NULL);
	f.admit = 0;
	fake_request(&f, "INVITE", "i5", 1, NULL, NULL, NULL); /* the same answer, no call */
	fake_expect(&f, "503/INVITE 503/INVITE");
	assert_int_equal(sip_ua_stats(f.ua)->refused, 4);
	assert_int_equal(sip_ua_stats(f.ua)->not_admitted, 2);
	fake_expect_idle(&f);
}

static void say_yes(struct fake *ua, struct sip_request *r, const struct sip_msg *m)
{
	sip_respond(r, ua->now, 200, STR(""), STR(""));
}

/* What our Allow says, in a dialog or outside one. ACK and CANCEL have no answer of their own. */
static void no_method_of_ours_is_not_allowed(void **state)
{
	char branch[8];

	f.on_request = say_yes;
	for (enum sip_method i = SIP_OTHER + 1; i < SIP_METHOD_COUNT; i++) {
		struct str name = sip_method_name(i);

		if (i == SIP_ACK || i == SIP_CANCEL)
			continue;
		snprintf(branch, sizeof(branch), "m%d", (int)i);
		fake_request(&f, name.p, branch, 1, NULL, NULL, NULL);
		if (i == SIP_INVITE)
			sip_session_reject(f.session, f.now, 486, STR(""));
		assert_true(str_eq(f.m.cseq.method, name));
		assert_int_not_equal(f.m.code, 405);
	}
	f.log_len = 0;
	fake_expect_idle(&f);
}

static void recv_with(const char *method, const char *uri, const char *head)
{
	fake_recv(&f,
		"%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK%s\r\n%s"
		"To: <sip:b@h>\r\nCall-ID: c2\r\nCSeq: 1 %s\r\n\r\n",
		method, uri, method, head, method);
}

/* section 8.2: the method comes before the Request-URI and all header fields */
static void checks_have_their_order(void **state)
{
	static const char from[] = "From: <sip:a@h>;tag=1\r\n";

	recv_with("NOVEL", "nobody:x", from);
	fake_expect(&f, "405/NOVEL");
	recv_with("NOVEL", "sip:h", "From: <sip:a@h>;tag=1\r\nRequire: a\r\n");
	fake_expect(&f, "405/NOVEL");
	recv_with("OPTIONS", "nobody:x", "From: <sip:a@h>;tag=1\r\nRequire: a\r\n");
	fake_expect(&f, "416/OPTIONS");
	recv_with("INVITE", "sip:h", "From: <sip:a@h>;tag=1;tag=2\r\n");
	fake_expect(&f, "400/INVITE");
	/* section 20.10: * is for REGISTER alone */
	recv_with("INVITE", "sip:h", "From: <sip:a@h>;tag=1\r\nContact: *\r\n");
	fake_expect(&f, "400/INVITE");
	/* section 8.1.1.8: requests in the dialog go to a SIP URI */
	recv_with("INVITE", "sip:h", "From: <sip:a@h>;tag=1\r\nContact: <mailto:a@h>\r\n");
	fake_expect(&f, "400/INVITE");
	recv_with("REGISTER", "sip:h", "From: <sip:a@h>;tag=1\r\nContact: *\r\n");
	fake_expect(&f, "request 405/REGISTER");
	fake_expect_idle(&f);
}

/* A list may stand over any number of lines (section 7.3.1). */
static void lists_are_read_to_their_end(void **state)
{
	static const struct {
		const char *extra;
		int code; /* 0: taken */
	} encodings[] = {
		{"Content-Encoding: identity\r\ne: gzip\r\n", 415},
		{"Content-Encoding: identity, gzip\r\n", 415},
		{"Content-Type: application / sdp\r\nContent-Encoding: gzip\r\n", 415},
		{"Content-Encoding: identity\r\nContent-Encoding: Identity\r\n", 0},
	};
	char line[512] = "Require: ", text[1024];

	fake_request(
		&f, "INVITE", "i1", 1, NULL, "Require: 100rel\r\nRequire: timer,\r\n a\r\n", NULL);
	fake_expect(&f, "420/INVITE");
	assert_true(str_eq(fake_values(&f, SIP_HDR_UNSUPPORTED), STR("100rel, timer, a")));
	memset(line + strlen(line), 'x', 400);
	snprintf(text, sizeof(text), "%s\r\nRequire: y\r\n", line);
	fake_request(&f, "INVITE", "i2", 1, NULL, text, NULL);
	fake_expect(&f, "420/INVITE");
	snprintf(text, sizeof(text), "%s, y", line + strlen("Require: "));
	assert_true(str_eq(fake_values(&f, SIP_HDR_UNSUPPORTED), str_of(text)));
	fake_request(
		&f, "OPTIONS", "o1", 1, NULL, "Require:\r\nRequire: ,\r\n", NULL); /* nothing */
	fake_expect(&f, "request 200/OPTIONS");
	for (unsigned i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		char branch[16];

		snprintf(branch, sizeof(branch), "e%u", i);
		fake_request(&f, "INVITE", branch, 1, NULL, encodings[i].extra, "v=0\r\n");
		fake_expect(&f, encodings[i].code ? "415/INVITE" : "invite");
	}
	sip_session_reject(f.session, f.now, 486, STR(""));
	fake_request(&f, "ACK", "e2", 1, "x", NULL, NULL);
	fake_expect(&f, "486/INVITE");
	fake_expect_idle(&f);
}

static void merged_and_looping_requests_are_refused(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_request(&f, "INVITE", "i2", 1, NULL, NULL, NULL);
	fake_expect(&f, "invite 482/INVITE");
	sip_session_reject(f.session, f.now, 486, STR(""));
	fake_request(&f, "ACK", "i1", 1, "x", NULL, NULL);
	fake_expect(&f, "486/INVITE");
	fake_recv(&f,
		"INVITE sip:x@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKm\r\n"
		"From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c2\r\nCSeq: 1 INVITE\r\n"
		"Max-Forwards: 0\r\n\r\n");
	fake_expect(&f, "483/INVITE");
	fake_expect_to(&f, "10.0.0.2:5060"); /* no rport, no port: the default, not the source */
	fake_expect_idle(&f);
}

static void calls_beyond_the_pool_get_503(void **state)
{
	for (unsigned i = 0; i < 4; i++)
		assert_non_null(fake_invite(&f));
	assert_null(fake_invite(&f));
	assert_int_equal(errno, ENOBUFS);
	f.log_len = 0;
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, "503/INVITE");
	assert_true(sip_msg_has(&f.m, SIP_HDR_RETRY_AFTER));
	assert_int_equal(sip_ua_stats(f.ua)->sessions_full, 2);
	fake_expect_idle(&f);
}

static void finished_transactions_give_way(void **state)
{
	const char *tag = fake_answered_call(&f);

	/* far more than the pool holds, each lingering for 32 s */
	for (unsigned i = 0; i < 5000; i++) {
		char branch[16];

		snprintf(branch, sizeof(branch), "o%u", i);
		fake_request(&f, "OPTIONS", branch, i + 10, tag, NULL, NULL);
		assert_int_equal(f.m.code, 200);
	}
	assert_true(sip_ua_stats(f.ua)->evicted > 4000);
	f.log_len = 0;
	uint64_t absorbed = sip_ua_stats(f.ua)->rx_retransmissions;

	fake_request(&f, "OPTIONS", "o4999", 5009, tag, NULL, NULL);
	fake_expect(&f, "200/OPTIONS");
	assert_int_equal(sip_ua_stats(f.ua)->rx_retransmissions, absorbed + 1); /* kept */
	sip_session_bye(f.session, f.now);
	fake_expect_idle(&f);
}

static void on_register(struct fake *fake, struct sip_request *r, const struct sip_msg *m)
{
	if (m->method == SIP_REGISTER)
		sip_respond_again(r, fake->now, 401, STR(""));
}

/* RFC 3261 section 8.2.7. Who is not known to us must not push out what we need to know a repeated
 * request of somebody else's by. */
static void strangers_cost_no_memory(void **state)
{
	static const char *const methods[] = {
		"OPTIONS", "SUBSCRIBE", "MESSAGE", "REGISTER", "BYE", "CANCEL", "INVITE", "NOSUCH"};
	const char *tag = fake_answered_call(&f);
	char branch[16];
	uint32_t before;

	f.on_request = on_register;
	fake_request(&f, "BYE", "last", 20, tag, NULL, NULL);
	fake_request(&f, "INVITE", "gone", 21, NULL, NULL, NULL);
	fake_request(&f, "CANCEL", "gone", 21, NULL, NULL, NULL);
	fake_request(&f, "ACK", "gone", 21, "x", NULL, NULL);
	before = sip_ua_transactions(f.ua);
	f.admit = 403;
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(branch, sizeof(branch), "s%u", i);
		fake_request(&f, methods[i % 8], branch, i + 30, NULL, NULL, NULL);
		snprintf(branch, sizeof(branch), "t%u", i); /* of no dialog */
		fake_request(&f, methods[i % 8], branch, i + 30, "nowhere", NULL, NULL);
		f.log_len = 0;
	}
	f.admit = 0;
	assert_int_equal(sip_ua_transactions(f.ua), before);
	assert_int_equal(sip_ua_stats(f.ua)->evicted, 0);
	assert_int_equal(sip_ua_stats(f.ua)->options, 625);
	fake_request(&f, "BYE", "last", 20, tag, NULL, NULL);
	fake_expect(&f, "200/BYE");
	fake_request(&f, "INVITE", "gone", 21, NULL, NULL, NULL); /* it makes no new call */
	fake_expect(&f, "");
	fake_expect_idle(&f);
}

/* A fold copied into an answer could be a line of its own to someone else. */
static void folded_header_fields_are_answered_unfolded(void **state)
{
	fake_recv(&f, "OPTIONS sip:x@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;\r\n "
		      "branch=z9hG4bKf\r\nFrom: <sip:a@h>\r\n\t;tag=1\r\nTo:\r\n <sip:b@h>\r\n"
		      "Call-ID: c2\r\nCSeq: 1\r\n OPTIONS\r\n\r\n");
	fake_expect(&f, "request 200/OPTIONS");
	assert_null(strstr(f.out, "\n "));
	assert_null(strstr(f.out, "\n\t"));
	assert_true(str_eq(f.m.from.tag, STR("1")));
	fake_expect_idle(&f);
}

/* The answer goes where the request came from, with each Via in its own place. */
static void malformed_via_keeps_its_place(void **state)
{
	fake_recv(&f,
		"OPTIONS sip:x@10.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1;branch=z9hG4bK2\r\n"
		"Via: SIP/2.0/UDP 10.0.0.9:7000;branch=z9hG4bK3\r\n"
		"From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c2\r\nCSeq: 1 OPTIONS\r\n\r\n");
	fake_expect(&f, "400/OPTIONS");
	fake_expect_to(&f, "10.0.0.2:5080");
	assert_true(str_eq(fake_values(&f, SIP_HDR_VIA),
		STR("SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1;branch=z9hG4bK2, "
		    "SIP/2.0/UDP 10.0.0.9:7000;branch=z9hG4bK3")));
	fake_expect_idle(&f);
}

static void options_and_register_outside_dialogs(void **state)
{
	fake_request(&f, "OPTIONS", "o1", 1, NULL, NULL, NULL);
	fake_expect(&f, "request 200/OPTIONS");
	assert_true(sip_msg_has(&f.m, SIP_HDR_ALLOW) && sip_msg_has(&f.m, SIP_HDR_ACCEPT));
	char first[SIP_MSG_MAX + 1];

	memcpy(first, f.out, f.out_len + 1);
	fake_request(&f, "OPTIONS", "o1", 1, NULL, NULL, NULL);
	fake_expect(&f, "request 200/OPTIONS");
	assert_string_equal(f.out, first); /* the To tag, too */
	fake_expect_empty(f.ua);
	fake_request(&f, "REGISTER", "r1", 1, NULL, NULL, NULL);
	fake_expect(&f, "request 405/REGISTER");
	fake_expect_idle(&f);
}

static void old_branches_match_too(void **state)
{
	static const char text[] =
		"%s sip:b@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5080\r\n"
		"From: <sip:a@h>\r\nTo: <sip:b@h>%s%s\r\nCall-ID: c9\r\nCSeq: 1 %s\r\n\r\n";

	fake_recv(&f, text, "INVITE", "", "", "INVITE");
	fake_recv(&f, text, "INVITE", "", "", "INVITE");
	fake_expect(&f, "invite");
	sip_session_reject(f.session, f.now, 486, STR(""));
	fake_recv(&f, text, "ACK", ";tag=", fake_tag(&f), "ACK");
	fake_expect(&f, "486/INVITE");
	fake_advance(&f, 4000);
	fake_expect(&f, "");
	fake_expect_idle(&f);
	assert_int_equal(sip_ua_stats(f.ua)->timeouts, 0);
}

static void large_messages_go_both_ways(void **state)
{
	static char big[SIP_MSG_MAX];

	memset(big, 'a', 40000);
	memcpy(big, "v=0\r\ns=", 7);
	big[40000] = '\0';
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, big);
	sip_session_progress(f.session, f.now, 183, str_of(big));
	assert_true(f.out_len > 40000);
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, big); /* kept whole */
	assert_true(f.out_len > 40000);
	fake_expect(&f, "invite 183/INVITE 183/INVITE");
	memset(big + 40000, 'a', 25400);
	big[65400] = '\0';
	sip_session_answer(f.session, f.now, str_of(big)); /* does not fit */
	fake_expect(&f, "513/INVITE");
	fake_request(&f, "ACK", "i1", 1, fake_tag(&f), NULL, NULL);
	fake_expect_idle(&f);
}

static void dialogs_with_too_much_text_are_refused(void **state)
{
	static char route[SIP_MSG_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < 100; i++)
		n += (size_t)sprintf(route + n, "Record-Route: <sip:p%u.example;lr>\r\n", i);
	fake_request(&f, "INVITE", "i1", 1, NULL, route, NULL);
	fake_expect(&f, "513/INVITE");
	assert_int_equal(sip_ua_sessions(f.ua), 0);
	assert_non_null(fake_invite(&f));
	fake_response(&f, 200, SIP_INVITE, "r1", route);
	fake_expect(&f, "INVITE ACK BYE failed:513");
	fake_expect_idle(&f);
}

static void garbage_is_counted_by_reason(void **state)
{
	const struct sip_stats *st = sip_ua_stats(f.ua);
	static const char head[] =
		"OPTIONS sip:a@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1;"
		"rport\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCSeq: 1 OPTIONS\r\n";

	fake_recv(&f, "\r\n\r\n");
	assert_int_equal(st->keepalives, 1);
	fake_recv(&f, "GET / HTTP/1.1\r\n\r\n");
	fake_recv(&f, "hello");
	assert_int_equal(st->bad_start_line, 2);
	fake_recv(&f, "%s", head);
	assert_int_equal(st->truncated, 1);
	fake_recv(&f, "%s\r\n", head);
	assert_int_equal(st->missing_header, 1);
	fake_recv(&f, "%sCall-ID: 1\r\nContent-Length: 7\r\n\r\nx", head);
	assert_int_equal(st->truncated, 2);
	fake_recv(&f, "%sCall-ID: 1\r\nContent-Length: -7\r\n\r\nx", head);
	assert_int_equal(st->content_length, 1);
	fake_recv(&f, "%sCall-ID: 1\r\nTo: twice\r\n\r\n", head);
	assert_int_equal(st->bad_header, 1);
	fake_expect(&f, "400/OPTIONS 400/OPTIONS 400/OPTIONS 400/OPTIONS 400/OPTIONS");
	fake_expect_to(&f, "10.0.0.2:5080");
	fake_recv(&f,
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1234567890abcdef\r\n"
		"From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCSeq: 1 OPTIONS\r\nCall-ID: 1\r\n\r\n");
	assert_int_equal(st->no_transaction, 1);
	fake_expect(&f, "");
	fake_expect_idle(&f);
}

static const char *torture_dir;

/* RFC 4475: what is sent in answer to each. */
static void torture(void **state)
{
	static const struct {
		const char *name, *log;
	} cases[] = {
		{"wsinv", "481/INVITE"} /* it has a To tag */,
		{"intmeth", "405/!interesting-Method0123456789_*+`.%indeed'~"},
		{"esc01", "invite"},
		{"escnull", "request 405/REGISTER"},
		{"esc02", "405/RE%47IST%45R"},
		{"lwsdisp", "request 200/OPTIONS"},
		{"longreq", "invite"},
		{"dblreq", "request 405/REGISTER"},
		{"semiuri", "request 200/OPTIONS"},
		{"transports", "request 200/OPTIONS"},
		{"mpart01", "405/MESSAGE"},
		{"unreason", ""},
		{"noreason", ""},
		{"badinv01", "400/INVITE"},
		{"clerr", "400/INVITE"},
		{"ncl", "400/INVITE"},
		{"scalar02", "400/"},
		{"scalarlg", ""},
		{"quotbal", "400/INVITE"},
		{"ltgtruri", "400/INVITE"},
		{"lwsruri", "400/INVITE"},
		{"lwsstart", "400/INVITE"},
		{"trws", "400/OPTIONS"},
		{"escruri", "400/INVITE"},
		{"baddate", "invite"},
		{"regbadct", "400/REGISTER"},
		{"badaspec", "400/OPTIONS"},
		{"baddn", "400/OPTIONS"},
		{"badvers", "505/OPTIONS"},
		{"mismatch01", "400/INVITE"},
		{"mismatch02", "400/INVITE"},
		{"bigcode", ""},
		{"badbranch", "request 200/OPTIONS"},
		{"insuf", "400/INVITE"},
		{"unkscm", "416/OPTIONS"},
		{"novelsc", "416/OPTIONS"},
		{"unksm2", "request 405/REGISTER"},
		{"bext01", "420/OPTIONS"},
		{"invut", "415/INVITE"},
		{"regaut01", "request 405/REGISTER"},
		{"multi01", "400/INVITE"},
		{"mcl01", "400/OPTIONS"},
		{"bcast", ""},
		{"zeromf", "request 200/OPTIONS"},
		{"cparam01", "request 405/REGISTER"},
		{"cparam02", "request 405/REGISTER"},
		{"regescrt", "request 405/REGISTER"},
		{"sdp01", "invite"},
		{"inv2543", "invite"},
	};
	static uint8_t data[8192];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s.dat", torture_dir, cases[i].name);
		FILE *file = fopen(path, "rb");

		assert_non_null(file);
		size_t n = fread(data, 1, sizeof(data), file);

		fclose(file);
		sip_ua_recv(f.ua, f.now, &f.flow, data, n);
		fake_expect(&f, cases[i].log);
		if (strcmp(cases[i].log, "invite") == 0)
			sip_session_reject(f.session, f.now, 486, STR(""));
		f.log_len = 0;
	}
	fake_expect_idle(&f);
}

static int build(void)
{
	static const struct sip_ua_ops ops;
	const struct sip_ua_params p = {.key = {1}, .max_sessions = 8};
	struct sip_ua *ua = sip_ua_alloc(&p, &ops);

	if (!ua)
		return -errno;
	sip_ua_free(ua);
	return 0;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
	sip_ua_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(incoming_call_is_answered_and_ended_by_peer),
		TEST(trying_comes_by_itself_after_200_ms),
		TEST(rejection_is_repeated_until_ack),
		TEST(answer_without_ack_ends_the_call),
		TEST(bye_of_ours_waits_for_the_ack),
		TEST(ack_after_our_bye_ends_the_2xx),
		TEST(cancel_ends_what_is_not_answered),
		TEST(bye_in_early_dialog_is_a_cancel),
		TEST(requests_in_dialog),
		TEST(reinvite_of_peer),
		TEST(delayed_offer_is_answered_in_the_ack),
		TEST(answer_in_the_ack_is_sdp_or_none),
		TEST(what_is_not_acceptable_is_refused),
		TEST(no_method_of_ours_is_not_allowed),
		TEST(checks_have_their_order),
		TEST(lists_are_read_to_their_end),
		TEST(merged_and_looping_requests_are_refused),
		TEST(calls_beyond_the_pool_get_503),
		TEST(finished_transactions_give_way),
		TEST(strangers_cost_no_memory),
		TEST(folded_header_fields_are_answered_unfolded),
		TEST(malformed_via_keeps_its_place),
		TEST(options_and_register_outside_dialogs),
		TEST(old_branches_match_too),
		TEST(large_messages_go_both_ways),
		TEST(dialogs_with_too_much_text_are_refused),
		TEST(garbage_is_counted_by_reason),
		TEST(torture),
		cmocka_unit_test(alloc_survives_oom),
	};

	if (argc == 2)
		torture_dir = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
