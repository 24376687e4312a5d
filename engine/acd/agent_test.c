/* SPDX-License-Identifier: BSD-3-Clause */
/* Every state an agent can be in, and every way out of it. */
#include <engine/acd/test/fixture.h>

static int setup(void **state)
{
	int rc = fixture_setup(state);
	struct td_acd_queue conf = queue_conf(1, 0);

	return rc ? rc : set_queue(1, &conf);
}

/* a1 talks to c1. */
static void talk(void)
{
	ready(1, 1, 0);
	add(1, 1);
	assert_int_equal(step(TD_ACD_IN_RINGING, 1, 1, 0), 0);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), 0);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, a1 ringing, a1 talking");
}

static void a_call_from_login_to_wrap_up(void **state)
{
	assert_int_equal(set_agent(1, 1, 0), 0);
	assert_int_equal(agent(1).state, TD_AGENT_LOGGED_OUT);
	assert_int_equal(step(TD_ACD_IN_REACHABLE, 1, 0, 1), 0);
	expect("");
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), 0);
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), -EALREADY);
	expect("a1 available");
	at = 2000;
	add(1, 7);
	expect("queued c7 #1, a1 reserved, offer a1 c7");
	assert_int_equal(agent(1).queue, 1);
	assert_int_equal(agent(1).contact, 7);
	at = 2500;
	assert_int_equal(step(TD_ACD_IN_RINGING, 1, 7, 0), 0);
	assert_int_equal(step(TD_ACD_IN_RINGING, 1, 7, 0), -EALREADY);
	expect("a1 ringing");
	at = 4000;
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 7, 0), 0);
	expect("a1 talking");
	assert_int_equal(agent(1).since, 4000 * TD_NSEC_PER_MSEC);
	advance(100000);
	expect(""); /* no ring time while talking */
	assert_int_equal(step(TD_ACD_IN_TALK_END, 1, 7, 0), 0);
	expect("a1 wrap-up");
	assert_int_equal(agent(1).queue, 1);
	assert_int_equal(agent(1).contact, 0);
	assert_int_equal(acd_next(acd), 102000 * TD_NSEC_PER_MSEC);
	advance(101999);
	expect("");
	advance(102000);
	expect("a1 available");
	assert_int_equal(agent(1).queue, 0);
	assert_int_equal(agent(1).answered, 1);
	assert_true(acd_next(acd) == TD_NEVER);
}

static void answers_without_a_180(void **state)
{
	ready(1, 1, 0);
	add(1, 1);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), 0);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, a1 talking");
}

static void wrap_up_ends_early_or_is_not_there(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	talk();
	assert_int_equal(step(TD_ACD_IN_WRAP_UP_END, 1, 0, 0), -EINVAL);
	step(TD_ACD_IN_TALK_END, 1, 1, 0);
	assert_int_equal(step(TD_ACD_IN_WRAP_UP_END, 1, 0, 0), 0);
	expect("a1 wrap-up, a1 available");
	add(1, 2);
	step(TD_ACD_IN_ANSWERED, 1, 2, 0);
	step(TD_ACD_IN_TALK_END, 1, 2, 0);
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 1, 0, 0), 0);
	expect("queued c2 #1, a1 reserved, offer a1 c2, a1 talking, a1 wrap-up, a1 available");
	conf.wrap_up_ms = 0;
	set_queue(1, &conf);
	add(1, 3);
	step(TD_ACD_IN_ANSWERED, 1, 3, 0);
	add(1, 4);
	step(TD_ACD_IN_TALK_END, 1, 3, 0);
	expect("queued c3 #1, a1 reserved, offer a1 c3, a1 talking, queued c4 #1, a1 available, "
	       "a1 reserved, offer a1 c4");
}

static void wrap_up_is_that_of_the_call_that_ended(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	talk();
	conf.wrap_up_ms = 60000;
	set_queue(1, &conf);
	step(TD_ACD_IN_QUEUE_DEL, 1, 0, 0);
	step(TD_ACD_IN_TALK_END, 1, 1, 0);
	expect("a1 wrap-up");
	assert_int_equal(acd_next(acd), (at + 2000) * TD_NSEC_PER_MSEC);
}

static void no_answer_goes_to_the_next_agent(void **state)
{
	ready(1, 1, 0);
	ready(2, 1, 0);
	add(1, 1);
	step(TD_ACD_IN_RINGING, 1, 1, 0);
	expect("a1 available, a2 available, queued c1 #1, a1 reserved, offer a1 c1, a1 ringing");
	advance(10999);
	expect("");
	advance(11000);
	expect("cancel a1 c1 no answer, a1 not responding (no answer), a2 reserved, offer a2 c1");
	assert_int_equal(contact(1).entered, 1000 * TD_NSEC_PER_MSEC); /* keeps its place */
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), -ESTALE);  /* a 200 that crossed */
	advance(21000);
	expect("cancel a2 c1 no answer, a2 not responding (no answer)");
	assert_int_equal(queue(1).no_answer, 2);
	assert_int_equal(agent(1).no_answer, 1);
	advance(50000);
	expect("");
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 2, 0, 0), 0);
	expect("a2 available, a2 reserved, offer a2 c1");
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), 0);
	expect("a1 available");
}

static void an_answer_with_the_end_of_the_ring_time_is_late(void **state)
{
	ready(1, 1, 0);
	add(1, 1);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1");
	at = 11000;
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), -ESTALE);
	expect("cancel a1 c1 no answer, a1 not responding (no answer)");
}

static void telephone_says_no_answer(void **state)
{
	ready(1, 1, 0);
	add(1, 1);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1");
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_NO_ANSWER), 0);
	expect("a1 not responding (no answer)"); /* nothing left to cancel */
	assert_true(acd_next(acd) == TD_NEVER);
}

static void refusal_backs_off_and_keeps_the_place(void **state)
{
	static const struct {
		uint32_t reason;
		const char *text;
	} cases[] = {
		{TD_ACD_BUSY, "a1 available (busy), a2 reserved, offer a2 c1"},
		{TD_ACD_FAILED, "a1 available (failed), a2 reserved, offer a2 c1"},
		{TD_ACD_DECLINED, "a1 available (declined), a2 reserved, offer a2 c1"},
	};

	for (int i = 0; i < 3; i++) {
		ready(1, 1, 0);
		at += 1000;
		ready(2, 1, 0);
		add(1, 1);
		expect("a1 available, a2 available, queued c1 #1, a1 reserved, offer a1 c1");
		assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 1, cases[i].reason), 0);
		expect(cases[i].text);
		assert_int_equal(agent(1).backoff_until, (at + 3000) * TD_NSEC_PER_MSEC);
		assert_int_equal(agent(1).refused, 1);
		add(1, 2); /* a1 is not rung again at once */
		expect("queued c2 #2");
		assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 2, 1, TD_ACD_BUSY), 0);
		expect("a2 available (busy)");
		advance(at + 3000); /* both come back; a1, idle longer, first; c1 before c2 */
		expect("a1 available, a2 available, a1 reserved, offer a1 c1, a2 reserved, offer "
		       "a2 c2");
		assert_int_equal(agent(1).backoff_until, 0);
		fixture_teardown(state);
		setup(state);
	}
}

/* At the same time, and not in the order of their timers. */
static void the_longest_idle_of_those_who_come_back_is_rung(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	ready(1, 1, 0);
	ready(2, 1, 0);
	step(TD_ACD_IN_REACHABLE, 1, 0, 0);
	add(1, 1);
	expect("a1 available, a2 available, queued c1 #1, a2 reserved, offer a2 c1");
	step(TD_ACD_IN_OFFER_FAILED, 2, 1, TD_ACD_BUSY); /* for 3 s */
	at += 1000;
	conf.busy_backoff_ms = 2000;
	set_queue(1, &conf);
	step(TD_ACD_IN_REACHABLE, 1, 0, 1);
	step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_BUSY);
	expect("a2 available (busy), a1 reserved, offer a1 c1, a1 available (busy)");
	advance(at + 2000);
	expect("a2 available, a1 available, a1 reserved, offer a1 c1");
}

static void backoff_is_never_nothing(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	conf.busy_backoff_ms = 0;
	set_queue(1, &conf);
	ready(1, 1, 0);
	add(1, 1);
	step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_BUSY);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, a1 available (busy)");
	advance(at + ACD_BACKOFF_MS);
	expect("a1 available, a1 reserved, offer a1 c1");
}

static void pause_and_login_end_a_backoff(void **state)
{
	ready(1, 1, 0);
	add(1, 1);
	step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_BUSY);
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 1, 0, 0), -EALREADY);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, a1 available (busy)");
	pause_agent(1, "lunch");
	assert_true(acd_next(acd) == TD_NEVER);
	step(TD_ACD_IN_UNPAUSE, 1, 0, 0);
	expect("a1 paused, a1 available, a1 reserved, offer a1 c1");
}

static void abandon_while_ringing_keeps_the_agents_place(void **state)
{
	ready(1, 1, 0);
	at = 2000;
	ready(2, 1, 0);
	at = 3000;
	add(1, 1);
	step(TD_ACD_IN_RINGING, 1, 1, 0);
	expect("a1 available, a2 available, queued c1 #1, a1 reserved, offer a1 c1, a1 ringing");
	at = 5000;
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 1, TD_ACD_ABANDON), 0);
	expect("cancel a1 c1 abandon, a1 available");
	assert_int_equal(agent(1).since, 5000 * TD_NSEC_PER_MSEC);
	assert_int_equal(agent(1).idle_since, 1000 * TD_NSEC_PER_MSEC);
	assert_true(acd_next(acd) == TD_NEVER);
	add(1, 2);
	expect("queued c2 #1, a1 reserved, offer a1 c2"); /* a1 before a2 still */
}

static void pause_has_a_reason(void **state)
{
	ready(1, 1, 0);
	assert_int_equal(set_agent(2, 1, 0), 0);
	assert_int_equal(pause_agent(2, "lunch"), -EINVAL); /* logged out */
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 2, 0, 0), -EINVAL);
	assert_int_equal(pause_agent(1, "lunch"), 0);
	assert_int_equal(pause_agent(1, "lunch"), -EALREADY);
	assert_string_equal(agent(1).pause_reason, "lunch");
	add(1, 1);
	expect("a1 available, a1 paused, queued c1 #1");
	at = 2000;
	assert_int_equal(pause_agent(1, "training"), 0);
	assert_string_equal(agent(1).pause_reason, "training");
	assert_int_equal(agent(1).since, 2000 * TD_NSEC_PER_MSEC);
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), -EALREADY);
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 1, 0, 0), 0);
	assert_string_equal(agent(1).pause_reason, "");
	expect("a1 paused, a1 available, a1 reserved, offer a1 c1");
}

static void pause_while_rung_gives_the_contact_on(void **state)
{
	ready(1, 1, 0);
	ready(2, 1, 0);
	add(1, 1);
	expect("a1 available, a2 available, queued c1 #1, a1 reserved, offer a1 c1");
	assert_int_equal(pause_agent(1, "lunch"), 0);
	expect("cancel a1 c1 withdraw, a1 paused, a2 reserved, offer a2 c1");
	assert_int_equal(step(TD_ACD_IN_LOGOUT, 2, 0, 0), 0);
	expect("cancel a2 c1 withdraw, a2 logged out");
	assert_int_equal(contact(1).agent, 0);
	assert_true(acd_next(acd) == TD_NEVER);
}

static void pause_while_talking_waits(void **state)
{
	talk();
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 1, 0, 0), -EALREADY);
	assert_int_equal(pause_agent(1, "lunch"), 0);
	assert_true(agent(1).pause_waits);
	assert_int_equal(agent(1).state, TD_AGENT_TALKING);
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 1, 0, 0), 0);
	assert_false(agent(1).pause_waits);
	assert_int_equal(pause_agent(1, "lunch"), 0);
	assert_int_equal(pause_agent(1, "lunch"), -EALREADY);
	assert_int_equal(pause_agent(1, "dinner"), 0);
	expect("");
	step(TD_ACD_IN_TALK_END, 1, 1, 0);
	expect("a1 paused");
	assert_string_equal(agent(1).pause_reason, "dinner");
	assert_false(agent(1).pause_waits);
	assert_true(acd_next(acd) == TD_NEVER);
}

static void pause_ends_wrap_up(void **state)
{
	talk();
	step(TD_ACD_IN_TALK_END, 1, 1, 0);
	pause_agent(1, "lunch");
	expect("a1 wrap-up, a1 paused");
	advance(100000);
	expect("");
}

static void logout_while_talking_waits(void **state)
{
	talk();
	assert_int_equal(step(TD_ACD_IN_LOGOUT, 1, 0, 0), 0);
	assert_int_equal(step(TD_ACD_IN_LOGOUT, 1, 0, 0), -EALREADY);
	assert_true(agent(1).logout_waits);
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), 0); /* taken back */
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), -EALREADY);
	assert_int_equal(step(TD_ACD_IN_LOGOUT, 1, 0, 0), 0);
	pause_agent(1, "lunch"); /* logout is stronger */
	expect("");
	step(TD_ACD_IN_TALK_END, 1, 1, 0);
	expect("a1 logged out");
	assert_string_equal(agent(1).pause_reason, "");
	assert_int_equal(step(TD_ACD_IN_LOGOUT, 1, 0, 0), -EALREADY);
}

static void unreachable_agents_are_not_rung(void **state)
{
	set_agent(1, 1, 0);
	step(TD_ACD_IN_LOGIN, 1, 0, 0);
	add(1, 1);
	expect("a1 available, queued c1 #1");
	assert_int_equal(step(TD_ACD_IN_REACHABLE, 1, 0, 0), -EALREADY);
	assert_int_equal(step(TD_ACD_IN_REACHABLE, 1, 0, 1), 0);
	expect("a1 reserved, offer a1 c1");
	assert_int_equal(step(TD_ACD_IN_REACHABLE, 1, 0, 0), 0); /* the INVITE will tell */
	expect("");
	step(TD_ACD_IN_CONTACT_DEL, 0, 1, TD_ACD_ABANDON);
	add(1, 2);
	expect("cancel a1 c1 abandon, a1 available, queued c2 #1");
	assert_false(agent(1).reachable);
}

static void engaged_agents_are_not_rung(void **state)
{
	struct acd_queue_agents agents;

	ready(1, 1, 0);
	assert_int_equal(step(TD_ACD_IN_ENGAGED, 1, 0, 0), -EALREADY);
	assert_int_equal(step(TD_ACD_IN_ENGAGED, 7, 0, 1), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_ENGAGED, 1, 0, 1), 0);
	expect("a1 available");
	add(1, 1);
	expect("queued c1 #1");
	assert_true(agent(1).engaged);
	assert_int_equal(agent(1).state, TD_AGENT_AVAILABLE);
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.agents, 1);
	assert_int_equal(agents.engaged, 1);
	assert_int_equal(agents.available, 0);
	assert_int_equal(step(TD_ACD_IN_ENGAGED, 1, 0, 0), 0);
	acd_queue_agents(acd, 1, &agents);
	assert_int_equal(agents.engaged, 0);
	expect("a1 reserved, offer a1 c1");
}

static void deletion(void **state)
{
	struct acd_agent_info info;

	ready(1, 1, 0);
	ready(2, 1, 0);
	add(1, 1);
	expect("a1 available, a2 available, queued c1 #1, a1 reserved, offer a1 c1");
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 1, 0, 0), 0);
	expect("cancel a1 c1 withdraw, a1 logged out, a2 reserved, offer a2 c1");
	assert_int_equal(acd_agent_get(acd, 1, &info), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 1, 0, 0), -ENOENT);
	step(TD_ACD_IN_ANSWERED, 2, 1, 0);
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 2, 0, 0), 0);
	expect("a2 talking");
	assert_int_equal(set_agent(2, 1, 0), 0); /* taken back */
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 2, 0, 0), 0);
	step(TD_ACD_IN_TALK_END, 2, 1, 0);
	expect("a2 logged out");
	assert_int_equal(acd_agent_get(acd, 2, &info), -ENOENT);
	set_agent(3, 1, 0);
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 3, 0, 0), 0);
	expect(""); /* was logged out */
	ready(1, 1, 0);
	assert_int_equal(agent(1).answered, 0); /* a new one */
	expect("a1 available");
}

static void stale_and_wrong_inputs_change_nothing(void **state)
{
	ready(1, 1, 0);
	add(1, 1);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1");
	assert_int_equal(step(TD_ACD_IN_RINGING, 1, 2, 0), -ESTALE);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 2, 1, 0), -ESTALE);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 0, 0, 0), -ESTALE);
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 2, TD_ACD_BUSY), -ESTALE);
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_TIMEOUT), -EINVAL);
	assert_int_equal(step(TD_ACD_IN_TALK_END, 1, 1, 0), -ESTALE);
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 1, 0, 0), -EALREADY);
	assert_int_equal(step(TD_ACD_IN_LOGIN, 9, 0, 0), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_LOGOUT, 0, 0, 0), -ENOENT);
	assert_int_equal(pause_agent(7, ""), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 7, 0, 0), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_REACHABLE, 7, 0, 1), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_WRAP_UP_END, 7, 0, 1), -ENOENT);
	assert_int_equal(set_agent(0, 1, 0), -ERANGE);
	assert_int_equal(set_agent(9, 1, 0), -ERANGE);
	assert_int_equal(set_agent(2, 9, 0), -ERANGE);
	assert_int_equal(step((enum td_acd_in_type)0, 1, 1, 0), -EINVAL);
	assert_int_equal(step((enum td_acd_in_type)99, 1, 1, 0), -EINVAL);
	expect("");
	step(TD_ACD_IN_ANSWERED, 1, 1, 0);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), -ESTALE);
	assert_int_equal(step(TD_ACD_IN_TALK_END, 1, 2, 0), -ESTALE);
	expect("a1 talking");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

/* a1 and a2 share a link for one call, a3 has none. */
static void a_full_link_leaves_its_agents_out(void **state)
{
	for (uint32_t i = 1; i <= 3; i++)
		ready(i, 1, 0);
	assert_int_equal(set_slots(1, 0, 1), 0);
	assert_int_equal(set_slots(2, 0, 1), 0);
	assert_int_equal(link_room(0, 1), -ERANGE);
	assert_int_equal(link_room(FIXTURE_LIMITS.links + 1, 1), -ERANGE);
	assert_int_equal(link_room(1, 1), 0);
	expect("a1 available, a2 available, a3 available");
	add(1, 1);
	expect("queued c1 #1, a1 reserved, offer a1 c1");
	assert_true(agent(2).link_full);
	add(1, 2); /* a2 has been idle for longer, but the link is full */
	expect("queued c2 #2, a3 reserved, offer a3 c2");
	add(1, 3);
	expect("queued c3 #3");
	/* It was fuller than thought: a1 is free again, keeps its place, and is not rung. */
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_NO_ROOM), 0);
	expect("a1 available (link full)");
	assert_int_equal(agent(1).backoff_until, 0);
	assert_int_equal(link_room(1, 2), 0);
	expect("a1 reserved, offer a1 c1, a2 reserved, offer a2 c3");
	assert_int_equal(link_room(1, 1), 0);
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_NO_ROOM), -EINVAL);
	expect("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_from_login_to_wrap_up),
		TEST(answers_without_a_180),
		TEST(wrap_up_ends_early_or_is_not_there),
		TEST(wrap_up_is_that_of_the_call_that_ended),
		TEST(no_answer_goes_to_the_next_agent),
		TEST(an_answer_with_the_end_of_the_ring_time_is_late),
		TEST(telephone_says_no_answer),
		TEST(refusal_backs_off_and_keeps_the_place),
		TEST(the_longest_idle_of_those_who_come_back_is_rung),
		TEST(backoff_is_never_nothing),
		TEST(pause_and_login_end_a_backoff),
		TEST(abandon_while_ringing_keeps_the_agents_place),
		TEST(pause_has_a_reason),
		TEST(pause_while_rung_gives_the_contact_on),
		TEST(pause_while_talking_waits),
		TEST(pause_ends_wrap_up),
		TEST(logout_while_talking_waits),
		TEST(unreachable_agents_are_not_rung),
		TEST(engaged_agents_are_not_rung),
		TEST(deletion),
		TEST(stale_and_wrong_inputs_change_nothing),
		TEST(a_full_link_leaves_its_agents_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
