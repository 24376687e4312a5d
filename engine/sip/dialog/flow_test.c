/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of a call whose INVITE is being answered when its connection ends, or no ACK comes.
 */
#include <errno.h>
#include <engine/sip/test/fake.h>

static struct fake f;

static int setup(void **state)
{
	fake_init(&f, 4);
	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	f.flow.remote = fake_addr("10.0.0.2:40001");
	return 0;
}

static int teardown(void **state)
{
	fake_fini(&f);
	return 0;
}

static void break_flow(uint32_t connection)
{
	struct td_flow gone = f.flow;

	gone.connection = connection;
	gone.remote = connection ? f.flow.remote : f.by.remote;
	sip_ua_flow_failed(f.ua, f.now, &gone);
	fake_advance(&f, 0);
}

/* RFC 3261 section 17.2.4 */
static void ringing_call_ends(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, "v=0\r\n");
	sip_session_progress(f.session, f.now, 180, STR(""));
	break_flow(7);
	fake_expect(&f, "invite 180/INVITE 180/INVITE");
	assert_int_equal(f.by.connection, 0);
	fake_expect_to(&f, "10.0.0.2:5080"); /* the Via's port: section 18.2.2 */
	break_flow(0);
	fake_expect(&f, "ended:503");
	fake_expect_idle(&f);
	fake_expect(&f, "");
}

/* Our 2xx is not acknowledged yet: the dialog is there, and ends by BYE. */
static void answered_call_ends(void **state)
{
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, "v=0\r\n");
	sip_session_answer(f.session, f.now, STR("v=0\r\n"));
	break_flow(7);
	fake_expect(&f, "invite 200/INVITE");
	fake_advance(&f, 500);
	fake_expect(&f, "200/INVITE");
	f.send_result = -ECONNREFUSED;
	fake_advance(&f, 1000);
	fake_advance(&f, 0);
	fake_expect(&f, "200/INVITE BYE ended:503");
	f.send_result = 0;
	fake_expect_idle(&f);
	assert_int_equal(sip_ua_stats(f.ua)->callers_lost, 1);
}

/* The caller comes back by a connection of its own. */
static void cancel_and_ack_come_by_another(void **state)
{
	char tag[64];

	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, "v=0\r\n");
	sip_session_progress(f.session, f.now, 180, STR(""));
	break_flow(7);
	f.flow.connection = 8;
	fake_request(&f, "CANCEL", "i1", 1, NULL, NULL, NULL);
	fake_expect(&f, "invite 180/INVITE 180/INVITE 200/CANCEL 487/INVITE cancelled");
	break_flow(0);
	fake_expect(&f, "");
	fake_expect_idle(&f);
	f.log_len = 0;

	fake_request(&f, "INVITE", "i2", 1, NULL, NULL, "v=0\r\n");
	sip_session_answer(f.session, f.now, STR("v=0\r\n"));
	strcpy(tag, fake_tag(&f));
	break_flow(8);
	f.flow.connection = 9;
	fake_request(&f, "ACK", "i3", 1, tag, NULL, NULL);
	fake_advance(&f, 60000);
	fake_expect(&f, "invite 200/INVITE confirmed");
	/* from now on it is a dialog, and lives without a connection */
	break_flow(9);
	fake_advance(&f, 60000);
	fake_expect(&f, "");
	sip_session_bye(f.session, f.now);
	fake_expect(&f, "BYE");
	fake_expect_idle(&f);
}

/* The Contact may be anybody's: only the source of the INVITE has had our 200. */
static void without_ack_nothing_goes_to_the_contact(void **state)
{
	f.flow = (struct td_flow){.local = f.flow.local, .remote = fake_addr("10.0.0.3:5080")};
	fake_request(&f, "INVITE", "i1", 1, NULL, NULL, NULL);
	sip_session_answer(f.session, f.now, STR(""));
	fake_expect_to(&f, "10.0.0.3:5080");
	fake_advance(&f, 32000);
	assert_int_equal(f.m.method, SIP_BYE);
	assert_true(str_eq(f.m.uri.text, STR("sip:caller@10.0.0.2:5080")));
	fake_expect_to(&f, "10.0.0.3:5080");
	fake_response(&f, 200, SIP_BYE, NULL, NULL);
}

/* RFC 3261 section 13.3.1 */
static void an_invite_expires(void **state)
{
	f.flow.transport = TD_TRANSPORT_UDP;
	f.flow.connection = 0;
	fake_request(&f, "INVITE", "i1", 1, NULL, "Expires: 2\r\n", NULL);
	sip_session_progress(f.session, f.now, 180, STR(""));
	fake_advance(&f, 1900);
	fake_expect(&f, "invite 180/INVITE");
	fake_advance(&f, 200);
	fake_expect(&f, "487/INVITE cancelled");
	fake_request(&f, "ACK", "i1", 1, "x", NULL, NULL);
	/* an answer in time ends nothing */
	fake_request(&f, "INVITE", "i2", 2, NULL, "Expires: 2\r\n", NULL);
	sip_session_answer(f.session, f.now, STR(""));
	fake_request(&f, "ACK", "a2", 2, fake_tag(&f), NULL, NULL);
	fake_advance(&f, 3000);
	fake_expect(&f, "invite 200/INVITE confirmed");
	sip_session_bye(f.session, f.now);
	fake_expect(&f, "BYE");
	fake_expect_idle(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ringing_call_ends),
		TEST(answered_call_ends),
		TEST(cancel_and_ack_come_by_another),
		TEST(without_ack_nothing_goes_to_the_contact),
		TEST(an_invite_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
