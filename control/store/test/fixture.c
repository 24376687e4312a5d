/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/store/test/fixture.h>
#include <engine/base/event.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/unit/unit.h>

char fixture_dir[] = "/tmp/tandem-store-XXXXXX";
char fixture_path[64], fixture_journal[64];

void fixture_shell(const char *command)
{
	assert_int_equal(system(command), 0);
}

int fixture_setup(void **state)
{
	strcpy(fixture_dir + sizeof(fixture_dir) - 7, "XXXXXX");
	if (!mkdtemp(fixture_dir))
		return -1;
	snprintf(fixture_path, sizeof(fixture_path), "%s/store.sqlite", fixture_dir);
	snprintf(fixture_journal, sizeof(fixture_journal), "%s/journal", fixture_dir);
	return 0;
}

int fixture_teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", fixture_dir);
	fixture_shell(command);
	return 0;
}

struct store *fixture_open(void)
{
	struct td_text err;
	struct store *s = store_open(fixture_path, &err);

	if (!s)
		fail_msg("%s", err.s);
	return s;
}

const char *fixture_value(const char *sql)
{
	static char text[4096];
	sqlite3_stmt *st;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	snprintf(text, sizeof(text), "%s",
		sqlite3_column_text(st, 0) ? (const char *)sqlite3_column_text(st, 0) : "NULL");
	sqlite3_finalize(st);
	sqlite3_close(db);
	return text;
}

void fixture_run(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

void fixture_put(struct store *s, uint64_t seq, uint16_t type, const void *payload, uint32_t len)
{
	struct td_rec rec = {.seq = seq,
		.wall = WALL + seq * TD_NSEC_PER_SEC,
		.type = type,
		.version = event_version(type),
		.len = len};

	if (store_put(s, &rec, payload))
		fail_msg("%s", store_error(s));
}

const struct td_ev_cdr fixture_call = {
	.id = "1732220776.1",
	.caller = "0301234567",
	.dialled = "4989100",
	.trunk = "acme",
	.queue = "sales",
	.agent = "alice",
	.digits = "12#",
	.sip_call_id = "abc@10.20.0.10",
	.offered = WALL,
	.answered = WALL + 1000000,
	.ended = WALL + 5000000000,
	.wait_ms = 1500,
	.talk_ms = 3000,
	.sip_code = 200,
	.disposition = TD_CALL_ANSWERED,
	.ended_by = TD_ENDED_BY_CALLEE,
	.attempts = 1,
	.recording = 7,
	.caller_media = {.in_packets = 150,
		.in_bytes = 30000,
		.in_lost = -2,
		.codec = TD_CODEC_PCMA},
	.agent_media = {.out_packets = 149, .codec = TD_CODEC_PCMU},
	.caller_quality = {.in = {.r = 9152, .mos = 437, .mos_worst = 308},
		.out_lost = -3,
		.silences = 2,
		.silent_ms = 4200},
};
