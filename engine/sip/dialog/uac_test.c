/* SPDX-License-Identifier: BSD-3-Clause */
/* The user agent as client against scripted peers, under virtual time. */
#include <errno.h>
#include <stdio.h>
#include <engine/sip/test/fake.h>
#include <engine/sip/test/reinvite.h>

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

static void outgoing_call_is_answered_and_ended(void **state)
{
	assert_non_null(fake_invite(&f));
	assert_true(str_eq(f.m.uri.text, STR("sip:alice@10.0.0.2:5080")));
	assert_true(str_eq(f.m.from.uri.text, STR("sip:4989100@tandem.example")));
	assert_true(str_eq(f.m.contact.uri.text, STR("sip:4989100@10.0.0.1:5060")));
	assert_non_null(memmem(f.m.data.p, f.m.data.n, "\r\nX-Call: 7\r\n", 13));
	assert_true(f.m.via.rport);
	assert_int_equal(f.m.max_forwards, 70);
	fake_response(&f, 100, SIP_INVITE, NULL, NULL);
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "INVITE progress:180");
	fake_response(&f, 200, SIP_INVITE, "r1", "Contact: <sip:alice@10.0.0.3:5062;x>\r\n");
	fake_expect(&f, "ACK answered");
	assert_true(str_eq(f.m.uri.text, STR("sip:alice@10.0.0.3:5062;x")));
	assert_string_equal(fake_tag(&f), "r1");
	fake_expect_to(&f, "10.0.0.3:5062");
	fake_response(&f, 200, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "ACK"); /* once more for each 2xx */
	sip_session_bye(f.session, f.now);
	fake_expect_to(&f, "10.0.0.3:5062");
	assert_int_equal(f.m.cseq.number, 2);
	fake_response(&f, 200, SIP_BYE, NULL, NULL);
	fake_expect(&f, "BYE");
	fake_response(&f, 200, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "ACK"); /* the transaction outlives the session */
	fake_expect_idle(&f);
}

static void silence_is_a_timeout(void **state)
{
	assert_non_null(fake_invite(&f));
	fake_advance(&f, 31999); /* at 0.5 1.5 3.5 7.5 15.5 31.5 s */
	fake_expect(&f, "INVITE INVITE INVITE INVITE INVITE INVITE INVITE");
	fake_advance(&f, 1);
	fake_expect(&f, "failed:408");
	assert_int_equal(sip_ua_stats(f.ua)->timeouts, 1);
	assert_int_equal(sip_ua_stats(f.ua)->retransmitted, 6);
	fake_expect_idle(&f);
}

static void refusal_is_acknowledged(void **state)
{
	assert_non_null(fake_invite(&f));
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	fake_advance(&f, 100000); /* a telephone may ring for long */
	fake_expect(&f, "INVITE progress:180");
	fake_response(&f, 486, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "ACK failed:486");
	assert_string_equal(fake_tag(&f), "r1");
	assert_int_equal(f.m.cseq.number, 1);
	struct sip_msg invite;

	sip_msg_decode(&invite, (uint8_t *)f.request[SIP_INVITE], f.request_len[SIP_INVITE]);
	assert_true(str_eq(f.m.via.branch, invite.via.branch));
	assert_true(str_eq(f.m.uri.text, invite.uri.text));
	fake_response(&f, 486, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "ACK");
	fake_expect_idle(&f);
	fake_response(&f, 486, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "");
	assert_int_equal(sip_ua_stats(f.ua)->no_transaction, 1);
}

static void cancel_waits_for_the_first_response(void **state)
{
	assert_non_null(fake_invite(&f));
	sip_session_cancel(f.session, f.now);
	sip_session_cancel(f.session, f.now);
	fake_expect(&f, "INVITE");
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "CANCEL");
	assert_null(f.m.to.tag.p);
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	fake_response(&f, 200, SIP_CANCEL, "r1", NULL);
	fake_expect(&f, "");
	fake_response(&f, 487, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "ACK failed:487");
	fake_expect_idle(&f);
}

static void cancel_without_an_end_ends_in_time(void **state)
{
	assert_non_null(fake_invite(&f));
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	sip_session_cancel(f.session, f.now);
	fake_response(&f, 200, SIP_CANCEL, "r1", NULL);
	fake_expect(&f, "INVITE progress:180 CANCEL");
	fake_advance(&f, 32000);
	fake_expect(&f, "failed:487");
	fake_expect_idle(&f);
}

static void answer_that_crosses_a_cancel_is_ended(void **state)
{
	assert_non_null(fake_invite(&f));
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	sip_session_cancel(f.session, f.now);
	fake_response(&f, 200, SIP_INVITE, "r1", "Contact: <sip:alice@10.0.0.2:5080>\r\n");
	fake_response(&f, 200, SIP_CANCEL, "r1", NULL);
	fake_expect(&f, "INVITE progress:180 CANCEL ACK BYE failed:487");
	fake_response(&f, 200, SIP_BYE, NULL, NULL);
	fake_expect_idle(&f);
}

static void bye_before_the_answer_cancels_in_silence(void **state)
{
	assert_non_null(fake_invite(&f));
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	sip_session_bye(f.session, f.now);
	fake_response(&f, 487, SIP_INVITE, "r1", NULL);
	fake_expect(&f, "INVITE progress:180 CANCEL ACK");
	fake_expect_idle(&f);
}

/* RFC 6228, section 15: whoever does not ring any more leaves the others as they are. */
static void one_early_dialog_ends(void **state)
{
	const char *gone[] = {"b", "a"};

	fake_invite(&f);
	fake_response(&f, 180, SIP_INVITE, "a", NULL);
	fake_response(&f, 180, SIP_INVITE, "b", NULL);
	fake_response(&f, 180, SIP_INVITE, "c", NULL);
	fake_response(&f, 199, SIP_INVITE, "c", NULL);
	fake_expect(&f, "INVITE progress:180 progress:180 progress:180");
	for (unsigned i = 0; i < 2; i++) {
		struct sip_msg m;

		assert_int_equal(sip_msg_decode(&m, (const uint8_t *)f.request[SIP_INVITE],
					 f.request_len[SIP_INVITE]),
			0);
		fake_recv(&f,
			"BYE sip:4989100@10.0.0.1 SIP/2.0\r\n"
			"Via: SIP/2.0/UDP 10.0.0.2:5080;branch=z9hG4bKbye%s\r\nFrom: "
			"%.*s;tag=%s\r\n"
			"To: %.*s\r\nCall-ID: %.*s\r\nCSeq: %u BYE\r\n\r\n",
			gone[i], STR_FMT(m.to.text), gone[i], STR_FMT(m.from.text),
			STR_FMT(m.call_id), 2 - i);
		fake_expect(&f, i ? "200/BYE CANCEL failed:480" : "200/BYE");
	}
	fake_response(&f, 200, SIP_INVITE, "a", "Contact: <sip:alice@10.0.0.2:5080>\r\n");
	fake_response(&f, 200, SIP_INVITE, "a", "Contact: <sip:alice@10.0.0.2:5080>\r\n");
	fake_expect(&f, "ACK BYE ACK");
}

static void second_answer_of_a_fork_is_ended(void **state)
{
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.2:5080>\r\n");
	fake_response(&f, 200, SIP_INVITE, "r2", "Contact: <sip:alice@10.0.0.4:5090>\r\n");
	fake_response(&f, 200, SIP_INVITE, "r2", "Contact: <sip:alice@10.0.0.4:5090>\r\n");
	fake_expect(&f, "ACK BYE ACK");
	assert_string_equal(fake_tag(&f), "r2");
	fake_expect_to(&f, "10.0.0.4:5090");
	assert_int_equal(sip_ua_sessions(f.ua), 1);
	sip_session_bye(f.session, f.now);
	assert_string_equal(fake_tag(&f), "r1");
	fake_expect_idle(&f);
}

static void route_set_is_turned_round(void **state)
{
	fake_placed_call(&f, "Contact: <sip:alice@192.0.2.77:5099>\r\n"
			     "Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>\r\n"
			     "Record-Route: <sip:10.0.0.8:5070;lr>\r\n");
	assert_true(str_eq(fake_values(&f, SIP_HDR_ROUTE),
		STR("<sip:10.0.0.8:5070;lr>, <sip:p1.example;lr>, <sip:p2.example;lr>")));
	assert_true(str_eq(f.m.uri.text, STR("sip:alice@192.0.2.77:5099")));
	fake_expect_to(&f, "10.0.0.8:5070");
	sip_session_bye(f.session, f.now);
	fake_expect_to(&f, "10.0.0.8:5070");
	fake_expect_idle(&f);
}

static void strict_router_gets_the_request_uri(void **state)
{
	fake_placed_call(&f, "Contact: <sip:alice@192.0.2.77>\r\nRecord-Route: <sip:p.example>, "
			     "<sip:10.0.0.8>\r\n");
	assert_true(str_eq(f.m.uri.text, STR("sip:10.0.0.8")));
	assert_true(str_eq(
		fake_values(&f, SIP_HDR_ROUTE), STR("<sip:p.example>, <sip:alice@192.0.2.77>")));
	sip_session_bye(f.session, f.now);
	fake_expect_idle(&f);
}

static void peer_behind_nat_is_reached_by_its_source(void **state)
{
	f.flow.remote = fake_addr("198.51.100.7:40000");
	fake_placed_call(&f, "Contact: <sip:alice@192.168.1.5:5060>\r\n");
	fake_expect_to(&f, "198.51.100.7:40000");
	sip_session_bye(f.session, f.now);
	fake_expect_to(&f, "198.51.100.7:40000");
	fake_expect_idle(&f);
	f.log_len = 0;

	/* a name is not looked up */
	f.flow.remote = fake_addr("10.0.0.2:5081");
	fake_placed_call(&f, "Contact: <sip:alice@phone.example>\r\n");
	fake_expect_to(&f, "10.0.0.2:5081");
	sip_session_bye(f.session, f.now);
	fake_expect_idle(&f);
}

static void dialog_keeps_its_connection(void **state)
{
	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.2:5099;transport=tcp>\r\n");
	assert_non_null(strstr(f.out, "\r\nVia: SIP/2.0/TCP 10.0.0.1:5060;"));
	assert_non_null(strstr(f.request[SIP_INVITE], ";transport=tcp>\r\n"));
	/* the connection, and where a new one would go */
	assert_int_equal(f.by.connection, 7);
	assert_int_equal(f.by.transport, TD_TRANSPORT_TCP);
	fake_expect_to(&f, "10.0.0.2:5099");
	sip_session_bye(f.session, f.now);
	assert_int_equal(f.by.connection, 7);
	fake_expect_idle(&f);
	f.log_len = 0;

	/* the telephone comes back by another connection */
	const char *tag = fake_answered_call(&f);

	f.flow.connection = 8;
	fake_request(&f, "INFO", "n1", 2, tag, NULL, NULL);
	sip_session_bye(f.session, f.now);
	assert_int_equal(f.by.connection, 8);
	fake_expect_idle(&f);
}

/* RFC 7118 section 5.2: URIs say ws, also where WebSocket goes over TLS; only the Via says WSS. */
static void secure_websocket_is_ws_in_a_uri(void **state)
{
	f.flow.transport = TD_TRANSPORT_WSS;
	f.flow.connection = 7;
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.2:5099;transport=ws>\r\n");
	assert_non_null(strstr(f.request[SIP_INVITE], "\r\nVia: SIP/2.0/WSS 10.0.0.1:5060;"));
	assert_non_null(strstr(f.request[SIP_INVITE], ";transport=ws>\r\n"));
	assert_int_equal(f.by.transport, TD_TRANSPORT_WSS);
	assert_int_equal(f.by.connection, 7);
	fake_expect_to(&f, "10.0.0.2:5099");
	sip_session_bye(f.session, f.now);
	fake_expect_idle(&f);
}

/* Section 12.2.1.1: a proxy without Record-Route stands between, so the rest of the dialog goes to
 * the Contact. */
static void dialog_leaves_the_connection_of_a_proxy(void **state)
{
	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.9:5099;transport=tcp>\r\n");
	fake_expect_to(&f, "10.0.0.9:5099");
	assert_int_equal(f.by.transport, TD_TRANSPORT_TCP);
	assert_int_equal(f.by.connection, 0);
	sip_session_bye(f.session, f.now);
	fake_expect_to(&f, "10.0.0.9:5099");
	assert_int_equal(f.by.connection, 0);
	fake_expect_idle(&f);
	f.log_len = 0;

	/* no transport is UDP (RFC 3263 section 4.1) */
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.9:5099>\r\n");
	fake_expect_to(&f, "10.0.0.9:5099");
	assert_int_equal(f.by.transport, TD_TRANSPORT_UDP);
	assert_non_null(strstr(f.out, "\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;"));
	sip_session_bye(f.session, f.now);
	assert_int_equal(f.by.transport, TD_TRANSPORT_UDP);
	fake_expect_idle(&f);
}

/* A Contact that cannot be connected to: the connection of the dialog still lives. */
static void dialog_falls_back_on_its_connection(void **state)
{
	struct td_flow wanted;

	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.9:5099;transport=tcp>\r\n");
	wanted = f.by;
	sip_ua_flow_failed(f.ua, f.now, &wanted);
	fake_advance(&f, 0);
	fake_expect(&f, "ACK");
	assert_int_equal(f.by.connection, 7);
	test_reinvite(f.session, f.now, STR("v=0\r\n"));
	assert_int_equal(f.by.connection, 0);
	sip_ua_flow_failed(f.ua, f.now, &wanted);
	fake_advance(&f, 0);
	fake_expect(&f, "INVITE INVITE");
	assert_int_equal(f.by.connection, 7);
	fake_response(&f, 488, SIP_INVITE, NULL, NULL);
	fake_expect(&f, "ACK");
	sip_session_bye(f.session, f.now);
	sip_ua_flow_failed(f.ua, f.now, &wanted);
	fake_advance(&f, 0);
	fake_expect(&f, "BYE BYE");
	assert_int_equal(f.by.connection, 7);
	fake_expect_idle(&f);
	fake_expect(&f, "");
}

/* The peer connected from a port of no meaning, and the connection has ended. */
static void after_the_end_the_contact_is_the_way(void **state)
{
	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	f.flow.remote = fake_addr("10.0.0.2:40001");
	fake_answered_call(&f); /* a Contact without a transport */
	test_reinvite(f.session, f.now, STR("v=0\r\n"));
	assert_int_equal(f.by.connection, 7);
	fake_response(&f, 488, SIP_INVITE, NULL, NULL);
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	sip_session_bye(f.session, f.now);
	fake_expect(&f, "INVITE ACK BYE");
	assert_int_equal(f.by.transport, TD_TRANSPORT_UDP);
	fake_expect_to(&f, "10.0.0.2:5080");
	fake_expect_idle(&f);
	f.log_len = 0;

	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.2:5080;transport=tcp>\r\n");
	assert_int_equal(f.by.connection, 7);
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	sip_session_bye(f.session, f.now);
	assert_int_equal(f.by.transport, TD_TRANSPORT_TCP);
	assert_int_equal(f.by.connection, 0);
	fake_expect_to(&f, "10.0.0.2:5080");
	fake_expect_idle(&f);
	f.log_len = 0;

	/* while it rings */
	fake_invite(&f);
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	fake_advance(&f, 0);
	fake_expect(&f, "INVITE progress:180 CANCEL failed:503");
	assert_int_equal(f.by.connection, 0);
	fake_expect_to(&f, "10.0.0.2:5080");
	fake_expect_idle(&f);
}

/* Nobody listens at the port that the peer connected from. A name says no address, but its host is
 * known, and the port is the URI's or the default (section 12.2.1.1). */
static void after_the_end_a_name_means_its_host(void **state)
{
	static const char *const route[] = {"Record-Route: <sip:proxy.example;lr>\r\n",
		"Record-Route: <sip:proxy.example:5099;transport=tcp;lr>\r\n"};
	static const char *const to[] = {"10.0.0.2:5060", "10.0.0.2:5099"};

	f.flow.transport = TD_TRANSPORT_TCP;
	for (unsigned i = 0; i < 2; i++) {
		f.flow.connection = 7 + i;
		f.flow.remote = fake_addr("10.0.0.2:40001");
		fake_request(&f, "INVITE", i ? "n1" : "n0", 1, NULL, route[i], "v=0\r\n");
		sip_session_answer(f.session, f.now, STR("v=0\r\n"));
		fake_request(&f, "ACK", i ? "n3" : "n2", 1, fake_tag(&f), NULL, NULL);
		sip_ua_flow_failed(f.ua, f.now, &f.flow);
		sip_session_bye(f.session, f.now);
		assert_int_equal(f.by.connection, 0);
		fake_expect_to(&f, to[i]);
		fake_expect_idle(&f);
		f.log_len = 0;
	}
	/* where we have connected to, somebody listens */
	f.flow.connection = 9;
	f.flow.remote = fake_addr("10.0.0.2:5085");
	fake_placed_call(&f, "Contact: <sip:alice@phone.example;transport=tcp>\r\n");
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	sip_session_bye(f.session, f.now);
	fake_expect_to(&f, "10.0.0.2:5085");
	fake_expect_idle(&f);
	f.log_len = 0;
	/* a telephone has connected to us */
	f.flow.agent = 3;
	fake_placed_call(&f, "Contact: <sip:alice@phone.example;transport=tcp>\r\n");
	sip_session_bye(f.session, f.now);
	assert_int_equal(f.by.connection, 9);
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	fake_advance(&f, 0);
	fake_expect(&f, "BYE BYE");
	fake_expect_to(&f, "10.0.0.2:5060");
	fake_expect_idle(&f);
}

static void flow_that_fails_ends_what_waits_for_it(void **state)
{
	f.send_result = -EHOSTUNREACH;
	assert_non_null(fake_invite(&f));
	fake_expect(&f, "INVITE"); /* the caller is not told while it still asks */
	fake_advance(&f, 0);
	fake_expect(&f, "failed:503");
	f.send_result = 0;
	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	assert_non_null(fake_invite(&f));
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	fake_advance(&f, 0);
	fake_expect(&f, "INVITE progress:180 CANCEL failed:503"); /* it may ring on */
	assert_int_equal(f.by.connection, 0);
	fake_response(&f, 200, SIP_INVITE, "r1", "Contact: <sip:alice@10.0.0.2:5080>\r\n");
	fake_expect(&f, "ACK BYE");
	fake_expect_idle(&f);
}

static void bye_lost_with_its_connection_goes_again(void **state)
{
	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.2:5080;transport=tcp>\r\n");
	sip_session_bye(f.session, f.now);
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	fake_advance(&f, 0);
	fake_expect(&f, "BYE BYE");
	assert_int_equal(f.by.connection, 0); /* the host makes a new one */
	f.flow.connection = 0;
	sip_ua_flow_failed(f.ua, f.now, &f.flow);
	fake_expect_idle(&f);
	fake_expect(&f, ""); /* not a third time */
}

static void contact_reached_elsewhere_stays_reached(void **state)
{
	/* the registered contact is 10.0.0.2:5080, its REGISTER came from another address */
	f.flow.remote = fake_addr("10.0.0.50:5062");
	fake_placed_call(&f, "Contact: <sip:alice@10.0.0.2:5080>\r\n");
	fake_expect_to(&f, "10.0.0.50:5062");
	sip_session_bye(f.session, f.now);
	fake_expect_idle(&f);
}

/* section 8.1.1.8: a Contact that is no SIP URI is no target. */
static void contact_of_another_scheme_is_no_target(void **state)
{
	fake_placed_call(&f, "Contact: <mailto:alice@10.0.0.2>\r\n");
	assert_true(str_eq(f.m.uri.text, STR("sip:alice@10.0.0.2:5080")));
	sip_session_bye(f.session, f.now);
	fake_expect_idle(&f);
}

/* Section 14.2: one INVITE at a time. */
static void invite_in_an_early_dialog_has_to_wait(void **state)
{
	struct sip_msg *m = &f.m;
	char id[64], tag[32];

	fake_invite(&f);
	snprintf(id, sizeof(id), "%.*s", STR_FMT(m->call_id));
	snprintf(tag, sizeof(tag), "%.*s", STR_FMT(m->from.tag));
	fake_response(&f, 180, SIP_INVITE, "r1", NULL);
	fake_recv(&f,
		"INVITE sip:us@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
		"10.0.0.2:5080;branch=z9hG4bKg1\r\n"
		"From: <sip:alice@h>;tag=r1\r\nTo: <sip:us@h>;tag=%s\r\nCall-ID: %s\r\n"
		"CSeq: 1 INVITE\r\nContact: <sip:alice@10.0.0.2:5080>\r\n\r\n",
		tag, id);
	fake_expect(&f, "INVITE progress:180 491/INVITE");
	sip_session_cancel(f.session, f.now);
	fake_expect_idle(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(outgoing_call_is_answered_and_ended),
		TEST(silence_is_a_timeout),
		TEST(refusal_is_acknowledged),
		TEST(cancel_waits_for_the_first_response),
		TEST(cancel_without_an_end_ends_in_time),
		TEST(answer_that_crosses_a_cancel_is_ended),
		TEST(bye_before_the_answer_cancels_in_silence),
		TEST(one_early_dialog_ends),
		TEST(second_answer_of_a_fork_is_ended),
		TEST(route_set_is_turned_round),
		TEST(strict_router_gets_the_request_uri),
		TEST(peer_behind_nat_is_reached_by_its_source),
		TEST(dialog_keeps_its_connection),
		TEST(secure_websocket_is_ws_in_a_uri),
		TEST(dialog_leaves_the_connection_of_a_proxy),
		TEST(dialog_falls_back_on_its_connection),
		TEST(after_the_end_the_contact_is_the_way),
		TEST(after_the_end_a_name_means_its_host),
		TEST(flow_that_fails_ends_what_waits_for_it),
		TEST(bye_lost_with_its_connection_goes_again),
		TEST(contact_reached_elsewhere_stays_reached),
		TEST(contact_of_another_scheme_is_no_target),
		TEST(invite_in_an_early_dialog_has_to_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
