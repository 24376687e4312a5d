/* SPDX-License-Identifier: BSD-3-Clause */
/* The listener of a Unix socket: clients come, and all end with it. When its file is removed, it is
 * made again. */
#include <system/api_client.h>
#include <system/log.h>
#include <system/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 16

struct api {
	struct loop *loop;
	struct loop_fd watch;   /* of the listener */
	struct loop_timer look; /* at the path, and at a listener that is not watched */
	bool starved;           /* told, until a client is accepted again */
	bool lost;              /* told, until the path is ours again */
	int listener;
	char *path;
	struct stat place; /* what stands at the path while it is ours */
	struct api_clients clients;
};

/* The listener stays readable: watched, it would keep the loop from sleeping. */
static void accept_pause(struct api *a, int error)
{
	if (!a->starved)
		log_line(LOG_WARNING, "clients wait", "socket=%s reason=\"%s\"", a->path,
			strerror(error));
	a->starved = true;
	loop_fd_set(&a->watch, 0); /* until path_look() */
}

static void accept_client(void *ctx, uint32_t events)
{
	struct api *a = ctx;
	int fd = accept4(a->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			accept_pause(a, errno);
		return;
	}
	a->starved = false;
	if (!api_client_add(&a->clients, a->loop, fd))
		log_line(LOG_WARNING, "client refused", "clients=%u most=%u", a->clients.count,
			API_CLIENTS_MAX);
}

static const char *start_advice(int rc)
{
	return rc == -EADDRINUSE ? "another program serves it, give --socket"
	       : rc == -EEXIST   ? "it is no socket and stays, give --socket"
				 : "make its directory, writable for this user";
}

static bool path_ours(const struct api *a)
{
	struct stat st;

	return lstat(a->path, &st) == 0 && st.st_ino == a->place.st_ino &&
	       st.st_dev == a->place.st_dev;
}

/* A new listener at the path. The one before, which nobody can find any more, ends. */
static int path_take(struct api *a)
{
	int fd = socket_listen(a->path, BACKLOG), rc = 0;

	if (fd < 0)
		return fd;
	if (a->listener >= 0) {
		loop_fd_del(&a->watch);
		close(a->listener);
		a->listener = -1;
	}
	if (lstat(a->path, &a->place))
		rc = -errno;
	if (!rc)
		rc = loop_fd_add(a->loop, &a->watch, fd, LOOP_READ, accept_client, a);
	if (rc) {
		socket_unlink(a->path);
		close(fd);
		return rc;
	}
	a->listener = fd;
	return 0;
}

/* Somebody may remove the socket, or the folder it is in, while we serve it. */
static void path_look(void *ctx, uint64_t now)
{
	struct api *a = ctx;
	int rc;

	loop_timer_set(&a->look, now + API_LOOK_NS);
	if (a->listener >= 0)
		loop_fd_set(&a->watch, LOOP_READ);
	if (a->listener >= 0 && path_ours(a))
		return;
	rc = path_take(a);
	if (!rc)
		log_line(LOG_WARNING, "socket made again: it was removed", "socket=%s", a->path);
	else if (!a->lost)
		log_line(LOG_ERR, "socket lost", "socket=%s reason=\"%s\" note=\"%s\"", a->path,
			strerror(-rc), start_advice(rc));
	a->lost = rc != 0;
}

struct api *api_start(struct loop *loop, const char *path, const struct api_handlers *handlers,
	struct td_text *err)
{
	struct api *a = calloc(1, sizeof(*a));
	int rc = -ENOMEM;

	if (!a)
		goto fail;
	TAILQ_INIT(&a->clients.all);
	a->loop = loop;
	a->clients.handlers = *handlers;
	a->path = strdup(path);
	if (!a->path)
		goto free_a;
	a->listener = -1;
	rc = loop_timer_add(loop, &a->look, path_look, a);
	if (rc)
		goto free_path;
	rc = path_take(a);
	if (rc)
		goto del_timer;
	loop_timer_set(&a->look, loop_now(loop) + API_LOOK_NS);
	return a;
del_timer:
	loop_timer_del(&a->look);
free_path:
	free(a->path);
free_a:
	free(a);
fail:
	td_text_set(err, "socket %s: %s; %s", path, strerror(-rc), start_advice(rc));
	errno = -rc;
	return NULL;
}

void api_stop(struct api *a)
{
	if (!a)
		return;
	api_clients_end(&a->clients);
	loop_timer_del(&a->look);
	if (a->listener >= 0) {
		loop_fd_del(&a->watch);
		close(a->listener);
		if (path_ours(a))
			socket_unlink(a->path);
	}
	free(a->path);
	free(a);
}
