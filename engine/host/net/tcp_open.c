/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/host/net/sockaddr.h>
#include <engine/host/net/tcp_open.h>
#include <engine/host/net/tcp_receive.h>
#include <engine/host/net/tcp_send.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <string.h>
#include <system/log.h>
#include <unistd.h>

#define KEEPALIVE_S       20 /* three probes go before TCP_UNREAD_NS has passed */
#define KEEPALIVE_AGAIN_S 5
#define KEEPALIVE_TRIES   3
#define FULL_WARN_NS      (10 * TD_NSEC_PER_SEC)

/* The kernel says whether the connection that we wanted is there. False: it has ended. */
static bool connected(struct conn *c)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(c->fd.fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err) {
		conn_end(c, &c->conns->stats.not_made, strerror(err));
		return false;
	}
	c->connecting = false;
	c->place.active = loop_now(c->conns->loop);
	conn_deadline_set(c);
	return true;
}

static void ready(void *ctx, uint32_t events)
{
	struct conn *c = ctx;

	if (c->connecting) {
		if (!connected(c))
			return;
		events = LOOP_WRITE;
	}
	if (events & LOOP_WRITE && !conn_flush(c))
		return;
	if (events & (LOOP_READ | LOOP_BROKEN) && !c->waiting && c->place.kind != PLACE_HALF)
		conn_readable(c);
	else if (events & LOOP_BROKEN)
		conn_end(c, &c->conns->stats.broken, "broken while signalling is behind");
}

static void wait_over(struct conn *c)
{
	conn_wait_end(c);
	if (c->fd.fd < 0 || c->place.kind == PLACE_HALF)
		conn_tell_end(c);
	else if (conn_share_left(c))
		conn_take_kept(c);
	else
		conn_wait(c);
}

void conns_retry(struct conns *s)
{
	for (unsigned n = s->waiting_count; n && !TAILQ_EMPTY(&s->waiting); n--)
		/* What is freed has left the list. */
		wait_over(TAILQ_FIRST(&s->waiting)); /* NOLINT(clang-analyzer-unix.Malloc) */
	if (s->waiting_count)
		loop_timer_set(&s->retry, loop_now(s->loop) + CONN_RETRY_NS);
}

static void retry(void *ctx, uint64_t now)
{
	conns_retry(ctx);
}

/*
 * The kernel sees a peer that has gone; one that acknowledges and reads nothing,
 * conn_deadline_set(). An idle connection is probed: firewalls remember it, and whoever has
 * forgotten it is found out before the next call. TCP_USER_TIMEOUT, where it is set, decides in
 * place of TCP_KEEPCNT, and by the time since the peer was last heard: so there are three probes
 * only when the first one goes well before that time is over (tcp(7)).
 */
static void socket_options(const struct conns *s, int fd)
{
	socket_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_S);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_AGAIN_S);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TRIES);
	socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	socket_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)(s->unread_ns / TD_NSEC_PER_MSEC));
}

/* 0, or -errno; `fd` is the connection's from now on. */
static int conn_open(struct conn *c, int fd, uint32_t events)
{
	int rc = loop_fd_add(c->conns->loop, &c->fd, fd, events, ready, c);

	if (rc < 0)
		close(fd);
	else
		conn_deadline_set(c);
	return rc;
}

static uint32_t conn_number(struct conns *s)
{
	s->accepted += s->accepted + 2 ? 2 : 4; /* 0 is none */
	return s->accepted;
}

void conns_full(struct conns *s)
{
	uint64_t now = loop_now(s->loop);

	s->stats.full++;
	if (now < s->full_warn_at)
		return;
	s->full_warn_at = now + FULL_WARN_NS;
	log_line(LOG_WARNING, "SIP connections are full",
		"open=%" PRIu64 " strangers=%u telephones=%u max_connections=%u "
		"advice=\"tandemctl show stats, section tcp\"",
		s->stats.open, places_loose(&s->places), s->places.count[PLACE_AGENT],
		s->places.max);
}

static void place_take(struct conns *s, struct conn_place *taken)
{
	struct conn *c = taken ? container_of(taken, struct conn, place) : NULL;

	if (c && taken->kind == PLACE_TRUNK)
		conn_end(c, &s->stats.ended_idle, "idle, and another needs the place");
	else if (c)
		conn_end(c, &s->stats.ended_stranger, "a stranger makes room");
}

/* True: there is room for one more, now that `taken` has gone. */
static bool room_made(struct conns *s, bool room, struct conn_place *taken)
{
	if (!room || (taken && taken->kind != PLACE_HALF))
		conns_full(s);
	place_take(s, taken);
	return room;
}

/* Counts what refuses it. */
static bool may_come(struct conns *s, const struct conn_source *source)
{
	struct conn_place *taken;
	bool room;

	if (source && !room_of_source(&s->places, source, loop_now(s->loop), &taken)) {
		s->stats.refused_source++;
		return false;
	}
	if (source)
		place_take(s, taken);
	room = room_to_accept(&s->places, s->stats.open, loop_now(s->loop), &taken);
	if (!source || !room_made(s, room, taken)) {
		s->stats.refused_full++;
		return false;
	}
	return true;
}

void conn_accept(struct conns *s, int fd, const struct td_addr *local, const struct td_addr *remote)
{
	struct conn_source *source = source_get(&s->places, remote);
	struct td_flow flow = {*local, *remote, TD_TRANSPORT_TCP};
	struct conn *c = NULL;

	if (may_come(s, source)) {
		flow.connection = conn_number(s);
		c = conn_alloc(s, &flow);
	}
	if (!c) {
		close(fd);
		if (source)
			source_put(&s->places, source);
		return;
	}
	s->stats.accepted++;
	place_stranger(&s->places, &c->place, source);
	socket_options(s, fd);
	if (conn_open(c, fd, LOOP_READ) < 0)
		conn_end(c, &s->stats.broken, "no memory");
}

static struct str remote_key(const struct td_addr *remote)
{
	return (struct str){(const char *)remote, sizeof(*remote)};
}

/* 0 or -errno. */
static int connect_to(struct conn *c)
{
	struct td_addr from = c->flow.local;
	union any_sockaddr to;
	socklen_t len = sockaddr_encode(&c->flow.remote, &to);
	int fd, rc = 0;

	from.port = 0;
	fd = socket_bound(&from, SOCK_STREAM);
	if (fd < 0)
		return fd;
	socket_options(c->conns, fd);
	if (connect(fd, &to.sa, len) < 0 && errno != EINPROGRESS)
		rc = -errno;
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return conn_open(c, fd, LOOP_WRITE);
}

/* source: it counts for; or NULL. */
static void make(struct conns *s, const struct td_flow *flow, struct conn_source *source)
{
	struct conn_place *taken;
	bool room = room_to_make(&s->places, s->stats.open, loop_now(s->loop), &taken);
	struct conn *c;
	int rc;

	room = room_made(s, room, taken);
	c = conn_alloc(s, flow);
	if (!c) { /* without memory the engine's timers end it */
		if (source)
			source_put(&s->places, source);
		return;
	}
	place_made(&s->places, &c->place, source);
	c->made = c->known = c->connecting = true;
	hash_add(&s->by_remote, &c->made_node, remote_key(&c->flow.remote));
	rc = room ? connect_to(c) : -EMFILE;
	if (!room)
		conn_end(c, &s->stats.refused_full, "max_connections is reached");
	else if (rc < 0)
		conn_end(c, &s->stats.not_made, strerror(-rc));
	else
		s->stats.made++;
}

void conn_make(struct conns *s, const struct td_flow *flow)
{
	make(s, flow, NULL);
}

static struct conn *conn_made(const struct conns *s, const struct td_flow *flow)
{
	for (struct hash_node *n = hash_first(&s->by_remote, remote_key(&flow->remote)); n;
		n = hash_next(n)) {
		struct conn *c = container_of(n, struct conn, made_node);

		if (!conn_ended(c) && c->place.kind != PLACE_HALF &&
			addr_equal(&c->flow.local, &flow->local) &&
			addr_equal(&c->flow.remote, &flow->remote))
			return c;
	}
	return NULL;
}

struct conn *conn_make_anew(struct conns *s, const struct td_flow *flow)
{
	struct conn *c = conn_made(s, flow);
	struct td_flow anew = *flow;
	struct conn_source *source;
	struct conn_place *taken;

	if (c)
		return c;
	source = source_get(&s->places, &flow->remote);
	if (!source)
		return NULL;
	if (!room_of_source(&s->places, source, loop_now(s->loop), &taken)) {
		s->stats.refused_source++;
		source_put(&s->places, source);
		return NULL;
	}
	place_take(s, taken);
	anew.connection = conn_number(s);
	make(s, &anew, source);
	return conn_lookup(s, anew.connection);
}

int conns_init(struct conns *s, uint64_t seed)
{
	TAILQ_INIT(&s->all);
	TAILQ_INIT(&s->waiting);
	if (hash_init(&s->by_number, s->places.max, seed) < 0)
		return -ENOMEM;
	if (hash_init(&s->by_remote, s->places.max, seed) < 0)
		goto free_numbers;
	if (places_init(&s->places, seed) < 0)
		goto free_remotes;
	if (loop_timer_add(s->loop, &s->retry, retry, s) < 0)
		goto free_places;
	return 0;
free_places:
	places_fini(&s->places);
free_remotes:
	hash_fini(&s->by_remote);
free_numbers:
	hash_fini(&s->by_number);
	return -ENOMEM;
}

void conns_fini(struct conns *s)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->all); c; c = next) {
		next = TAILQ_NEXT(c, link);
		c->known = false;
		if (c->fd.fd < 0)
			conn_free(c);
		else
			conn_end(c, &s->stats.ended_idle, "the engine stops");
	}
	loop_timer_del(&s->retry);
	places_fini(&s->places);
	hash_fini(&s->by_remote);
	hash_fini(&s->by_number);
}
