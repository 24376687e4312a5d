/* SPDX-License-Identifier: BSD-3-Clause */
/* Two engines, one after the other: what the second one takes of what the first one has told. */
#include <engine/base/addr.h>
#include <engine/call/check/check.h>
#include <engine/call/state/state.h>
#include <stdio.h>
#include <tests/unit/unit.h>

#define NOW  (1000 * TD_NSEC_PER_SEC)
#define WALL (1700000000 * TD_NSEC_PER_SEC)
#define KEPT 64

static const char site[] = "set site site domain=tandem.example rtp_ports=20000-20019\n"
			   "set port floor device=eth1 address=10.30.0.1/24\n"
			   "set group sales\n"
			   "set agent alice groups=sales ha1=00112233445566778899aabbccddeeff\n"
			   "set agent bob groups=sales contact=10.30.0.12:5060\n"
			   "set queue sales groups=sales wrap_up=5000\n";

/* What the host keeps. */
static struct td_checkpoint kept[KEPT];
static union td_checkpoint_any records[KEPT];
static uint32_t kept_count;
static struct td_ev_agent_session sessions[KEPT];
static unsigned session_count, told;
static struct td_engine *e;
static uint64_t now;

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	return 0;
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
}

static void on_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	if (type == TD_EV_AGENT_SESSION && session_count < KEPT)
		memcpy(&sessions[session_count++], payload, len);
}

static void on_random(void *ctx, uint8_t *out, size_t n)
{
	memset(out, 7, n);
}

static void on_resolve(void *ctx, uint32_t request, const char *name)
{
}

static void on_checkpoint(
	void *ctx, enum td_checkpoint_kind kind, uint32_t number, const void *record, uint16_t len)
{
	uint32_t i = 0;

	told++;
	while (i < kept_count && !(kept[i].kind == kind && kept[i].number == number))
		i++;
	if (record) {
		assert_true(i < KEPT);
		kept_count += i == kept_count;
		memcpy(&records[i], record, len);
		kept[i] = (struct td_checkpoint){(uint16_t)kind, 1, number, len, &records[i]};
	} else if (i < kept_count) {
		kept_count--;
		records[i] = records[kept_count];
		kept[i] = kept[kept_count];
		kept[i].record = &records[i];
	}
}

static struct td_engine *engine_new(void)
{
	struct td_engine_params params = {.wall_offset = WALL,
		.max_calls = 2,
		.max = {.agents = 4, .groups = 4, .queues = 4, .links = 1, .bandwidth_rows = 8}};
	struct td_engine_io io = {.sip = on_sip,
		.media = on_media,
		.event = on_event,
		.random = on_random,
		.resolve = on_resolve,
		.checkpoint = on_checkpoint};

	return td_engine_alloc(&params, &io);
}

static int configure(const char *text)
{
	struct td_text err = {""};
	int rc = td_engine_config(e, now, text, strlen(text), &err);

	if (rc == -EINVAL)
		fail_msg("%s", err.s);
	return rc;
}

static struct td_restore what_is_kept(void)
{
	return (struct td_restore){
		.records = kept, .count = kept_count, .ended = now, .wall_offset = WALL};
}

/* The engine is gone, and another one begins with what the host has kept. */
static void restart(const struct td_restore *r, const char *text)
{
	td_engine_free(e);
	session_count = 0;
	e = engine_new();
	assert_non_null(e);
	td_engine_restore(e, r);
	assert_int_equal(configure(text), 0);
	struct td_text fault;

	if (!engine_check(e, &fault))
		fail_msg("%s", fault.s);
}

static void killed(void)
{
	struct td_checkpoint old[KEPT];
	static union td_checkpoint_any was[KEPT];
	struct td_restore r = what_is_kept();

	memcpy(was, records, sizeof(was));
	for (uint32_t i = 0; i < kept_count; i++) {
		old[i] = kept[i];
		old[i].record = &was[i];
	}
	r.records = old;
	kept_count = 0;
	restart(&r, site);
}

static int setup(void **state)
{
	now = NOW;
	kept_count = session_count = told = 0;
	e = engine_new();
	return e ? configure(site) : -1;
}

static int teardown(void **state)
{
	td_engine_free(e);
	return 0;
}

static void act(const char *name, enum td_agent_action action, const char *reason)
{
	struct td_text err;

	assert_int_equal(td_engine_agent(e, now, name, action, reason, &err), 0);
}

static const struct agent *agent(const char *name)
{
	return objects_configured(&e->agents, name);
}

static union td_checkpoint_any *kept_of(enum td_checkpoint_kind kind, const char *name)
{
	for (uint32_t i = 0; i < kept_count; i++)
		if (kept[i].kind == kind && strcmp(records[i].agent.name, name) == 0)
			return &records[i];
	return NULL;
}

static void nothing_is_told_twice(void **state)
{
	unsigned before;

	act("bob", TD_AGENT_PAUSE, "tea");
	before = told;
	td_engine_advance(e, now + 1);
	td_engine_drain(e, now + 2, true);
	assert_int_equal(told, before);
	td_engine_checkpoint_again(e);
	td_engine_advance(e, now + 3);
	assert_true(told > before);
	assert_string_equal(kept_of(TD_CHECKPOINT_AGENT, "bob")->agent.acd.pause_reason, "tea");
}

static void a_pause_and_its_begin_stay(void **state)
{
	act("bob", TD_AGENT_PAUSE, "tea");
	now += 600 * TD_NSEC_PER_SEC;
	killed();
	assert_int_equal(agent("bob")->state, TD_AGENT_PAUSED);
	assert_string_equal(agent("bob")->reason, "tea");
	assert_true(agent("bob")->since == NOW);
	assert_int_equal(session_count, 2); /* alice's and bob's, up to here */
	assert_true(sessions[1].from == NOW + WALL && sessions[1].to == now + WALL);
	assert_int_equal(td_engine_restored(e)->restored[TD_CHECKPOINT_AGENT], 2);
	now += TD_NSEC_PER_SEC;
	act("bob", TD_AGENT_UNPAUSE, NULL);
	assert_true(sessions[2].from == sessions[1].to);
}

/* Within one second: the next run gives no id of this one's calls again. */
static void no_id_is_given_twice(void **state)
{
	uint64_t start_s = e->start_s;

	killed();
	assert_true(e->start_s == start_s + 1);
	killed();
	assert_true(e->start_s == start_s + 2);
	now += 60 * TD_NSEC_PER_SEC;
	killed();
	assert_true(e->start_s == start_s + 60);
}

/* After an orderly stop no row is open. */
static void a_row_ends_once(void **state)
{
	now += TD_NSEC_PER_SEC;
	td_engine_stop(e, now);
	now += TD_NSEC_PER_SEC;
	killed();
	assert_int_equal(session_count, 0);
	assert_int_equal(agent("bob")->state, TD_AGENT_AVAILABLE);
	assert_true(agent("bob")->since == NOW);
}

/* The machine was started in between, so its clock is younger than what happened by the old one. */
static void the_clock_may_have_begun_anew(void **state)
{
	struct td_restore r;

	act("bob", TD_AGENT_PAUSE, "tea");
	r = what_is_kept();
	r.ended = NOW + TD_NSEC_PER_SEC;
	r.shift = -(int64_t)(NOW + 60 * TD_NSEC_PER_SEC);
	now = 5 * TD_NSEC_PER_SEC;
	static union td_checkpoint_any was[KEPT];
	static struct td_checkpoint old[KEPT];

	memcpy(was, records, sizeof(was));
	for (uint32_t i = 0; i < kept_count; i++) {
		old[i] = kept[i];
		old[i].record = &was[i];
	}
	r.records = old;
	restart(&r, site);
	assert_int_equal(agent("bob")->state, TD_AGENT_PAUSED);
	assert_true(agent("bob")->since == 1);
	assert_true(sessions[1].to == NOW + TD_NSEC_PER_SEC + WALL);
}

static struct td_checkpoint_binding binding(const char *name, const char *local, uint8_t transport)
{
	struct td_checkpoint_binding b;

	memset(&b, 0, sizeof(b));
	strcpy(b.agent, name);
	strcpy(b.contact, "sip:x@10.30.0.11");
	addr_decode(&b.local, str_of(local));
	addr_decode(&b.remote, STR("10.30.0.11:5060"));
	b.expires = NOW + 60 * TD_NSEC_PER_SEC;
	b.transport = transport;
	return b;
}

static struct td_checkpoint of_binding(const struct td_checkpoint_binding *b)
{
	return (struct td_checkpoint){TD_CHECKPOINT_BINDING, 1, 0, sizeof(*b), b};
}

static void a_registration_needs_its_flow(void **state)
{
	struct td_checkpoint_binding good = binding("alice", "10.30.0.1:5060", TD_TRANSPORT_UDP),
				     tcp = binding("alice", "10.30.0.1:5060", TD_TRANSPORT_TCP),
				     gone = binding("nobody", "10.30.0.1:5060", TD_TRANSPORT_UDP),
				     moved = binding("alice", "10.30.0.9:5060", TD_TRANSPORT_UDP),
				     late = good;
	const struct td_restored *result;

	late.expires = NOW;
	const struct td_checkpoint all[] = {of_binding(&tcp), of_binding(&gone), of_binding(&moved),
		of_binding(&late), of_binding(&good)};

	restart(&(struct td_restore){.records = all, .count = 5}, site);
	result = td_engine_restored(e);
	assert_int_equal(result->restored[TD_CHECKPOINT_BINDING], 1);
	assert_int_equal(result->over[TD_CHECKPOINT_BINDING], 2);
	assert_int_equal(result->dropped[TD_CHECKPOINT_BINDING], 2);
	assert_true(agent("alice")->reachable);
	td_engine_advance(e, good.expires);
	assert_false(agent("alice")->reachable);
}

/* By its connection, which is gone: it has half a minute to come by another one. */
static void a_telephone_without_its_connection_is_lost(void **state)
{
	struct td_checkpoint_agent a;

	memset(&a, 0, sizeof(a));
	strcpy(a.name, "alice");
	a.reachable = true;
	a.acd.state = TD_AGENT_PAUSED;
	strcpy(a.acd.pause_reason, "lunch");
	const struct td_checkpoint c = {TD_CHECKPOINT_AGENT, 1, 0, sizeof(a), &a};

	restart(&(struct td_restore){.records = &c, .count = 1}, site);
	assert_int_equal(agent("alice")->state, TD_AGENT_PAUSED);
	assert_false(agent("alice")->reachable);
	td_engine_advance(e, now + 30 * TD_NSEC_PER_SEC);
	assert_int_equal(agent("alice")->state, TD_AGENT_LOGGED_OUT);
	assert_true(agent("alice")->resumes);
}

/* The talk is lost: the run before has told it, and the next stay begins now. */
static void a_lost_talk_has_one_row(void **state)
{
	struct td_checkpoint_agent a;

	memset(&a, 0, sizeof(a));
	strcpy(a.name, "bob");
	a.reachable = true;
	a.acd.state = TD_AGENT_TALKING;
	a.acd.wrap_up_ms = 5000;
	a.from = NOW - 9 * TD_NSEC_PER_SEC;
	const struct td_checkpoint c = {TD_CHECKPOINT_AGENT, 1, 0, sizeof(a), &a};

	restart(
		&(struct td_restore){
			.records = &c, .count = 1, .ended = NOW - 1, .wall_offset = WALL},
		site);
	assert_int_equal(agent("bob")->state, TD_AGENT_WRAP_UP);
	assert_int_equal(session_count, 1);
	assert_int_equal(sessions[0].state, TD_AGENT_TALKING);
	assert_true(sessions[0].from == a.from + WALL && sessions[0].to == NOW - 1 + WALL);
	td_engine_advance(e, now + 5 * TD_NSEC_PER_SEC);
	assert_int_equal(session_count, 2);
	assert_true(sessions[1].from == NOW + WALL);
}

static void what_is_not_ours_is_refused(void **state)
{
	struct td_checkpoint_agent a;

	memset(&a, 0xff, sizeof(a)); /* no text has an end */
	const struct td_checkpoint all[] = {
		{TD_CHECKPOINT_END, 1, 0, 8, &a},
		{0, 1, 0, 8, &a},
		{TD_CHECKPOINT_AGENT, 2, 0, sizeof(a), &a},
		{TD_CHECKPOINT_AGENT, 0, 0, sizeof(a), &a},
		{TD_CHECKPOINT_AGENT, 1, 0, sizeof(a) + 8, &a},
		{TD_CHECKPOINT_AGENT, 1, 0, sizeof(a), &a},
		{TD_CHECKPOINT_BINDING, 1, 0, sizeof(a), &a},
		{TD_CHECKPOINT_BLOCK, 1, 0, sizeof(struct td_checkpoint_block), &a},
	};

	restart(&(struct td_restore){.records = all, .count = 8}, site);
	assert_int_equal(td_engine_restored(e)->refused, 6);
	assert_int_equal(td_engine_restored(e)->dropped[TD_CHECKPOINT_AGENT], 1);
	assert_int_equal(td_engine_restored(e)->dropped[TD_CHECKPOINT_BINDING], 1);
	assert_int_equal(agent("bob")->state, TD_AGENT_AVAILABLE);
}

/* An earlier version of the record lacks what has come since. */
static void a_short_record_has_zeros(void **state)
{
	struct td_checkpoint_agent a;
	const struct td_checkpoint c = {
		TD_CHECKPOINT_AGENT, 1, 0, offsetof(struct td_checkpoint_agent, since), &a};

	memset(&a, 0xff, sizeof(a));
	memset(&a, 0, offsetof(struct td_checkpoint_agent, since));
	strcpy(a.name, "bob");
	a.acd.state = TD_AGENT_PAUSED;
	restart(&(struct td_restore){.records = &c, .count = 1}, site);
	assert_int_equal(agent("bob")->state, TD_AGENT_PAUSED);
	assert_false(agent("bob")->by_hand);
	assert_true(agent("bob")->since == NOW);
}

static int restart_once(void)
{
	struct td_checkpoint_agent a;
	const struct td_checkpoint c = {TD_CHECKPOINT_AGENT, 1, 0, sizeof(a), &a};
	int rc;

	memset(&a, 0, sizeof(a));
	strcpy(a.name, "bob");
	a.acd.state = TD_AGENT_PAUSED;
	e = engine_new();
	if (!e)
		return -errno;
	td_engine_restore(e, &(struct td_restore){.records = &c, .count = 1});
	rc = configure(site);
	if (rc == 0)
		assert_int_equal(agent("bob")->state, TD_AGENT_PAUSED);
	td_engine_free(e);
	e = NULL;
	return rc;
}

static void survives_oom(void **state)
{
	td_engine_free(e);
	oom_each(restart_once, -ENOMEM);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(nothing_is_told_twice),
		TEST(a_pause_and_its_begin_stay),
		TEST(no_id_is_given_twice),
		TEST(a_row_ends_once),
		TEST(the_clock_may_have_begun_anew),
		TEST(a_registration_needs_its_flow),
		TEST(a_telephone_without_its_connection_is_lost),
		TEST(a_lost_talk_has_one_row),
		TEST(what_is_not_ours_is_refused),
		TEST(a_short_record_has_zeros),
		TEST(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
