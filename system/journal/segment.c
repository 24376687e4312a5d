/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/file.h>
#include <system/journal/segment.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_DIGITS 20 /* of UINT64_MAX */
#define SUFFIX        ".journal"

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

long segment_list(int dirfd, uint64_t **list)
{
	return file_numbers(dirfd, number_of, list);
}
