/* SPDX-License-Identifier: BSD-3-Clause */
/* What it costs to tell all about one call: pages of SQLite that are read, and blocks of the
 * archive, and not how long that takes. */
#include <control/store/internal.h>
#include <control/store/store.h>
#include <control/store/test/fixture.h>
#include <stdio.h>
#include <tests/unit/unit.h>

#define CALL_NS  (40 * TD_NSEC_PER_MSEC) /* 25 calls a second, each of three minutes */
#define LASTS_NS (180 * TD_NSEC_PER_SEC)
#define BLOCK    170 /* calls that end before a block is full, as in a running system */

struct cost {
	int opens, pages; /* to open the store, and to answer */
	uint64_t blocks;
};

static void record(struct store *s, uint64_t *seq, uint64_t wall, uint16_t type,
	const void *payload, uint32_t len)
{
	struct td_rec rec = {.seq = ++*seq, .wall = wall, .type = type, .len = len};

	assert_int_equal(store_put(s, &rec, payload), 0);
}

static void step(struct store *s, uint64_t *seq, uint64_t wall, unsigned number)
{
	struct td_ev_story story = {.text = "agent alice rings"};

	snprintf(story.call, sizeof(story.call), "1732220776.%u", number);
	record(s, seq, wall, TD_EV_STORY, &story, sizeof(story));
}

static void end(struct store *s, uint64_t *seq, uint64_t wall, unsigned number)
{
	struct td_ev_queue_log log = {.event = "COMPLETECALLER"};
	struct td_ev_cdr cdr = fixture_call;

	snprintf(cdr.id, sizeof(cdr.id), "1732220776.%u", number);
	snprintf(log.call, sizeof(log.call), "%s", cdr.id);
	cdr.offered = wall - LASTS_NS;
	cdr.recording = 0;
	step(s, seq, wall, number);
	record(s, seq, wall, TD_EV_QUEUE_LOG, &log, sizeof(log));
	record(s, seq, wall, TD_EV_CDR, &cdr, sizeof(cdr));
}

/* One call begins and one ends in each 40 ms. Numbers 1 to `count` end; those after them live. */
static void fill(unsigned count)
{
	struct store *s = fixture_open();
	unsigned lasts = LASTS_NS / CALL_NS;
	uint64_t seq = 0;

	for (unsigned i = 1; i <= count + lasts; i++) {
		uint64_t wall = WALL + i * CALL_NS;

		step(s, &seq, wall, i);
		if (i > lasts)
			end(s, &seq, wall, i - lasts);
		if (i % BLOCK == 0)
			assert_int_equal(store_seal(s), 0);
	}
	assert_int_equal(store_seal(s), 0);
	store_close(s);
}

/* With nothing of the store in memory. `steps`: that the call has. */
static struct cost ask(unsigned number, unsigned steps)
{
	struct store *s = fixture_open();
	const char *at;
	struct td_buf out;
	struct cost cost;
	char id[32];
	int high;

	snprintf(id, sizeof(id), "1732220776.%u", number);
	buf_init(&out);
	sqlite3_db_status(s->db, SQLITE_DBSTATUS_CACHE_MISS, &cost.opens, &high, 1);
	sqlite3_db_release_memory(s->db);
	cost.blocks = s->archive.reader.blocks;
	assert_int_equal(store_call(s, id, &out), 0);
	sqlite3_db_status(s->db, SQLITE_DBSTATUS_CACHE_MISS, &cost.pages, &high, 1);
	cost.blocks = s->archive.reader.blocks - cost.blocks;
	buf_put(&out, "", 1);
	for (at = out.data; (at = strstr(at, "agent alice rings")) != NULL; at++)
		steps--;
	assert_int_equal(steps, 0);
	buf_free(&out);
	store_close(s);
	return cost;
}

static void cheap(const struct cost *little, const struct cost *much, int pages)
{
	assert_in_range(much->blocks, 1, 2);
	assert_in_range(much->opens, 1, 60);
	assert_in_range(much->opens, 1, little->opens + 8);
	assert_in_range(much->pages, 1, pages);
	assert_in_range(much->pages, 1, little->pages + 8); /* trees may be a level deeper */
}

/* Five times as many calls do not make it dearer, be the call over or live. */
static void a_large_store_is_no_dearer(void **state)
{
	const unsigned few = 8000, many = 40000;
	struct cost over, live;

	fill(few);
	over = ask(few / 2, 2);
	live = ask(few + 9, 1);
	fixture_teardown(state);
	assert_int_equal(fixture_setup(state), 0);
	fill(many);
	struct cost over_many = ask(many / 2, 2), live_many = ask(many + 9, 1);

	print_message("pages to open %d, to answer %d and %d\n", over_many.opens, over_many.pages,
		live_many.pages);
	cheap(&over, &over_many, 60);
	cheap(&live, &live_many, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_large_store_is_no_dearer, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
