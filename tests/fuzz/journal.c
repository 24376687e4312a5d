/* SPDX-License-Identifier: BSD-3-Clause */
/* A segment of a journal, as a crash, a disk or somebody else may have left it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <system/journal/reader.h>
#include <system/journal/segment.h>
#include <tests/fuzz/fuzz.h>
#include <unistd.h>

static char dir[64];

static void folder_remove(void)
{
	char name[SEGMENT_NAME], path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, segment_name(1, name));
	unlink(path);
	rmdir(dir);
}

static void folder_make(void)
{
	snprintf(dir, sizeof(dir), "/tmp/tandem-fuzz-journal-XXXXXX");
	FUZZ_HOLDS(mkdtemp(dir) && atexit(folder_remove) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_reader *r;
	const void *payload;
	struct td_rec rec;
	uint64_t last = 0;
	char name[SEGMENT_NAME], path[128];
	int fd, rc;

	if (!dir[0])
		folder_make();
	snprintf(path, sizeof(path), "%s/%s", dir, segment_name(1, name));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	FUZZ_HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	r = journal_reader_open(dir);
	FUZZ_HOLDS(r);
	/* Damage is told as often as there is some, never for ever. */
	for (size_t i = 0; (rc = journal_reader_next(r, &rec, &payload)) != 0; i++) {
		FUZZ_HOLDS(i <= size && (rc == 1 || rc == -EBADMSG));
		if (rc == 1) {
			FUZZ_HOLDS(rec.seq > last);
			last = rec.seq;
		}
	}
	(void)journal_reader_end(r);
	journal_reader_close(r);
	return 0;
}
