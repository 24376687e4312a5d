/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues and contacts: order, time-out, length, several groups, counters. */
#include <engine/acd/test/fixture.h>

static void serves_in_the_order_of_priority_and_wait(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	set_queue(1, &conf);
	add(1, 1);
	at += 1000;
	add(1, 2);
	add_with(1, 3, 5, 0);
	add_with(1, 4, 0, 1500); /* came from another queue: before c1 */
	add_with(1, 5, -1, 60000);
	expect("queued c1 #1, queued c2 #2, queued c3 #1, queued c4 #2, queued c5 #5");
	assert_int_equal(contact(3).position, 1);
	assert_int_equal(contact(4).position, 2);
	assert_int_equal(contact(1).position, 3);
	assert_int_equal(contact(2).position, 4);
	assert_int_equal(contact(5).position, 5);
	for (uint32_t i = 1; i <= 5; i++)
		ready(i, 1, 0);
	expect("a1 available, a1 reserved, offer a1 c3, a2 available, a2 reserved, offer a2 c4, "
	       "a3 available, a3 reserved, offer a3 c1, a4 available, a4 reserved, offer a4 c2, "
	       "a5 available, a5 reserved, offer a5 c5");
	assert_int_equal(contact(5).position, 5); /* being offered is being in line */
	assert_int_equal(contact(5).agent, 5);
}

static void rings_the_longest_idle(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	conf.wrap_up_ms = 0;
	set_queue(1, &conf);
	ready(3, 1, 0);
	ready(1, 1, 0);
	ready(2, 1, 0);
	expect("a3 available, a1 available, a2 available");
	for (uint32_t i = 0; i < 6; i++) {
		static const uint32_t order[] = {3, 1, 2};
		uint32_t ag = order[i % 3];

		add(1, i + 1);
		assert_int_equal(contact(i + 1).agent, ag);
		assert_int_equal(step(TD_ACD_IN_ANSWERED, ag, i + 1, 0), 0);
		assert_int_equal(step(TD_ACD_IN_TALK_END, ag, i + 1, 0), 0);
	}
}

static void time_out_overflows(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	conf.timeout_ms = 8000;
	set_queue(1, &conf);
	add(1, 1);
	advance(8999);
	expect("queued c1 #1");
	advance(9000);
	expect("overflow c1 time-out");
	ready(1, 1, 0);
	at = 10000;
	add_with(1, 2, 0, 8000); /* what it waited elsewhere does not shorten its time here */
	expect("a1 available, queued c2 #1, a1 reserved, offer a1 c2");
	advance(17999);
	expect("");
	add(1, 3);
	advance(18000); /* while an agent rings, who then takes the next */
	expect("queued c3 #2, cancel a1 c2 time-out, a1 available, overflow c2 time-out, "
	       "a1 reserved, offer a1 c3");
	assert_int_equal(queue(1).timed_out, 2);
	assert_int_equal(queue(1).timed_out_in_level, 2);
	conf.service_level_ms = 7999;
	set_queue(1, &conf);
	advance(26000);
	assert_int_equal(queue(1).timed_out, 3);
	assert_int_equal(queue(1).timed_out_in_level, 2);
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 2, TD_ACD_ABANDON), -ENOENT);
}

static void time_out_can_be_changed(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	set_queue(1, &conf);
	add(1, 1);
	at = 5000;
	add(1, 2);
	assert_true(acd_next(acd) == TD_NEVER);
	conf.timeout_ms = 3000;
	set_queue(1, &conf);
	expect("queued c1 #1, queued c2 #2, overflow c1 time-out");
	assert_int_equal(acd_next(acd), 8000 * TD_NSEC_PER_MSEC);
	conf.timeout_ms = 0;
	set_queue(1, &conf);
	assert_true(acd_next(acd) == TD_NEVER);
}

/* All that is due goes before anybody is offered what is left. */
static void nobody_is_offered_past_the_deadline(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0), other = queue_conf(1, 0);

	conf.timeout_ms = 8000;
	set_queue(1, &conf);
	set_queue(2, &other);
	ready(1, 1, 0);
	ready(2, 1, 0);
	for (uint32_t i = 1; i <= 6; i++)
		add(1, i);
	add(2, 7);
	expect("a1 available, a2 available, queued c1 #1, a1 reserved, offer a1 c1, "
	       "queued c2 #2, a2 reserved, offer a2 c2, queued c3 #3, queued c4 #4, "
	       "queued c5 #5, queued c6 #6, queued c7 #1");
	advance(9000);
	expect("cancel a1 c1 time-out, a1 available, overflow c1 time-out, "
	       "cancel a2 c2 time-out, a2 available, overflow c2 time-out, "
	       "overflow c3 time-out, overflow c4 time-out, overflow c5 time-out, "
	       "overflow c6 time-out, a1 reserved, offer a1 c7");
}

/* An agent whose wrap-up ends at the deadline, and one who does not answer until then. */
static void an_agent_comes_too_late_at_the_deadline(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	conf.timeout_ms = 8000;
	set_queue(1, &conf);
	ready(1, 1, 0);
	add(1, 1);
	step(TD_ACD_IN_ANSWERED, 1, 1, 0);
	at = 2000;
	add(1, 2);
	add(1, 3);
	at = 8000;
	step(TD_ACD_IN_TALK_END, 1, 1, 0); /* wrap-up until 10000 */
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, a1 talking, queued c2 #1, "
	       "queued c3 #2, a1 wrap-up");
	advance(10000);
	expect("overflow c2 time-out, overflow c3 time-out, a1 available");
	conf.ring_ms = 8000;
	set_queue(1, &conf);
	add(1, 4);
	add(1, 5);
	ready(2, 1, 0);
	pause_agent(2, "lunch");
	expect("queued c4 #1, a1 reserved, offer a1 c4, queued c5 #2, a2 available, a2 reserved, "
	       "offer a2 c5, cancel a2 c5 withdraw, a2 paused");
	at = 18000; /* an input in place of time alone */
	step(TD_ACD_IN_UNPAUSE, 2, 0, 0);
	expect("cancel a1 c4 time-out, a1 available, overflow c4 time-out, "
	       "overflow c5 time-out, a2 available");
}

/* The change lets time run out for one who waits, and brings agents for both. */
static void a_shorter_time_out_comes_before_the_offers(void **state)
{
	struct td_acd_queue conf = queue_conf(0, 0);

	set_queue(1, &conf);
	ready(1, 1, 0);
	add(1, 1);
	at = 5000;
	add(1, 2);
	expect("a1 available, queued c1 #1, queued c2 #2");
	conf.timeout_ms = 3000;
	conf.groups[0] = 1;
	set_queue(1, &conf);
	expect("overflow c1 time-out, a1 reserved, offer a1 c2");
}

static void a_full_queue_overflows(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	conf.max_length = 2;
	set_queue(1, &conf);
	ready(1, 1, 0);
	add(1, 1); /* rings */
	assert_true(acd_queue_takes(acd, 1));
	add(1, 2);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, queued c2 #2");
	assert_false(acd_queue_takes(acd, 1));
	assert_false(acd_queue_takes(acd, 2)); /* there is none */
	assert_int_equal(add(1, 3), 0);
	expect("overflow c3 full");
	step(TD_ACD_IN_ANSWERED, 1, 1, 0);
	add(1, 3);
	expect("a1 talking, queued c3 #2");
	assert_int_equal(queue(1).full, 1);
	assert_int_equal(queue(1).entered, 3);
}

static void limits_hold(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);
	struct td_acd_limits limits = FIXTURE_LIMITS;

	assert_int_equal(set_queue(0, &conf), -ERANGE);
	assert_int_equal(set_queue(9, &conf), -ERANGE);
	set_queue(1, &conf);
	conf.groups[7] = 9;
	assert_int_equal(set_queue(2, &conf), -ERANGE);
	for (uint32_t i = 1; i <= limits.contacts; i++)
		assert_int_equal(add(1, 1000 + i), 0);
	assert_int_equal(queue(1).waiting, limits.contacts);
	for (uint32_t i = 1; i <= limits.contacts; i++)
		assert_int_equal(contact(1000 + i).position, i);
	assert_int_equal(add(1, 1001), -EEXIST);
	step(TD_ACD_IN_CONTACT_DEL, 0, 1001, TD_ACD_WITHDRAW);
	assert_int_equal(add(1, 2001), 0);
	expect("queued c1001 #1, queued c1002 #2, queued c1003 #3, queued c1004 #4, "
	       "queued c1005 #5, queued c1006 #6, queued c1007 #7, queued c1008 #8, "
	       "queued c1009 #9, queued c1010 #10, queued c1011 #11, queued c1012 #12, "
	       "queued c1013 #13, queued c1014 #14, queued c1015 #15, queued c1016 #16, "
	       "queued c2001 #16");
	assert_int_equal(add(1, 2002), 0);
	expect("overflow c2002 full");
	assert_int_equal(add(1, 0), -EINVAL);
	assert_int_equal(add(7, 5), -ENOENT);
	expect("overflow c5 empty");
	struct td_acd_in in = acd_limits_input(&limits, at * TD_NSEC_PER_MSEC);

	assert_int_equal(acd_step(acd, &in), 0);
	in.limits.agents++;
	assert_int_equal(acd_step(acd, &in), -EINVAL);
}

static void deleting_a_queue_empties_it(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);
	struct acd_queue_info info;

	set_queue(1, &conf);
	conf.groups[0] = 2;
	set_queue(2, &conf);
	ready(1, 1, 2);
	add(1, 1);
	add(1, 2);
	add_with(1, 3, 1, 0);
	add(2, 4);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, queued c2 #2, queued c3 #1, "
	       "queued c4 #1");
	assert_int_equal(step(TD_ACD_IN_QUEUE_DEL, 1, 0, 0), 0);
	expect("overflow c3 empty, cancel a1 c1 withdraw, a1 available, overflow c1 empty, "
	       "overflow c2 empty, a1 reserved, offer a1 c4");
	assert_int_equal(acd_queue_get(acd, 1, &info), -ENOENT);
	assert_int_equal(step(TD_ACD_IN_QUEUE_DEL, 1, 0, 0), -ENOENT);
	conf.groups[0] = 1;
	set_queue(1, &conf); /* the number may come back */
	assert_int_equal(queue(1).entered, 0);
	add(1, 5);
	expect("queued c5 #1");
}

static void shared_agents_take_the_oldest_of_all_queues(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	set_queue(1, &conf);
	conf.groups[0] = 2;
	set_queue(2, &conf);
	conf.groups[0] = 3;
	set_queue(3, &conf);
	add(2, 1);
	at += 10;
	add(1, 2);
	at += 10;
	add(2, 3);
	at += 10;
	add_with(3, 4, 1, 0);
	ready(1, 1, 2); /* serves q1 and q2, not q3 */
	expect("queued c1 #1, queued c2 #1, queued c3 #2, queued c4 #1, a1 available, a1 reserved, "
	       "offer a1 c1");
	ready(2, 2, 1);
	expect("a2 available, a2 reserved, offer a2 c2");
	ready(3, 1, 3);
	expect("a3 available, a3 reserved, offer a3 c4");
	ready(4, 2, 2);
	expect("a4 available, a4 reserved, offer a4 c3");
}

static void groups_of_a_queue_are_alike(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 2);

	set_queue(1, &conf);
	ready(1, 2, 0);
	ready(2, 1, 0);
	ready(3, 1, 2); /* in both, yet rung once */
	expect("a1 available, a2 available, a3 available");
	add(1, 1);
	add(1, 2);
	add(1, 3);
	add(1, 4);
	expect("queued c1 #1, a1 reserved, offer a1 c1, queued c2 #2, a2 reserved, offer a2 c2, "
	       "queued c3 #3, a3 reserved, offer a3 c3, queued c4 #4");
}

static void changing_groups_matches_anew(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	set_queue(1, &conf);
	ready(1, 2, 0);
	ready(2, 2, 0);
	ready(3, 3, 0);
	add(1, 1);
	add(1, 2);
	add(1, 3);
	expect("a1 available, a2 available, a3 available, queued c1 #1, queued c2 #2, queued c3 "
	       "#3");
	conf.groups[1] = 2;
	set_queue(1, &conf);
	expect("a1 reserved, offer a1 c1, a2 reserved, offer a2 c2");
	set_agent(3, 2, 0);
	expect("a3 reserved, offer a3 c3");
	step(TD_ACD_IN_CONTACT_DEL, 0, 3, TD_ACD_ABANDON);
	set_agent(3, 3, 0);
	add(1, 4); /* a3 has left group 2 */
	expect("cancel a3 c3 abandon, a3 available, queued c4 #3");
	conf.groups[0] = 0;
	conf.groups[1] = 0;
	set_queue(1, &conf);
	ready(4, 1, 2); /* nobody serves q1 now */
	expect("cancel a1 c1 withdraw, a1 available, cancel a2 c2 withdraw, a2 available, "
	       "a4 available");
}

/* Who no longer serves the queue is no longer rung for it. The best contact goes to whom there is,
 * however many were taken back. */
static void offers_go_with_the_groups(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0), other = queue_conf(1, 0);

	set_queue(1, &conf);
	set_queue(2, &other);
	for (uint32_t i = 1; i <= 3; i++)
		ready(i, i < 3 ? 1 : 2, 0);
	add(1, 1);
	add(1, 2);
	add(2, 3);
	expect("a1 available, a2 available, a3 available, queued c1 #1, a1 reserved, offer a1 c1, "
	       "queued c2 #2, a2 reserved, offer a2 c2, queued c3 #1");
	set_agent(1, 2, 0);
	expect("cancel a1 c1 withdraw, a1 available");
	conf.groups[0] = 2;
	set_queue(1, &conf); /* a2 takes what group 1 has left */
	expect("cancel a2 c2 withdraw, a2 available, a2 reserved, offer a2 c3, "
	       "a1 reserved, offer a1 c1, a3 reserved, offer a3 c2");
	conf.groups[1] = 1;
	set_queue(1, &conf); /* still served by those who are rung */
	set_agent(3, 1, 0);
	expect("");
}

static void withdrawing(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);
	struct acd_contact_info info;

	set_queue(1, &conf);
	add(1, 1);
	add(1, 2);
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 1, TD_ACD_ANSWER), -EINVAL);
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 1, TD_ACD_WITHDRAW), 0);
	assert_int_equal(acd_contact_get(acd, 1, &info), -ENOENT);
	assert_int_equal(contact(2).position, 1);
	expect("queued c1 #1, queued c2 #2");
}

/* Its time-out and its wait go on where they were. */
static void who_comes_back_has_waited(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);
	struct td_acd_in back = {.queue = 1,
		.contact = 2,
		.contact_add = {.waited_ms = 60000, .waited_here_ms = 21000}};

	conf.timeout_ms = 30000;
	set_queue(1, &conf);
	at = 100000;
	add(1, 1);
	at = 101000;
	assert_int_equal(step_in(&back, TD_ACD_IN_CONTACT_ADD), 0);
	assert_int_equal(queue(1).oldest, 80000 * TD_NSEC_PER_MSEC);
	expect("queued c1 #1, queued c2 #1");
	assert_int_equal(advance(109999), 0);
	expect("");
	assert_int_equal(advance(110000), 0);
	expect("overflow c2 time-out");
	assert_int_equal(queue(1).oldest, 100000 * TD_NSEC_PER_MSEC);
	back.contact = 3;
	assert_int_equal(step_in(&back, TD_ACD_IN_CONTACT_ADD), 0);
	at = 112000;
	ready(1, 1, 0);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 3, 0), 0);
	assert_int_equal(queue(1).answered_wait_ms, 23000);
	assert_int_equal(queue(1).answered_in_level, 0);
	expect("queued c3 #1, a1 available, a1 reserved, offer a1 c3, a1 talking");
	back.contact = 4; /* it had waited longer than the queue allows by now */
	back.contact_add.waited_here_ms = 30000;
	assert_int_equal(step_in(&back, TD_ACD_IN_CONTACT_ADD), 0);
	expect("queued c4 #1, overflow c4 time-out");
}

static void counts(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);
	struct acd_queue_agents agents;

	set_queue(1, &conf);
	assert_true(queue(1).oldest == TD_NEVER);
	add(1, 1);
	at = 2000;
	add_with(1, 2, 1, 0);
	assert_int_equal(queue(1).oldest, 1000 * TD_NSEC_PER_MSEC);
	at = 21000; /* c1 has waited 20 s: just within the level */
	ready(1, 1, 0);
	ready(2, 1, 0);
	ready(3, 2, 0);
	step(TD_ACD_IN_ANSWERED, 2, 1, 0);
	assert_int_equal(queue(1).answered_in_level, 1);
	at = 22001; /* c2 20.001 s: just not */
	step(TD_ACD_IN_ANSWERED, 1, 2, 0);
	add(1, 3);
	add(1, 4);
	add(1, 5);
	at = 30000;
	step(TD_ACD_IN_CONTACT_DEL, 0, 3, TD_ACD_ABANDON);
	at = 60000;
	step(TD_ACD_IN_CONTACT_DEL, 0, 4, TD_ACD_ABANDON);
	step(TD_ACD_IN_CONTACT_DEL, 0, 5, TD_ACD_WITHDRAW);
	add(1, 6);
	struct acd_queue_info q = queue(1);

	assert_string_equal(q.name, "sales");
	assert_int_equal(q.waiting, 1);
	assert_int_equal(q.offered, 0);
	assert_int_equal(q.entered, 6);
	assert_int_equal(q.answered, 2);
	assert_int_equal(q.answered_in_level, 1);
	assert_int_equal(q.abandoned, 2);
	assert_int_equal(q.abandoned_in_level, 1);
	assert_int_equal(q.withdrawn, 1);
	assert_int_equal(q.answered_wait_ms, 40001);
	assert_int_equal(q.answered_wait_max_ms, 20001);
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.agents, 2);
	assert_int_equal(agents.handling, 2);
	assert_int_equal(agents.available, 0);
	assert_int_equal(acd_queue_agents(acd, 2, &agents), -ENOENT);
}

static void discard(void *ctx, const struct td_acd_out *out)
{
}

static int build(void)
{
	struct td_acd_limits limits = FIXTURE_LIMITS;
	struct acd *a = acd_alloc(&limits, discard, NULL);

	if (!a)
		return -errno;
	acd_free(a);
	return 0;
}

static void alloc_survives_oom(void **state)
{
	struct td_acd_limits none = {0}, huge = {.agents = ACD_LIMIT_MAX + 1};
	struct acd *a = acd_alloc(&none, discard, NULL);

	oom_each(build, -ENOMEM);
	assert_non_null(a);
	acd_free(a);
	acd_free(NULL);
	assert_null(acd_alloc(&huge, discard, NULL));
	assert_int_equal(errno, EINVAL);
}

static void names_everything(void **state)
{
	for (uint32_t i = 0; i < TD_AGENT_STATE_COUNT; i++)
		assert_string_not_equal(acd_state_name(i), "?");
	for (uint32_t i = 0; i < TD_ACD_REASON_COUNT; i++)
		assert_string_not_equal(acd_reason_name(i), "?");
	assert_string_equal(acd_state_name(TD_AGENT_STATE_COUNT), "?");
	assert_string_equal(acd_reason_name(255), "?");
#define ACTION(id, word, ...) assert_int_equal(acd_action_lookup(word), TD_AGENT_##id);
	TD_AGENT_ACTIONS(ACTION)
#undef ACTION
	assert_int_equal(acd_action_lookup("log"), TD_AGENT_ACTION_COUNT);
	assert_int_equal(acd_action_lookup(""), TD_AGENT_ACTION_COUNT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(serves_in_the_order_of_priority_and_wait),
		TEST(rings_the_longest_idle),
		TEST(time_out_overflows),
		TEST(time_out_can_be_changed),
		TEST(nobody_is_offered_past_the_deadline),
		TEST(an_agent_comes_too_late_at_the_deadline),
		TEST(a_shorter_time_out_comes_before_the_offers),
		TEST(a_full_queue_overflows),
		TEST(limits_hold),
		TEST(deleting_a_queue_empties_it),
		TEST(shared_agents_take_the_oldest_of_all_queues),
		TEST(groups_of_a_queue_are_alike),
		TEST(changing_groups_matches_anew),
		TEST(offers_go_with_the_groups),
		TEST(withdrawing),
		TEST(who_comes_back_has_waited),
		TEST(counts),
		cmocka_unit_test(alloc_survives_oom),
		cmocka_unit_test(names_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
