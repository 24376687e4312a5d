/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows a query gives, and in which order. */
#include <control/store/store.h>
#include <control/store/test/fixture.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tests/unit/unit.h>

static void put_call(struct store *s, uint64_t seq, unsigned number, const char *queue)
{
	struct td_ev_cdr c = fixture_call;

	snprintf(c.id, sizeof(c.id), "1732220776.%u", number);
	snprintf(c.queue, sizeof(c.queue), "%s", queue);
	fixture_put(s, seq, TD_EV_CDR, &c, sizeof(c));
}

static void the_last_rows_come_oldest_first_in_pieces(void **state)
{
	struct store *s = fixture_open();
	struct store_query q = {.event = TD_EV_CDR};
	struct td_buf out;
	unsigned pieces = 0;

	for (unsigned i = 0; i < 30; i++)
		put_call(s, 1 + i, i, i % 3 ? "sales" : "backup");
	assert_int_equal(store_commit(s), 0);
	buf_init(&out);
	strcpy(q.by[STORE_BY_queue], "backup"); /* calls 0, 3, ... 27 */
	assert_int_equal(store_query_start(s, &q, 5), 0);
	int more;
	do {
		more = store_query_next(s, &q, 2, &out);
		buf_put(&out, "\n", 1);
		pieces++;
		out.comma = false;
	} while (more == 1);
	assert_int_equal(more, 0);
	assert_int_equal(pieces, 3);
	buf_put(&out, "", 1);
	for (unsigned i = 0; i < 30; i++) {
		char id[32];

		snprintf(id, sizeof(id), "\"id\":\"1732220776.%u\"", i);
		if (i % 3 == 0 && i >= 15)
			assert_non_null(strstr(out.data, id));
		else
			assert_null(strstr(out.data, id));
	}
	assert_true(strstr(out.data, ".15\"") < strstr(out.data, ".27\""));
	assert_non_null(strstr(out.data, "\"offered\":1732220776.123,"));

	buf_reset(&out);
	q = (struct store_query){.event = TD_EV_QUEUE_LOG, .by[STORE_BY_queue] = "nowhere"};
	assert_int_equal(store_query_start(s, &q, 5), 0);
	assert_int_equal(store_query_next(s, &q, 2, &out), 0);
	buf_put(&out, "", 1);
	assert_string_equal(out.data, "{\"rows\":[]}");
	buf_free(&out);
	store_close(s);
}

/* The numbers of the rows that the query gives, a space behind each. */
static const char *found(struct store *s, struct store_query q, unsigned limit)
{
	static char text[512];
	struct td_buf out;
	size_t n = 0;
	int more;

	text[0] = '\0';
	assert_int_equal(store_query_start(s, &q, limit), 0);
	do {
		buf_init(&out);
		more = store_query_next(s, &q, 3, &out);
		assert_true(more >= 0);
		buf_put(&out, "", 1);
		for (const char *p = out.data; (p = strstr(p, "\"seq\":")); p++)
			n += (size_t)snprintf(
				text + n, sizeof(text) - n, "%lu ", strtoul(p + 6, NULL, 10));
		buf_free(&out);
	} while (more);
	return text;
}
#define FOUND(limit, ...) found(s, (struct store_query){__VA_ARGS__}, limit)

static void calls_are_found_by_what_people_know(void **state)
{
	struct store *s = fixture_open();
	struct td_ev_cdr c = fixture_call;

	for (uint64_t i = 1; i <= 6; i++) {
		snprintf(c.caller, sizeof(c.caller), "%s", i % 2 ? "0301" : "0302");
		snprintf(c.agent, sizeof(c.agent), "%s", i > 3 ? "alice" : "bob");
		snprintf(c.trunk, sizeof(c.trunk), "%s", i == 4 ? "south" : "north");
		snprintf(c.to_trunk, sizeof(c.to_trunk), "%s", i == 5 ? "south" : "");
		c.disposition = i == 6 ? TD_CALL_ABANDONED : TD_CALL_ANSWERED;
		c.offered = (1000 + i) * 1000000000;
		fixture_put(s, i, TD_EV_CDR, &c, sizeof(c));
	}
	assert_int_equal(store_commit(s), 0);
	assert_string_equal(FOUND(9, TD_EV_CDR, .by[STORE_BY_caller] = "0301"), "1 3 5 ");
	assert_string_equal(FOUND(9, TD_EV_CDR, .by[STORE_BY_agent] = "bob"), "1 2 3 ");
	assert_string_equal(FOUND(9, TD_EV_CDR, .by[STORE_BY_trunk] = "south"), "4 5 ");
	assert_string_equal(FOUND(9, TD_EV_CDR, .by[STORE_BY_disposition] = "abandoned"), "6 ");
	assert_string_equal(FOUND(9, TD_EV_CDR, .by[STORE_BY_caller] = "' OR 1 --"), "");
	assert_string_equal(FOUND(9, TD_EV_CDR, .since = 1003, .until = 1005), "3 4 ");
	assert_string_equal(FOUND(2, TD_EV_CDR, .since = 1003), "5 6 ");
	assert_string_equal(FOUND(2, TD_EV_CDR, .until = 1003), "1 2 ");
	assert_string_equal(
		FOUND(9, TD_EV_CDR, .since = 1002, .by[STORE_BY_caller] = "0301"), "3 5 ");
	assert_string_equal(FOUND(9, TD_EV_CDR, .since = 2000), "");
	assert_true(store_query_has(TD_EV_ALARM, STORE_BY_name));
	assert_false(store_query_has(TD_EV_ALARM, STORE_BY_caller));
	store_close(s);
}

/* More rows than one turn looks at; numbers 7 and 41000 lie where their time is not. */
static void rows_far_back_are_found(void **state)
{
	struct store *s = fixture_open();

	fixture_run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
		    "WHERE i < 90000)"
		    "INSERT INTO queue_log SELECT i, CASE i WHEN 7 THEN 80000.5 WHEN "
		    "41000 THEN 9.5 "
		    "ELSE i END, '1.1', CASE WHEN i IN (5, 70, 45000) THEN 'rare' "
		    "ELSE 'sales' END, "
		    "CASE i % 30000 WHEN 70 THEN 'alice' ELSE 'bob' END, "
		    "'CONNECT', '', '', '', '', '' FROM n");
	assert_string_equal(FOUND(9, TD_EV_QUEUE_LOG, .by[STORE_BY_queue] = "rare"), "5 70 45000 ");
	assert_string_equal(FOUND(2, TD_EV_QUEUE_LOG, .by[STORE_BY_queue] = "rare"), "70 45000 ");
	assert_string_equal(
		FOUND(9, TD_EV_QUEUE_LOG, .by[STORE_BY_agent] = "alice"), "70 30070 60070 ");
	assert_string_equal(
		FOUND(9, TD_EV_QUEUE_LOG, .since = 80000, .until = 80002), "7 80000 80001 ");
	assert_string_equal(FOUND(9, TD_EV_QUEUE_LOG, .since = 8, .until = 11), "8 9 10 41000 ");
	assert_string_equal(FOUND(9, TD_EV_QUEUE_LOG, .since = 71, .by[STORE_BY_agent] = "alice"),
		"30070 60070 ");
	assert_string_equal(FOUND(3, TD_EV_QUEUE_LOG, .since = 30), "89998 89999 90000 ");
	assert_string_equal(FOUND(9, TD_EV_QUEUE_LOG, .since = 85000, .until = 90000,
				    .by[STORE_BY_queue] = "rare"),
		"");
	store_close(s);
}

/* As a clock that stands writes them: a turn cannot end within one time. */
static void rows_of_one_time_are_all_looked_at(void **state)
{
	struct store *s = fixture_open();

	fixture_run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
		    "WHERE i < 50000)"
		    "INSERT INTO queue_log SELECT i, 7, '1.1', 'sales', "
		    "CASE WHEN i < 3 THEN 'alice' ELSE 'bob' END, "
		    "'CONNECT', '', '', '', '', '' FROM n");
	assert_string_equal(
		FOUND(9, TD_EV_QUEUE_LOG, .since = 7, .by[STORE_BY_agent] = "alice"), "1 2 ");
	assert_string_equal(
		FOUND(9, TD_EV_QUEUE_LOG, .since = 7, .until = 8, .by[STORE_BY_agent] = "alice"),
		"1 2 ");
	store_close(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_last_rows_come_oldest_first_in_pieces),
		TEST(calls_are_found_by_what_people_know),
		TEST(rows_far_back_are_found),
		TEST(rows_of_one_time_are_all_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
