/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <dataplane/net/neighbour.h>

enum neighbour_state { NEIGHBOUR_NONE, INCOMPLETE, FRESH, PROBING, FAILED };

struct neighbour {
	uint64_t due; /* next request, or end of freshness */
	uint8_t state, probes;
	uint8_t mac[6];
};

struct neighbours {
	struct fib *fib;
	neighbour_request_fn *request;
	void *ctx;
	uint32_t size;
	struct neighbour neighbour[]; /* by next hop's number */
};

struct neighbours *neighbours_alloc(struct fib *f, neighbour_request_fn *request, void *ctx)
{
	uint32_t size = fib_size(f);
	struct neighbours *n = calloc(1, sizeof(*n) + size * sizeof(n->neighbour[0]));

	if (!n)
		return NULL;
	n->fib = f;
	n->request = request;
	n->ctx = ctx;
	n->size = size;
	return n;
}

void neighbours_free(struct neighbours *n)
{
	free(n);
}

static void neighbour_ask(struct neighbours *n, uint32_t i, uint64_t now)
{
	struct neighbour *e = &n->neighbour[i];
	struct td_addr ip;
	unsigned port;

	fib_key(n->fib, i, &port, &ip);
	e->probes++;
	e->due = now + NEIGHBOUR_INTERVAL;
	n->request(n->ctx, port, &ip, e->state == PROBING ? e->mac : NULL);
}

void neighbours_want(struct neighbours *n, uint32_t nexthop, uint64_t now)
{
	struct neighbour *e = &n->neighbour[nexthop];

	memset(e, 0, sizeof(*e));
	e->state = INCOMPLETE;
	neighbour_ask(n, nexthop, now);
}

void neighbours_learn(struct neighbours *n, unsigned port, const struct td_addr *ip,
	const uint8_t mac[6], uint64_t now)
{
	uint32_t i = fib_lookup(n->fib, port, ip);
	struct neighbour *e = &n->neighbour[i];

	if (i == FIB_NO_ROUTE)
		return;
	memcpy(e->mac, mac, 6);
	e->state = FRESH;
	e->probes = 0;
	e->due = now + NEIGHBOUR_FRESH;
	fib_resolve(n->fib, port, ip, mac);
}

void neighbours_forget(struct neighbours *n, uint32_t nexthop)
{
	n->neighbour[nexthop].state = NEIGHBOUR_NONE;
}

static void neighbour_due(struct neighbours *n, uint32_t i, uint64_t now)
{
	struct neighbour *e = &n->neighbour[i];
	struct td_addr ip;
	unsigned port;

	switch (e->state) {
	case FRESH:
		e->state = PROBING;
		e->probes = 0;
		break;
	case FAILED:
		e->state = INCOMPLETE;
		e->probes = 0;
		break;
	default:
		if (e->probes < NEIGHBOUR_PROBES)
			break;
		e->state = FAILED;
		e->due = now + NEIGHBOUR_RETRY;
		fib_key(n->fib, i, &port, &ip);
		fib_resolve(n->fib, port, &ip, NULL);
		return;
	}
	neighbour_ask(n, i, now);
}

void neighbours_turn(struct neighbours *n, uint64_t now)
{
	for (uint32_t i = 1; i < n->size; i++)
		if (n->neighbour[i].state != NEIGHBOUR_NONE && now >= n->neighbour[i].due)
			neighbour_due(n, i, now);
}
