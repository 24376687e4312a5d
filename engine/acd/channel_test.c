/* SPDX-License-Identifier: BSD-3-Clause */
/* Channels: which agent can take what, and what of it needs the telephone. */
#include <engine/acd/test/fixture.h>

#define VOICE   (1u << TD_CHANNEL_VOICE)
#define MESSAGE (1u << TD_CHANNEL_MESSAGE)
#define BOTH    (VOICE | MESSAGE)

static int setup(void **state)
{
	int rc = fixture_setup(state);
	struct td_acd_queue conf = queue_conf(1, 0);

	return rc ? rc : set_queue(1, &conf);
}

/* Logged in with these slots; a telephone that is not registered. */
static void sits(uint32_t agent, uint32_t channels)
{
	assert_int_equal(set_slots(agent, channels, 0), 0);
	assert_int_equal(step(TD_ACD_IN_LOGIN, agent, 0, 0), 0);
}

static void registers(uint32_t agent, bool reachable)
{
	assert_int_equal(step(TD_ACD_IN_REACHABLE, agent, 0, reachable), 0);
}

static void contacts_go_to_those_who_have_a_slot(void **state)
{
	sits(1, 0); /* voice alone */
	registers(1, true);
	sits(2, VOICE);
	registers(2, true);
	sits(3, MESSAGE);
	registers(3, true);
	expect("a1 available, a2 available, a3 available");
	add_message(1, 1);
	add_message(1, 2);
	expect("queued c1 #1, a3 reserved, offer a3 c1, queued c2 #2");
	assert_int_equal(contact(1).channel, TD_CHANNEL_MESSAGE);
	add(1, 3); /* one line: c2 stands before it, and keeps nobody from it */
	expect("queued c3 #3, a1 reserved, offer a1 c3");
	add(1, 4);
	add(1, 5);
	expect("queued c4 #4, a2 reserved, offer a2 c4, queued c5 #5");
	assert_int_equal(contact(5).channel, TD_CHANNEL_VOICE);
	assert_int_equal(queue(1).waiting, 5);
	assert_int_equal(queue(1).offered, 3);
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 3, 1, TD_ACD_NO_ANSWER), 0);
	expect("a3 not responding (no answer)"); /* a message again, and no call, is what it waits
						    for */
	assert_int_equal(step(TD_ACD_IN_UNPAUSE, 3, 0, 0), 0);
	expect("a3 available, a3 reserved, offer a3 c1");
}

static void a_message_needs_no_telephone(void **state)
{
	sits(1, BOTH);
	add(1, 1);
	expect("a1 available, queued c1 #1");
	add_message(1, 2); /* the call waits longer, and cannot be taken */
	expect("queued c2 #2, a1 reserved, offer a1 c2");
	registers(1, true);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 2, 0), 0);
	expect("a1 talking"); /* one contact at a time */
	registers(1, false);
	assert_int_equal(step(TD_ACD_IN_TALK_END, 1, 2, 0), 0);
	advance(at + 2000);
	expect("a1 wrap-up, a1 available");
	registers(1, true);
	expect("a1 reserved, offer a1 c1");
}

/* From login to wrap-up by the inputs of a call. */
static void a_message_is_served_as_a_call_is(void **state)
{
	sits(1, MESSAGE);
	add_message(1, 1);
	assert_int_equal(step(TD_ACD_IN_RINGING, 1, 1, 0), 0);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), 0);
	assert_int_equal(step(TD_ACD_IN_TALK_END, 1, 1, 0), 0);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1, a1 ringing, a1 talking, "
	       "a1 wrap-up");
	advance(at + 2000);
	add_message(1, 2);
	expect("a1 available, queued c2 #1, a1 reserved, offer a1 c2");
	advance(at + 10000);
	expect("cancel a1 c2 no answer, a1 not responding (no answer)");
	assert_int_equal(step(TD_ACD_IN_LOGIN, 1, 0, 0), 0);
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 2, TD_ACD_DECLINED), 0);
	expect("a1 available, a1 reserved, offer a1 c2, a1 available (declined)");
	add_message(1, 3); /* backed off, whatever the channel */
	expect("queued c3 #2");
	advance(at + 3000);
	expect("a1 available, a1 reserved, offer a1 c2");
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 2, TD_ACD_ABANDON), 0);
	expect("cancel a1 c2 abandon, a1 available, a1 reserved, offer a1 c3");
}

static void an_agent_in_a_call_of_her_own_gets_no_message(void **state)
{
	sits(1, BOTH);
	assert_int_equal(step(TD_ACD_IN_ENGAGED, 1, 0, 1), 0);
	add_message(1, 1);
	expect("a1 available, queued c1 #1");
	assert_int_equal(step(TD_ACD_IN_ENGAGED, 1, 0, 0), 0);
	expect("a1 reserved, offer a1 c1");
}

static void a_free_agent_takes_the_best_of_all_channels(void **state)
{
	struct td_acd_queue conf = queue_conf(1, 0);

	set_queue(2, &conf);
	add_message(2, 1);
	at += 10;
	add(1, 2);
	at += 10;
	add_message(1, 3);
	add_with(2, 4, 1, 0);
	expect("queued c1 #1, queued c2 #1, queued c3 #2, queued c4 #1");
	set_slots(1, BOTH, 0);
	registers(1, true);
	for (uint32_t i = 1; i <= 3; i++) {
		step(i == 1 ? TD_ACD_IN_LOGIN : TD_ACD_IN_UNPAUSE, 1, 0, 0);
		step(TD_ACD_IN_ANSWERED, 1, agent(1).contact, 0);
		step(TD_ACD_IN_TALK_END, 1, agent(1).contact, 0);
	}
	expect("a1 available, a1 reserved, offer a1 c4, a1 talking, a1 wrap-up, "
	       "a1 available, a1 reserved, offer a1 c1, a1 talking, a1 wrap-up, "
	       "a1 available, a1 reserved, offer a1 c2, a1 talking, a1 wrap-up");
}

static void the_longest_idle_of_the_channel_is_chosen(void **state)
{
	sits(1, VOICE);
	sits(2, BOTH);
	sits(3, MESSAGE);
	for (uint32_t i = 1; i <= 3; i++)
		registers(i, true);
	expect("a1 available, a2 available, a3 available");
	add_message(1, 1);
	expect("queued c1 #1, a2 reserved, offer a2 c1");
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 1, TD_ACD_WITHDRAW), 0);
	add(1, 2); /* a2 keeps its place, which is behind a1 */
	add(1, 3);
	expect("cancel a2 c1 withdraw, a2 available, queued c2 #1, a1 reserved, offer a1 c2, "
	       "queued c3 #2, a2 reserved, offer a2 c3");
}

static void a_full_link_leaves_messages_alone(void **state)
{
	for (uint32_t i = 1; i <= 2; i++) {
		assert_int_equal(set_slots(i, BOTH, 1), 0);
		registers(i, true);
		assert_int_equal(step(TD_ACD_IN_LOGIN, i, 0, 0), 0);
	}
	link_room(1, 1);
	expect("a1 available, a2 available");
	add_message(1, 1);
	expect("queued c1 #1, a1 reserved, offer a1 c1");
	assert_int_equal(acd_link_room(acd, 1), 1); /* no media, so nothing is taken off */
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_NO_ROOM), -EINVAL);
	add(1, 2);
	expect("queued c2 #2, a2 reserved, offer a2 c2");
	assert_int_equal(acd_link_room(acd, 1), 0);
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 1, 1, TD_ACD_NO_ROOM), -EINVAL);
	add_message(1, 3);
	expect("queued c3 #3");
	/* The call comes back to the line, and a2 is free for what needs no link. */
	assert_int_equal(step(TD_ACD_IN_OFFER_FAILED, 2, 2, TD_ACD_NO_ROOM), 0);
	expect("a2 available (link full), a2 reserved, offer a2 c3");
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), 0);
	assert_int_equal(step(TD_ACD_IN_TALK_END, 1, 1, 0), 0);
	advance(at + 2000);
	expect("a1 talking, a1 wrap-up, a1 available");
	link_room(1, 1);
	expect("a1 reserved, offer a1 c2");
}

static void slots_can_change(void **state)
{
	sits(1, VOICE);
	registers(1, true);
	add_message(1, 1);
	expect("a1 available, queued c1 #1");
	assert_int_equal(set_slots(1, BOTH, 0), 0);
	expect("a1 reserved, offer a1 c1");
	assert_int_equal(set_slots(1, VOICE, 0), 0);
	expect("cancel a1 c1 withdraw, a1 available");
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), -ESTALE);
	assert_int_equal(set_slots(1, MESSAGE, 0), 0);
	expect("a1 reserved, offer a1 c1");
	assert_int_equal(set_slots(1, BOTH, 0), 0); /* the slot stays, and so does the offer */
	expect("");
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 1, 1, 0), 0);
	assert_int_equal(set_slots(1, VOICE, 0), 0); /* a talk goes on */
	expect("a1 talking");
	assert_int_equal(step(TD_ACD_IN_TALK_END, 1, 1, 0), 0);
	expect("a1 wrap-up");
}

/* The contact goes back to its place, and at once to another agent; the first one keeps the place
 * among the idle, and takes what is left. */
static void an_offer_goes_with_its_slot(void **state)
{
	sits(1, BOTH);
	add_message(1, 1);
	expect("a1 available, queued c1 #1, a1 reserved, offer a1 c1");
	add_message(1, 2);
	add(1, 3);
	assert_int_equal(step(TD_ACD_IN_RINGING, 1, 1, 0), 0);
	registers(1, true);
	expect("queued c2 #2, queued c3 #3, a1 ringing");
	assert_int_equal(set_slots(1, VOICE, 0), 0);
	expect("cancel a1 c1 withdraw, a1 available, a1 reserved, offer a1 c3");
	assert_int_equal(contact(1).position, 1);
	assert_int_equal(contact(1).agent, 0);
	sits(2, MESSAGE);
	expect("a2 available, a2 reserved, offer a2 c1");
	sits(3, BOTH);
	expect("a3 available, a3 reserved, offer a3 c2");
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 2, TD_ACD_WITHDRAW), 0);
	assert_int_equal(set_slots(2, VOICE, 0), 0);
	expect("cancel a3 c2 withdraw, a3 available, cancel a2 c1 withdraw, a2 available, "
	       "a3 reserved, offer a3 c1");
}

/* As the configuration has it: whoever is logged out, or talks, still counts; who is deleted does
 * not, even before the talk has ended. */
static void a_queue_knows_what_its_agents_take(void **state)
{
	struct td_acd_queue conf = queue_conf(2, 0);

	assert_int_equal(acd_queue_channels(acd, 1), 0);
	assert_int_equal(acd_queue_channels(acd, 2), 0); /* there is none */
	assert_int_equal(set_slots(1, MESSAGE, 0), 0);
	assert_int_equal(acd_queue_channels(acd, 1), MESSAGE);
	sits(2, BOTH);
	registers(2, true);
	assert_int_equal(acd_queue_channels(acd, 1), BOTH);
	add(1, 1);
	assert_int_equal(step(TD_ACD_IN_ANSWERED, 2, 1, 0), 0);
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 2, 0, 0), 0);
	assert_int_equal(acd_queue_channels(acd, 1), MESSAGE);
	assert_int_equal(set_slots(2, VOICE, 0), 0); /* takes the deletion back */
	assert_int_equal(acd_queue_channels(acd, 1), BOTH);
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 2, 0, 0), 0);
	assert_int_equal(step(TD_ACD_IN_TALK_END, 2, 1, 0), 0);
	assert_int_equal(step(TD_ACD_IN_AGENT_DEL, 1, 0, 0), 0);
	assert_int_equal(acd_queue_channels(acd, 1), 0);
	set_queue(1, &conf);
	set_agent(3, 2, 0);
	assert_int_equal(acd_queue_channels(acd, 1), VOICE);
	expect("a2 available, queued c1 #1, a2 reserved, offer a2 c1, a2 talking, a2 logged out");
}

/* Who can take what waits is counted, and not who could take something else. */
static void free_agents_are_counted_by_what_waits(void **state)
{
	struct acd_queue_agents agents;

	sits(1, MESSAGE);
	sits(2, VOICE);
	sits(3, VOICE); /* as a2: its telephone is not registered */
	expect("a1 available, a2 available, a3 available");
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.agents, 3);
	assert_int_equal(agents.available, 1);
	assert_int_equal(agents.unable, 2);
	assert_int_equal(step(TD_ACD_IN_REACHABLE, 2, 0, 1), 0);
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.available, 2);
	assert_int_equal(step(TD_ACD_IN_REACHABLE, 2, 0, 0), 0);
	assert_int_equal(acd_queue_channels(acd, 1), BOTH);
	add(1, 1);
	expect("queued c1 #1");
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.available, 0);
	assert_int_equal(agents.unable, 3);
	set_slots(2, MESSAGE, 0);
	set_slots(3, MESSAGE, 0);
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.available, 0);
	assert_int_equal(acd_queue_channels(acd, 1), MESSAGE);
	add_message(1, 2); /* is offered at once, and waits for nobody */
	expect("queued c2 #2, a1 reserved, offer a1 c2");
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.available, 0);
	assert_int_equal(agents.ringing, 1);
	assert_int_equal(agents.unable, 2);
	assert_int_equal(step(TD_ACD_IN_CONTACT_DEL, 0, 1, TD_ACD_ABANDON), 0);
	assert_int_equal(acd_queue_agents(acd, 1, &agents), 0);
	assert_int_equal(agents.available, 2);
	assert_int_equal(agents.ringing, 1);
}

/* Two channels at once: the best first, and each to the agent idle longest of its channel. */
static void a_queue_that_gets_groups_serves_all_channels(void **state)
{
	struct td_acd_queue conf = queue_conf(0, 0);

	set_queue(1, &conf);
	add_message(1, 1);
	add(1, 2);
	sits(1, VOICE);
	registers(1, true);
	sits(2, BOTH);
	registers(2, true);
	sits(3, MESSAGE);
	expect("queued c1 #1, queued c2 #2, a1 available, a2 available, a3 available");
	conf.groups[0] = 1;
	set_queue(1, &conf);
	expect("a2 reserved, offer a2 c1, a1 reserved, offer a1 c2");
}

static void channels_that_there_are_not(void **state)
{
	struct td_acd_in in = {.now = at * TD_NSEC_PER_MSEC,
		.type = TD_ACD_IN_CONTACT_ADD,
		.queue = 1,
		.contact = 1,
		.contact_add = {.channel = TD_CHANNEL_COUNT}};
	struct acd_contact_info info;

	assert_int_equal(acd_step(acd, &in), -EINVAL);
	assert_int_equal(acd_contact_get(acd, 1, &info), -ENOENT);
	assert_int_equal(queue(1).entered, 0);
	sits(1, BOTH);
	assert_int_equal(set_slots(1, MESSAGE | 1u << TD_CHANNEL_COUNT, 0), -EINVAL);
	add_message(1, 2); /* the slots are those it had */
	expect("a1 available, queued c2 #1, a1 reserved, offer a1 c2");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(contacts_go_to_those_who_have_a_slot),
		TEST(a_message_needs_no_telephone),
		TEST(a_message_is_served_as_a_call_is),
		TEST(an_agent_in_a_call_of_her_own_gets_no_message),
		TEST(a_free_agent_takes_the_best_of_all_channels),
		TEST(the_longest_idle_of_the_channel_is_chosen),
		TEST(a_full_link_leaves_messages_alone),
		TEST(slots_can_change),
		TEST(an_offer_goes_with_its_slot),
		TEST(a_queue_knows_what_its_agents_take),
		TEST(free_agents_are_counted_by_what_waits),
		TEST(a_queue_that_gets_groups_serves_all_channels),
		TEST(channels_that_there_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
