/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/file.h>
#include <system/journal/record.h>
#include <system/journal/segment.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_DIGITS 20 /* of UINT64_MAX */
#define SUFFIX        ".journal"
#define SEARCH_BYTES  (256u << 10)

const char *segment_name(uint64_t first, char out[static SEGMENT_NAME])
{
	snprintf(out, SEGMENT_NAME, "%0*" PRIu64 SUFFIX, NUMBER_DIGITS, first);
	return out;
}

/* The first record's number, 0 when this is not the name of a segment. */
static uint64_t number_of(const char *name)
{
	char *end;

	if (strspn(name, "0123456789") != NUMBER_DIGITS ||
		strcmp(name + NUMBER_DIGITS, SUFFIX) != 0)
		return 0;
	errno = 0;
	uint64_t first = strtoull(name, &end, 10);
	return errno ? 0 : first;
}

int segment_search(int fd, uint64_t *offset, struct td_rec *rec)
{
	unsigned char *buffer = malloc(SEARCH_BYTES);
	size_t at = 0, have = SEARCH_BYTES;
	int rc = buffer ? 0 : -ENOMEM;

	while (rc == 0 && have == SEARCH_BYTES) { /* less: the file's end */
		ssize_t n = pread(fd, buffer, SEARCH_BYTES, (off_t)*offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = -errno;
		have = n < 0 ? 0 : (size_t)n;
		for (at = 0; at < have && rc == 0; at += rc ? 0 : RECORD_ALIGN)
			rc = record_decode(buffer + at, have - at, rec) > 0;
		/* The last record may go on behind the buffer. */
		*offset += rc > 0 ? at : have == SEARCH_BYTES ? have - RECORD_BYTES_MAX : have;
	}
	free(buffer);
	return rc;
}

long segment_list(int dirfd, uint64_t **list)
{
	return file_numbers(dirfd, number_of, list);
}
