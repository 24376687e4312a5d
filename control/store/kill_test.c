/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The store's promise: killed with -9 at any moment, in the middle of a commit too, no record is
 * missing and none is there twice.
 *
 * A child follows the journal while this process writes it. Half of the children are killed from
 * outside after a random time; the others kill themselves at a random system call that changes the
 * files of SQLite or the archive, so that many die between the pages of one commit, in the middle
 * of a block, or between the two.
 */
#include <control/store/archive.h>
#include <control/store/follow.h>
#include <engine/base/prng.h>
#include <system/journal/writer.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <tests/unit/unit.h>
#include <time.h>
#include <unistd.h>

#define KILLS    50
#define WALL     1732220776000000000ull
#define SYSCALLS 40 /* of SQLite and the archive in some commits */

static char dir[] = "/tmp/tandem-kill-XXXXXX";
static char path[64], journal[64];

/* Shared with the children: what the last one did, and how it died. */
static struct {
	int calls_left; /* that change files, until it kills itself; below 0: it does not */
	int in_call;    /* it killed itself */
	int blocks;     /* that it wrote */
} * shared;

static bool is_child;
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fdatasync)(int);

static void die_when_due(void)
{
	if (shared->calls_left < 0 || shared->calls_left-- > 0)
		return;
	shared->in_call = 1;
	kill(getpid(), SIGKILL);
}

/* Dies with half of the bytes written. */
static ssize_t torn_pwrite(int fd, const void *data, size_t n, off_t offset)
{
	if (shared->calls_left == 0)
		real_pwrite(fd, data, n / 2, offset);
	die_when_due();
	return real_pwrite(fd, data, n, offset);
}

static int torn_fsync(int fd)
{
	die_when_due();
	return real_fdatasync(fd);
}

/* The archive's, by the linker; the parent writes the journal by them too. */
ssize_t __real_pwrite(int, const void *, size_t, off_t);
int __real_fdatasync(int);
ssize_t __wrap_pwrite(int, const void *, size_t, off_t);
int __wrap_fdatasync(int);

ssize_t __wrap_pwrite(int fd, const void *data, size_t n, off_t offset)
{
	return is_child ? torn_pwrite(fd, data, n, offset) : __real_pwrite(fd, data, n, offset);
}

int __wrap_fdatasync(int fd)
{
	return is_child ? torn_fsync(fd) : __real_fdatasync(fd);
}

static void torn_install(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	is_child = true;
	real_pwrite = __real_pwrite;
	real_fdatasync = __real_fdatasync;
	/* Which of the two SQLite uses depends on how it was built. */
	vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)torn_pwrite);
	vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)torn_pwrite);
	vfs->xSetSystemCall(vfs, "fsync", (sqlite3_syscall_ptr)torn_fsync);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* poll() passes over a descriptor of -1. */
static void watched(void *ctx, int fd)
{
	struct pollfd *p = ctx;

	p->fd = fd;
}

/* As tandemd does; commits far more often than it would, and writes more blocks. */
static void follow_until(uint64_t last)
{
	struct td_text err;
	struct store *s = store_open(path, &err);
	struct pollfd p = {.fd = -1, .events = POLLIN};
	unsigned turns = 0;
	struct follow f;

	if (!s) {
		fprintf(stderr, "%s\n", err.s);
		_exit(1);
	}
	follow_init(&f, s, journal);
	f.watch = watched;
	f.ctx = &p;
	while (store_seq(s) < last) {
		int wait = follow_turn(&f, now_ms());

		bool waits = store_waits(s);

		if (f.error || (turns++ % 2 ? store_commit(s) : store_seal(s))) {
			fprintf(stderr, "%s\n", store_error(s));
			_exit(2);
		}
		shared->blocks += waits && !store_waits(s);
		if (wait)
			poll(&p, 1, 1);
	}
	follow_fini(&f);
	store_close(s);
}

static void nap(unsigned us)
{
	struct timespec t = {.tv_nsec = (long)us * 1000};

	nanosleep(&t, NULL);
}

static void record_put(struct journal_writer *w, uint64_t n)
{
	struct td_ev_story story = {.call = "1732220776.1"};
	struct td_ev_cdr cdr = {.disposition = TD_CALL_ANSWERED, .talk_ms = (uint32_t)n};

	snprintf(story.text, sizeof(story.text), "%lu", n);
	snprintf(cdr.id, sizeof(cdr.id), "%lu", n);
	if (n % 3)
		assert_int_equal(
			journal_writer_put(w, WALL + n, TD_EV_STORY, &story, sizeof(story)), 0);
	else
		assert_int_equal(journal_writer_put(w, WALL + n, TD_EV_CDR, &cdr, sizeof(cdr)), 0);
	assert_int_equal(journal_writer_flush(w), 0);
}

static pid_t child_start(uint64_t last)
{
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		torn_install();
		follow_until(last);
		_exit(0);
	}
	assert_true(child > 0);
	return child;
}

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;
	int64_t v;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

/* Each record of the archive once, and the record that it says it is. */
static void archive_verify(sqlite3 *db, unsigned char *seen, uint64_t last)
{
	struct archive_reader r;
	struct archive_walk w;
	int rc;

	assert_int_equal(archive_reader_init(&r, db, path), 0);
	assert_int_equal(archive_walk_start(&w, &r), 0);
	while ((rc = archive_walk_next(&w)) == 1) {
		const struct td_ev_story *story = (const void *)w.at.payload;

		assert_in_range(w.at.rec.seq, 1, last);
		assert_int_equal(strtoull(story->text, NULL, 10), w.at.rec.seq);
		assert_int_equal(seen[w.at.rec.seq]++, 0);
	}
	assert_int_equal(rc, 0);
	archive_walk_end(&w);
	archive_reader_fini(&r);
}

/* Records that are no rows are in the archive. */
static void verify(uint64_t last)
{
	unsigned char *seen = calloc(last + 1, 1);
	sqlite3 *db;

	assert_non_null(seen);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(number(db, "SELECT count(*) FROM pragma_integrity_check WHERE "
				    "integrity_check != 'ok'"),
		0);
	assert_int_equal(number(db, "SELECT value FROM meta WHERE key = 'seq'"), last);
	assert_int_equal(number(db, "SELECT count(*) FROM missing"), 0);
	archive_verify(db, seen, last);
	for (uint64_t n = 1; n <= last; n++)
		assert_int_equal(seen[n], n % 3 != 0);
	assert_int_equal(number(db, "SELECT count(*) FROM cdr"), last / 3);
	assert_int_equal(number(db, "SELECT count(DISTINCT seq) FROM cdr"), last / 3);
	assert_true(number(db, "SELECT count(*) FROM archive") >= KILLS / 2);
	/* Each record's row is that record's. */
	assert_int_equal(number(db, "SELECT count(*) FROM cdr WHERE id != seq"), 0);
	sqlite3_close(db);
	free(seen);
}

static void killed_at_any_moment_nothing_is_lost_or_doubled(void **state)
{
	unsigned in_commit = 0;
	struct journal_writer *w;
	uint64_t written = 0;
	struct td_text err;
	struct prng p;

	prng_init(&p, 20261121);
	w = journal_writer_open(journal, 256 << 20, &err);
	assert_non_null(w);
	for (unsigned i = 0; i < KILLS; i++) {
		pid_t child;
		int status = 0;
		uint64_t end;

		shared->in_call = shared->blocks = 0;
		shared->calls_left = i % 2 ? (int)prng_below(&p, SYSCALLS) : -1;
		child = child_start(UINT64_MAX);
		end = now_ms() + 5 + prng_below(&p, 60);
		/* Of its own hand it dies sooner or later, as long as there is something to store.
		 */
		while (i % 2 ? waitpid(child, &status, WNOHANG) == 0
			     : now_ms() < end || !shared->blocks) {
			record_put(w, ++written);
			nap(200);
		}
		if (i % 2 == 0) {
			assert_int_equal(kill(child, SIGKILL), 0);
			assert_int_equal(waitpid(child, &status, 0), child);
		}
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		in_commit += (unsigned)shared->in_call;
	}
	assert_int_equal(in_commit, KILLS / 2);
	assert_true(written > 1000);
	shared->calls_left = -1;
	follow_until(written);
	journal_writer_close(w);
	verify(written);
}

static int setup(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/store.sqlite", dir);
	snprintf(journal, sizeof(journal), "%s/journal", dir);
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED;
}

static int teardown(void **state)
{
	char command[128];

	munmap(shared, sizeof(*shared));
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_any_moment_nothing_is_lost_or_doubled),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
