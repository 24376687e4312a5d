/* SPDX-License-Identifier: BSD-3-Clause */
/* The listener of a Unix socket: clients come, and all end with it. */
#include <system/api_client.h>
#include <system/log.h>
#include <system/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 16

struct api {
	struct loop *loop;
	struct loop_fd watch;     /* of the listener */
	struct loop_timer accept; /* set while the listener is not watched */
	bool starved;             /* told, until a client is accepted again */
	int listener;
	char *path;
	struct api_clients clients;
};

/* The listener stays readable: watched, it would keep the loop from sleeping. */
static void accept_pause(struct api *a, int error)
{
	if (!a->starved)
		log_line(LOG_WARNING, "clients wait", "socket=%s reason=\"%s\"", a->path,
			strerror(error));
	a->starved = true;
	loop_fd_set(&a->watch, 0);
	loop_timer_set(&a->accept, loop_now(a->loop) + API_ACCEPT_NS);
}

static void accept_again(void *ctx, uint64_t now)
{
	struct api *a = ctx;

	loop_fd_set(&a->watch, LOOP_READ);
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
	rc = a->listener = socket_listen(path, BACKLOG);
	if (rc < 0)
		goto free_path;
	rc = loop_timer_add(loop, &a->accept, accept_again, a);
	if (rc)
		goto close_listener;
	rc = loop_fd_add(loop, &a->watch, a->listener, LOOP_READ, accept_client, a);
	if (rc)
		goto del_timer;
	return a;
del_timer:
	loop_timer_del(&a->accept);
close_listener:
	socket_unlink(path);
	close(a->listener);
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
	loop_fd_del(&a->watch);
	loop_timer_del(&a->accept);
	close(a->listener);
	socket_unlink(a->path);
	free(a->path);
	free(a);
}
