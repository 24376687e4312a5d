/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tests/scenario/net.h>

struct packet {
	struct timer timer;
	struct net *net;
	struct td_flow flow; /* the receiver's */
	size_t len;
	uint8_t data[NET_BYTES];
};

int net_init(struct net *n, uint64_t seed, uint32_t packets)
{
	prng_init(&n->prng, seed);
	if (pool_init(&n->packets, packets, sizeof(struct packet)) < 0)
		return -ENOMEM;
	if (timers_init(&n->timers, packets + NET_STREAMS) < 0) {
		pool_fini(&n->packets);
		return -ENOMEM;
	}
	return 0;
}

void net_fini(struct net *n)
{
	timers_fini(&n->timers);
	pool_fini(&n->packets);
}

static struct net_stream *stream_of(struct net *n, uint32_t number)
{
	struct net_stream *s = &n->stream[number % NET_STREAMS];

	return number && s->number == number && s->open ? s : NULL;
}

static void arrive(struct timer *t, uint64_t now)
{
	struct packet *p = container_of(t, struct packet, timer);
	struct net *n = p->net;

	if (p->flow.connection && !stream_of(n, p->flow.connection))
		n->lost++;
	else
		n->deliver(n->ctx, &p->flow, p->data, p->len);
	pool_free(&n->packets, p);
}

static uint64_t delayed(struct net *n, uint64_t now)
{
	return now + n->delay_min + prng_u64(&n->prng) % (n->delay_max - n->delay_min + 1);
}

/* flow: the sender's. */
static void enqueue(
	struct net *n, uint64_t at, const struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct packet *p = pool_alloc(&n->packets);

	if (!p || len > sizeof(p->data)) {
		fprintf(stderr, "net: no room for a message of %zu octets: raise %s\n", len,
			p ? "NET_BYTES" : "the packets of net_init()");
		abort();
	}
	p->net = n;
	p->flow = (struct td_flow){flow->remote, flow->local, flow->transport, flow->connection};
	p->len = len;
	memcpy(p->data, data, len);
	p->timer.fire = arrive;
	timer_set(&n->timers, &p->timer, at);
}

static void send_datagram(
	struct net *n, uint64_t now, const struct td_flow *flow, const uint8_t *data, size_t len)
{
	if (prng_below(&n->prng, 1000) < n->loss) {
		n->lost++;
		return;
	}
	enqueue(n, delayed(n, now), flow, data, len);
	if (prng_below(&n->prng, 1000) < n->twice) {
		n->doubled++;
		enqueue(n, delayed(n, now), flow, data, len);
	}
}

static void tell(struct timer *t, uint64_t now)
{
	struct net_stream *s = container_of(t, struct net_stream, told);
	struct net *n = s->net;

	for (unsigned i = 0; i < 2; i++) {
		const struct td_flow flow = {s->end[i], s->end[!i], TD_TRANSPORT_TCP, s->number};

		n->failed(n->ctx, &flow);
	}
}

static void stream_end(struct net *n, uint64_t now, struct net_stream *s)
{
	s->open = false;
	n->ended++;
	s->told.fire = tell;
	timer_set(&n->timers, &s->told, delayed(n, now));
}

void net_break(struct net *n, uint64_t now, unsigned place)
{
	if (n->stream[place].open)
		stream_end(n, now, &n->stream[place]);
}

/* Once all places are taken, the oldest stream ends for each new one. */
static struct net_stream *stream_make(struct net *n, uint64_t now, const struct td_flow *flow)
{
	struct net_stream *s;

	do /* the ends of an older one learn of its end before the place is free */
		s = &n->stream[++n->made % NET_STREAMS];
	while (timer_is_set(&s->told));
	if (s->open) {
		stream_end(n, now, s);
		return stream_make(n, now, flow);
	}
	*s = (struct net_stream){.net = n,
		.number = n->made,
		.open = true,
		.end = {flow->local, flow->remote},
		.last = {now, now}};
	return s;
}

static void send_by_stream(
	struct net *n, uint64_t now, struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct net_stream *s = stream_of(n, flow->connection);
	struct td_flow by = *flow;

	if (!s)
		s = stream_make(n, now, flow);
	unsigned end = addr_equal(&flow->local, &s->end[0]) ? 0 : 1;
	uint64_t at = delayed(n, now);

	if (at < s->last[end])
		at = s->last[end];
	s->last[end] = at + 1;
	flow->connection = by.connection = s->number;
	by.remote = s->end[!end];
	enqueue(n, at, &by, data, len);
}

void net_send(struct net *n, uint64_t now, struct td_flow *flow, const uint8_t *data, size_t len)
{
	n->sent++;
	if (flow->transport == TD_TRANSPORT_UDP)
		send_datagram(n, now, flow, data, len);
	else
		send_by_stream(n, now, flow, data, len);
}
