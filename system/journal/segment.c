/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <system/journal/segment.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_DIGITS 20 /* of UINT64_MAX */
#define SUFFIX        ".journal"

const char *segment_name(uint64_t first, char out[static SEGMENT_NAME])
{
	snprintf(out, SEGMENT_NAME, "%0*" PRIu64 SUFFIX, NUMBER_DIGITS, first);
	return out;
}

uint64_t segment_first(const char *name)
{
	char *end;

	if (strspn(name, "0123456789") != NUMBER_DIGITS ||
		strcmp(name + NUMBER_DIGITS, SUFFIX) != 0)
		return 0;
	errno = 0;
	uint64_t first = strtoull(name, &end, 10);
	return errno ? 0 : first;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

long segment_list(int dirfd, uint64_t **list)
{
	uint64_t *all = NULL;
	size_t count = 0, cap = 0;
	int err = 0;
	/* Its own descriptor: closedir() closes it, and a directory's offset is the descriptor's.
	 */
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	*list = NULL;
	if (!dir) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		uint64_t first = segment_first(entry->d_name);

		if (!first)
			continue;
		if (count == cap) {
			cap = cap ? 2 * cap : 64;
			uint64_t *more = realloc(all, cap * sizeof(*more));
			if (!more) {
				err = -ENOMEM;
				break;
			}
			all = more;
		}
		all[count++] = first;
	}
	closedir(dir);
	if (err) {
		free(all);
		return err;
	}
	if (count)
		qsort(all, count, sizeof(*all), compare);
	*list = all;
	return (long)count;
}
