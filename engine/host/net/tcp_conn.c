/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *   accepted ─────────────────┐
 *   made ──► connecting ──► open ──► ended ──told──► freed
 *               │             └─► half ──┤
 *               └────────────────────────┘
 */
#include <dataplane/dataplane.h>
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/host/net/sockaddr.h>
#include <engine/host/net/tcp_conn.h>
#include <engine/host/spsc.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <system/log.h>
#include <unistd.h>

/* The halves of a ping come by two segments at most. What stays a half is no ping: it must not
 * become one together with a line end that comes much later. */
#define HALF_PING_NS TD_NSEC_PER_SEC
/* The peer sends no more, but may read what signalling sent before it heard so. */
#define HALF_NS      TD_NSEC_PER_SEC
#define FULL_WARN_NS (10 * TD_NSEC_PER_SEC)

static struct str number_key(const uint32_t *number)
{
	return (struct str){(const char *)number, sizeof(*number)};
}

struct conn *conn_lookup(const struct conns *s, uint32_t number)
{
	for (struct hash_node *n = hash_first(&s->by_number, number_key(&number)); n;
		n = hash_next(n)) {
		struct conn *c = container_of(n, struct conn, node);

		if (c->flow.connection == number)
			return c;
	}
	return NULL;
}

static void conn_wait_end(struct conn *c)
{
	TAILQ_REMOVE(&c->conns->waiting, c, wait);
	c->conns->waiting_count--;
	c->waiting = false;
}

static void conn_free(struct conn *c)
{
	struct conns *s = c->conns;

	if (c->waiting)
		conn_wait_end(c);
	LIST_REMOVE(c, link);
	hash_del(&s->by_number, &c->node);
	free(c);
}

/* What the ring has no room for is said when it has, and what is beyond a share when its turn
 * comes. */
static void conn_wait(struct conn *c)
{
	struct conns *s = c->conns;

	if (c->waiting)
		return;
	TAILQ_INSERT_TAIL(&s->waiting, c, wait);
	c->waiting = true;
	if (s->waiting_count++ == 0)
		loop_timer_set(&s->retry, loop_now(s->loop) + CONN_RETRY_NS);
}

static bool tell(struct conn *c, bool ended, const char *data, size_t len)
{
	struct tcp_news *news = spsc_reserve(c->conns->in, sizeof(*news) + len);

	if (!news)
		return false;
	*news = (struct tcp_news){.flow = c->flow, .ended = ended, .len = (uint32_t)len};
	if (data)
		memcpy(news + 1, data, len);
	spsc_commit(c->conns->in);
	dp_signal_wake(c->conns->dp);
	return true;
}

/*
 * A connection has CONN_SHARE messages under way to signalling at most. So who sends without end
 * is served in turn with the others, and their messages do not queue up behind all of its own.
 */
static bool share_left(struct conn *c)
{
	if (atomic_load_explicit(c->conns->taken, memory_order_acquire) >= c->told)
		c->share = CONN_SHARE;
	return c->share > 0;
}

static bool tell_message(struct conn *c, struct str message)
{
	if (!share_left(c) || !tell(c, false, message.p, message.n))
		return false;
	c->share--;
	c->told = ++c->conns->told;
	return true;
}

static void count_end(struct conn *c, uint64_t *counter, const char *why)
{
	struct conns *s = c->conns;
	char remote[ADDR_TEXT];

	(*counter)++;
	if (counter != &s->stats.ended_by_peer && counter != &s->stats.ended_idle &&
		counter != &s->stats.ended_stranger)
		log_line(LOG_NOTICE, "SIP connection ended", "with=%s reason=\"%s\"",
			addr_encode(&c->flow.remote, remote), why);
}

/* Nothing of it is touched any more, but its number while signalling must hear of the end. */
static void conn_end(struct conn *c, uint64_t *counter, const char *why)
{
	struct conns *s = c->conns;

	if (!c->place.half)
		count_end(c, counter, why);
	s->stats.open--;
	place_end(&s->places, &c->place);
	loop_fd_del(&c->fd);
	loop_timer_del(&c->deadline);
	if (c->fd.fd >= 0)
		close(c->fd.fd);
	c->fd.fd = -1;
	free(c->in);
	c->in = NULL;
	tcp_out_fini(&c->out);
	s->held -= c->held;
	c->held = 0;
	if (c->known && !tell(c, true, NULL, 0))
		conn_wait(c);
	else
		conn_free(c);
}

static void watch(struct conn *c)
{
	uint32_t events = (c->waiting || c->connecting || c->place.half ? 0 : LOOP_READ) |
			  (c->out.len || c->connecting ? LOOP_WRITE : 0);

	if (events != c->fd.events)
		loop_fd_set(&c->fd, events);
}

static void deadline_set(struct conn *c)
{
	uint64_t at = c->active + (c->spoken ? c->conns->idle_ns : c->conns->patience_ns);

	if (c->place.half) /* half_close() has set it */
		return;
	if (c->begun && c->begun + c->conns->patience_ns < at)
		at = c->begun + c->conns->patience_ns;
	if (c->waiting) /* for us: the peer is not slow */
		at = loop_now(c->conns->loop) + c->conns->idle_ns;
	if (c->out.len && !c->connecting && c->moved + c->conns->unread_ns < at)
		at = c->moved + c->conns->unread_ns;
	loop_timer_set(&c->deadline, at);
}

static void due(void *ctx, uint64_t now)
{
	struct conn *c = ctx;
	struct td_section_tcp *n = &c->conns->stats;

	if (c->place.half)
		conn_end(c, &n->ended_by_peer, "closed by the peer");
	else if (c->out.len && !c->connecting && now >= c->moved + c->conns->unread_ns)
		conn_end(c, &n->ended_full, "it has taken nothing for too long");
	else if (c->connecting)
		conn_end(c, &n->not_made, "it is not answered");
	else if (c->begun || !c->spoken)
		conn_end(c, &n->ended_slow, "no whole message comes");
	else
		conn_end(c, &n->ended_idle, "idle");
}

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

/* False: it has ended, as the one that holds most when all together hold too much. */
static bool held_set(struct conn *c)
{
	struct conns *s = c->conns;
	struct conn *most = c, *other;

	s->held += c->in_room + c->out.room - c->held;
	c->held = c->in_room + c->out.room;
	if (s->held <= s->held_max)
		return true;
	LIST_FOREACH (other, &s->all, link)
		if (other->held > most->held)
			most = other;
	conn_end(most, &s->stats.ended_full, "what waits in all connections is too much");
	return most != c;
}

/* False: it has ended. */
static bool out_send(struct conn *c)
{
	ssize_t n = tcp_out_send(&c->out, c->fd.fd);

	if (n < 0) {
		conn_end(c, &c->conns->stats.broken, strerror((int)-n));
		return false;
	}
	if (n > 0)
		c->moved = loop_now(c->conns->loop);
	return held_set(c);
}

/* What follows what waits goes with it, when the socket takes more. False: it has ended. */
static bool put(struct conn *c, const char *data, size_t len)
{
	bool first = !c->out.len;

	if (first)
		c->moved = loop_now(c->conns->loop);
	if (c->out.len + len > CONN_OUT_MAX || tcp_out_keep(&c->out, data, len) < 0) {
		conn_end(c, &c->conns->stats.ended_full, "it does not take what we send");
		return false;
	}
	if (first && !c->connecting ? !out_send(c) : !held_set(c))
		return false;
	if (first)
		deadline_set(c);
	watch(c);
	return true;
}

/* One answer for all pings that came meanwhile. False: it has ended. */
static bool pong(struct conn *c)
{
	if (!c->pong || c->out.len)
		return true;
	c->pong = false;
	return put(c, "\r\n", 2);
}

/* False: it has ended. */
static bool flush(struct conn *c)
{
	if (!c->connecting && (!out_send(c) || !pong(c)))
		return false;
	deadline_set(c);
	watch(c);
	return true;
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
		c->active = loop_now(s->loop);
		c->pong = true;
		return true;
	case STREAM_MESSAGE:
		if (!tell_message(c, (struct str){data.p, *taken})) {
			c->stream = before;
			*taken = 0;
			conn_wait(c);
			return true;
		}
		s->stats.in++;
		c->known = c->spoken = true;
		c->active = loop_now(s->loop);
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
	deadline_set(c);
	watch(c);
	return pong(c);
}

static void kept_free(struct conn *c)
{
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_room = 0;
	held_set(c); /* less than before, so it ends nothing */
}

/* Takes what lies in c->in. */
static void take_kept(struct conn *c)
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
		kept_free(c);
}

static void half_ping_forget(struct conn *c)
{
	if (c->in_len && !stream_begun((struct str){c->in, c->in_len}) &&
		loop_now(c->conns->loop) - c->kept > HALF_PING_NS)
		kept_free(c);
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
	return held_set(c);
}

static void tell_end(struct conn *c)
{
	if (!tell(c, true, NULL, 0))
		conn_wait(c);
	else if (c->fd.fd < 0)
		conn_free(c);
	else
		c->known = false;
}

/* Signalling hears of the end at once, and what it has sent before still goes out. */
static void half_close(struct conn *c)
{
	count_end(c, &c->conns->stats.ended_by_peer, "closed by the peer");
	place_half(&c->conns->places, &c->place);
	kept_free(c);
	loop_timer_set(&c->deadline, loop_now(c->conns->loop) + HALF_NS);
	watch(c);
	tell_end(c);
}

static void came(struct conn *c, const char *data, size_t len)
{
	size_t at;

	if (!c->in_len) {
		if (take(c, data, len, &at) && at < len)
			keep(c, data + at, len - at);
	} else if (keep(c, data, len)) {
		take_kept(c);
	}
}

static void readable(struct conn *c)
{
	struct conns *s = c->conns;
	ssize_t n = recv(c->fd.fd, s->scratch, sizeof(s->scratch), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	half_ping_forget(c);
	if (n == 0 && c->known)
		half_close(c);
	else if (n == 0)
		conn_end(c, &s->stats.ended_by_peer, "closed by the peer");
	else if (n < 0)
		conn_end(c, &s->stats.broken, strerror(errno));
	else
		came(c, s->scratch, (size_t)n);
}

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
	c->active = loop_now(c->conns->loop);
	deadline_set(c);
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
	if (events & LOOP_WRITE && !flush(c))
		return;
	if (events & (LOOP_READ | LOOP_BROKEN) && !c->waiting && !c->place.half)
		readable(c);
	else if (events & LOOP_BROKEN)
		conn_end(c, &c->conns->stats.broken, "broken while signalling is behind");
}

static void wait_over(struct conn *c)
{
	conn_wait_end(c);
	if (c->fd.fd < 0 || c->place.half)
		tell_end(c);
	else if (share_left(c))
		take_kept(c);
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

static struct conn *conn_alloc(struct conns *s, const struct td_flow *flow)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->conns = s;
	c->flow = *flow;
	c->fd.fd = -1;
	c->active = loop_now(s->loop);
	if (loop_timer_add(s->loop, &c->deadline, due, c) < 0) {
		free(c);
		return NULL;
	}
	LIST_INSERT_HEAD(&s->all, c, link);
	hash_add(&s->by_number, &c->node, number_key(&c->flow.connection));
	s->stats.open++;
	return c;
}

/* The kernel sees a peer that has gone; one that acknowledges and reads nothing, deadline_set(). */
static void socket_options(const struct conns *s, int fd)
{
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
		deadline_set(c);
	return rc;
}

uint32_t conn_number(struct conns *s)
{
	s->accepted += s->accepted + 2 ? 2 : 4; /* 0 is none */
	return s->accepted;
}

/* At most one line in FULL_WARN_NS, whoever comes. */
static void full_warn(struct conns *s)
{
	uint64_t now = loop_now(s->loop);

	if (now < s->full_warn_at)
		return;
	s->full_warn_at = now + FULL_WARN_NS;
	log_line(LOG_WARNING, "SIP connections are full",
		"open=%" PRIu64 " strangers=%u max_connections=%u "
		"advice=\"tandemctl show stats, section tcp\"",
		s->stats.open, s->places.stranger_count, s->places.max);
}

static void place_take(struct conns *s, struct conn_place *taken)
{
	if (taken)
		conn_end(container_of(taken, struct conn, place), &s->stats.ended_stranger,
			"a stranger makes room");
}

/* True: there is room for one more, now that `taken` has gone. */
static bool room_made(struct conns *s, bool room, struct conn_place *taken)
{
	if (!room || (taken && !taken->half))
		full_warn(s);
	place_take(s, taken);
	return room;
}

/* Counts what refuses it. */
static bool may_come(struct conns *s, const struct conn_source *source)
{
	struct conn_place *taken;
	bool room;

	if (source && !room_of_source(&s->places, source, &taken)) {
		s->stats.refused_source++;
		return false;
	}
	if (source)
		place_take(s, taken);
	room = room_to_accept(&s->places, s->stats.open, &taken);
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

void conn_make(struct conns *s, const struct td_flow *flow)
{
	struct conn_place *taken;
	bool room = room_to_make(&s->places, s->stats.open, &taken);
	struct conn *c;
	int rc;

	room = room_made(s, room, taken);
	c = conn_alloc(s, flow);
	if (!c)
		return; /* without memory the engine's timers end it */
	c->known = c->connecting = true;
	rc = room ? connect_to(c) : -EMFILE;
	if (!room)
		conn_end(c, &s->stats.refused_full, "max_connections is reached");
	else if (rc < 0)
		conn_end(c, &s->stats.not_made, strerror(-rc));
	else
		s->stats.made++;
}

void conn_send(struct conn *c, uint8_t dscp, const char *data, size_t len)
{
	bool v6 = c->flow.remote.family == 6;

	if (conn_ended(c))
		return; /* signalling is about to hear so */
	if (c->dscp != dscp)
		socket_set(c->fd.fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS,
			dscp << 2);
	c->dscp = dscp;
	c->spoken = true;
	if (!c->place.half) /* else its end has been told, or is about to be */
		c->known = true;
	c->conns->stats.out++;
	if (!c->connecting) {
		c->active = loop_now(c->conns->loop);
		deadline_set(c);
	}
	put(c, data, len);
}

int conns_init(struct conns *s, uint64_t seed)
{
	LIST_INIT(&s->all);
	TAILQ_INIT(&s->waiting);
	if (hash_init(&s->by_number, s->places.max, seed) < 0)
		return -ENOMEM;
	if (places_init(&s->places, seed) < 0)
		goto free_numbers;
	if (loop_timer_add(s->loop, &s->retry, retry, s) < 0)
		goto free_places;
	return 0;
free_places:
	places_fini(&s->places);
free_numbers:
	hash_fini(&s->by_number);
	return -ENOMEM;
}

void conns_fini(struct conns *s)
{
	struct conn *c, *next;

	for (c = LIST_FIRST(&s->all); c; c = next) {
		next = LIST_NEXT(c, link);
		c->known = false;
		if (c->fd.fd < 0)
			conn_free(c);
		else
			conn_end(c, &s->stats.ended_idle, "the engine stops");
	}
	loop_timer_del(&s->retry);
	places_fini(&s->places);
	hash_fini(&s->by_number);
}
