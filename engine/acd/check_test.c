/* SPDX-License-Identifier: BSD-3-Clause */
/* Each rule of rules.h is broken by hand, and acd_check() names it and who breaks it. */
#include <engine/acd/internal.h>
#include <engine/acd/rules.h>
#include <engine/acd/test/fixture.h>
#include <tandem/text.h>

static struct {
	const char *name, *text;
	bool seen;
} rules[] = {
#define ROW(name, text) {#name, text, false},
	ACD_RULES(ROW)
#undef ROW
};
#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

enum { VOICE = TD_CHANNEL_VOICE, MESSAGE = TD_CHANNEL_MESSAGE };
enum { TALKER = 1, RINGER, REFUSER, WRITER, WAITER, GONE };

/* One agent in each state that matters; contact 2 rings, 5 waits; group 2 has an idle agent. */
static void busy_floor(void)
{
	struct td_acd_queue conf = queue_conf(1, 0), other = queue_conf(2, 0);

	conf.timeout_ms = 60000;
	set_queue(1, &conf);
	set_queue(2, &other);
	for (uint32_t i = TALKER; i <= WRITER; i++) {
		ready(i, 1, 0);
		add(1, i);
		if (i == TALKER || i == WRITER)
			step(TD_ACD_IN_ANSWERED, i, i, 0);
	}
	step(TD_ACD_IN_TALK_END, WRITER, WRITER, 0);
	step(TD_ACD_IN_OFFER_FAILED, REFUSER, REFUSER, TD_ACD_BUSY);
	ready(WAITER, 2, 0);
	ready(GONE, 1, 0);
	step(TD_ACD_IN_LOGOUT, GONE, 0, 0);
	step(TD_ACD_IN_AGENT_DEL, GONE, 0, 0);
	link_set(&acd->agent[WAITER], 1);
	link_set(&acd->agent[TALKER], 1);
}

static void sound(void)
{
	struct td_text fault = {""};

	if (!acd_check(acd, &fault))
		fail_msg("%s", fault.s);
}

static void broken(const char *rule, const char *who)
{
	struct td_text fault = {""};

	if (acd_check(acd, &fault))
		fail_msg("%s of %s was broken, and the check says nothing", rule, who);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (strcmp(rules[i].name, rule) != 0)
			continue;
		if (!strstr(fault.s, rules[i].text) || !strstr(fault.s, who))
			fail_msg("%s of %s was broken, and the check says: %s", rule, who, fault.s);
		rules[i].seen = true;
		return;
	}
	fail_msg("there is no rule %s", rule);
}

#define BREAK(lvalue, value, rule, who)        \
	do {                                   \
		typeof(lvalue) was = (lvalue); \
		(lvalue) = (value);            \
		broken(rule, who);             \
		(lvalue) = was;                \
		sound();                       \
	} while (0)

static void agents(void)
{
	struct acd_agent *ag = acd->agent;

	BREAK(ag[TALKER].number, 9, "agent_number", "agent 1 ");
	BREAK(ag[RINGER].offer, NULL, "agent_offer", "agent 2 ");
	BREAK(ag[RINGER].state, TD_AGENT_PAUSED, "agent_offer", "agent 2 ");
	BREAK(ag[RINGER].contact, 9, "agent_contact", "agent 2 ");
	BREAK(ag[RINGER].channels, 1u << MESSAGE, "agent_given", "agent 2 ");
	BREAK(ag[RINGER].memberships.group[0], 3, "agent_given", "agent 2 ");
	BREAK(ag[TALKER].contact, 0, "agent_talk", "agent 1 ");
	BREAK(ag[WAITER].contact, 7, "agent_talk", "agent 5 ");
	BREAK(ag[WRITER].timer.place, 0, "agent_timer", "agent 4 ");
	BREAK(ag[REFUSER].reason, TD_ACD_NONE, "agent_timer", "agent 3 ");
	BREAK(ag[WRITER].timer.place, 99, "agent_heap", "agent 4 ");
	BREAK(ag[WAITER].idle, 0, "agent_idles", "agent 5 ");
	BREAK(ag[WAITER].reachable, false, "agent_idles", "agent 5 ");
	BREAK(ag[TALKER].channels, 0, "agent_slots", "agent 1 ");
	BREAK(ag[TALKER].channels, CHANNELS_ALL + 1, "agent_slots", "agent 1 ");
	BREAK(ag[WAITER].channels, CHANNELS_ALL, "agent_idles", "agent 5 ");
	BREAK(ag[WAITER].memberships.group[0], 1, "agent_sets", "agent 5 ");
	BREAK(ag[WAITER].memberships.place[MESSAGE][0].owner, NULL, "agent_sets", "agent 5 ");
	BREAK(ag[TALKER].link, &acd->link[2], "link_agents", "link 1 ");
	BREAK(ag[TALKER].beside.tqe_prev, &acd->link[2].agents.tqh_first, "agent_link", "agent 1 ");
	BREAK(ag[WAITER].pause_waits, true, "agent_waits", "agent 5 ");
	BREAK(ag[GONE].link, &acd->link[1], "unused", "agent 6 ");
}

static void contacts(void)
{
	struct acd_contact *rung = acd->agent[RINGER].offer, *waits = acd->queue[1].best[VOICE];

	BREAK(waits->number, 77, "contact_found", "contact 77 ");
	BREAK(waits->queue, &acd->queue[2], "contact_line", "contact 3 ");
	BREAK(waits->channel, TD_CHANNEL_COUNT, "contact_channel", "contact 3 ");
	BREAK(waits->channel, MESSAGE, "contact_waits", "contact 3 ");
	BREAK(rung->agent, &acd->agent[TALKER], "agent_contact", "agent 2 ");
	BREAK(waits->timer.deadline, 1, "contact_timer", "contact 3 ");
	BREAK(acd->queue[1].conf.timeout_ms, 0, "contact_timer", "contact ");
}

/* Both ends of two links at once: a contact between an agent and its line. */
static void offers(void)
{
	struct acd_contact *waits = acd->queue[1].best[VOICE];

	waits->agent = &acd->agent[TALKER];
	broken("line_count", "queue 1 ");
	tree_del(&acd->queue[1].waiting[VOICE], &waits->waiting_node);
	acd->queue[1].best[VOICE] = NULL;
	tree_del(&acd->group[1].calling[VOICE], &acd->queue[1].memberships.place[VOICE][0].node);
	broken("contact_agent", "contact 3 ");
	waits->agent = NULL;
	tree_add(&acd->queue[1].waiting[VOICE], &waits->waiting_node);
	queue_refresh(&acd->queue[1], VOICE);
	sound();
}

static void queues(void)
{
	struct acd_queue *q = &acd->queue[1];
	struct acd_contact *rung = acd->agent[RINGER].offer;

	BREAK(q->number, 2, "queue_number", "queue 1 ");
	BREAK(q->best[VOICE], NULL, "queue_best", "queue 1 ");
	BREAK(q->best[MESSAGE], rung, "queue_best", "queue 1 ");
	BREAK(acd->group[1].calling[VOICE].root, NULL, "queue_sets", "queue 1 ");
	BREAK(q->memberships.place[VOICE][0].owner, NULL, "queue_sets", "queue 1 ");
	BREAK(q->memberships.place[MESSAGE][0].channel, VOICE, "queue_sets", "queue 1 ");
	BREAK(q->answered, 0, "queue_counts", "queue 1 ");
	BREAK(rung->order_time, INT64_MAX, "line_order", "queue 1 ");
	BREAK(q->entries.tqh_first, rung->entry.tqe_next, "line_count", "queue 1 ");
	BREAK(acd->contact_by_number.count, 9, "whole_contacts", "distributor");
	BREAK(acd->contacts.free_count, 9, "whole_contacts", "distributor");
}

/* One waits for a contact, the other is offered to nobody: their waiting is told by two sets. */
static void waits_twice(void)
{
	struct acd_contact *rung = acd->agent[RINGER].offer, *waits = acd->queue[1].best[VOICE];
	struct acd_queue *q = &acd->queue[1];

	tree_del(&q->waiting[VOICE], &waits->waiting_node);
	tree_add(&q->waiting[VOICE], &rung->waiting_node);
	q->best[VOICE] = rung;
	broken("contact_waits", "contact ");
	tree_del(&q->waiting[VOICE], &rung->waiting_node);
	tree_add(&q->waiting[VOICE], &waits->waiting_node);
	q->best[VOICE] = waits;
	sound();
}

static void groups(void)
{
	struct acd_group *g = acd->group;

	BREAK(g[1].idle[VOICE], g[2].idle[VOICE], "group_one", "group 1 ");
	BREAK(g[2].unmatched, true, "group_one", "group 2 ");
	BREAK(g[2].idle[MESSAGE], g[2].idle[VOICE], "whole_sets", "distributor");
	BREAK(g[2].idle[VOICE].root->size, 2, "group_order", "group 2 ");
	BREAK(g[3].idle[VOICE], g[2].idle[VOICE], "whole_sets", "distributor");
	BREAK(g[1].takers[VOICE], 9, "whole_takers", "distributor");
	BREAK(acd->agent[TALKER].counted, false, "whole_takers", "distributor");
	BREAK(acd->link[2].agents.tqh_first, &acd->agent[TALKER], "link_agents", "link 2 ");
	BREAK(acd->agent[WRITER].timer.deadline, UINT64_MAX, "whole_timers", "distributor");
}

/* A link's list has lost its first agent, who does not know. */
static void lost_agent(void)
{
	struct acd_agent *first = acd->link[1].agents.tqh_first, *aside = first;

	first->beside.tqe_prev = &aside;
	acd->link[1].agents.tqh_first = NULL;
	broken("whole_links", "distributor");
	first->beside.tqe_prev = &acd->link[1].agents.tqh_first;
	acd->link[1].agents.tqh_first = first;
	sound();
}

static void names_what_is_broken(void **state)
{
	busy_floor();
	sound();
	agents();
	contacts();
	offers();
	queues();
	waits_twice();
	groups();
	lost_agent();
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (!rules[i].seen)
			fail_msg("no test has broken %s: %s", rules[i].name, rules[i].text);
}

/* What is looked at in a running system: one object, and its neighbours. */
static void looks_at_one(void **state)
{
	struct td_text fault;

	busy_floor();
	assert_true(acd_check_agent(acd, RINGER, &fault));
	assert_true(acd_check_agent(acd, 0, &fault));
	assert_true(acd_check_agent(acd, 99, &fault));
	assert_true(acd_check_contact(acd, RINGER, &fault));
	assert_true(acd_check_contact(acd, 99, &fault));
	acd->queue[1].abandoned = 5;
	assert_true(acd_check_agent(acd, RINGER, &fault));
	assert_false(acd_check_contact(acd, RINGER, &fault));
	assert_non_null(strstr(fault.s, "queue 1"));
	acd->agent[RINGER].engaged = true;
	acd->agent[RINGER].idle = 1;
	assert_false(acd_check_agent(acd, RINGER, &fault));
	assert_true(acd_check_agent(acd, TALKER, &fault));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			names_what_is_broken, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(looks_at_one, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
