/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/journal/reader.h>
#include <system/journal/record.h>
#include <system/journal/segment.h>
#include <system/journal/writer.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define RESERVE (1ull << 20)

struct fixture {
	char dir[64];
	struct td_text err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/journal-test-XXXXXX");
	*state = f;
	return mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int fd = open(f->dir, O_RDONLY | O_DIRECTORY);
	uint64_t *list;
	long n = segment_list(fd, &list);

	for (long i = 0; i < n; i++) {
		char name[SEGMENT_NAME];

		unlinkat(fd, segment_name(list[i], name), 0);
	}
	free(list);
	close(fd);
	rmdir(f->dir);
	free(f);
	return 0;
}

static struct journal_writer *writer(struct fixture *f)
{
	struct journal_writer *w = journal_writer_open(f->dir, RESERVE, &f->err);

	if (!w)
		fail_msg("%s", f->err.s);
	return w;
}

static void put(struct journal_writer *w, uint64_t value)
{
	assert_int_equal(journal_writer_put(w, value, TD_EV_CDR, &value, sizeof(value)), 0);
}

static void expect(struct journal_reader *r, uint64_t seq, uint64_t value)
{
	struct td_rec rec;
	const void *payload;
	uint64_t got;

	assert_int_equal(journal_reader_next(r, &rec, &payload), 1);
	assert_int_equal(rec.seq, seq);
	memcpy(&got, payload, sizeof(got));
	assert_int_equal(got, value);
}

static void expect_none(struct journal_reader *r)
{
	struct td_rec rec;
	const void *payload;

	assert_int_equal(journal_reader_next(r, &rec, &payload), 0);
}

static bool news(struct journal_reader *r)
{
	struct pollfd p = {.fd = journal_reader_fd(r), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static void reads_what_is_flushed(void **state)
{
	struct fixture *f = *state;
	struct journal_reader *r = journal_reader_open(f->dir);
	struct journal_writer *w = writer(f);

	expect_none(r);
	put(w, 100);
	expect_none(r);
	assert_int_equal(journal_writer_flush(w), 0);
	assert_true(news(r));
	expect(r, 1, 100);
	expect_none(r);
	journal_writer_close(w);

	w = writer(f); /* the sequence goes on */
	put(w, 101);
	put(w, 102);
	journal_writer_close(w);
	expect(r, 2, 101);
	expect(r, 3, 102);
	expect_none(r);
	assert_int_equal(journal_reader_seek(r, 2), 0);
	expect(r, 2, 101);
	journal_reader_close(r);
}

static void second_writer_is_refused(void **state)
{
	struct fixture *f = *state;
	struct journal_writer *w = writer(f);

	assert_null(journal_writer_open(f->dir, RESERVE, &f->err));
	assert_int_equal(errno, EBUSY);
	assert_non_null(strstr(f->err.s, f->dir));
	journal_writer_close(w);
	assert_null(journal_writer_open("/dev/null/x", RESERVE, &f->err));
	assert_int_equal(errno, ENOTDIR);
}

/* Fills to the reserve: diagnostics are refused first; an acknowledgement makes room. */
static void reserve_sheds_then_refuses(void **state)
{
	struct fixture *f = *state;
	struct journal_writer *w = writer(f);
	struct journal_reader *r = journal_reader_open(f->dir);
	struct journal_usage u;
	char payload[512] = {0};
	uint64_t n = 0, story_refused_at = 0;

	for (;;) {
		if (!story_refused_at &&
			journal_writer_put(w, 0, TD_EV_STORY, payload, sizeof(payload)) != 0) {
			journal_writer_usage(w, &u);
			story_refused_at = u.used;
		} else if (!story_refused_at) {
			n++;
		}
		if (journal_writer_put(w, 0, TD_EV_CDR, payload, sizeof(payload)) != 0)
			break;
		n++;
	}
	journal_writer_usage(w, &u);
	assert_in_range(story_refused_at, RESERVE / 4 * 3 - 1024, RESERVE / 4 * 3 + 1024);
	assert_in_range(u.used, RESERVE - 2048, RESERVE);
	assert_int_equal(journal_writer_put(w, 0, TD_EV_CDR, payload, sizeof(payload)), -ENOBUFS);
	assert_true(
		td_event_shed(TD_EV_LIVE) && !td_event_shed(TD_EV_ACD_IN)); /* replay needs all */
	assert_int_equal(journal_writer_flush(w), 0);
	assert_true(u.segments > 10);

	for (uint64_t seq = 1; seq <= n; seq++) {
		struct td_rec rec;
		const void *p;

		assert_int_equal(journal_reader_next(r, &rec, &p), 1);
		assert_int_equal(rec.seq, seq);
	}
	expect_none(r);
	assert_int_equal(journal_writer_ack(w, n / 2), 0);
	journal_writer_usage(w, &u);
	assert_in_range(u.used, RESERVE / 4, RESERVE / 4 * 3);
	assert_int_equal(journal_writer_put(w, 0, TD_EV_STORY, payload, sizeof(payload)), 0);
	assert_int_equal(journal_writer_ack(w, n + 1), 0);
	journal_writer_usage(w, &u);
	assert_int_equal(u.segments, 1);
	journal_writer_close(w);
	journal_reader_close(r);
}

/* A store that is ahead of the directory: numbers go on behind the store's. */
static void store_ahead_of_journal(void **state)
{
	struct fixture *f = *state;
	struct journal_writer *w = writer(f);
	struct journal_reader *r = journal_reader_open(f->dir);

	put(w, 1);
	assert_int_equal(journal_writer_ack(w, 50), 0);
	put(w, 2);
	assert_int_equal(journal_writer_flush(w), 0);
	expect(r, 51, 2);
	journal_writer_close(w);
	journal_reader_close(r);
}

/* Damage in the middle of an old segment costs one record, and is told once. */
static void damage_is_told(void **state)
{
	struct fixture *f = *state;
	struct journal_writer *w = writer(f);
	struct journal_reader *r = journal_reader_open(f->dir);
	char path[128], name[SEGMENT_NAME], payload[1000] = {0};
	struct td_rec rec;
	const void *p;
	int bad = 0, rc;
	uint64_t last = 0, count = 0;

	for (int i = 0; i < 200; i++)
		assert_int_equal(journal_writer_put(w, 0, TD_EV_CDR, payload, sizeof(payload)), 0);
	journal_writer_close(w);
	snprintf(path, sizeof(path), "%s/%s", f->dir, segment_name(1, name));
	int fd = open(path, O_RDWR);
	assert_int_equal(pwrite(fd, "x", 1, 10 * (off_t)record_bytes(sizeof(payload)) + 100), 1);
	close(fd);
	while ((rc = journal_reader_next(r, &rec, &p)) != 0) {
		if (rc == 1) {
			assert_true(rec.seq > last);
			last = rec.seq;
			count++;
		} else {
			assert_int_equal(rc, -EBADMSG);
			assert_int_equal(last, 10);
			bad++;
		}
	}
	assert_int_equal(bad, 1);
	assert_int_equal(last, 200);
	assert_int_equal(count, 199);
	journal_reader_close(r);
}

/* After a power cut a page of the open segment may be as it was before, and the one behind it as it
 * is now. What is whole stays, and no number comes twice. */
static void records_behind_a_hole_are_kept(void **state)
{
	struct fixture *f = *state;
	struct journal_reader *r = journal_reader_open(f->dir);
	char path[128], name[SEGMENT_NAME], hole[2 * sizeof(struct td_rec)] = {0};
	const off_t bytes = (off_t)record_bytes(sizeof(uint64_t));
	struct journal_usage u;
	struct td_rec rec;
	const void *p;

	for (unsigned damage = 0; damage < 2; damage++) {
		uint64_t before = 20 * damage;
		struct journal_writer *w = writer(f);

		for (uint64_t i = 1; i <= 20; i++)
			put(w, before + i);
		journal_writer_close(w);
		snprintf(path, sizeof(path), "%s/%s", f->dir, segment_name(before + 1, name));
		int fd = open(path, O_RDWR);
		memset(hole, damage ? 0xff : 0, sizeof(hole));
		assert_int_equal(pwrite(fd, hole, sizeof(hole), 7 * bytes + 8), sizeof(hole));
		close(fd);
		w = writer(f);
		journal_writer_usage(w, &u);
		assert_int_equal(u.last, before + 20);
		put(w, before + 21); /* a new segment */
		journal_writer_close(w);
		for (uint64_t i = 1; i <= 7; i++)
			expect(r, before + i, before + i);
		assert_int_equal(journal_reader_next(r, &rec, &p), -EBADMSG);
		for (uint64_t i = 10; i <= 20; i++)
			expect(r, before + i, before + i);
		if (!damage) { /* so that the next turn begins with a segment of its own */
			snprintf(path, sizeof(path), "%s/%s", f->dir, segment_name(21, name));
			assert_int_equal(unlink(path), 0);
		}
	}
	expect(r, 41, 41);
	expect_none(r);
	journal_reader_close(r);
}

static void damage_segment(const struct fixture *f, const void *bytes, size_t n, off_t at)
{
	char path[128], name[SEGMENT_NAME];

	snprintf(path, sizeof(path), "%s/%s", f->dir, segment_name(1, name));
	int fd = open(path, O_RDWR);
	if (n)
		assert_int_equal(pwrite(fd, bytes, n, at), n);
	else
		assert_int_equal(ftruncate(fd, at), 0);
	close(fd);
}

/* In the newest segment a reader waits behind what is not whole. Who waits for nothing is told
 * whether that is damage. */
static void damage_in_the_newest_segment_is_told_at_the_end(void **state)
{
	static const char hole[24], ones[24] = {1, 1, 1, 1, 1, 1, 1, 1};
	const off_t bytes = (off_t)record_bytes(sizeof(uint64_t));
	const struct {
		const char *with; /* NULL: the file ends there */
		off_t at;
		uint64_t whole, behind; /* records before and behind the damage */
	} cases[] = {
		{hole, 3 * bytes, 3, 6},
		{ones, 3 * bytes + 8, 3, 6},
		{ones, 9 * bytes + 8, 9, 0},
		{NULL, 9 * bytes + 4, 9, 0},
		{NULL, 10 * bytes, 10, 0},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct journal_writer *w = writer(f);
		struct journal_reader *r = journal_reader_open(f->dir);
		bool damaged = cases[i].whole < 10;

		for (uint64_t k = 1; k <= 10; k++)
			put(w, k);
		assert_int_equal(journal_writer_flush(w), 0);
		for (uint64_t k = 1; k <= 10; k++)
			expect(r, k, k);
		expect_none(r);
		assert_int_equal(journal_reader_end(r), 0);
		journal_writer_close(w);
		damage_segment(f, cases[i].with, cases[i].with ? sizeof(hole) : 0, cases[i].at);
		assert_int_equal(journal_reader_seek(r, 1), 0);
		for (uint64_t k = 1; k <= cases[i].whole; k++)
			expect(r, k, k);
		expect_none(r);
		assert_int_equal(journal_reader_end(r), damaged ? -EBADMSG : 0);
		for (uint64_t k = 11 - cases[i].behind; k <= 10; k++)
			expect(r, k, k);
		expect_none(r);
		assert_int_equal(journal_reader_end(r), 0);
		journal_reader_close(r);
		damage_segment(f, NULL, 0, 0); /* the next turn begins anew */
	}
}

/*
 * A writer is killed at a random moment, 50 times over, in one directory. Each time it tells
 * through shared memory how far its flush came: all of that must be there, each number once, each
 * payload what its number says. A reader that follows all the time must see the same.
 */
struct shared {
	uint64_t flushed;
};

static void write_until_killed(struct fixture *f, struct shared *s)
{
	struct journal_writer *w = journal_writer_open(f->dir, RESERVE, &f->err);
	struct journal_usage u;
	unsigned char payload[300];

	if (!w)
		_exit(1);
	for (unsigned i = 0;; i++) {
		journal_writer_usage(w, &u);
		for (unsigned k = 0; k <= i % 7; k++) {
			uint64_t seq = u.written + 1 + k;

			memset(payload, (int)(seq & 0xFF), sizeof(payload));
			if (journal_writer_put(w, seq, TD_EV_CDR, payload,
				    (uint32_t)(seq % sizeof(payload))) != 0)
				_exit(2);
		}
		if (journal_writer_flush(w) != 0)
			_exit(3);
		journal_writer_usage(w, &u);
		__atomic_store_n(&s->flushed, u.written, __ATOMIC_RELEASE);
		if (u.written > 300 && journal_writer_ack(w, u.written - 300) != 0)
			_exit(4);
	}
}

static uint64_t drain(struct journal_reader *r, uint64_t last)
{
	struct td_rec rec;
	const void *p;
	int rc;

	while ((rc = journal_reader_next(r, &rec, &p)) == 1) {
		const unsigned char *payload = p;

		assert_int_equal(rec.wall, rec.seq);
		assert_int_equal(rec.len, rec.seq % 300);
		for (uint32_t i = 0; i < rec.len; i++)
			assert_int_equal(payload[i], rec.seq & 0xFF);
		/* The writer may remove what a slow reader has not read: that is its right, as the
		 * acknowledgement is the reader's own in life. Here only: never twice, in order. */
		assert_true(rec.seq > last);
		last = rec.seq;
	}
	assert_int_equal(rc, 0);
	return last;
}

static void killed_at_random_moments(void **state)
{
	struct fixture *f = *state;
	struct shared *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct journal_reader *follower = journal_reader_open(f->dir);
	uint64_t last = 0;

	srand(42);
	for (int round = 0; round < 50; round++) {
		uint64_t before = __atomic_load_n(&s->flushed, __ATOMIC_ACQUIRE);
		pid_t pid = fork();

		if (pid == 0)
			write_until_killed(f, s);
		while (__atomic_load_n(&s->flushed, __ATOMIC_ACQUIRE) == before &&
			waitpid(pid, NULL, WNOHANG) == 0)
			usleep(100);
		usleep((useconds_t)(rand() % 4000));
		last = drain(follower, last);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		uint64_t flushed = __atomic_load_n(&s->flushed, __ATOMIC_ACQUIRE);
		assert_true(flushed > before);

		/* From far enough back that nothing was acknowledged: without a hole to the end. */
		struct journal_reader *r = journal_reader_open(f->dir);
		struct td_rec rec;
		const void *p;
		uint64_t expected = flushed > 250 ? flushed - 250 : 1;

		assert_int_equal(journal_reader_seek(r, expected), 0);
		while (journal_reader_next(r, &rec, &p) == 1)
			assert_int_equal(rec.seq, expected++);
		assert_true(expected > flushed);
		journal_reader_close(r);
		last = drain(follower, last);
		assert_int_equal(last, expected - 1);
	}
	assert_true(last > 1000);
	journal_reader_close(follower);
	munmap(s, sizeof(*s));
}

static struct fixture *oom_fixture;

static int open_and_write(void)
{
	struct td_text err;
	struct journal_writer *w = journal_writer_open(oom_fixture->dir, RESERVE, &err);
	struct journal_reader *r;
	int rc = 0;

	if (!w)
		return -errno;
	rc = journal_writer_put(w, 0, TD_EV_STOP, NULL, 0);
	journal_writer_close(w);
	if (rc)
		return rc;
	r = journal_reader_open(oom_fixture->dir);
	if (!r)
		return -errno;
	rc = journal_reader_seek(r, 1);
	journal_reader_close(r);
	return rc;
}

static void survives_oom(void **state)
{
	oom_fixture = *state;
	oom_each(open_and_write, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_is_flushed, setup, teardown),
		cmocka_unit_test_setup_teardown(second_writer_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(reserve_sheds_then_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(store_ahead_of_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(records_behind_a_hole_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			damage_in_the_newest_segment_is_told_at_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_at_random_moments, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_oom, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
