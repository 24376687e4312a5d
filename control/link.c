/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/client.h>
#include <control/link.h>
#include <system/log.h>
#include <system/socket.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 65536

/* Ends the connection; everyone who waits for an answer is told why there is none. */
static void link_end(struct engine_link *l, int status, const char *why)
{
	bool was_ready = l->ready;

	loop_fd_del(&l->watch);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->ready = false;
	l->sent = 0;
	buf_reset(&l->in);
	buf_reset(&l->out);
	if (was_ready)
		log_line(LOG_WARNING, "engine lost", "socket=%s reason=\"%s\"", l->path, why);
	for (unsigned i = 0; i < LINK_REQUESTS; i++) {
		struct link_request r = l->requests[i];

		l->requests[i].id = 0;
		if (r.id && r.done)
			r.done(r.ctx, status, why, strlen(why));
	}
	if (was_ready && l->down && status != -ESHUTDOWN)
		l->down(l->ctx, why);
}

/* Ends it, and begins another one later. */
static void link_break(struct engine_link *l, int status, const char *why)
{
	loop_timer_set(&l->timer, loop_now(l->loop) + l->retry_ms * TD_NSEC_PER_MSEC);
	l->retry_ms = 2 * l->retry_ms > LINK_RETRY_MAX ? LINK_RETRY_MAX : 2 * l->retry_ms;
	link_end(l, status, why);
}

void link_fini(struct engine_link *l)
{
	link_end(l, -ESHUTDOWN, "tandemd ends");
	loop_timer_del(&l->timer);
	buf_free(&l->in);
	buf_free(&l->out);
}

/* The first time at which an answer is overdue; TD_NEVER when none is waited for. */
static uint64_t deadline(const struct engine_link *l)
{
	uint64_t first = TD_NEVER;

	for (unsigned i = 0; i < LINK_REQUESTS; i++)
		if (l->requests[i].id && l->requests[i].deadline < first)
			first = l->requests[i].deadline;
	return first;
}

/* For what the connection waits now. */
static void link_wait(struct engine_link *l)
{
	uint64_t due = deadline(l);

	if (l->fd < 0)
		return; /* for link_break()'s timer */
	if (due != TD_NEVER)
		loop_timer_set(&l->timer, due);
	else
		loop_timer_stop(&l->timer);
	loop_fd_set(&l->watch, l->sent < l->out.len ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

int link_send(struct engine_link *l, enum td_api_op op, const struct td_buf *body,
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
	*free_one = (struct link_request){
		m.id, loop_now(l->loop) + LINK_ANSWER_MS * TD_NSEC_PER_MSEC, done, ctx};
	l->next_id = l->next_id == UINT32_MAX ? 1 : l->next_id + 1;
	link_wait(l);
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

	if (!m->id)
		return; /* none of ours: 0 marks a free place */
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

static void link_ready(void *ctx, uint32_t events)
{
	struct engine_link *l = ctx;
	int rc = link_read(l);

	if (rc == 0 && l->fd >= 0)
		rc = link_write(l);
	if (rc)
		link_break(l, -ECONNRESET, strerror(-rc));
	link_wait(l);
}

static int link_connect(struct engine_link *l)
{
	char storage[64];
	struct td_buf body;
	int rc;

	rc = socket_connect(l->path, 0);
	if (rc < 0)
		return rc; /* when its backlog is full, too: we come again */
	l->fd = rc;
	rc = loop_fd_add(l->loop, &l->watch, l->fd, LOOP_READ, link_ready, l);
	if (rc)
		return rc;
	buf_init_fixed(&body, storage, sizeof(storage));
	buf_printf(&body, "{\"version\":%d,\"program\":\"tandemd\"}", TD_API_VERSION);
	return link_send(l, TD_API_HELLO, &body, hello_done, l);
}

static void link_due(void *ctx, uint64_t now)
{
	struct engine_link *l = ctx;
	int rc;

	if (l->fd >= 0) {
		link_break(l, -ETIMEDOUT, "the engine does not answer");
		return;
	}
	rc = link_connect(l);
	if (rc)
		link_break(l, -ECONNRESET, strerror(-rc));
}

int link_init(struct engine_link *l, struct loop *loop, const char *path, void (*up)(void *ctx),
	void *ctx)
{
	int rc;

	*l = (struct engine_link){.path = path,
		.up = up,
		.ctx = ctx,
		.loop = loop,
		.fd = -1,
		.next_id = 1,
		.retry_ms = LINK_RETRY_MS};
	buf_init(&l->in);
	buf_init(&l->out);
	rc = loop_timer_add(loop, &l->timer, link_due, l);
	if (rc == 0)
		loop_timer_set(&l->timer, loop_now(loop));
	return rc;
}
