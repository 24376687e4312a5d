/* SPDX-License-Identifier: BSD-3-Clause */
/* Each rule of rules.h is broken by hand, and engine_check() names it and who breaks it. */
#include <engine/acd/internal.h>
#include <engine/call/check/check.h>
#include <engine/call/check/rules.h>
#include <engine/call/check/test/floor.h>
#include <engine/call/transition/dial.h>
#include <tests/unit/unit.h>

static struct {
	const char *name, *text;
	bool seen;
} rules[] = {
#define ROW(name, text) {#name, text, false},
	CHECK_RULES(ROW)
#undef ROW
};
#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

static struct floor f;
static struct td_engine *e;
static struct call *talks, *rings, *waits, *out, *late, *over;
static struct party *left; /* its call is closed, and its worker has not answered yet */
static struct contact *works, *asks, *stays; /* handled by erin, offered to frank, in line */
static struct agent *alice, *bob, *carol, *dave, *erin, *frank;
static struct queue *sales;
static struct link *branch;
static struct trunk *acme;

/* Who talks has a third party who rings. */
static void invite_carol(void)
{
	struct target t = {.agent = carol};
	struct td_text err;

	assert_int_equal(dial_join(e, talks, &(struct attempt_plan){.t = &t, .count = 1}, &err), 0);
	floor_run(&f, TD_NSEC_PER_MSEC);
}

static struct call *hung_up(void)
{
	struct call *c = floor_call(&f, "4989100", true);
	struct td_text err;

	assert_int_equal(td_engine_hangup(e, f.now, c->contact->cdr.id, &err), 0);
	return c;
}

static void accept(void)
{
	struct td_contact_request r = {.action = TD_CONTACT_ACCEPT, .agent = "erin"};
	char id[TD_CALL_ID_BYTES];
	struct td_text err;

	memcpy(r.contact, works->cdr.id, sizeof(r.contact));
	if (td_engine_contact(e, f.now, &r, id, &err) < 0)
		fail_msg("%s", err.s);
}

static int setup(void **state)
{
	floor_open(&f);
	e = f.engine;
	alice = floor_agent(&f, "alice");
	bob = floor_agent(&f, "bob");
	carol = floor_agent(&f, "carol");
	dave = floor_agent(&f, "dave");
	erin = floor_agent(&f, "erin");
	frank = floor_agent(&f, "frank");
	sales = objects_configured(&e->queues, "sales");
	branch = objects_configured(&e->links, "branch");
	acme = objects_configured(&e->trunks, "acme");
	talks = floor_call(&f, "4989100", true);
	invite_carol();
	left = hung_up()->caller;
	floor_run(&f, CLOSE_NS + TD_NSEC_PER_SEC);
	rings = floor_call(&f, "4989100", true);
	waits = floor_call(&f, "4989100", true);
	out = floor_call(&f, "0301", true);
	late = floor_call(&f, "4989100", false);
	over = hung_up();
	works = floor_contact(&f);
	accept();
	asks = floor_contact(&f);
	stays = floor_contact(&f);
	return 0;
}

static int teardown(void **state)
{
	floor_close(&f);
	return 0;
}

static void sound(void)
{
	struct td_text fault = {""};

	if (!engine_check(e, &fault))
		fail_msg("%s", fault.s);
}

static void named(const char *rule, const char *who, const char *said)
{
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (strcmp(rules[i].name, rule) != 0)
			continue;
		if (!strstr(said, rules[i].text) || !strstr(said, who))
			fail_msg("%s of %s was broken, and the check says: %s", rule, who, said);
		rules[i].seen = true;
		return;
	}
	fail_msg("there is no rule %s", rule);
}

static void broken(const char *rule, const char *who)
{
	struct td_text fault = {""};

	if (engine_check(e, &fault))
		fail_msg("%s of %s was broken, and the check says nothing", rule, who);
	named(rule, who, fault.s);
}

#define BREAK(lvalue, value, rule, who)        \
	do {                                   \
		typeof(lvalue) was = (lvalue); \
		(lvalue) = (value);            \
		broken(rule, who);             \
		(lvalue) = was;                \
		sound();                       \
	} while (0)

static void the_floor_is_sound(void **state)
{
	assert_int_equal(talks->state, CALL_TALKING);
	assert_int_equal(talks->parties, 3);
	assert_int_equal(rings->party[1]->state, PARTY_RINGING);
	assert_ptr_equal(rings->party[1]->agent, bob);
	assert_true(waits->contact->number && waits->parties == 1);
	assert_int_equal(out->party[1]->state, PARTY_RINGING);
	assert_int_equal(late->state, CALL_UNCONFIRMED);
	assert_int_equal(over->state, CALL_ENDED);
	assert_true(works->work.agent == erin && works->state == CONTACT_HANDLED);
	assert_true(asks->work.agent == frank && asks->state == CONTACT_OFFERED);
	assert_int_equal(stays->state, CONTACT_WAITING);
	assert_true(!left->call && left->media == PARTY_MEDIA_DELETING);
	sound();
}

static void tables_of_calls(void)
{
	BREAK(talks->contact->cdr.id[0], 'x', "call_found", "queue sales");
	BREAK(waits->contact->number, 99, "call_contact_found", waits->contact->cdr.id);
	BREAK(waits->contact->entered, 1, "call_contact_queue", waits->contact->cdr.id);
	BREAK(rings->party[1]->agent, carol, "call_contact_agent", rings->contact->cdr.id);
	BREAK(talks->calling_agent, carol, "call_source", talks->contact->cdr.id);
	BREAK(e->call_count, 1, "engine_calls", "engine");
	BREAK(e->by_id.count, 1, "engine_contacts", "engine");
	BREAK(e->contact_count, 1, "engine_contacts", "engine");
	BREAK(e->contacts.free[0], pool_index(&e->contacts, works), "engine_free", "engine");
	BREAK(e->calls_running, 1, "engine_running", "engine");
	BREAK(e->unproven_now, 9, "engine_unproven", "engine");
	BREAK(e->by_number.count, 9, "engine_contacts", "engine");
	BREAK(e->calls.free[0], pool_index(&e->calls, talks), "engine_free", "engine");
	BREAK(e->parties.free[0], pool_index(&e->parties, left), "engine_free", "engine");
	BREAK(e->parties.free_count, 1, "engine_parties", "engine");
}

static void contacts_without_media(void)
{
	BREAK(works->cdr.id[0], 'x', "contact_found", "queue mail");
	BREAK(asks->number, 99, "contact_numbered", asks->cdr.id);
	BREAK(stays->entered, 1, "contact_queue", stays->cdr.id);
	BREAK(stays->queue, sales, "contact_queue", stays->cdr.id);
	BREAK(stays->state, CONTACT_HANDLED, "contact_state", stays->cdr.id);
	BREAK(asks->state, CONTACT_WAITING, "contact_state", asks->cdr.id);
	BREAK(works->work.number, 0, "contact_state", works->cdr.id);
	BREAK(frank->contact, stays, "contact_agent", asks->cdr.id);
	BREAK(works->work.number, 99, "contact_work", works->cdr.id);
	BREAK(stays->waited_ms, 9, "contact_checkpoint", stays->cdr.id);
	mark_contact(e, works); /* the host is not told yet, so that is no fault */
	BREAK(works->queue, sales, "queue_talks", "queue mail");
}

/* Another agent has it, and both of them agree. */
static void another_agent(void)
{
	asks->work.agent = dave;
	dave->contact = asks;
	broken("contact_offer", asks->cdr.id);
	asks->work.agent = frank;
	dave->contact = NULL;
	sound();
}

static void a_call_of_an_agent(void)
{
	struct trunk *was = waits->trunk;

	waits->trunk = NULL;
	waits->calling_agent = dave;
	broken("call_own", waits->contact->cdr.id);
	waits->trunk = was;
	waits->calling_agent = NULL;
	sound();
}

static void parties_of_calls(void)
{
	struct party *alices = talks->party[1];

	BREAK(talks->caller, alices, "call_caller", talks->contact->cdr.id);
	BREAK(talks->party[2], alices, "call_parties", talks->contact->cdr.id);
	BREAK(talks->party[2], rings->party[1], "call_parties", talks->contact->cdr.id);
	BREAK(talks->bridged, rings->party[1], "call_bridged", talks->contact->cdr.id);
	BREAK(talks->bridged, talks->party[2], "call_bridged", talks->contact->cdr.id);
	BREAK(alices->held, true, "call_bridged", talks->contact->cdr.id);
	BREAK(talks->bridged, NULL, "call_bridge_due", talks->contact->cdr.id);
	BREAK(alices->talk.number, 0, "call_turn", talks->contact->cdr.id);
	BREAK(talks->party[2]->talk.number, 1, "call_turn", talks->contact->cdr.id);
	BREAK(talks->taped, rings->party[1], "call_taped", talks->contact->cdr.id);
	BREAK(talks->contact->cdr.recording, 0, "call_taped", talks->contact->cdr.id);
	BREAK(talks->partner, rings->party[1], "call_partner", talks->contact->cdr.id);
}

static void states_of_calls(void)
{
	BREAK(talks->state, CALL_CONNECTING, "call_talk", talks->contact->cdr.id);
	BREAK(talks->caller->state, PARTY_RINGING, "call_answered", talks->contact->cdr.id);
	BREAK(waits->contact->number, 0, "call_seeks", waits->contact->cdr.id);
	BREAK(late->caller->offering, false, "call_offered", late->contact->cdr.id);
	BREAK(out->proven, true, "call_proven", out->contact->cdr.id);
	BREAK(out->caller->media, PARTY_MEDIA_ADDED, "call_proven", out->contact->cdr.id);
	BREAK(out->attempt.ops, NULL, "call_attempt", out->contact->cdr.id);
	BREAK(waits->attempt.ops, out->attempt.ops, "call_attempt", waits->contact->cdr.id);
	BREAK(out->attempt.next, 9, "call_targets", out->contact->cdr.id);
	BREAK(talks->driver[0].ops, talks->driver[1].ops, "call_drivers", talks->contact->cdr.id);
	BREAK(waits->drivers, 0, "call_led", waits->contact->cdr.id);
	BREAK(over->drivers, 1, "call_led", over->contact->cdr.id);
	BREAK(waits->drivers, 1, "call_driver_queue", waits->contact->cdr.id);
	BREAK(out->timer.place, 0, "call_timer", out->contact->cdr.id);
	BREAK(over->timer.place, 0, "call_timer", over->contact->cdr.id);
	BREAK(waits->life.place, 0, "call_life", waits->contact->cdr.id);
	BREAK(over->life.place, 1, "call_life", over->contact->cdr.id);
	BREAK(waits->timer.place, 1, "call_timer", waits->contact->cdr.id);
	BREAK(over->ended, 0, "call_ended", over->contact->cdr.id);
	BREAK(over->caller->media, PARTY_MEDIA_NONE, "call_ended", over->contact->cdr.id);
	BREAK(waits->silence, CALL_NO_AUDIO, "call_silence", waits->contact->cdr.id);
	BREAK(waits->contact->waited_ms, 9, "call_checkpoint", waits->contact->cdr.id);
	BREAK(waits->listening, 1, "call_listening", waits->contact->cdr.id);
	BREAK(talks->listening, 0, "call_listening", talks->contact->cdr.id);
}

static void sessions_of_parties(void)
{
	struct party *alices = talks->party[1];

	BREAK(left->call, talks, "party_known", talks->contact->cdr.id);
	BREAK(left->media, PARTY_MEDIA_RESERVED, "party_needed", "the caller of call none");
	BREAK(alices->trunk, acme, "party_role", "alice");
	BREAK(alices->role, TD_ROLE_TRUNK, "party_role", "alice");
	BREAK(rings->party[1]->role, TD_ROLE_CALLER, "party_role", "bob");
	BREAK(alices->session, talks->caller->session, "party_session", "alice");
	BREAK(alices->trace->held, false, "party_trace", "alice");
	BREAK(alices->trace->call[0], 'x', "party_trace", "alice");
	BREAK(alices->joined, 0, "party_state", "alice");
	BREAK(talks->party[2]->joined, 1, "party_state", "carol");
	BREAK(over->caller->session, talks->caller->session, "party_session",
		over->contact->cdr.id);
	BREAK(alices->contact, 99, "party_contact", "alice");
	BREAK(alices->began, 9, "party_checkpoint", "alice");
	BREAK(rings->party[1]->rang, false, "party_contact", "bob");
	BREAK(alice->contact, waits->contact, "party_agent", "alice");
}

static void media_of_parties(void)
{
	struct party *alices = talks->party[1];

	BREAK(alices->leg, talks->caller->leg, "party_port", "alice");
	BREAK(left->leg, TD_LEG_NONE, "party_port", "the caller");
	BREAK(talks->codec, TD_CODEC_PCMU, "party_codec", talks->contact->cdr.id);
	BREAK(alices->early[0].dialog, 1, "party_early", "alice");
	BREAK(alices->early[PARTY_EARLY_MAX - 1].dialog, 1, "party_early", "alice");
	BREAK(alices->params.acct, 99, "party_acct", "alice");
	BREAK(alices->params.acct, talks->caller->params.acct, "party_acct", "alice");
	BREAK(left->grant.of[0], &acme->budget, "party_released", "the caller");
	BREAK(alices->grant.of[GRANT_TRUNK], &acme->budget, "party_granted", "alice");
	BREAK(talks->caller->grant.of[GRANT_TRUNK], NULL, "party_granted", "the caller");
	BREAK(alices->grant.rate.codec, TD_CODEC_PCMU, "party_rate", "alice");
	BREAK(alices->grant.rate.ptime_ms, 5, "party_ptime", "alice");
	BREAK(e->ports.load[0], 99, "engine_ports", "engine");
	BREAK(rings->party[1]->apart, true, "party_worker", "bob");
	BREAK(e->traces.entries[e->traces.next].held, true, "engine_traces", "engine");
}

/* A port with another worker, to both of which the party agrees. */
static void another_worker(void)
{
	struct party *alices = talks->party[1];
	uint32_t was = alices->leg, other;

	for (other = 0; ports_owner(&e->ports, other) ||
			td_leg_worker(other, e->ports.workers, e->ports.per_address) ==
				td_leg_worker(was, e->ports.workers, e->ports.per_address);)
		other++;
	alices->leg = other;
	e->ports.owner[other] = alices;
	broken("party_worker", "alice");
	alices->leg = was;
	e->ports.owner[other] = NULL;
	sound();
}

/* The call says that it is the agent's, and no party of it is. */
static void a_call_without_the_agent(void)
{
	struct td_text fault = {""};
	struct check_at k = {.e = e, .a = alice, .fault = &fault};

	assert_true(check_agent(&k));
	alice->contact = rings->contact;
	assert_false(check_agent(&k));
	alice->contact = talks->contact;
	named("agent_call", "agent alice", fault.s);
}

static void agents(void)
{
	BREAK(alice->state, TD_AGENT_PAUSED, "agent_state", "agent alice");
	BREAK(dave->backoff, TD_ACD_BUSY, "agent_state", "agent dave");
	BREAK(dave->contact, talks->contact, "agent_busy", "agent dave");
	BREAK(alice->own, talks->party[1], "agent_engaged", "agent alice");
	BREAK(dave->reachable, false, "agent_reachable", "agent dave");
	BREAK(alice->link, NULL, "agent_link", "agent alice");
	BREAK(alice->by_hand, true, "agent_checkpoint", "agent alice");
	BREAK(e->marks.told[marks_place(&e->marks, TD_CHECKPOINT_BINDING,
		      (alice->object.number - 1) * TD_CHECKPOINT_BINDINGS)],
		1, "agent_bindings", "agent alice");
	BREAK(talks->party[2]->next_own, talks->party[1], "agent_own", "agent carol");
	a_call_without_the_agent();
}

/* The sum over all channels is right. */
static void a_contact_counted_for_another_channel(void)
{
	uint32_t *waiting = sales->waiting;

	waiting[TD_CHANNEL_VOICE]--;
	waiting[TD_CHANNEL_MESSAGE]++;
	broken("queue_channels", "queue sales");
	waiting[TD_CHANNEL_VOICE]++;
	waiting[TD_CHANNEL_MESSAGE]--;
	sound();
}

static void queues_and_limits(void)
{
	BREAK(sales->waiting[TD_CHANNEL_VOICE], 9, "queue_waiting", "queue sales");
	a_contact_counted_for_another_channel();
	BREAK(sales->talking, 9, "queue_talks", "queue sales");
	BREAK(sales->unattended, 1, "queue_unattended", "queue sales");
	BREAK(branch->offers, 1, "link_offers", "link branch");
	BREAK(branch->told, 7, "link_room", "link branch");
	BREAK(branch->budget.calls, 7, "link_held", "link branch");
	BREAK(branch->budget.reserved_bps, 7, "link_held", "link branch");
	BREAK(branch->budget.calls_out, 7, "link_held", "link branch");
	BREAK(branch->agents, 7, "link_agents", "link branch");
	BREAK(acme->budget.calls, 7, "trunk_held", "trunk acme");
	BREAK(acme->rests, UINT64_MAX, "trunk_rest_bounded", "trunk acme");
	BREAK(acme->unproven, 7, "trunk_unproven", "trunk acme");
	BREAK(acme->in.offered, 77, "trunk_offered", "trunk acme");
	BREAK(acme->out.answered, 77, "trunk_offered", "trunk acme");
	BREAK(acme->resolution.waiting, true, "trunk_name", "trunk acme");
}

static void the_engine(void)
{
	BREAK(e->outs_lost, 1, "engine_said", "engine");
	BREAK(e->out_count, 1, "engine_said", "engine");
	BREAK(e->full, 1u << SITE_LIMIT_CALLS, "engine_full", "engine");
	BREAK(e->silences[CALL_NO_AUDIO].raised, true, "engine_silences", "engine");
	BREAK(e->silences[CALL_ONE_WAY_AUDIO].now, 1, "engine_unheard", "engine");
	BREAK(e->bridges_apart, 1, "engine_apart", "engine");
	BREAK(e->timers.heap[1]->deadline, UINT64_MAX, "engine_timers", "engine");
}

static void names_what_is_broken(void **state)
{
	struct td_text fault = {""};

	tables_of_calls();
	contacts_without_media();
	another_agent();
	a_call_of_an_agent();
	parties_of_calls();
	states_of_calls();
	sessions_of_parties();
	media_of_parties();
	another_worker();
	agents();
	queues_and_limits();
	the_engine();
	e->acd->queue[1].entered++; /* the distributor's own */
	assert_false(engine_check(e, &fault));
	assert_non_null(strstr(fault.s, "of the distributor"));
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (!rules[i].seen)
			fail_msg("no test has broken %s: %s", rules[i].name, rules[i].text);
}

static void inputs(unsigned n)
{
	while (n--)
		check_step(e);
}

/* More than places that are looked at. */
#define ROUND (CHECK_INPUTS * 200)

/* A fault is counted each time that it is seen and told once; when it is gone, that is told. */
static void looks_at_one_in_turn(void **state)
{
	e->checks = (struct checks){0};
	inputs(CHECK_INPUTS - 1);
	assert_int_equal(e->checks.done, 0);
	inputs(ROUND);
	assert_int_equal(e->checks.done, ROUND / CHECK_INPUTS);
	assert_int_equal(e->checks.failed, 0);
	waits->silence = CALL_ONE_WAY_AUDIO;
	inputs(2 * ROUND);
	assert_in_range(e->checks.failed, 2, 100);
	assert_int_equal(f.raised, 1);
	assert_int_equal(f.cleared, 0);
	assert_non_null(strstr(f.text, waits->contact->cdr.id));
	waits->silence = CALL_HEARD;
	inputs(2 * ROUND);
	assert_int_equal(f.raised, 1);
	assert_int_equal(f.cleared, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_floor_is_sound, setup, teardown),
		cmocka_unit_test_setup_teardown(names_what_is_broken, setup, teardown),
		cmocka_unit_test_setup_teardown(looks_at_one_in_turn, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
