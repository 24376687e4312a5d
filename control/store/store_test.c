/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/alarm.h>
#include <engine/base/event.h>
#include <control/store/archive.h>
#include <control/store/follow.h>
#include <control/store/store.h>
#include <control/store/test/fixture.h>
#include <system/journal/writer.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/unit/unit.h>
#include <unistd.h>

/* What the archive has, "seq:type:payload as text " each; its records are counted. */
static const char *archived(unsigned *count)
{
	static char text[1 << 16];
	struct archive_reader r;
	struct archive_walk w;
	size_t n = 0;
	sqlite3 *db;
	int rc;

	*count = 0;
	text[0] = '\0';
	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	assert_int_equal(archive_reader_init(&r, db, fixture_path), 0);
	assert_int_equal(archive_walk_start(&w, &r), 0);
	for (; (rc = archive_walk_next(&w)) == 1; ++*count)
		n += (size_t)snprintf(text + n, n < sizeof(text) - 300 ? 300 : 0, "%lu:%u:%.*s ",
			w.at.rec.seq, w.at.rec.type, (int)w.at.rec.len, (char *)w.at.payload);
	assert_int_equal(rc, 0);
	archive_walk_end(&w);
	archive_reader_fini(&r);
	sqlite3_close(db);
	return text;
}

static unsigned archived_count(void)
{
	unsigned count;

	archived(&count);
	return count;
}

static void put_call(struct store *s, uint64_t seq, unsigned number, const char *queue)
{
	struct td_ev_queue_log log = {.event = "ENTERQUEUE", .data = {"", "0301234567", "1"}};
	struct td_ev_story story = {.text = "agent alice rings"};
	struct td_ev_cdr c = fixture_call;

	snprintf(c.id, sizeof(c.id), "1732220776.%u", number);
	snprintf(c.queue, sizeof(c.queue), "%s", queue);
	snprintf(log.call, sizeof(log.call), "%s", c.id);
	snprintf(log.queue, sizeof(log.queue), "%s", queue);
	snprintf(story.call, sizeof(story.call), "%s", c.id);
	fixture_put(s, seq, TD_EV_QUEUE_LOG, &log, sizeof(log));
	fixture_put(s, seq + 1, TD_EV_STORY, &story, sizeof(story));
	fixture_put(s, seq + 2, TD_EV_CDR, &c, sizeof(c));
}

/* A text that was cut is taken whole, where the record has that: an older engine's has not. */
static void a_long_text_is_whole(void **state)
{
	static const char who[] = "somebody-whose-name-has-more-than-31-octets@example.com";
	struct td_ev_queue_log log = {.event = "ENTERQUEUE", .call = "1.1"};
	struct store *s = fixture_open();

	memcpy(log.data[1], who, sizeof(log.data[1]) - 1);
	fixture_put(s, 1, TD_EV_QUEUE_LOG, &log, offsetof(struct td_ev_queue_log, data2_whole));
	fixture_put(s, 2, TD_EV_QUEUE_LOG, &log, sizeof(log));
	memcpy(log.data2_whole, who, sizeof(who));
	fixture_put(s, 3, TD_EV_QUEUE_LOG, &log, sizeof(log));
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_string_equal(fixture_value("SELECT data2 FROM queue_log WHERE seq = 1"),
		"somebody-whose-name-has-more-th");
	assert_string_equal(fixture_value("SELECT data2 FROM queue_log WHERE seq = 2"),
		"somebody-whose-name-has-more-th");
	assert_string_equal(fixture_value("SELECT data2 FROM queue_log WHERE seq = 3"), who);
}

/* An event, and a field of one, that the release which made the store did not have. */
static void what_came_later_is_made(void **state)
{
	sqlite3 *db;

	store_close(fixture_open());
	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "DROP TABLE alarm; ALTER TABLE cdr DROP COLUMN cause;"
				 "ALTER TABLE cdr DROP COLUMN caller_in_r",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	struct store *s = fixture_open();
	struct td_ev_alarm alarm = {.name = "disk-full"};
	struct td_ev_cdr c = fixture_call;

	c.cause = TD_CAUSE_BUSY;
	fixture_put(s, 1, TD_EV_CDR, &c, sizeof(c));
	fixture_put(s, 2, TD_EV_ALARM, &alarm, sizeof(alarm));
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_string_equal(
		fixture_value("SELECT cause || ' ' || caller_in_r || ' ' || to_trunk FROM cdr"),
		"17 91.52 ");
	assert_string_equal(fixture_value("SELECT name FROM alarm"), "disk-full");
}

static void alarm_at(struct store *s, uint64_t seq, const char *object, bool raised)
{
	struct td_ev_alarm ev;

	alarm_init(&ev, TD_ALARM_LINK_FULL, object, raised);
	fixture_put(s, seq, TD_EV_ALARM, &ev, sizeof(ev));
}

static const char *standing(struct store *s)
{
	static char all[256];
	struct td_buf out;

	buf_init_fixed(&out, all, sizeof(all));
	assert_int_equal(store_alarms(s, &out), 0);
	all[out.len] = '\0';
	return all;
}

/* Each by its last row; what an older engine raised has no object, and nothing ever cleared it. */
static void alarms_stand_until_they_are_cleared(void **state)
{
	struct store *s = fixture_open();
	struct td_ev_alarm old, ours;
	bool stands;

	alarm_init(&ours, TD_ALARM_ENGINE_LOST, NULL, true);
	alarm_init(&old, TD_ALARM_SITE_WRONG, NULL, true);
	fixture_put(s, 1, TD_EV_ALARM, &old, offsetof(struct td_ev_alarm, object));
	alarm_at(s, 2, "north", true);
	alarm_at(s, 3, "south", true);
	assert_int_equal(store_alarm(s, &ours, WALL), -EBUSY);
	assert_int_equal(store_commit(s), 0);
	assert_string_equal(standing(s), "link-full north, link-full south");
	assert_int_equal(store_alarm(s, &ours, WALL), 0);
	alarm_at(s, 4, "north", false);
	assert_int_equal(store_commit(s), 0);
	assert_string_equal(standing(s), "link-full south, engine-lost");
	assert_int_equal(store_seq(s), 4);
	store_close(s);
	s = fixture_open();
	assert_int_equal(store_seq(s), 4);
	assert_int_equal(store_alarm_stands(s, "engine-lost", &stands), 0);
	assert_true(stands);
	ours.raised = 0;
	assert_int_equal(store_alarm(s, &ours, WALL + 1000000), 0);
	assert_int_equal(store_alarm_stands(s, "engine-lost", &stands), 0);
	assert_false(stands);
	assert_string_equal(standing(s), "link-full south");
	store_close(s);
	assert_string_equal(
		fixture_value("SELECT group_concat(seq || ' ' || raised) FROM alarm WHERE name = "
			      "'engine-lost'"),
		"0 1,0 0");
}

static void an_index_that_came_later_is_made(void **state)
{
	static const char count[] = "SELECT count(*) FROM sqlite_master WHERE type = 'index'";
	char as_created[16];
	sqlite3 *db;

	store_close(fixture_open());
	snprintf(as_created, sizeof(as_created), "%s", fixture_value(count));
	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "DROP INDEX cdr_id; DROP INDEX recording_file", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	store_close(fixture_open());
	assert_string_equal(fixture_value(count), as_created);
}

static void indexes_are_those_of_the_table(void **state)
{
	store_close(fixture_open());
	assert_string_equal(
		fixture_value(
			"SELECT group_concat(name) FROM pragma_index_info('agent_session_agent')"),
		"agent,from");
	assert_string_equal(
		fixture_value("SELECT group_concat(name) FROM pragma_index_info('cdr_id')"), "id");
	assert_string_equal(
		fixture_value("SELECT \"unique\" FROM pragma_index_list('recording') WHERE name ="
			      " 'recording_file'"),
		"1");
	assert_string_equal(fixture_value("SELECT count(*) FROM sqlite_master WHERE type = 'index'"
					  " AND name LIKE '%\\_time' ESCAPE '\\'"),
		"1");
}

static void each_codec_has_its_word(void **state)
{
	struct store *s = fixture_open();
	struct td_ev_recording recording = {.call = "1732220776.1"};

	for (uint8_t codec = 0; codec <= TD_CODEC_COUNT; codec++) {
		recording.codec = codec;
		snprintf(recording.file, sizeof(recording.file), "%u.wav", codec);
		fixture_put(s, codec + 1, TD_EV_RECORDING, &recording, sizeof(recording));
	}
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_string_equal(fixture_value("SELECT group_concat(codec, ' ') FROM "
					  "(SELECT codec FROM recording ORDER BY seq)"),
		TD_CODECS(TD_CODEC_WORD) " unknown");
}

static void fields_become_columns(void **state)
{
	struct store *s = fixture_open();
	struct td_ev_agent_session session = {
		.agent = "alice", .state = TD_AGENT_WRAP_UP, .from = WALL, .to = WALL + 1};
	struct td_ev_recording recording = {.recording = 7,
		.call = "1732220776.1",
		.file = "2024-11-21/1732220776.1.wav",
		.samples = 24000,
		.codec = TD_CODEC_PCMA};
	struct td_acd_in in = {.now = 1, .type = TD_ACD_IN_LOGIN};

	fixture_put(s, 1, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
	fixture_put(s, 2, TD_EV_AGENT_SESSION, &session, sizeof(session));
	fixture_put(s, 3, TD_EV_RECORDING, &recording, sizeof(recording));
	fixture_put(s, 4, TD_EV_STOP, "", 0);
	fixture_put(s, 5, TD_EV_ACD_IN, &in, sizeof(in));
	assert_int_equal(store_seal(s), 0);
	store_close(s);
	assert_string_equal(
		fixture_value("SELECT id || ' ' || caller || ' ' || queue || ' ' || digits "
			      "FROM cdr"),
		"1732220776.1 0301234567 sales 12#");
	assert_string_equal(
		fixture_value("SELECT printf('%.6f', offered) FROM cdr"), "1732220776.123456");
	assert_string_equal(fixture_value("SELECT connected FROM cdr"), "NULL");
	assert_string_equal(fixture_value("SELECT disposition || ended_by || sip_code FROM cdr"),
		"answered2200");
	assert_string_equal(
		fixture_value("SELECT caller_codec || caller_in_packets || caller_in_lost || "
			      "agent_codec || agent_out_packets FROM cdr"),
		"pcma150-2pcmu149");
	assert_string_equal(fixture_value("SELECT state FROM agent_session"), "wrap-up");
	assert_string_equal(fixture_value("SELECT file || samples || codec FROM recording"),
		"2024-11-21/1732220776.1.wav24000pcma");
	assert_string_equal(fixture_value("SELECT count(*) FROM stop"), "1");
	assert_string_equal(fixture_value("SELECT count(*) FROM sqlite_master WHERE name IN"
					  " ('acd_in', 'acd_out', 'story', 'other')"),
		"0");
	assert_int_equal(archived_count(), 1);
	assert_string_equal(fixture_value("SELECT value FROM meta WHERE key = 'seq'"), "5");
}

static void a_record_twice_is_one_row(void **state)
{
	struct store *s = fixture_open();

	put_call(s, 1, 1, "sales");
	assert_int_equal(store_seal(s), 0);
	store_restart(s);
	put_call(s, 1, 1, "sales");
	put_call(s, 4, 2, "sales");
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(store_seq(s), 6);
	store_close(s);
	assert_int_equal(archived_count(), 2);
	assert_string_equal(fixture_value("SELECT count(*) FROM cdr"), "2");
	assert_string_equal(fixture_value("SELECT count(*) FROM queue_log"), "2");
}

/* A crash between the fixture_journal's record and the log's DONE mark: the file is made and told
 * again. */
static void a_recording_has_one_row(void **state)
{
	struct store *s = fixture_open();
	struct td_ev_recording recording = {.recording = 7,
		.call = "1732220776.1",
		.file = "2024-11-21/1732220776.1.wav",
		.samples = 24000,
		.codec = TD_CODEC_PCMA};

	fixture_put(s, 1, TD_EV_RECORDING, &recording, sizeof(recording));
	recording.recovered = 1;
	fixture_put(s, 2, TD_EV_RECORDING, &recording, sizeof(recording));
	strcpy(recording.file, "2024-11-21/1732220776.2.wav");
	fixture_put(s, 3, TD_EV_RECORDING, &recording, sizeof(recording));
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_string_equal(
		fixture_value("SELECT group_concat(seq || ':' || recovered) FROM recording"),
		"2:1,3:1");
}

static void a_store_of_version_1_is_upgraded(void **state)
{
	sqlite3 *db;

	store_close(fixture_open());
	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			"DROP INDEX recording_file; PRAGMA user_version = 1;"
			"INSERT INTO recording VALUES (1, 1.0, 7, 'a', 'f', 'pcma', 0, 80, 0);"
			"INSERT INTO recording VALUES (2, 2.0, 7, 'a', 'f', 'pcma', 1, 80, 0);"
			"INSERT INTO recording VALUES (3, 3.0, 8, 'b', 'g', 'pcma', 0, 80, 0);",
			NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	store_close(fixture_open());
	assert_string_equal(fixture_value("SELECT group_concat(seq) FROM recording"), "2,3");
	assert_string_equal(fixture_value("PRAGMA user_version"), "6");
	store_close(fixture_open());
}

/* Version 2 knew no quality; an older engine's record, read after the upgrade, has none either. */
static void a_store_of_version_2_is_upgraded(void **state)
{
	const struct event_table *cdr = &event_tables[TD_EV_CDR - 1];
	char sql[128], as_created[4096];
	struct store *s = fixture_open();
	sqlite3 *db;

	put_call(s, 1, 1, "sales");
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	snprintf(as_created, sizeof(as_created), "%s",
		fixture_value("SELECT group_concat(name) FROM pragma_table_info('cdr') WHERE name "
			      "NOT LIKE '%list'"));
	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	for (unsigned i = 0; i < cdr->columns.count; i++) {
		const struct td_column *c = &cdr->columns.column[i];

		if (c->since <= 1)
			continue;
		snprintf(sql, sizeof(sql), "ALTER TABLE cdr DROP COLUMN %s", c->name);
		assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	}
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	s = fixture_open();
	fixture_put(s, 4, TD_EV_CDR, &fixture_call, offsetof(struct td_ev_cdr, caller_quality));
	fixture_put(s, 5, TD_EV_CDR, &fixture_call, sizeof(fixture_call));
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_string_equal(fixture_value("PRAGMA user_version"), "6");
	assert_string_equal(fixture_value("SELECT group_concat(name) FROM pragma_table_info('cdr') "
					  "WHERE name NOT LIKE '%list'"),
		as_created);
	assert_string_equal(
		fixture_value("SELECT group_concat(seq || ' ' || caller_in_packets || ' ' ||"
			      " ifnull(caller_in_mos_worst, '-') || ' ' || "
			      "ifnull(caller_silences, '-')) FROM cdr"),
		"3 150 - -,4 150 - -,5 150 3.08 2");
}

static void missing_numbers_are_counted(void **state)
{
	struct store *s = fixture_open();
	struct td_ev_gap gap = {.lost = 5, .lost_diag = 4, .from = WALL, .to = WALL};

	put_call(s, 100, 1, "sales"); /* a new store claims nothing about what was before */
	assert_int_equal(store_missing(s), 0);
	put_call(s, 110, 2, "sales"); /* 103 to 109 */
	fixture_put(s, 113, TD_EV_GAP, &gap, sizeof(gap));
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(store_missing(s), 7);
	store_close(s);
	s = fixture_open();
	assert_int_equal(store_missing(s), 7);
	assert_int_equal(store_seq(s), 113);
	store_close(s);
	assert_string_equal(fixture_value("SELECT seq || '+' || count FROM missing"), "103+7");
	assert_string_equal(fixture_value("SELECT lost || '/' || lost_diag FROM gap"), "5/4");
}

static void what_no_table_takes_is_kept_and_counted(void **state)
{
	struct store *s = fixture_open();
	unsigned count;

	fixture_put(s, 1, 999, "from a newer engine", 19);
	fixture_put(s, 2, TD_EV_CDR, "short", 5);
	fixture_put(s, 3, 0, "", 0);
	assert_int_equal(store_unknown(s), 3);
	assert_int_equal(store_seal(s), 0);
	store_close(s);
	assert_string_equal(archived(&count), "1:999:from a newer engine 2:4:short 3:0: ");
	assert_int_equal(count, 3);
	assert_string_equal(fixture_value("SELECT count(*) FROM cdr"), "0");
	s = fixture_open();
	assert_int_equal(store_unknown(s), 3);
	store_close(s);
}

/* A record that waits for its block is in the fixture_journal alone: from there it comes again. */
static void a_rollback_forgets(void **state)
{
	struct store *s = fixture_open();

	put_call(s, 1, 1, "sales");
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_seq(s), 3);
	assert_int_equal(store_safe(s), 1);
	put_call(s, 10, 2, "sales");
	assert_int_equal(store_pending(s), 3);
	store_rollback(s);
	assert_int_equal(store_pending(s), 0);
	assert_int_equal(store_seq(s), 1);
	assert_int_equal(store_missing(s), 0);
	put_call(s, 1, 1, "sales"); /* of these the row of 2 alone was not kept */
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(store_safe(s), 3);
	put_call(s, 4, 2, "sales");
	store_close(s); /* uncommitted */
	assert_string_equal(fixture_value("SELECT count(*) FROM cdr"), "1");
	assert_int_equal(archived_count(), 1);
}

static void a_call_has_all_its_story(void **state)
{
	struct store *s = fixture_open();
	struct td_ev_story story = {.call = "1732220776.9", .text = "INVITE"};
	struct td_buf out;

	put_call(s, 1, 1, "sales");
	fixture_put(s, 4, TD_EV_STORY, &story, sizeof(story));
	assert_int_equal(store_commit(s), 0);
	buf_init(&out);
	assert_int_equal(store_call(s, "1732220776.1", &out), 0);
	buf_put(&out, "", 1);
	assert_non_null(strstr(out.data, "{\"cdr\":{\"seq\":3,"));
	assert_non_null(strstr(out.data, "\"text\":\"agent alice rings\",\"layout\":1}]"));
	assert_non_null(strstr(out.data, "\"event\":\"ENTERQUEUE\""));
	assert_non_null(strstr(out.data, "\"recordings\":[]}"));
	assert_null(strstr(out.data, "\"parties\"")); /* of an older release */
	buf_reset(&out);
	assert_int_equal(store_call(s, "1732220776.9", &out), 0); /* still running: no CDR */
	buf_put(&out, "", 1);
	assert_memory_equal(out.data, "{\"interrupted\":false,\"story\":[{", 31);
	buf_reset(&out);
	struct td_ev_start start = {.version = "1"};
	fixture_put(s, 5, TD_EV_START, &start, sizeof(start));
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_call(s, "1732220776.9", &out), 0); /* and will never have one */
	buf_put(&out, "", 1);
	assert_memory_equal(out.data, "{\"interrupted\":true,\"story\":[{", 30);
	buf_reset(&out);
	assert_int_equal(store_call(s, "no such call", &out), -ENOENT);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	store_close(s);
}

/* A segment has a day: three days are three files, of which the first two are too old. */
static void old_segments_are_deleted_whole(void **state)
{
	struct store *s = fixture_open();
	char command[192];

	for (unsigned day = 0; day < 3; day++) {
		for (unsigned i = 0; i < 10; i++)
			put_call(s, 1 + 90000 * day + 3 * i, 100 * day + i, "sales");
		assert_int_equal(store_seal(s), 0);
	}
	assert_string_equal(fixture_value("SELECT count(DISTINCT segment) FROM archive"), "3");
	for (int left = 2; left >= 0; left--)
		assert_int_equal(store_purge(s, 2, WALL + 4 * 86400 * TD_NSEC_PER_SEC), left > 0);
	store_close(s);
	assert_int_equal(archived_count(), 10);
	assert_string_equal(fixture_value("SELECT count(*) FROM cdr"), "30");
	snprintf(command, sizeof(command), "test $(ls '%s-archive' | wc -l) = 1", fixture_path);
	fixture_shell(command);
}

static void sql(const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* A release without an archive had rows; this one reads them, adds none, and deletes old ones. */
static void rows_of_an_older_release_are_read_and_purged(void **state)
{
	struct store *s = fixture_open();
	struct td_buf out;

	put_call(s, 1, 1, "sales");
	assert_int_equal(store_seal(s), 0);
	store_close(s);
	sql("CREATE TABLE story (seq INTEGER, time REAL, call TEXT, text TEXT, UNIQUE (seq, time));"
	    "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 5999)"
	    "INSERT INTO story SELECT i, 1732220776 + i, '1732220776.1', 'INVITE' FROM n");
	s = fixture_open();
	put_call(s, 6000, 2, "sales");
	assert_int_equal(store_seal(s), 0);
	buf_init(&out);
	assert_int_equal(store_call(s, "1732220776.1", &out), 0);
	buf_put(&out, "", 1);
	assert_non_null(strstr(out.data, "\"story\":[{\"seq\":10,"));
	assert_non_null(strstr(out.data, "\"text\":\"INVITE\"},{\"seq\":2,"));
	buf_free(&out);
	assert_int_equal(store_purge(s, 2, WALL + (2 * 86400 + 5990) * TD_NSEC_PER_SEC), 1);
	assert_int_equal(store_purge(s, 2, WALL + (2 * 86400 + 5990) * TD_NSEC_PER_SEC), 0);
	store_close(s);
	assert_string_equal(
		fixture_value("SELECT count(*) || ' ' || min(seq) FROM story"), "10 5990");
	assert_int_equal(archived_count(), 2);
}

static void file_copy(void)
{
	char command[192];

	snprintf(command, sizeof(command), "cp '%s' '%s/copy'", fixture_path, fixture_dir);
	fixture_shell(command);
}

static void file_is_the_copy(void)
{
	char command[192];

	snprintf(command, sizeof(command), "cmp '%s' '%s/copy'", fixture_path, fixture_dir);
	fixture_shell(command);
}

static void another_file_is_refused(void **state)
{
	struct td_text err;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE mine (a)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	file_copy();
	assert_null(store_open(fixture_path, &err));
	assert_non_null(strstr(err.s, "made by another version of tandemd, or no store"));
	file_is_the_copy();
	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	file_copy();
	assert_null(store_open(fixture_path, &err));
	assert_non_null(strstr(err.s, "made by another version of tandemd, or no store"));
	file_is_the_copy();
	assert_null(store_open("/nonexistent/store", &err));
	assert_non_null(strstr(err.s, "No such file"));
}

static void one_writes_a_store(void **state)
{
	struct store *s = fixture_open();
	struct td_text err;

	assert_null(store_open(fixture_path, &err));
	assert_int_equal(errno, EAGAIN);
	assert_non_null(strstr(err.s, "another tandemd writes it"));
	put_call(s, 1, 1, "sales");
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	store_close(fixture_open());
}

static void write_stories(struct journal_writer *w, unsigned from, unsigned count)
{
	for (unsigned i = from; i < from + count; i++) {
		struct td_ev_story story = {.call = "1732220776.1"};

		snprintf(story.text, sizeof(story.text), "step %u", i);
		assert_int_equal(
			journal_writer_put(w, WALL + i, TD_EV_STORY, &story, sizeof(story)), 0);
	}
	assert_int_equal(journal_writer_flush(w), 0);
}

static void the_journal_is_followed_even_when_it_begins_anew(void **state)
{
	struct store *s = fixture_open();
	struct journal_writer *w;
	struct td_text err;
	char command[128];
	uint64_t now = 1000;
	struct follow f;

	follow_init(&f, s, fixture_journal);
	assert_int_equal(follow_turn(&f, now), 1000); /* no directory yet */
	assert_int_equal(f.error, -ENOENT);
	w = journal_writer_open(fixture_journal, 64 << 20, &err);
	assert_non_null(w);
	write_stories(w, 1, 1500);
	assert_int_equal(follow_turn(&f, now), 0); /* a thousand, committed */
	assert_int_equal(store_seq(s), 1000);
	assert_int_equal(store_safe(s), 0); /* they wait for their block, */
	assert_in_range(follow_turn(&f, now), 1, FOLLOW_BLOCK_MS);
	assert_int_equal(store_safe(s), 1500); /* which is written when we have caught up */
	write_stories(w, 1501, 1);
	assert_int_equal(follow_turn(&f, now), FOLLOW_COMMIT_MS);
	assert_int_equal(store_seq(s), 1500);
	follow_turn(&f, now + FOLLOW_COMMIT_MS);
	assert_int_equal(store_seq(s), 1501);
	assert_int_equal(store_safe(s), 1500);
	follow_turn(&f, now + FOLLOW_COMMIT_MS + FOLLOW_BLOCK_MS);
	assert_int_equal(store_safe(s), 1501);
	journal_writer_close(w);

	snprintf(command, sizeof(command), "rm -rf '%s'", fixture_journal);
	fixture_shell(command);
	w = journal_writer_open(fixture_journal, 64 << 20, &err);
	write_stories(w, 5001, 10); /* numbers 1 to 10 again */
	now += 10000;
	for (int i = 0; i < 4; i++, now += 1000)
		follow_turn(&f, now);
	assert_int_equal(store_seq(s), 10);
	assert_int_equal(store_missing(s), 0);
	write_stories(w, 5011, 1);
	follow_turn(&f, now);
	follow_fini(&f);
	assert_int_equal(store_seq(s), 11);
	journal_writer_close(w);
	store_close(s);
	assert_int_equal(archived_count(), 1512);
}

static void a_store_that_cannot_write_catches_up_later(void **state)
{
	struct store *s = fixture_open();
	struct journal_writer *w;
	struct follow f;
	struct td_text err;
	sqlite3 *db;

	w = journal_writer_open(fixture_journal, 64 << 20, &err);
	write_stories(w, 1, 10);
	follow_init(&f, s, fixture_journal);
	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(follow_turn(&f, 1000), FOLLOW_COMMIT_MS); /* they wait for their block */
	assert_int_equal(follow_turn(&f, 1000 + FOLLOW_BLOCK_MS), 1000); /* someone has it locked */
	assert_int_equal(f.error, -EBUSY);
	assert_int_equal(store_seq(s), 0);
	sqlite3_close(db);
	follow_turn(&f, 10000);
	follow_turn(&f, 10000 + FOLLOW_COMMIT_MS);
	assert_int_equal(f.error, -EBUSY); /* nothing is written yet */
	assert_int_equal(store_seq(s), 10);
	assert_int_equal(store_safe(s), 0);
	follow_turn(&f, 10000 + FOLLOW_BLOCK_MS);
	assert_int_equal(f.error, 0);
	assert_int_equal(store_safe(s), 10);
	write_stories(w, 11, 1);
	follow_turn(&f, 20000);
	assert_int_equal(store_safe(s), 10);
	follow_fini(&f);
	assert_int_equal(store_safe(s), 11);
	journal_writer_close(w);
	store_close(s);
	assert_int_equal(archived_count(), 11);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(fields_become_columns),
		TEST(each_codec_has_its_word),
		TEST(what_came_later_is_made),
		TEST(alarms_stand_until_they_are_cleared),
		TEST(an_index_that_came_later_is_made),
		TEST(indexes_are_those_of_the_table),
		TEST(a_record_twice_is_one_row),
		TEST(a_recording_has_one_row),
		TEST(a_long_text_is_whole),
		TEST(a_store_of_version_1_is_upgraded),
		TEST(a_store_of_version_2_is_upgraded),
		TEST(missing_numbers_are_counted),
		TEST(what_no_table_takes_is_kept_and_counted),
		TEST(a_rollback_forgets),
		TEST(a_call_has_all_its_story),
		TEST(old_segments_are_deleted_whole),
		TEST(rows_of_an_older_release_are_read_and_purged),
		TEST(another_file_is_refused),
		TEST(one_writes_a_store),
		TEST(the_journal_is_followed_even_when_it_begins_anew),
		TEST(a_store_that_cannot_write_catches_up_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
