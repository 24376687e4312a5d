/* SPDX-License-Identifier: BSD-3-Clause */
/* What a power cut can leave of the recorder's log: cut, zeroed, with bits turned, from a seed. */
#include <engine/base/prng.h>
#include <engine/host/record/recover.h>
#include <engine/host/record/taplog.h>
#include <engine/base/wav.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define ROUNDS     300
#define RECORDINGS 2
#define PACKETS    50
#define FRAME      160
#define LOG_BYTES  65536

struct fixture {
	char dir[64], log_dir[80], journal_dir[80];
	int dirfd, logfd;
	struct journal *journal;
	unsigned char good[LOG_BYTES], spoiled[LOG_BYTES];
	size_t len;
};

static const char *path_of(unsigned recording)
{
	static char path[SPLIT_PATH];

	snprintf(path, sizeof(path), "%u.wav", recording);
	return path;
}

/* The log as the recorder writes it. first: the file of the first recording. Its length, in `out`.
 */
static size_t log_make(
	const struct fixture *f, const char *first, unsigned char out[static LOG_BYTES])
{
	char name[TAPLOG_NAME];
	uint8_t payload[FRAME];
	struct taplog log;
	struct disk disk;

	memset(payload, 0x55, sizeof(payload));
	disk_init(&disk);
	taplog_init(&log, &disk, f->logfd, 1);
	for (unsigned i = 0; i < RECORDINGS; i++) {
		struct taplog_start start = {0};
		struct tap_rec rec = {.kind = TAPLOG_START,
			.len = sizeof(start),
			.recording = i,
			.codec = TD_CODEC_PCMA};

		snprintf(start.call, sizeof(start.call), "1.%u", i);
		snprintf(start.path, sizeof(start.path), "%s", i ? path_of(i) : first);
		assert_true(taplog_append(&log, &rec, &start, 1));
	}
	for (unsigned i = 0; i < PACKETS * RECORDINGS; i++) {
		struct tap_rec rec = {.kind = TAP_AUDIO,
			.len = FRAME,
			.recording = i % RECORDINGS,
			.codec = TD_CODEC_PCMA,
			.ts = i / RECORDINGS * FRAME,
			.now = TD_NSEC_PER_SEC + i / RECORDINGS * 20 * TD_NSEC_PER_MSEC};

		assert_true(taplog_append(&log, &rec, payload, 1));
	}
	taplog_flush(&log);
	disk_drain(&disk);
	taplog_fini(&log);
	disk_fini(&disk);
	int fd = openat(f->logfd, taplog_name(1, name), O_RDONLY);
	ssize_t n = read(fd, out, LOG_BYTES);

	close(fd);
	unlinkat(f->logfd, name, 0);
	return n > 0 ? (size_t)n : 0;
}

static int setup(void **state)
{
	static struct fixture fixture;
	struct fixture *f = &fixture;
	struct td_text err;

	snprintf(f->dir, sizeof(f->dir), "/tmp/recover-test-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->log_dir, sizeof(f->log_dir), "%s/.log", f->dir);
	snprintf(f->journal_dir, sizeof(f->journal_dir), "%s/journal", f->dir);
	mkdir(f->log_dir, 0700);
	f->dirfd = open(f->dir, O_RDONLY | O_DIRECTORY);
	f->logfd = open(f->log_dir, O_RDONLY | O_DIRECTORY);
	f->journal = journal_start(f->journal_dir, 8u << 20, &err);
	if (!f->journal)
		fail_msg("%s", err.s);
	f->len = log_make(f, path_of(0), f->good);
	*state = f;
	return f->len > PACKETS * RECORDINGS * FRAME ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[96];

	journal_stop(f->journal, false);
	close(f->dirfd);
	close(f->logfd);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	return system(command);
}

/* Recovers the log; the frames of both recordings together. */
static unsigned recover(struct fixture *f, const void *log, size_t len)
{
	const uint64_t one = 1;
	char name[TAPLOG_NAME];
	unsigned frames = 0;
	int fd = openat(f->logfd, taplog_name(1, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, log, len), (ssize_t)len);
	close(fd);
	assert_in_range(recover_run(f->dirfd, f->logfd, &one, 1, f->journal), 0, RECORDINGS);
	assert_int_equal(faccessat(f->logfd, name, F_OK, 0), -1);
	for (unsigned i = 0; i < RECORDINGS; i++) {
		struct stat st;

		if (fstatat(f->dirfd, path_of(i), &st, 0) < 0)
			continue;
		frames += (unsigned)(st.st_size - WAV_HEADER_BYTES) / WAV_CHANNELS;
		unlinkat(f->dirfd, path_of(i), 0);
	}
	return frames;
}

static size_t spoil(struct fixture *f, struct prng *rng)
{
	size_t at = prng_below(rng, (uint32_t)f->len), n = 1 + prng_below(rng, 4096);

	memcpy(f->spoiled, f->good, f->len);
	n = n < f->len - at ? n : f->len - at;
	switch (prng_below(rng, 4)) {
	case 0:
		return at;
	case 1:
		memset(f->spoiled + at, 0, n);
		break;
	case 2:
		for (size_t i = 0; i < n; i++)
			f->spoiled[at + i] = (unsigned char)prng_u64(rng);
		break;
	default:
		f->spoiled[at] ^= (unsigned char)(1u << prng_below(rng, 8));
	}
	return f->len;
}

/* All before the damage is there, nothing is made up, and recovery ends. */
static void damage_costs_what_is_behind_it(void **state)
{
	struct fixture *f = *state;
	unsigned whole = recover(f, f->good, f->len), least = whole;
	struct prng rng;

	assert_int_equal(whole, RECORDINGS * PACKETS * FRAME);
	prng_init(&rng, 1);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned frames = recover(f, f->spoiled, spoil(f, &rng));

		assert_in_range(frames, 0, whole);
		assert_int_equal(frames % FRAME, 0);
		least = frames < least ? frames : least;
	}
	assert_in_range(least, 0, whole / 10);
}

/* The others are recovered all the same. */
static void a_file_elsewhere_is_not_written(void **state)
{
	static const char *const names[] = {"../escape.wav", "/tmp/recover-test-escape.wav",
		"day/../../escape.wav", ".log/escape.wav", "day//escape.wav", "./escape.wav",
		"escape.tap", ".wav", ""};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t n = log_make(f, names[i], f->spoiled);

		assert_int_equal(recover(f, f->spoiled, n), PACKETS * FRAME);
		assert_int_equal(faccessat(f->dirfd, *names[i] ? names[i] : "-", F_OK, 0), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(damage_costs_what_is_behind_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_elsewhere_is_not_written, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
