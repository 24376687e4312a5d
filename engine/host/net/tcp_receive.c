/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_receive.h>
#include <engine/host/net/tcp_send.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The halves of a ping come by two segments at most. What stays a half is no ping: it must not
 * become one together with a line end that comes much later. */
#define HALF_PING_NS TD_NSEC_PER_SEC
/* The peer sends no more, but may read what signalling sent before it heard so. */
#define HALF_NS TD_NSEC_PER_SEC

static uint64_t *fault_counter(struct td_section_tcp *n, enum stream_fault fault)
{
	switch (fault) {
#define COUNTER(id, name, text) \
	case STREAM_FAULT_##id: \
		return &n->name;
		STREAM_FAULTS(COUNTER)
#undef COUNTER
	default:
		return &n->broken;
	}
}

/* Takes what `data` begins with. *taken: how many octets; 0: no more now. False: it has ended. */
static bool take_one(struct conn *c, struct str data, size_t *taken)
{
	struct conns *s = c->conns;
	struct stream before = c->stream;
	enum stream_found found = stream_next(&c->stream, data, taken);

	switch (found) {
	case STREAM_FAULT:
		conn_end(c, fault_counter(&s->stats, c->stream.fault),
			stream_fault_text(c->stream.fault));
		return false;
	case STREAM_PING:
		s->stats.pings++;
		if (c->spoken && c->place.kind != PLACE_STRANGER) /* else only messages count */
			c->place.active = loop_now(s->loop);
		c->pong = true;
		return true;
	case STREAM_MESSAGE:
		if (!conn_tell(c, (struct str){data.p, *taken})) {
			c->stream = before;
			*taken = 0;
			conn_wait(c);
			return true;
		}
		s->stats.in++;
		c->in_count++;
		c->known = c->spoken = true;
		c->place.active = loop_now(s->loop);
		return true;
	default:
		return true;
	}
}

/* Takes all whole messages; *at: where the rest begins. False: it has ended. */
static bool take(struct conn *c, const char *data, size_t len, size_t *at)
{
	size_t taken;

	*at = 0;
	do {
		if (!take_one(c, (struct str){data + *at, len - *at}, &taken))
			return false;
		*at += taken;
		if (taken)
			c->begun = 0;
	} while (taken && *at < len);
	if (c->waiting)
		c->begun = 0;
	else if (!c->begun && stream_begun((struct str){data + *at, len - *at}))
		c->begun = loop_now(c->conns->loop);
	conn_deadline_set(c);
	conn_watch(c);
	return conn_pong(c);
}

static void conn_kept_free(struct conn *c)
{
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_room = 0;
	conn_held_set(c); /* less than before, so it ends nothing */
}

/* Takes what lies in c->in. */
void conn_take_kept(struct conn *c)
{
	size_t at;

	if (!take(c, c->in, c->in_len, &at))
		return;
	c->in_len -= at;
	if (at) {
		memmove(c->in, c->in + at, c->in_len);
		c->kept = loop_now(c->conns->loop);
	}
	if (!c->in_len)
		conn_kept_free(c);
}

static void half_ping_forget(struct conn *c)
{
	if (c->in_len && !stream_begun((struct str){c->in, c->in_len}) &&
		loop_now(c->conns->loop) - c->kept > HALF_PING_NS)
		conn_kept_free(c);
}

/* Room grows by doubling, so that a message that comes octet by octet is copied twice at most. */
static bool keep(struct conn *c, const char *data, size_t len)
{
	size_t room = c->in_room ? c->in_room : CONN_ROOM;
	char *in = c->in;

	if (!c->in_len)
		c->kept = loop_now(c->conns->loop);
	while (room < c->in_len + len)
		room *= 2;
	if (room != c->in_room)
		in = realloc(c->in, room);
	if (!in) {
		conn_end(c, &c->conns->stats.broken, "no memory");
		return false;
	}
	c->in = in;
	c->in_room = room;
	memcpy(in + c->in_len, data, len);
	c->in_len += len;
	return conn_held_set(c);
}

/* Signalling hears of the end at once, and what it has sent before still goes out. */
static void half_close(struct conn *c)
{
	conn_count_end(c, &c->conns->stats.ended_by_peer, "closed by the peer");
	place_half(&c->conns->places, &c->place);
	conn_kept_free(c);
	loop_timer_set(&c->deadline, loop_now(c->conns->loop) + HALF_NS);
	conn_watch(c);
	conn_tell_end(c);
}

static void came(struct conn *c, const char *data, size_t len)
{
	size_t at;

	c->came = true;
	if (!c->in_len) {
		if (take(c, data, len, &at) && at < len)
			keep(c, data + at, len - at);
	} else if (keep(c, data, len)) {
		conn_take_kept(c);
	}
}

void conn_readable(struct conn *c)
{
	struct conns *s = c->conns;
	ssize_t n = recv(c->fd.fd, s->scratch, sizeof(s->scratch), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	half_ping_forget(c);
	c->in_bytes += n > 0 ? (uint64_t)n : 0;
	if (n == 0 && c->known)
		half_close(c);
	else if (n == 0)
		conn_end(c, &s->stats.ended_by_peer, "closed by the peer");
	else if (n < 0)
		conn_end(c, &s->stats.broken, strerror(errno));
	else
		came(c, s->scratch, (size_t)n);
}
