/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A log of recordings that somebody wrote on purpose: its checks are right, all else is the
 * input's. Recovery writes nothing outside its folder, and ends.
 */
#include <engine/host/record/recover.h>
#include <engine/host/record/taplog.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tests/fuzz/fuzz.h>
#include <unistd.h>

#define RECORDS 64
#define PAYLOAD 256

static struct {
	char dir[64];
	int dirfd, logfd;
	struct journal *journal;
} place;

static void place_remove(void)
{
	char command[96];

	journal_stop(place.journal, false);
	snprintf(command, sizeof(command), "rm -rf %s", place.dir);
	FUZZ_HOLDS(system(command) == 0);
}

static void place_make(void)
{
	char path[96];
	struct td_text err;

	snprintf(place.dir, sizeof(place.dir), "/tmp/tandem-fuzz-taplog-XXXXXX");
	FUZZ_HOLDS(mkdtemp(place.dir));
	snprintf(path, sizeof(path), "%s/.log", place.dir);
	FUZZ_HOLDS(mkdir(path, 0700) == 0);
	place.logfd = open(path, O_RDONLY | O_DIRECTORY);
	place.dirfd = open(place.dir, O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "%s/journal", place.dir);
	place.journal = journal_start(path, 8u << 20, &err);
	FUZZ_HOLDS(place.journal && atexit(place_remove) == 0);
}

/* The next n octets of the input; zeroes behind its end. */
static void take(const uint8_t **data, size_t *size, void *out, size_t n)
{
	size_t there = n < *size ? n : *size;

	memset(out, 0, n);
	memcpy(out, *data, there);
	*data += there;
	*size -= there;
}

static void log_make(const uint8_t *data, size_t size)
{
	uint8_t payload[PAYLOAD + sizeof(struct taplog_start)];
	struct taplog log;
	struct disk disk;

	disk_init(&disk);
	taplog_init(&log, &disk, place.logfd, 1);
	for (unsigned i = 0; i < RECORDS && size; i++) {
		struct tap_rec rec;

		take(&data, &size, &rec, sizeof(rec));
		rec.recording %= 4;
		rec.now %= 600 * TD_NSEC_PER_SEC; /* or it writes hours of silence */
		if (rec.kind % 3 == 0)
			rec.kind = TAP_AUDIO;
		else
			rec.kind = rec.kind % 3 == 1 ? TAPLOG_START : TAPLOG_DONE;
		rec.len =
			rec.kind == TAPLOG_START ? sizeof(struct taplog_start) : rec.len % PAYLOAD;
		take(&data, &size, payload, rec.len);
		FUZZ_HOLDS(taplog_append(&log, &rec, payload, 1));
	}
	taplog_flush(&log);
	disk_drain(&disk);
	taplog_fini(&log);
	disk_fini(&disk);
}

static void recordings_remove(void)
{
	DIR *d = opendir(place.dir);
	struct dirent *e;

	FUZZ_HOLDS(d);
	while ((e = readdir(d)))
		if (e->d_type == DT_REG)
			unlinkat(place.dirfd, e->d_name, 0);
	closedir(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint64_t one = 1;
	char name[TAPLOG_NAME];

	if (!place.dir[0])
		place_make();
	log_make(data, size);
	(void)recover_run(place.dirfd, place.logfd, &one, 1, place.journal);
	unlinkat(place.logfd, taplog_name(1, name), 0);
	recordings_remove();
	return 0;
}
