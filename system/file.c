/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/file.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, unsigned char *data, size_t size, size_t *n)
{
	for (*n = 0; *n < size;) {
		ssize_t got = read(fd, data + *n, size - *n);

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			break;
		*n += got > 0 ? (size_t)got : 0;
	}
	return 0;
}

static int opened_read(int fd, size_t max, unsigned char **data, size_t *n)
{
	struct stat st;
	int rc;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	*data = malloc((size_t)st.st_size + 1);
	if (!*data)
		return -ENOMEM;
	rc = read_all(fd, *data, (size_t)st.st_size, n);
	(*data)[*n] = '\0';
	return rc;
}

int file_read(const char *path, size_t max, unsigned char **data, size_t *n, struct td_text *err)
{
	int fd = open(path,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a pipe does not hold us up */
	int rc = fd < 0 ? -errno : 0;

	*data = NULL;
	*n = 0;
	if (!rc)
		rc = opened_read(fd, max, data, n);
	if (fd >= 0)
		close(fd);
	if (!rc)
		return 0;
	free(*data);
	*data = NULL;
	if (rc == -EINVAL)
		td_text_set(err, "it is no ordinary file");
	else if (rc == -EFBIG)
		td_text_set(err, "it is longer than %zu MB", max >> 20);
	else
		td_text_set(err, "%s", strerror(-rc));
	return rc;
}

int file_create(int dirfd, const char *name, int flags, mode_t mode)
{
	int fd;

	if (unlinkat(dirfd, name, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dirfd, name, flags | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	return fd;
}

/* The whole path, also of a file that is not there yet. */
static bool resolve(const char *path, char out[static PATH_MAX])
{
	char dir[PATH_MAX], name[PATH_MAX];
	size_t n;

	if (realpath(path, out))
		return true;
	snprintf(dir, sizeof(dir), "%s", path);
	snprintf(name, sizeof(name), "%s", path);
	if (!realpath(dirname(dir), out))
		return false;
	n = strlen(out);
	return snprintf(out + n, PATH_MAX - n, "/%s", basename(name)) < (int)(PATH_MAX - n);
}

bool file_same(const char *a, const char *b)
{
	char first[PATH_MAX], second[PATH_MAX];
	struct stat x, y;

	if (stat(a, &x) == 0 && stat(b, &y) == 0)
		return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	return resolve(a, first) && resolve(b, second) && strcmp(first, second) == 0;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

long file_numbers(int dirfd, uint64_t (*number_of)(const char *name), uint64_t **list)
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
		uint64_t number = number_of(entry->d_name);

		if (!number)
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
		all[count++] = number;
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
