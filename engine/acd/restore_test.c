/* SPDX-License-Identifier: BSD-3-Clause */
/* Each state in which an earlier run can have left an agent, and what the agent does from there. */
#include <engine/acd/test/fixture.h>

static int setup(void **state)
{
	int rc = fixture_setup(state);
	struct td_acd_queue conf = queue_conf(1, 0);

	at = 60000;
	return rc ? rc : set_queue(1, &conf);
}

static uint64_t ns(uint64_t ms)
{
	return ms * TD_NSEC_PER_MSEC;
}

static int restore(uint32_t number, const struct td_acd_restore *r)
{
	struct td_acd_in in;

	memset(&in, 0, sizeof(in));
	in.agent = number;
	in.restore = *r;
	return step_in(&in, TD_ACD_IN_RESTORE);
}

/* Set, reachable, and as an earlier run left it. */
static void back(uint32_t number, const struct td_acd_restore *r)
{
	assert_int_equal(set_agent(number, 1, 0), 0);
	assert_int_equal(step(TD_ACD_IN_REACHABLE, number, 0, 1), 0);
	assert_int_equal(restore(number, r), 0);
}

static void a_pause_goes_on(void **state)
{
	back(1, &(struct td_acd_restore){
			.state = TD_AGENT_PAUSED, .pause_reason = "lunch", .since = ns(1000)});
	expect("a1 paused");
	assert_string_equal(agent(1).pause_reason, "lunch");
	assert_true(agent(1).since == ns(1000));
	add(1, 1);
	expect("queued c1 #1");
	step(TD_ACD_IN_UNPAUSE, 1, 0, 0);
	expect("a1 available, a1 reserved, offer a1 c1");
}

static void those_idle_keep_their_order(void **state)
{
	back(2, &(struct td_acd_restore){.state = TD_AGENT_AVAILABLE, .idle_since = ns(10000)});
	back(1, &(struct td_acd_restore){.state = TD_AGENT_RINGING, .idle_since = ns(20000)});
	expect("a2 available, a1 available");
	assert_true(agent(1).idle_since == ns(20000));
	assert_true(agent(1).since == ns(60000)); /* the ringing is over now */
	add(1, 1);
	expect("queued c1 #1, a2 reserved, offer a2 c1");
}

static void a_back_off_goes_on(void **state)
{
	back(1, &(struct td_acd_restore){.state = TD_AGENT_AVAILABLE,
			.reason = TD_ACD_BUSY,
			.since = ns(59000),
			.until = ns(62000)});
	expect("a1 available (busy)");
	add(1, 1);
	expect("queued c1 #1");
	advance(62000);
	expect("a1 available, a1 reserved, offer a1 c1");
}

static void a_wrap_up_ends_when_it_would_have(void **state)
{
	back(1, &(struct td_acd_restore){.state = TD_AGENT_WRAP_UP,
			.since = ns(50000),
			.until = ns(61000),
			.queue = 1});
	back(2, &(struct td_acd_restore){.state = TD_AGENT_WRAP_UP, .until = ns(60000)});
	expect("a1 wrap-up, a2 available");
	assert_int_equal(agent(1).queue, 1);
	assert_true(agent(1).since == ns(50000));
	advance(61000);
	expect("a1 available");
}

/* The talk is lost: what follows a talk follows it now. */
static void a_talk_is_over(void **state)
{
	back(1, &(struct td_acd_restore){.state = TD_AGENT_TALKING, .wrap_up_ms = 5000});
	back(2, &(struct td_acd_restore){.state = TD_AGENT_TALKING,
			.wrap_up_ms = 5000,
			.pause_waits = 1,
			.pause_reason = "lunch"});
	back(3, &(struct td_acd_restore){.state = TD_AGENT_TALKING, .logout_waits = 1});
	back(4, &(struct td_acd_restore){.state = TD_AGENT_TALKING});
	expect("a1 wrap-up, a2 paused, a3 logged out, a4 available");
	assert_string_equal(agent(2).pause_reason, "lunch");
	assert_false(agent(2).pause_waits);
	advance(65000);
	expect("a1 available");
}

static void who_did_not_respond_still_does_not(void **state)
{
	back(1, &(struct td_acd_restore){.state = TD_AGENT_NOT_RESPONDING, .since = ns(5)});
	expect("a1 not responding (no answer)");
	assert_true(agent(1).since == ns(5));
	add(1, 1);
	expect("queued c1 #1");
}

static void a_log_out_stays(void **state)
{
	back(1, &(struct td_acd_restore){.state = TD_AGENT_LOGGED_OUT, .since = ns(7)});
	expect("");
	assert_true(agent(1).since == ns(7));
}

static void nothing_is_later_than_now(void **state)
{
	back(1, &(struct td_acd_restore){
			.state = TD_AGENT_AVAILABLE, .since = ns(70000), .idle_since = ns(70000)});
	assert_true(agent(1).since == ns(60000));
	assert_true(agent(1).idle_since == ns(60000));
}

static void what_is_wrong_changes_nothing(void **state)
{
	struct td_acd_restore r = {.state = TD_AGENT_PAUSED};

	assert_int_equal(restore(1, &r), -ENOENT);
	assert_int_equal(set_agent(1, 1, 0), 0);
	r.state = TD_AGENT_STATE_COUNT;
	assert_int_equal(restore(1, &r), -EINVAL);
	r = (struct td_acd_restore){.state = TD_AGENT_AVAILABLE, .reason = TD_ACD_REASON_COUNT};
	assert_int_equal(restore(1, &r), -EINVAL);
	expect("");
	r.reason = 0;
	assert_int_equal(restore(1, &r), 0);
	assert_int_equal(restore(1, &r), -EALREADY);
	expect("a1 available");
}

/* What one run keeps of an agent, another takes. */
static void keep_and_restore_fit(void **state)
{
	struct td_acd_restore r;

	assert_int_equal(acd_agent_keep(acd, 1, &r), -ENOENT);
	ready(1, 1, 0);
	ready(2, 1, 0);
	at = 61000;
	add(1, 1);
	assert_int_equal(acd_agent_keep(acd, 1, &r), 0);
	assert_int_equal(r.state, TD_AGENT_RESERVED);
	assert_true(r.idle_since == ns(60000) && r.since == ns(61000) && !r.until);
	step(TD_ACD_IN_ANSWERED, 1, 1, 0);
	assert_int_equal(pause_agent(1, "lunch"), 0);
	acd_agent_keep(acd, 1, &r);
	assert_int_equal(r.state, TD_AGENT_TALKING);
	assert_int_equal(r.wrap_up_ms, 2000);
	assert_true(r.pause_waits && !r.idle_since);
	assert_string_equal(r.pause_reason, "lunch");
	step(TD_ACD_IN_UNPAUSE, 1, 0, 0);
	step(TD_ACD_IN_TALK_END, 1, 1, 0);
	acd_agent_keep(acd, 1, &r);
	assert_int_equal(r.state, TD_AGENT_WRAP_UP);
	assert_int_equal(r.queue, 1);
	assert_true(r.until == ns(63000));
	add(1, 2);
	step(TD_ACD_IN_OFFER_FAILED, 2, 2, TD_ACD_BUSY);
	acd_agent_keep(acd, 2, &r);
	assert_int_equal(r.state, TD_AGENT_AVAILABLE);
	assert_int_equal(r.reason, TD_ACD_BUSY);
	assert_true(r.until == ns(64000));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(a_pause_goes_on),
		TEST(those_idle_keep_their_order),
		TEST(a_back_off_goes_on),
		TEST(a_wrap_up_ends_when_it_would_have),
		TEST(a_talk_is_over),
		TEST(who_did_not_respond_still_does_not),
		TEST(a_log_out_stays),
		TEST(nothing_is_later_than_now),
		TEST(what_is_wrong_changes_nothing),
		TEST(keep_and_restore_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
