/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/socket.h>
#include <engine/base/str.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define MODE 0660

static int address(struct sockaddr_un *a, const char *path)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	return str_copy(a->sun_path, sizeof(a->sun_path), str_of(path)) ? 0 : -ENAMETOOLONG;
}

int socket_connect(const char *path, int timeout_ms)
{
	struct timeval timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000L};
	struct sockaddr_un a;
	int rc = address(&a, path), fd;

	if (rc)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (timeout_ms ? 0 : SOCK_NONBLOCK), 0);
	if (fd < 0)
		return -errno;
	/* A Unix socket connects at once, but waits for a place in a full backlog. */
	if ((timeout_ms && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout))) ||
		connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

int socket_unlink(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	return unlink(path) ? -errno : 0;
}

/* What a killed program left is in the way; what a live one serves is not ours, even when that one
 * is too busy to answer. connect() says ECONNREFUSED of an ordinary file, too. */
static int stale_remove(const char *path)
{
	int fd = socket_connect(path, 0);

	if (fd >= 0)
		close(fd);
	if (fd >= 0 || fd == -EAGAIN)
		return -EADDRINUSE;
	return fd == -ECONNREFUSED ? socket_unlink(path) : fd;
}

static int bind_to(int fd, const char *path)
{
	struct sockaddr_un a;
	int rc = address(&a, path);

	if (rc)
		return rc;
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	rc = stale_remove(path);
	if (rc)
		return rc;
	return bind(fd, (struct sockaddr *)&a, sizeof(a)) ? -errno : 0;
}

int socket_listen(const char *path, int backlog)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	rc = bind_to(fd, path);
	if (rc)
		goto close_fd;
	if (chmod(path, MODE) == 0 && listen(fd, backlog) == 0)
		return fd;
	rc = -errno;
	socket_unlink(path);
close_fd:
	close(fd);
	return rc;
}
