/* SPDX-License-Identifier: BSD-3-Clause */
/* The journal thread: order, losses and what tells of them, a reserve that fills and empties. */
#include <engine/base/alarm.h>
#include <engine/host/clock.h>
#include <engine/host/journal/journal.h>
#include <system/journal/reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define RESERVE (1ull << 20)
#define BIG     1000 /* payload of the records that fill it */

struct fixture {
	char dir[64];
	struct td_text err;
	struct journal *journal;
	struct journal_reader *reader;
	uint64_t last; /* number read */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/journal-thread-test-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	f->journal = journal_start(f->dir, RESERVE, &f->err);
	if (!f->journal)
		fail_msg("%s", f->err.s);
	f->reader = journal_reader_open(f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	journal_stop(f->journal, false);
	journal_reader_close(f->reader);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	int rc = system(command);
	free(f);
	return rc;
}

/* What is there, without holes in the numbers. Sums by type. */
struct seen {
	uint64_t cdrs, stories, alarms, gaps, lost, lost_diag;
};

static void read_all(struct fixture *f, struct seen *s)
{
	const void *payload;
	struct td_ev_gap gap;
	struct td_rec rec;

	while (journal_reader_next(f->reader, &rec, &payload) == 1) {
		assert_int_equal(rec.seq, f->last + 1);
		f->last = rec.seq;
		s->cdrs += rec.type == TD_EV_CDR;
		s->stories += rec.type == TD_EV_STORY || rec.type == TD_EV_LIVE;
		s->alarms += rec.type == TD_EV_ALARM;
		if (rec.type != TD_EV_GAP)
			continue;
		memcpy(&gap, payload, sizeof(gap));
		assert_true(gap.lost > 0 && gap.from <= gap.to);
		s->gaps++;
		s->lost += gap.lost;
		s->lost_diag += gap.lost_diag;
	}
}

/* The record that says so comes after all others, from whichever source they are. */
static void the_stop_is_the_last_record(void **state)
{
	struct fixture *f = *state;
	struct td_ev_cdr cdr = {.wait_ms = 1};
	const void *payload;
	struct td_rec rec = {0};

	for (int i = 0; i < 600; i++) /* more than a batch */
		journal_put_now(f->journal, JOURNAL_RECORDER, TD_EV_RECORDING, &cdr,
			sizeof(struct td_ev_recording));
	journal_put_now(f->journal, JOURNAL_SIGNALLING, TD_EV_CDR, &cdr, sizeof(cdr));
	journal_stop(f->journal, true);
	f->journal = NULL;
	while (journal_reader_next(f->reader, &rec, &payload) == 1) {
		f->last = rec.seq;
		assert_int_equal(rec.type == TD_EV_STOP, rec.seq == 602);
	}
	assert_int_equal(f->last, 602);
}

static void nap(void)
{
	clock_nap(60 * TD_NSEC_PER_MSEC);
}

/* For what the journal's thread does soon; on a busy machine it may take seconds. */
struct wait {
	uint64_t until;
};

static void wait_start(struct wait *w)
{
	w->until = clock_monotonic() + 10 * TD_NSEC_PER_SEC;
}

static bool wait_more(const struct wait *w)
{
	nap();
	return clock_monotonic() < w->until;
}

static void order_within_a_source(void **state)
{
	struct fixture *f = *state;
	const void *payload;
	struct td_rec rec;
	uint64_t next[2] = {0}, value;

	for (uint64_t i = 0; i < 2000; i++) {
		journal_put(f->journal, JOURNAL_SIGNALLING, i, TD_EV_CDR, &i, sizeof(i));
		journal_put(f->journal, JOURNAL_MAIN, i, TD_EV_QUEUE_LOG, &i, sizeof(i));
		if (i % 500 == 0)
			nap();
	}
	for (unsigned n = 0; n < 4000;) {
		if (journal_reader_next(f->reader, &rec, &payload) != 1) {
			nap();
			continue;
		}
		memcpy(&value, payload, sizeof(value));
		assert_int_equal(rec.seq, ++n);
		assert_int_equal(rec.wall, value);
		assert_int_equal(value, next[rec.type == TD_EV_CDR]++);
	}
}

/* Nobody acknowledges: diagnostics go first, then all, each counted; then someone does. */
static void reserve_fills_and_empties(void **state)
{
	struct fixture *f = *state;
	struct journal_usage u;
	struct seen s = {0};
	struct wait w;
	char payload[BIG] = {0};
	uint64_t put_cdrs = 0, put_stories = 0, lost, last;

	for (unsigned i = 0; i < 100; i++) {
		for (unsigned k = 0; k < 10; k++, put_cdrs++, put_stories++) {
			journal_put(f->journal, JOURNAL_SIGNALLING, i + 1, TD_EV_CDR, payload, BIG);
			journal_put(f->journal, JOURNAL_SIGNALLING, i + 1,
				k & 1 ? TD_EV_LIVE : TD_EV_STORY, payload, BIG);
		}
		if (i % 20 == 19)
			nap();
	}
	wait_start(&w);
	do {
		read_all(f, &s);
		journal_usage(f->journal, &u, &lost);
	} while (s.cdrs + s.stories + lost < put_cdrs + put_stories && wait_more(&w));
	assert_true(u.used <= RESERVE && u.used > RESERVE - RESERVE / 8);
	assert_int_equal(lost, put_cdrs + put_stories - s.cdrs - s.stories);
	assert_true(s.cdrs > s.stories); /* they were kept longer */
	assert_int_equal(s.alarms, 1);

	assert_int_equal(journal_ack(f->journal, f->last, &last), 0);
	wait_start(&w);
	do
		journal_usage(f->journal, &u, &lost);
	while (u.acked < f->last && wait_more(&w));
	journal_put(f->journal, JOURNAL_SIGNALLING, 500, TD_EV_CDR, payload, BIG);
	put_cdrs++;
	wait_start(&w);
	do
		read_all(f, &s);
	while ((s.cdrs + s.stories + s.lost < put_cdrs + put_stories || s.alarms < 2) &&
		wait_more(&w));
	assert_int_equal(s.cdrs + s.stories + s.lost, put_cdrs + put_stories);
	assert_int_equal(s.stories + s.lost_diag, put_stories);
	assert_true(s.gaps >= 1);
	assert_int_equal(s.alarms, 2); /* raised, cleared */
}

/* More at once than the ring takes: the source itself counts. */
static void ring_overflow_is_counted(void **state)
{
	struct fixture *f = *state;
	struct seen s = {0};
	struct wait w;
	char payload[BIG] = {0};
	uint64_t put = 0;

	for (; put < 600; put++)
		journal_put(f->journal, JOURNAL_RECORDER, 1, TD_EV_CDR, payload, BIG);
	wait_start(&w);
	while (s.cdrs + s.lost < put && wait_more(&w)) {
		journal_tell_losses(f->journal, JOURNAL_RECORDER);
		read_all(f, &s);
	}
	assert_int_equal(s.cdrs + s.lost, put);
	assert_true(s.lost > 0);
	assert_int_equal(s.lost_diag, 0);
}

/* The store was ahead of a journal that was lost, and follows from then on. */
static void only_the_first_acknowledgement_may_be_ahead(void **state)
{
	struct fixture *f = *state;
	struct journal_usage u;
	struct seen s = {0};
	struct wait w;
	uint64_t last, lost;

	assert_int_equal(journal_ack(f->journal, INT64_MAX, &last), -ERANGE);
	assert_int_equal(last, 0);
	assert_int_equal(journal_ack(f->journal, 1000, &last), 0);
	assert_int_equal(journal_ack(f->journal, 1000, &last), 0); /* the store has reconnected */
	assert_int_equal(journal_ack(f->journal, INT64_MAX, &last), -ERANGE);
	wait_start(&w);
	do
		journal_usage(f->journal, &u, &lost);
	while (u.acked < 1000 && wait_more(&w));
	assert_int_equal(u.acked, 1000);
	f->last = 1000;
	journal_put(f->journal, JOURNAL_MAIN, 1, TD_EV_CDR, NULL, 0);
	wait_start(&w);
	do
		read_all(f, &s);
	while (!s.cdrs && wait_more(&w));
	assert_int_equal(f->last, 1001);
	assert_int_equal(journal_ack(f->journal, 1002, &last), -ERANGE);
	assert_int_equal(last, 1001);
	assert_int_equal(journal_ack(f->journal, 1001, &last), 0);
}

static void anew(struct fixture *f, bool in_order)
{
	struct td_ev_start start = {.version = "test"};

	journal_stop(f->journal, in_order);
	f->journal = journal_start(f->dir, RESERVE, &f->err);
	assert_non_null(f->journal);
	journal_put_now(f->journal, JOURNAL_SIGNALLING, TD_EV_START, &start, sizeof(start));
}

static void alarm_put(struct fixture *f, enum td_alarm alarm, const char *object, bool raised)
{
	struct td_ev_alarm ev;

	alarm_init(&ev, alarm, object, raised);
	journal_put_now(f->journal, JOURNAL_SIGNALLING, TD_EV_ALARM, &ev, sizeof(ev));
}

/* The records so far, a word each; of an alarm with its object and text. */
static const char *told(struct fixture *f)
{
	static char all[1024];
	const void *payload;
	struct td_ev_alarm ev;
	struct td_rec rec;
	size_t n = 0;

	all[0] = '\0';
	while (journal_reader_next(f->reader, &rec, &payload) == 1) {
		if (rec.type == TD_EV_START || rec.type == TD_EV_STOP) {
			n += (size_t)snprintf(all + n, sizeof(all) - n, "%s\n",
				rec.type == TD_EV_START ? "start" : "stop");
		} else if (rec.type == TD_EV_ALARM) {
			memcpy(&ev, payload, sizeof(ev));
			n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s (%s) %s\n",
				ev.raised ? "+" : "-", ev.name, ev.object, ev.text);
		}
	}
	return all;
}

/* Each that stood has its end in the journal, once: after a crash from the next run, at a stop in
 * order from the run itself. One that had its end before has no other. */
static void alarms_end_with_the_run(void **state)
{
	struct fixture *f = *state;

	alarm_put(f, TD_ALARM_LINK_FULL, "north", true);
	alarm_put(f, TD_ALARM_LINK_FULL, "south", true);
	alarm_put(f, TD_ALARM_SITE_NOT_APPLIED, NULL, true);
	alarm_put(f, TD_ALARM_SITE_NOT_APPLIED, NULL, true);
	alarm_put(f, TD_ALARM_LINK_FULL, "north", false);
	anew(f, false);
	anew(f, false);
	alarm_put(f, TD_ALARM_QUEUE_UNATTENDED, "sales message", true);
	anew(f, true);
	journal_stop(f->journal, true);
	f->journal = NULL;
	assert_string_equal(told(f), "+link-full (north) \n"
				     "+link-full (south) \n"
				     "+site-not-applied () \n"
				     "+site-not-applied () \n"
				     "-link-full (north) \n"
				     "start\n"
				     "-link-full (south) the engine has started anew\n"
				     "-site-not-applied () the engine has started anew\n"
				     "start\n"
				     "+queue-unattended (sales message) \n"
				     "-queue-unattended (sales message) the engine stops\n"
				     "stop\n"
				     "start\n"
				     "stop\n");
}

static void bad_directory_is_refused(void **state)
{
	struct td_text err;

	assert_null(journal_start("/dev/null/journal", RESERVE, &err));
	assert_int_equal(errno, ENOTDIR);
	assert_non_null(strstr(err.s, "/dev/null/journal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(order_within_a_source, setup, teardown),
		cmocka_unit_test_setup_teardown(reserve_fills_and_empties, setup, teardown),
		cmocka_unit_test_setup_teardown(ring_overflow_is_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_the_first_acknowledgement_may_be_ahead, setup, teardown),
		cmocka_unit_test_setup_teardown(the_stop_is_the_last_record, setup, teardown),
		cmocka_unit_test_setup_teardown(alarms_end_with_the_run, setup, teardown),
		cmocka_unit_test(bad_directory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
