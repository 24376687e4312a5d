/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <tests/scenario/net.h>

struct packet {
	struct timer timer;
	struct net *net;
	struct td_addr from, to;
	size_t len;
	uint8_t data[NET_BYTES];
};

int net_init(struct net *n, uint64_t seed, uint32_t packets)
{
	prng_init(&n->prng, seed);
	if (pool_init(&n->packets, packets, sizeof(struct packet)) < 0)
		return -ENOMEM;
	if (timers_init(&n->timers, packets) < 0) {
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

static void arrive(struct timer *t, uint64_t now)
{
	struct packet *p = (struct packet *)((char *)t - offsetof(struct packet, timer));
	struct net *n = p->net;

	n->deliver(n->ctx, &p->from, &p->to, p->data, p->len);
	pool_free(&n->packets, p);
}

static void enqueue(struct net *n, uint64_t now, const struct td_addr *from,
	const struct td_addr *to, const uint8_t *data, size_t len)
{
	struct packet *p = pool_alloc(&n->packets);

	if (!p || len > sizeof(p->data)) {
		n->lost++;
		pool_free(&n->packets, p);
		return;
	}
	p->net = n;
	p->from = *from;
	p->to = *to;
	p->len = len;
	memcpy(p->data, data, len);
	p->timer.fire = arrive;
	timer_set(&n->timers, &p->timer,
		now + n->delay_min + prng_u64(&n->prng) % (n->delay_max - n->delay_min + 1));
}

void net_send(struct net *n, uint64_t now, const struct td_addr *from, const struct td_addr *to,
	const uint8_t *data, size_t len)
{
	n->sent++;
	if (prng_below(&n->prng, 1000) < n->loss) {
		n->lost++;
		return;
	}
	enqueue(n, now, from, to, data, len);
	if (prng_below(&n->prng, 1000) < n->twice) {
		n->doubled++;
		enqueue(n, now, from, to, data, len);
	}
}
