/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/client.h>
#include <control/link.h>
#include <system/log.h>
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_BYTES 65536
#define IDLE_MS    60000

void link_init(struct engine_link *l, const char *path, void (*up)(void *ctx), void *ctx)
{
	*l = (struct engine_link){.path = path,
		.up = up,
		.ctx = ctx,
		.fd = -1,
		.next_id = 1,
		.retry_ms = LINK_RETRY_MS};
	buf_init(&l->in);
	buf_init(&l->out);
}

/* Ends the connection; everyone who waits for an answer is told why there is none. */
static void link_break(struct engine_link *l, uint64_t now_ms, int status, const char *why)
{
	bool was_ready = l->ready;

	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->ready = false;
	l->sent = 0;
	buf_reset(&l->in);
	buf_reset(&l->out);
	l->retry_at_ms = now_ms + l->retry_ms;
	l->retry_ms = 2 * l->retry_ms > LINK_RETRY_MAX ? LINK_RETRY_MAX : 2 * l->retry_ms;
	if (was_ready)
		log_line(LOG_WARNING, "engine lost", "socket=%s reason=\"%s\"", l->path, why);
	for (unsigned i = 0; i < LINK_REQUESTS; i++) {
		struct link_request r = l->requests[i];

		l->requests[i].id = 0;
		if (r.id && r.done)
			r.done(r.ctx, status, why, strlen(why));
	}
}

void link_fini(struct engine_link *l)
{
	link_break(l, 0, -ESHUTDOWN, "tandemd ends");
	buf_free(&l->in);
	buf_free(&l->out);
}

int link_fd(const struct engine_link *l)
{
	return l->fd;
}

short link_events(const struct engine_link *l)
{
	return (short)(POLLIN | (l->sent < l->out.len ? POLLOUT : 0));
}

int link_send(struct engine_link *l, uint64_t now_ms, enum td_api_op op, const struct td_buf *body,
	void (*done)(void *ctx, int status, const char *body, size_t len), void *ctx)
{
	struct td_api_msg m = {.len = (uint32_t)body->len, .op = (uint16_t)op, .id = l->next_id};
	struct link_request *free_one = NULL;
	uint8_t head[TD_API_HEAD];

	if (body->error)
		return body->error;
	if (body->len > TD_API_MAX)
		return -EMSGSIZE;
	if (l->fd < 0 || (!l->ready && op != TD_API_HELLO))
		return -ENOTCONN;
	for (unsigned i = 0; i < LINK_REQUESTS && !free_one; i++)
		if (!l->requests[i].id)
			free_one = &l->requests[i];
	if (!free_one)
		return -EBUSY;
	client_head_encode(head, &m);
	buf_put(&l->out, head, sizeof(head));
	buf_put(&l->out, body->data, body->len);
	if (l->out.error)
		return l->out.error;
	*free_one = (struct link_request){m.id, now_ms + LINK_ANSWER_MS, done, ctx};
	l->next_id = l->next_id == UINT32_MAX ? 1 : l->next_id + 1;
	return 0;
}

static void hello_done(void *ctx, int status, const char *body, size_t len)
{
	struct engine_link *l = ctx;

	if (status == -ECONNRESET || status == -ESHUTDOWN)
		return;
	if (status) {
		log_line(LOG_ERR, "engine refuses us", "socket=%s reason=\"%.*s\"", l->path,
			(int)len, body);
		return;
	}
	l->ready = true;
	l->retry_ms = LINK_RETRY_MS;
	log_line(LOG_NOTICE, "engine connected", "socket=%s", l->path);
	l->up(l->ctx);
}

static int link_connect(struct engine_link *l, uint64_t now_ms)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char storage[64];
	struct td_buf body;

	if (!str_copy(a.sun_path, sizeof(a.sun_path), str_of(l->path)))
		return -ENAMETOOLONG;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return -errno;
	/* A Unix socket connects at once, or its backlog is full and we come again. */
	if (connect(l->fd, (struct sockaddr *)&a, sizeof(a)))
		return -errno;
	buf_init_fixed(&body, storage, sizeof(storage));
	buf_printf(&body, "{\"version\":%d,\"program\":\"tandemd\"}", TD_API_VERSION);
	return link_send(l, now_ms, TD_API_HELLO, &body, hello_done, l);
}

static int link_write(struct engine_link *l)
{
	while (l->sent < l->out.len) {
		ssize_t n = send(l->fd, l->out.data + l->sent, l->out.len - l->sent,
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		l->sent += (size_t)n;
	}
	buf_reset(&l->out);
	l->sent = 0;
	return 0;
}

static void answer(struct engine_link *l, const struct td_api_msg *m, const char *body)
{
	json_t *error;
	const char *why;

	for (unsigned i = 0; i < LINK_REQUESTS; i++) {
		struct link_request r = l->requests[i];

		if (r.id != m->id)
			continue;
		l->requests[i].id = 0;
		if (!r.done)
			return;
		if (!m->status) {
			r.done(r.ctx, 0, body, m->len);
			return;
		}
		error = json_loadb(body, m->len, 0, NULL);
		why = json_string_value(json_object_get(error, "error"));
		if (!why)
			why = strerror(-m->status);
		r.done(r.ctx, m->status < 0 ? m->status : -EPROTO, why, strlen(why));
		json_decref(error);
		return;
	}
}

static int link_read(struct engine_link *l)
{
	static char part[READ_BYTES];
	struct td_api_msg m;
	int64_t whole;
	ssize_t n = recv(l->fd, part, sizeof(part), MSG_DONTWAIT);
	size_t at = 0;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	buf_put(&l->in, part, (size_t)n);
	if (l->in.error)
		return l->in.error;
	while ((whole = client_head_decode((uint8_t *)l->in.data + at, l->in.len - at, &m)) > 0) {
		answer(l, &m, l->in.data + at + TD_API_HEAD);
		if (l->fd < 0)
			return 0;
		at += (size_t)whole;
	}
	memmove(l->in.data, l->in.data + at, l->in.len - at);
	l->in.len -= at;
	return whole < 0 ? (int)whole : 0;
}

/* The first time at which an answer is overdue; 0 when none is waited for. */
static uint64_t deadline(const struct engine_link *l)
{
	uint64_t first = 0;

	for (unsigned i = 0; i < LINK_REQUESTS; i++)
		if (l->requests[i].id && (!first || l->requests[i].deadline_ms < first))
			first = l->requests[i].deadline_ms;
	return first;
}

int link_turn(struct engine_link *l, uint64_t now_ms)
{
	uint64_t due;
	int rc = 0;

	if (l->fd < 0) {
		if (now_ms < l->retry_at_ms)
			return (int)(l->retry_at_ms - now_ms);
		rc = link_connect(l, now_ms);
	} else {
		rc = link_read(l);
	}
	if (rc == 0 && l->fd >= 0)
		rc = link_write(l);
	if (rc) {
		link_break(l, now_ms, -ECONNRESET, strerror(-rc));
		return (int)l->retry_ms;
	}
	due = deadline(l);
	if (due && due <= now_ms) {
		link_break(l, now_ms, -ETIMEDOUT, "the engine does not answer");
		return (int)l->retry_ms;
	}
	return due ? (int)(due - now_ms) : IDLE_MS;
}
