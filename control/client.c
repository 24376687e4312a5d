/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/client.h>
#include <system/socket.h>
#include <endian.h>
#include <engine/base/str.h>
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES 65536
#define NO_ANSWER  "%s: the program there does not answer; is it stopped?"

void client_head_encode(uint8_t out[static TD_API_HEAD], const struct td_api_msg *m)
{
	struct td_api_msg le = {
		htole32(m->len), htole16(m->op), (int16_t)htole16(m->status), htole32(m->id)};

	_Static_assert(sizeof(le) == TD_API_HEAD, "the header has no padding");
	memcpy(out, &le, sizeof(le));
}

int64_t client_head_decode(const uint8_t *data, size_t len, struct td_api_msg *m)
{
	if (len < TD_API_HEAD)
		return 0;
	memcpy(m, data, TD_API_HEAD);
	m->len = le32toh(m->len);
	m->op = le16toh(m->op);
	m->status = (int16_t)le16toh(m->status);
	m->id = le32toh(m->id);
	if (m->len > TD_API_MAX)
		return -EMSGSIZE;
	return len - TD_API_HEAD < m->len ? 0 : (int64_t)TD_API_HEAD + m->len;
}

static int hello(struct client *c, const char *program, int timeout_ms, struct td_text *err)
{
	json_t *body = json_pack("{s:i, s:s}", "version", TD_API_VERSION, "program", program);
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	int rc = -ENOMEM;

	if (text)
		rc = client_call(c, TD_API_HELLO, text, false, NULL, NULL, timeout_ms, err);
	else
		td_text_set(err, "out of memory");
	free(text);
	json_decref(body);
	return rc;
}

int client_open(struct client *c, const char *path, const char *program, int timeout_ms,
	struct td_text *err)
{
	int fd = socket_connect(path, timeout_ms), rc;

	*c = (struct client){.fd = fd, .next_id = 1};
	if (fd < 0) {
		c->fd = -1;
		if (fd == -ENOENT || fd == -ECONNREFUSED)
			td_text_set(err, "%s: no one listens there; is the program running?", path);
		else if (fd == -EAGAIN)
			td_text_set(err, NO_ANSWER, path);
		else
			td_text_set(err, "%s: %s", path, strerror(-fd));
		return fd == -EAGAIN ? -ETIMEDOUT : fd;
	}
	rc = hello(c, program, timeout_ms, err);
	if (rc == -ETIMEDOUT)
		td_text_set(err, NO_ANSWER, path);
	if (rc)
		client_close(c);
	return rc;
}

void client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	free(c->body);
	*c = (struct client){.fd = -1};
}

static int send_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EPIPE ? -ECONNRESET : errno == EAGAIN ? -ETIMEDOUT : -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int64_t client_send(struct client *c, enum td_api_op op, const char *body, size_t len)
{
	struct td_api_msg m = {.op = (uint16_t)op};
	uint8_t head[TD_API_HEAD];
	int rc;

	if (!body) {
		body = "{}";
		len = 2;
	}
	if (len > TD_API_MAX)
		return -EMSGSIZE;
	m.len = (uint32_t)len;
	m.id = c->next_id++;
	if (c->next_id == 0)
		c->next_id = 1;
	client_head_encode(head, &m);
	rc = send_all(c->fd, head, sizeof(head));
	if (rc == 0)
		rc = send_all(c->fd, body, len);
	return rc ? rc : (int64_t)m.id;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Takes the message that client_recv() gave out last off the buffer. */
static void drop_taken(struct client *c)
{
	if (c->taken)
		memmove(c->in, c->in + c->taken, c->in_len - c->taken);
	c->in_len -= c->taken;
	c->taken = 0;
}

/* Room for one more read. */
static int in_reserve(struct client *c)
{
	size_t cap = c->in_cap ? c->in_cap : 2 * READ_BYTES;
	uint8_t *in;

	while (cap < c->in_len + READ_BYTES)
		cap *= 2;
	if (cap == c->in_cap)
		return 0;
	in = realloc(c->in, cap);
	if (!in)
		return -ENOMEM;
	c->in = in;
	c->in_cap = cap;
	return 0;
}

/* Reads once what is there. 1, 0 on time-out, or a negative errno. */
static int in_read(struct client *c, int64_t deadline)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	int64_t left = deadline < 0 ? -1 : deadline - now_ms();
	ssize_t n;
	int rc = in_reserve(c);

	if (rc)
		return rc;
	rc = poll(&p, 1, deadline < 0 ? -1 : left > 0 ? (int)left : 0);
	if (rc <= 0)
		return rc < 0 && errno != EINTR ? -errno : 0;
	n = recv(c->fd, c->in + c->in_len, READ_BYTES, 0);
	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	if (n == 0)
		return -ECONNRESET;
	c->in_len += (size_t)n;
	return 1;
}

/* Waits for the next message, timeout_ms < 0 for ever. 1, 0 on time-out or a signal, or a negative
 * errno (-ECONNRESET: the server went away). */
static int client_recv(struct client *c, struct client_msg *m, int timeout_ms)
{
	int64_t deadline = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;

	drop_taken(c);
	for (;;) {
		int64_t whole = client_head_decode(c->in, c->in_len, &m->head);
		int rc;

		if (whole < 0)
			return (int)whole;
		if (whole > 0) {
			c->taken = (size_t)whole;
			break;
		}
		rc = in_read(c, deadline);
		if (rc <= 0)
			return rc;
	}
	free(c->body);
	c->body = malloc(m->head.len + 1);
	if (!c->body)
		return -ENOMEM;
	memcpy(c->body, c->in + TD_API_HEAD, m->head.len);
	c->body[m->head.len] = '\0';
	m->body = c->body;
	return 1;
}

/* The server's reason, or the errno's text. */
static void reason(const struct client_msg *m, struct td_text *err)
{
	json_t *body = json_loadb(m->body, m->head.len, 0, NULL);
	const char *text = json_string_value(json_object_get(body, "error"));

	td_text_set(err, "%s", text ? text : strerror(-m->head.status));
	json_decref(body);
}

static const char *broken(int rc)
{
	switch (rc) {
	case -ETIMEDOUT:
		return "no answer in time";
	case -ECONNRESET:
		return "the connection was closed";
	default:
		return strerror(-rc);
	}
}

int client_call(struct client *c, enum td_api_op op, const char *body, bool stream,
	bool (*row)(void *ctx, const char *body, size_t len), void *ctx, int timeout_ms,
	struct td_text *err)
{
	uint32_t id = c->next_id;
	int64_t sent = client_send(c, op, body, body ? strlen(body) : 0);
	struct client_msg m;
	/* A server that refuses a request by its head answers, and closes before it has read all.
	 */
	int rc = sent < 0 && sent != -ECONNRESET ? (int)sent : 1;

	while (rc == 1) {
		rc = client_recv(c, &m, timeout_ms);
		if (rc == 0)
			rc = -ETIMEDOUT;
		if (rc < 0)
			break;
		if (m.head.id != id)
			continue;
		if (m.head.status) {
			reason(&m, err);
			return m.head.status;
		}
		if (m.head.len && row && !row(ctx, m.body, m.head.len))
			return 0;
		if (!stream || !m.head.len)
			return 0;
	}
	td_text_set(err, "%s", broken(rc));
	return rc;
}
