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
#include <engine/host/net/tcp_conn.h>
#include <engine/host/spsc.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <system/log.h>
#include <unistd.h>

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

void conn_wait_end(struct conn *c)
{
	TAILQ_REMOVE(&c->conns->waiting, c, wait);
	c->conns->waiting_count--;
	c->waiting = false;
}

void conn_free(struct conn *c)
{
	struct conns *s = c->conns;

	if (c->waiting)
		conn_wait_end(c);
	TAILQ_REMOVE(&s->all, c, link);
	hash_del(&s->by_number, &c->node);
	if (c->made)
		hash_del(&s->by_remote, &c->made_node);
	free(c);
}

/* What the ring has no room for is said when it has, and what is beyond a share when its turn
 * comes. */
void conn_wait(struct conn *c)
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
bool conn_share_left(struct conn *c)
{
	if (atomic_load_explicit(c->conns->taken, memory_order_acquire) >= c->told)
		c->share = CONN_SHARE;
	return c->share > 0;
}

bool conn_tell(struct conn *c, struct str message)
{
	if (!conn_share_left(c) || !tell(c, false, message.p, message.n))
		return false;
	c->share--;
	c->told = ++c->conns->told;
	return true;
}

void conn_tell_end(struct conn *c)
{
	if (!tell(c, true, NULL, 0))
		conn_wait(c);
	else if (c->fd.fd < 0)
		conn_free(c);
	else
		c->known = false;
}

void conn_count_end(struct conn *c, uint64_t *counter, const char *why)
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
void conn_end(struct conn *c, uint64_t *counter, const char *why)
{
	struct conns *s = c->conns;

	if (c->place.kind != PLACE_HALF)
		conn_count_end(c, counter, why);
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

void conn_watch(struct conn *c)
{
	uint32_t events =
		(c->waiting || c->connecting || c->place.kind == PLACE_HALF ? 0 : LOOP_READ) |
		(c->out.len || c->connecting ? LOOP_WRITE : 0);

	if (events != c->fd.events)
		loop_fd_set(&c->fd, events);
}

/* How long nothing may come or go. */
static uint64_t silence_max(const struct conn *c)
{
	const struct conns *s = c->conns;

	if (c->connecting)
		return s->connect_ns;
	if (!c->spoken)
		return s->patience_ns;
	if (c->place.kind == PLACE_STRANGER && s->places.stale_ns < s->idle_ns)
		return s->places.stale_ns;
	return s->idle_ns;
}

void conn_deadline_set(struct conn *c)
{
	uint64_t at = c->place.active + silence_max(c);

	if (c->place.kind == PLACE_HALF) /* half_close() has set it */
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

	if (c->place.kind == PLACE_HALF)
		conn_end(c, &n->ended_by_peer, "closed by the peer");
	else if (c->out.len && !c->connecting && now >= c->moved + c->conns->unread_ns)
		conn_end(c, &n->ended_full, "it has taken nothing for too long");
	else if (c->connecting)
		conn_end(c, &n->not_made, "it is not answered");
	else if (c->came && !c->begun && !c->spoken)
		conn_end(c, &n->not_sip, "nothing but line ends comes");
	else if (c->begun || !c->spoken)
		conn_end(c, &n->ended_slow, "no whole message comes");
	else
		conn_end(c, &n->ended_idle, "idle");
}

/* False: it has ended, as the one that holds most when all together hold too much. */
bool conn_held_set(struct conn *c)
{
	struct conns *s = c->conns;
	struct conn *most = c, *other;

	s->held += c->in_room + c->out.room - c->held;
	c->held = c->in_room + c->out.room;
	if (s->held <= s->held_max)
		return true;
	TAILQ_FOREACH (other, &s->all, link)
		if (other->held > most->held)
			most = other;
	conn_end(most, &s->stats.ended_full, "what waits in all connections is too much");
	return most != c;
}

struct conn *conn_alloc(struct conns *s, const struct td_flow *flow)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->conns = s;
	c->flow = *flow;
	c->fd.fd = -1;
	c->order = ++s->order;
	c->opened = c->place.active = loop_now(s->loop);
	if (loop_timer_add(s->loop, &c->deadline, due, c) < 0) {
		free(c);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&s->all, c, link);
	hash_add(&s->by_number, &c->node, number_key(&c->flow.connection));
	s->stats.open++;
	return c;
}
