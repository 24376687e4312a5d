/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/api_client.h>
#include <system/log.h>
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (64u << 10) /* of one client in a row */
#define IN_BYTES   4096        /* the room that a client has at first */

_Static_assert(sizeof(struct td_api_msg) == 12, "as on the wire");

struct api_client {
	TAILQ_ENTRY(api_client) link;
	struct api_clients *all;
	struct loop_fd watch;
	int fd;                     /* -1: gone */
	unsigned refs;              /* the connection holds one */
	bool hello, paused, doomed; /* doomed: shut down, about to be closed */
	bool ended;                 /* it says no more, and may still listen */
	char *in;                   /* header and body of the message being read, NUL behind it */
	size_t in_len, in_cap;
	struct td_buf out;
	size_t sent; /* of out */
};

void api_client_get(struct api_client *c)
{
	c->refs++;
}

/* A client that has closed its writing side is not read: its end would be readable for ever. */
static void client_watch(struct api_client *c, bool writing)
{
	loop_fd_set(&c->watch, (c->ended ? 0 : LOOP_READ) | (writing ? LOOP_WRITE : 0));
}

/* Nobody but the connection itself has a reference: no answer is under way. */
static bool client_idle(const struct api_client *c, unsigned ours)
{
	return c->refs == 1 + ours && c->sent == c->out.len;
}

void api_client_put(struct api_client *c)
{
	if (--c->refs > 0) {
		if (c->fd >= 0 && c->ended && client_idle(c, 0))
			client_watch(c, true); /* client_ready() closes it */
		return;
	}
	buf_free(&c->out);
	free(c);
}

static void in_free(struct api_client *c)
{
	c->all->in_bytes -= c->in_cap;
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_cap = 0;
}

bool api_client_gone(const struct api_client *c)
{
	return c->fd < 0;
}

bool api_client_full(const struct api_client *c)
{
	return c->out.len - c->sent > API_OUT_PAUSE;
}

static void client_close(struct api_client *c)
{
	if (c->fd < 0)
		return;
	loop_fd_del(&c->watch);
	close(c->fd);
	c->fd = -1;
	in_free(c);
	TAILQ_REMOVE(&c->all->all, c, link);
	c->all->count--;
	c->all->handlers.closed(c->all->handlers.ctx, c);
	api_client_put(c);
}

/* What the socket takes now. False: the connection is broken. */
static bool client_send(struct api_client *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < 0)
			break;
		c->sent += (size_t)n;
	}
	if (c->sent == c->out.len) {
		buf_reset(&c->out);
		c->sent = 0;
	} else if (c->sent > API_OUT_PAUSE) {
		memmove(c->out.data, c->out.data + c->sent, c->out.len - c->sent);
		c->out.len -= c->sent;
		c->sent = 0;
	}
	client_watch(c, c->sent < c->out.len);
	return true;
}

static void queue(
	struct api_client *c, uint16_t op, uint32_t id, int status, const void *body, size_t len)
{
	struct td_api_msg m = {.len = (uint32_t)len, .op = op, .status = (int16_t)status, .id = id};

	if (c->fd < 0 || c->doomed)
		return;
	buf_put(&c->out, &m, sizeof(m));
	buf_put(&c->out, body, len);
	if (c->out.error || c->out.len - c->sent > API_OUT_MAX) {
		log_line(LOG_WARNING, "client closed: it does not read its answers", "bytes=%zu",
			c->out.len - c->sent);
		/* The client is not freed here, because callers go on with it. The next turn finds
		 * it shut. */
		buf_reset(&c->out);
		c->sent = 0;
		c->doomed = true;
		shutdown(c->fd, SHUT_RDWR);
		return;
	}
	c->paused |= api_client_full(c);
	client_watch(c, true);
}

void api_reply(struct api_client *c, uint16_t op, uint32_t id, const void *body, size_t len)
{
	queue(c, op, id, 0, body, len);
}

void api_reply_buf(struct api_client *c, uint16_t op, uint32_t id, const struct td_buf *body)
{
	if (body->error || body->len > TD_API_MAX)
		api_error(c, op, id, body->error ? body->error : -EMSGSIZE,
			"the answer did not fit in memory");
	else
		queue(c, op, id, 0, body->data, body->len);
}

void api_error(struct api_client *c, uint16_t op, uint32_t id, int status, const char *format, ...)
{
	char text[1024];
	struct td_buf body;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buf_init(&body);
	json_object_start(&body, NULL);
	json_str(&body, "error", str_of(text));
	json_object_end(&body);
	if (!body.error)
		queue(c, op, id, status, body.data, body.len);
	else
		queue(c, op, id, status, "{}", 2);
	buf_free(&body);
}

/* False: the connection must be closed once the answer is out. */
static bool hello(struct api_client *c, const struct td_api_msg *m, const char *body)
{
	json_t *request = json_loadb(body, m->len, 0, NULL);
	json_int_t version = json_integer_value(json_object_get(request, "version"));
	char text[128];
	bool good = m->op == TD_API_HELLO && version == TD_API_VERSION;

	json_decref(request);
	if (!good) {
		api_error(c, m->op, m->id, -EPROTO,
			"%s %s speaks version %d of this protocol and a HELLO comes first; use "
			"the programs of one release",
			program_invocation_short_name, TD_VERSION, TD_API_VERSION);
		return false;
	}
	c->hello = true;
	int n = snprintf(text, sizeof(text),
		"{\"version\":%d,\"program\":\"%s\",\"release\":\"%s\"}", TD_API_VERSION,
		program_invocation_short_name, TD_VERSION);
	api_reply(c, m->op, m->id, text, (size_t)n);
	return true;
}

/* Room for a message of `len` bytes and a NUL. Short ones have theirs whoever else is there. */
static bool in_reserve(struct api_client *c, size_t len)
{
	size_t cap = len + 1 > IN_BYTES ? len + 1 : IN_BYTES;
	char *in;

	if (cap <= c->in_cap)
		return true;
	if (len > sizeof(struct td_api_msg) + TD_API_REQUEST_MAX &&
		c->all->in_bytes - c->in_cap + cap > API_IN_MAX)
		return false;
	in = realloc(c->in, cap);
	if (!in)
		return false;
	c->all->in_bytes += cap - c->in_cap;
	c->in = in;
	c->in_cap = cap;
	return true;
}

/* How many bytes came; 0: no more now, or never more; -1: the connection is broken. */
static int read_bytes(struct api_client *c, size_t most)
{
	ssize_t n;

	do
		n = recv(c->fd, c->in + c->in_len, most, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	c->ended = n == 0;
	c->in_len += (size_t)n;
	return (int)n;
}

/* Only a configuration is long. */
static uint32_t request_max(const struct api_client *c, uint16_t op)
{
	return c->hello && (op == TD_API_APPLY || op == TD_API_CONFIG_APPLY) ? TD_API_MAX
									     : TD_API_REQUEST_MAX;
}

/* Of both: the connection must be closed, because nobody reads the body. */

static int no_room(struct api_client *c)
{
	struct td_api_msg m = {0};

	if (c->in_len >= sizeof(m))
		memcpy(&m, c->in, sizeof(m));
	api_error(c, m.op, m.id, -ENOBUFS,
		"no memory for %u bytes beside what other clients send; try again", m.len);
	client_send(c);
	return -1;
}

static const char *op_name(uint16_t op)
{
	switch (op) {
#define OP(ID, number, name, right, request, answer) \
	case TD_API_##ID:                            \
		return #name;
		TD_API_OPS(OP)
#undef OP
	default:
		return "this";
	}
}

static int too_long(struct api_client *c, const struct td_api_msg *m)
{
	api_error(c, m->op, m->id, -EMSGSIZE, "the request %s has %u bytes; it may have %u%s",
		op_name(m->op), m->len, request_max(c, m->op), c->hello ? "" : " before HELLO");
	client_send(c);
	return -1;
}

/* Reads into the message under way. 1: it is whole; 0: no more now; -1: close. */
static int read_message(struct api_client *c, struct td_api_msg *m, size_t *budget)
{
	for (;;) {
		size_t want = sizeof(*m);

		if (c->in_len >= sizeof(*m)) {
			memcpy(m, c->in, sizeof(*m));
			if (m->len > request_max(c, m->op))
				return too_long(c, m);
			want += m->len;
		}
		if (c->in_len >= sizeof(*m) && c->in_len == want)
			return 1;
		if (!*budget)
			return 0;
		if (!in_reserve(c, want))
			return no_room(c);
		int rc = read_bytes(c, want - c->in_len < *budget ? want - c->in_len : *budget);
		if (rc <= 0)
			return rc;
		*budget -= (size_t)rc;
	}
}

/* A request is a small object, whose longest string may be a site. To parse a million numbers would
 * take seconds. */
static bool values_few(const char *body, size_t len)
{
	unsigned count = 0;
	bool string = false;

	for (size_t i = 0; i < len; i++) {
		char c = body[i];

		if (c == '"')
			string = !string;
		else if (string && c == '\\')
			i++;
		else if (!string && (c == ',' || c == '[' || c == '{') &&
			 ++count > TD_API_VALUES_MAX)
			return false;
	}
	return true;
}

/* Whoever owes an answer holds a reference. One is the connection's, one client_ready()'s. */
static void request(struct api_client *c, const struct td_api_msg *m, const char *body)
{
	if (c->refs - 2 >= API_REQUESTS_MAX)
		api_error(c, m->op, m->id, -EBUSY,
			"%d requests of this client are under way; wait for an answer",
			API_REQUESTS_MAX);
	else if (!values_few(body, m->len))
		api_error(c, m->op, m->id, -EINVAL, "a request has at most %d values",
			TD_API_VALUES_MAX);
	else
		c->all->handlers.request(c->all->handlers.ctx, c, m, body);
}

static bool client_receive(struct api_client *c)
{
	size_t budget = READ_BYTES;
	struct td_api_msg m;
	int rc;

	while ((rc = read_message(c, &m, &budget)) == 1) {
		const char *body = c->in + sizeof(m);

		c->in[c->in_len] = '\0';
		c->in_len = 0;
		if (!c->hello || m.op == TD_API_HELLO) {
			if (!hello(c, &m, body)) {
				client_send(c);
				return false;
			}
			continue;
		}
		request(c, &m, body);
		if (c->in_cap > READ_BYTES)
			in_free(c);
	}
	return rc == 0;
}

static void client_ready(void *ctx, uint32_t events)
{
	struct api_client *c = ctx;
	bool good = true;

	api_client_get(c);
	if (events & LOOP_READ) {
		TAILQ_REMOVE(&c->all->all, c, link);
		TAILQ_INSERT_TAIL(&c->all->all, c, link);
		good = client_receive(c);
	}
	if (events & LOOP_BROKEN && (c->ended || !(events & LOOP_READ)))
		good = false;
	if (good && c->fd >= 0)
		good = client_send(c);
	if (good && c->paused && !api_client_full(c)) {
		c->paused = false;
		c->all->handlers.drained(c->all->handlers.ctx, c);
	}
	if (!good || (c->ended && client_idle(c, 1)))
		client_close(c);
	/* The analyzer does not count references: client_close() gave up the connection's. */
	api_client_put(c); /* NOLINT(clang-analyzer-unix.Malloc) */
}

static struct api_client *silent_longest(const struct api_clients *all)
{
	struct api_client *c;

	TAILQ_FOREACH (c, &all->all, link)
		if (client_idle(c, 0))
			return c;
	return NULL;
}

/* Somebody who keeps connections and says nothing must not lock an operator out. */
static void place_make(struct api_clients *all)
{
	struct api_client *c = all->count < API_CLIENTS_MAX ? NULL : silent_longest(all);

	if (!c)
		return;
	log_line(LOG_WARNING, "client closed: it was silent for longest, and another came",
		"clients=%u", all->count);
	client_close(c);
}

bool api_client_add(struct api_clients *all, struct loop *loop, int fd)
{
	struct api_client *c;

	place_make(all);
	c = all->count < API_CLIENTS_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (!c)
		goto refuse;
	c->all = all;
	c->fd = fd;
	c->refs = 1;
	buf_init(&c->out);
	if (loop_fd_add(loop, &c->watch, fd, LOOP_READ, client_ready, c) < 0)
		goto refuse;
	TAILQ_INSERT_TAIL(&all->all, c, link);
	all->count++;
	return true;
refuse:
	free(c);
	close(fd);
	return false;
}

void api_clients_end(struct api_clients *all)
{
	struct api_client *c;

	while ((c = TAILQ_FIRST(&all->all))) {
		/* Last answers are small. The analyzer does not see either that a closed client has
		 * left the list. */
		client_send(c); /* NOLINT(clang-analyzer-unix.Malloc) */
		client_close(c);
	}
}
