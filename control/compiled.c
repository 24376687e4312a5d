/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/compiled.h>
#include <system/file.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool compiled_beside(const char *path, char out[static PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s.new", path) < PATH_MAX;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int compiled_prepare(const char *path, const struct td_buf *head, const struct td_conf *conf)
{
	char tmp[PATH_MAX];
	struct td_buf text;
	int fd, rc = 0;

	if (!compiled_beside(path, tmp))
		return -ENAMETOOLONG;
	buf_init(&text);
	buf_put(&text, head->data, head->len);
	conf_encode(conf, &text);
	rc = head->error ? head->error : text.error;
	if (rc)
		goto free_text;
	/* The file has the digests of passwords, so nobody else may read it. */
	fd = file_create(AT_FDCWD, tmp, O_WRONLY, 0600);
	if (fd < 0) {
		rc = fd;
		goto free_text;
	}
	rc = write_all(fd, text.data, text.len);
	if (rc == 0 && fsync(fd))
		rc = -errno;
	close(fd);
	if (rc)
		unlink(tmp);
free_text:
	buf_free(&text);
	return rc;
}

int compiled_commit(const char *path)
{
	char tmp[PATH_MAX], copy[PATH_MAX];
	int fd, rc = 0;

	if (!compiled_beside(path, tmp))
		return -ENAMETOOLONG;
	if (rename(tmp, path))
		return -errno;
	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd))
		rc = -errno;
	close(fd);
	return rc;
}

void compiled_abandon(const char *path)
{
	char tmp[PATH_MAX];

	if (compiled_beside(path, tmp))
		unlink(tmp);
}
