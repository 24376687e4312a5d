/* SPDX-License-Identifier: BSD-3-Clause */
/* What the disk can do to the archive: each line says what, where and what to do, and the rest
 * stays readable. */
#include <control/store/archive.h>
#include <control/store/store.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define WALL 1732220776000000000ull

static char dir[] = "/tmp/tandem-archive-XXXXXX";
static char path[64], segment[128];

static void sh(const char *command)
{
	assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/store.sqlite", dir);
	snprintf(segment, sizeof(segment), "%s-archive/00000000000000000001.archive", path);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	sh(command);
	return 0;
}

static struct store *open_store(void)
{
	struct td_text err;
	struct store *s = store_open(path, &err);

	if (!s)
		fail_msg("%s", err.s);
	return s;
}

/* Step `seq` of a call. 0 or a negative errno. */
static int step(struct store *s, uint64_t seq, const char *call)
{
	struct td_ev_story story = {0};
	struct td_rec rec = {.seq = seq,
		.wall = WALL + seq * TD_NSEC_PER_MSEC,
		.type = TD_EV_STORY,
		.len = sizeof(story)};

	snprintf(story.call, sizeof(story.call), "%s", call);
	snprintf(story.text, sizeof(story.text), "step %lu of %s", seq, call);
	return store_put(s, &rec, &story);
}

/* Four blocks of two steps; call 1.1 has a step in each, call 1.2 in the first and last. */
static struct store *four_blocks(void)
{
	struct store *s = open_store();

	for (uint64_t block = 0; block < 4; block++) {
		assert_int_equal(step(s, 2 * block + 1, "1.1"), 0);
		assert_int_equal(step(s, 2 * block + 2, block % 3 ? "1.3" : "1.2"), 0);
		assert_int_equal(store_seal(s), 0);
	}
	return s;
}

/* How often `text` is in what the store says of the call. */
static unsigned told(struct store *s, const char *call, const char *text)
{
	struct td_buf out;
	unsigned n = 0;

	buf_init(&out);
	if (store_call(s, call, &out) == 0) {
		buf_put(&out, "", 1);
		for (const char *at = out.data; (at = strstr(at, text)); at++)
			n++;
	}
	buf_free(&out);
	return n;
}

/* Byte `at` of the segment becomes another one; below 0, the file ends there. */
static void damage(long at, uint8_t with)
{
	int fd = open(segment, O_RDWR);
	uint8_t byte;

	assert_true(fd >= 0);
	if (at < 0) {
		assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) + at), 0);
	} else {
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= with;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
}

static void a_call_is_read_from_its_blocks(void **state)
{
	struct store *s = four_blocks();

	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 4);
	assert_int_equal(told(s, "1.2", "\"text\":\"step "), 2);
	assert_int_equal(told(s, "1.3", "\"text\":\"step "), 2);
	assert_int_equal(told(s, "1.4", ""), 0);
	assert_int_equal(step(s, 9, "1.1"), 0); /* it waits */
	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 5);
	store_close(s);
}

/* From its offer to ten minutes after its record; a live one, in the engine's last day. */
static void a_call_is_looked_for_in_its_time(void **state)
{
	struct td_ev_cdr cdr = {.id = "1732220000.1", .offered = WALL, .ended = WALL};
	struct td_rec rec = {.seq = 2, .wall = WALL, .type = TD_EV_CDR, .len = sizeof(cdr)};
	struct store *s = open_store();

	assert_int_equal(step(s, 1, "1732220000.1"), 0);
	assert_int_equal(store_put(s, &rec, &cdr), 0);
	assert_int_equal(step(s, 500 * 1000, "1732220000.1"), 0); /* ms: not recorded, say */
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(step(s, 700 * 1000, "1732220000.1"), 0);
	assert_int_equal(step(s, 700 * 1000 + 1, "1732220000.2"), 0);
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(told(s, "1732220000.1", "\"text\":\"step "), 2);
	assert_int_equal(told(s, "1732220000.2", "\"text\":\"step "), 1); /* live */
	assert_int_equal(told(s, "1732221000.1", "\"text\":\"step "), 0);
	store_close(s);
}

static void a_damaged_block_costs_its_records(void **state)
{
	static const struct {
		long at;
		uint8_t with;
		const char *why;
	} cases[] = {
		{sizeof(struct block_head) + 3, 1,
			"block 1 at byte 0: its checksum is wrong; its 2 "},
		{offsetof(struct block_head, version), 0x80,
			"block 1 at byte 0: a newer release of tandemd wrote it; its 2 "},
		{0, 1, "block 1 at byte 0: no block begins there; its 2 "},
		{-1, 0, ": its end is missing; its 2 records of "},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *s = four_blocks();

		damage(cases[i].at, cases[i].with);
		assert_int_equal(told(s, "1.1", "\"text\":\"step "), 3);
		assert_int_equal(told(s, "1.1", cases[i].why), 1);
		assert_int_equal(told(s, "1.1", segment), 1);
		assert_int_equal(
			told(s, "1.1",
				cases[i].at == offsetof(struct block_head, version)
					? "cannot be read; read it with that release"
					: "cannot be read; restore the file from a backup"),
			1);
		assert_int_equal(told(s, "1.3", "\"lost\""), 0); /* it is in other blocks */
		assert_int_equal(step(s, 9, "1.1"), 0);
		assert_int_equal(store_seal(s), 0);
		assert_int_equal(told(s, "1.1", "\"text\":\"step "), 4);
		store_close(s);
		teardown(state);
		assert_int_equal(setup(state), 0);
	}
}

static void a_missing_segment_costs_its_records(void **state)
{
	struct store *s = four_blocks();
	struct archive_reader r;
	struct archive_walk w;
	unsigned lost = 0;
	sqlite3 *db;
	int rc;

	store_close(s);
	assert_int_equal(unlink(segment), 0);
	s = open_store();
	assert_int_equal(step(s, 9, "1.1"), 0);
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 1);
	assert_int_equal(told(s, "1.1", "No such file or directory; its 2 records of "), 4);
	store_close(s);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(archive_reader_init(&r, db, path), 0);
	assert_int_equal(archive_walk_start(&w, &r), 0);
	while ((rc = archive_walk_next(&w)) == -EBADMSG)
		lost++;
	assert_int_equal(lost, 4);
	assert_int_equal(rc, 1);
	assert_int_equal(w.at.rec.seq, 9);
	archive_walk_end(&w);
	archive_reader_fini(&r);
	sqlite3_close(db);
}

/* Who deletes the store alone starts anew: the old segments stay as they are. */
static void segments_of_another_store_stay(void **state)
{
	char command[256];

	store_close(four_blocks());
	snprintf(command, sizeof(command), "cp '%s' '%s/copy'; rm '%s'*", segment, dir, path);
	snprintf(command, sizeof(command), "cp '%s' '%s/copy' && rm '%s'", segment, dir, path);
	sh(command);
	struct store *s = four_blocks();
	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 4);
	store_close(s);
	snprintf(command, sizeof(command), "cmp '%s' '%s/copy'", segment, dir);
	sh(command);
}

/* A restore, or rsync, puts a copy in the place of the file or of the directory that is open. What
 * comes then goes to a new segment. */
static void a_segment_that_is_replaced_is_left(void **state)
{
	struct store *s = four_blocks();
	char command[512], archive[128];

	snprintf(archive, sizeof(archive), "%s-archive", path);
	snprintf(command, sizeof(command), "cp '%s' '%s/copy' && mv '%s/copy' '%s'", segment, dir,
		dir, segment);
	sh(command);
	assert_int_equal(step(s, 9, "1.1"), 0);
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(store_safe(s), 9);
	assert_int_equal(store_replaced(s), 1);
	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 5);
	snprintf(command, sizeof(command),
		"cp -r '%s' '%s/copy' && rm -r '%s' && mv '%s/copy' '%s'", archive, dir, archive,
		dir, archive);
	sh(command);
	assert_int_equal(step(s, 10, "1.1"), 0);
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(store_replaced(s), 2);
	store_close(s);
	s = open_store();
	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 6);
	assert_int_equal(told(s, "1.1", "\"lost\""), 0);
	assert_int_equal(step(s, 11, "1.1"), 0);
	assert_int_equal(store_seal(s), 0);
	/* all of it is taken away */
	snprintf(command, sizeof(command), "rm -r '%s'", archive);
	sh(command);
	assert_int_equal(step(s, 12, "1.1"), 0);
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(store_replaced(s), 1);
	store_close(s);
	s = open_store();
	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 1);
	assert_int_equal(told(s, "1.1", "cannot be read"), 7);
	store_close(s);
}

/* A full disk: nothing is taken, nothing stays behind, and later all is. */
static void a_segment_that_cannot_be_written_leaves_nothing(void **state)
{
	const struct rlimit none = {.rlim_cur = 20, .rlim_max = RLIM_INFINITY};
	struct rlimit before;
	struct store *s = open_store();

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(step(s, 1, "1.1"), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	int rc = store_seal(s);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(rc < 0);
	assert_int_equal(store_safe(s), 0);
	assert_int_equal(access(segment, F_OK), -1);
	assert_int_equal(told(s, "1.1", ""), 0);
	assert_int_equal(step(s, 1, "1.1"), 0);
	assert_int_equal(store_seal(s), 0);
	assert_int_equal(store_safe(s), 1);
	assert_int_equal(told(s, "1.1", "\"text\":\"step "), 1);
	store_close(s);
}

/* Records of a block fill it: it is written without being asked for. */
static void a_full_block_is_written(void **state)
{
	struct store *s = open_store();
	uint64_t seq = 0;

	do {
		assert_int_equal(step(s, ++seq, "1.1"), 0);
	} while (store_waits(s));
	assert_in_range(seq, 5000, 50000);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_safe(s), seq);
	store_close(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_call_is_read_from_its_blocks),
		TEST(a_call_is_looked_for_in_its_time),
		TEST(a_damaged_block_costs_its_records),
		TEST(a_missing_segment_costs_its_records),
		TEST(segments_of_another_store_stay),
		TEST(a_segment_that_is_replaced_is_left),
		TEST(a_segment_that_cannot_be_written_leaves_nothing),
		TEST(a_full_block_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
