/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/store/store.h>
#include <control/store/test/fixture.h>
#include <engine/base/buf.h>
#include <stdio.h>
#include <tests/unit/unit.h>

static const char id[] = "1732220776.1";

/* A stay in a queue and a talk, and the two parties: records seq to seq + 3. */
static void put_lists(struct store *s, uint64_t seq)
{
	struct td_ev_segment segment = {.number = 1,
		.kind = TD_SEGMENT_QUEUE,
		.queue = "sales",
		.went_to = "alice",
		.began = WALL,
		.ended = WALL + 1500000000,
		.lasted_ms = 1500};
	struct td_ev_party party = {.number = 1,
		.role = TD_ROLE_CALLER,
		.name = "0301234567",
		.began = WALL,
		.media = {.in_packets = 150, .in_lost = -2, .codec = TD_CODEC_PCMA},
		.quality = {.in = {.r = 9152, .mos = 437}}};

	snprintf(segment.call, sizeof(segment.call), "%s", id);
	snprintf(party.call, sizeof(party.call), "%s", id);
	fixture_put(s, seq, TD_EV_SEGMENT, &segment, sizeof(segment));
	fixture_put(s, seq + 1, TD_EV_PARTY, &party, sizeof(party));
	segment = (struct td_ev_segment){.number = 2,
		.kind = TD_SEGMENT_TALK,
		.why = TD_SEGMENT_END_TRANSFERRED,
		.who = "alice",
		.came_from = "sales"};
	party = (struct td_ev_party){.number = 2, .role = TD_ROLE_AGENT, .name = "al\"ice"};
	snprintf(segment.call, sizeof(segment.call), "%s", id);
	snprintf(party.call, sizeof(party.call), "%s", id);
	fixture_put(s, seq + 2, TD_EV_SEGMENT, &segment, sizeof(segment));
	fixture_put(s, seq + 3, TD_EV_PARTY, &party, sizeof(party));
}

/* What people have got from SQL since there are such events. */
static void lists_are_seen(void)
{
	assert_string_equal(
		fixture_value("SELECT group_concat(number || kind || queue || who || came_from ||"
			      " went_to || lasted_ms || why || ended_by, ' ') FROM (SELECT * FROM"
			      " segment WHERE call = '1732220776.1' ORDER BY seq)"),
		"1queuesalesalice1500answered0 2talkalicesales0transferred0");
	assert_string_equal(fixture_value("SELECT printf('%d %.6f %.6f', seq, time, began) FROM "
					  "segment ORDER BY seq LIMIT 1"),
		"1 1732220777.123456 1732220776.123456");
	assert_string_equal(fixture_value("SELECT group_concat(number || role || name || "
					  "in_packets || codec || in_lost || ifnull(in_r, '-') || "
					  "ifnull(in_mos, '-') || ifnull(joined, '-'), ' ')"
					  " FROM (SELECT * FROM party ORDER BY seq)"),
		"1caller0301234567150pcma-291.524.37- 2agental\"ice00---");
	assert_string_equal(fixture_value("SELECT typeof(began) || typeof(in_r) || "
					  "typeof(in_packets) FROM party WHERE number = 1"),
		"realrealinteger");
}

static void a_live_call_has_its_lists(void **state)
{
	struct store *s = fixture_open();
	struct td_buf out;

	put_lists(s, 1);
	assert_int_equal(store_commit(s), 0);
	buf_init(&out);
	assert_int_equal(store_call(s, id, &out), 0);
	buf_put(&out, "", 1);
	assert_non_null(strstr(out.data, "\"segments\":[{\"seq\":1,"));
	assert_non_null(strstr(out.data, "\"number\":2,\"kind\":\"talk\""));
	assert_non_null(strstr(out.data, "\"why\":\"transferred\""));
	assert_non_null(strstr(out.data, "\"parties\":[{\"seq\":2,"));
	assert_non_null(strstr(out.data, "\"in_packets\":150"));
	buf_free(&out);
	store_close(s);
	lists_are_seen();
}

/* They go into the row of the call: nothing else is left. */
static void an_ended_call_has_its_lists(void **state)
{
	struct store *s = fixture_open();
	struct store_query q = {.event = TD_EV_CDR};
	struct td_buf out;

	put_lists(s, 1);
	fixture_put(s, 5, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
	assert_int_equal(store_commit(s), 0);
	buf_init(&out);
	assert_int_equal(store_call(s, id, &out), 0);
	assert_int_equal(store_query_start(s, &q, 10), 0);
	assert_int_equal(store_query_next(s, &q, 10, &out), 0);
	buf_put(&out, "", 1);
	assert_non_null(strstr(out.data, "\"segments\":[{\"seq\":1,"));
	assert_null(strstr(out.data, "_list"));
	buf_free(&out);
	store_close(s);
	lists_are_seen();
	assert_string_equal(fixture_value("SELECT count(*) FROM part"), "0");
	assert_string_equal(fixture_value("SELECT count(*) FROM cdr JOIN segment ON"
					  " segment.call = cdr.id JOIN party USING (call)"),
		"4");
}

/* As after a crash: all records come again, also those of a call that has its row. */
static void a_list_is_read_again(void **state)
{
	struct store *s = fixture_open();

	for (unsigned i = 0; i < 3; i++) {
		put_lists(s, 1);
		if (i)
			fixture_put(s, 5, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
		assert_int_equal(store_commit(s), 0);
		store_restart(s);
	}
	store_close(s);
	lists_are_seen();
	assert_string_equal(fixture_value("SELECT count(*) FROM part"), "0");
	assert_string_equal(fixture_value("SELECT count(*) FROM segment"), "2");
}

/* A 200 that crosses the last CANCEL: the call has its row by then. All of it may come again. */
static void a_party_may_come_after_its_call(void **state)
{
	struct td_ev_party late = {.number = 3,
		.role = TD_ROLE_TRUNK,
		.name = "near",
		.dialled = "0305",
		.answered = WALL,
		.why = TD_PARTY_END_LATE};
	struct store *s = fixture_open();

	snprintf(late.call, sizeof(late.call), "%s", id);
	for (unsigned i = 0; i < 2; i++) {
		put_lists(s, 1);
		fixture_put(s, 5, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
		fixture_put(s, 6, TD_EV_PARTY, &late, sizeof(late));
		assert_int_equal(store_commit(s), 0);
		store_restart(s);
	}
	store_close(s);
	assert_string_equal(
		fixture_value("SELECT group_concat(number || dialled || why || ifnull(joined, '-')"
			      " || iif(answered, printf('%.6f', answered), ''), ' ') FROM (SELECT "
			      "* FROM party ORDER"
			      " BY seq)"),
		"1- 2- 30305late-1732220776.123456");
}

/* A call without a list; and what a newer engine writes is longer. */
static void a_list_may_be_empty(void **state)
{
	struct store *s = fixture_open();

	fixture_put(s, 1, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_string_equal(fixture_value("SELECT segment_list IS NULL FROM cdr"), "1");
	assert_string_equal(fixture_value("SELECT count(*) FROM segment"), "0");
}

/* Until version 6 a segment and a party were rows of tables. */
static void rows_become_lists(void **state)
{
	struct store *s = fixture_open();

	put_lists(s, 1);
	fixture_put(s, 5, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	fixture_run("CREATE TABLE was_segment AS SELECT * FROM segment;"
		    "CREATE TABLE was_party AS SELECT * FROM party;"
		    "DROP VIEW segment; DROP VIEW party; DROP TABLE part;"
		    "ALTER TABLE was_segment RENAME TO segment;"
		    "ALTER TABLE was_party RENAME TO party;"
		    "INSERT INTO segment SELECT * FROM segment WHERE number = 1;"
		    "UPDATE segment SET call = 'live' WHERE rowid = 3;"
		    "ALTER TABLE cdr DROP COLUMN segment_list;"
		    "ALTER TABLE cdr DROP COLUMN party_list; PRAGMA user_version = 5");
	store_close(fixture_open());
	assert_string_equal(fixture_value("SELECT group_concat(type) FROM sqlite_master"
					  " WHERE name IN ('segment', 'party')"),
		"view,view");
	assert_string_equal(
		fixture_value("SELECT queue FROM segment WHERE call = 'live'"), "sales");
	fixture_run("DELETE FROM part");
	lists_are_seen();
	store_close(fixture_open());
	lists_are_seen();
}

/*
 * All that a call of a queue leaves in SQLite: one row of the call, three lines of the queue log,
 * the recording, and three stays of the agent. Two stays and all else are in the archive.
 */
static void a_call_has_few_rows(void **state)
{
	struct td_ev_agent_session stay = {.agent = "alice", .from = WALL, .to = WALL + 1};
	struct td_ev_recording recording = {.recording = 7, .file = "1.wav"};
	struct td_ev_queue_log log = {.event = "CONNECT"};
	struct td_ev_story story = {.text = "agent alice rings"};
	struct td_ev_live live = {.object = TD_OBJECT_PARTY};
	struct store *s = fixture_open();
	uint64_t seq = 1;
	char sql[1024];

	snprintf(log.call, sizeof(log.call), "%s", id);
	snprintf(story.call, sizeof(story.call), "%s", id);
	snprintf(live.call, sizeof(live.call), "%s", id);
	snprintf(recording.call, sizeof(recording.call), "%s", id);
	for (stay.state = TD_AGENT_AVAILABLE; stay.state <= TD_AGENT_WRAP_UP; stay.state++)
		fixture_put(s, seq++, TD_EV_AGENT_SESSION, &stay, sizeof(stay));
	for (unsigned i = 0; i < 9; i++)
		fixture_put(s, seq++, TD_EV_STORY, &story, sizeof(story));
	for (unsigned i = 0; i < 14; i++)
		fixture_put(s, seq++, TD_EV_LIVE, &live, sizeof(live));
	for (unsigned i = 0; i < 3; i++)
		fixture_put(s, seq++, TD_EV_QUEUE_LOG, &log, sizeof(log));
	put_lists(s, seq);
	fixture_put(s, seq + 4, TD_EV_RECORDING, &recording, sizeof(recording));
	fixture_put(s, seq + 5, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
	assert_int_equal(store_seal(s), 0);
	store_close(s);
	assert_string_equal(
		fixture_value("SELECT group_concat(state, ', ') FROM (SELECT state FROM "
			      "agent_session ORDER BY seq)"),
		"available, talking, wrap-up");
	/* Of each table but the store's own. */
	snprintf(sql, sizeof(sql), "%s",
		fixture_value("SELECT 'SELECT ' || group_concat('(SELECT count(*) FROM \"' || name"
			      " || '\")', ' + ') FROM sqlite_master WHERE type = 'table'"
			      " AND name NOT IN ('meta', 'archive')"));
	assert_string_equal(fixture_value(sql), "8");
	assert_string_equal(fixture_value("SELECT sum(records) FROM archive"), "25");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_live_call_has_its_lists),
		TEST(an_ended_call_has_its_lists),
		TEST(a_list_is_read_again),
		TEST(a_party_may_come_after_its_call),
		TEST(a_list_may_be_empty),
		TEST(rows_become_lists),
		TEST(a_call_has_few_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
