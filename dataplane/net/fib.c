/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A number's life:  free -(fib_get: key 0 -> key)-> given out -(fib_reclaim)-> free
 *
 * fib_get() takes its reference first and looks at the key again then. fib_reclaim() makes the
 * count hugely negative first, if it is 0, and clears the key then. Either the getter's increment
 * came first, so the count was not 0; or it gives a negative count or meets a key that is no longer
 * its own, and the getter undoes it and looks again. So a number never changes under a holder.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <dataplane/net/fib.h>

/* Two cache lines of keys. At a load of a quarter, full ones are as good as never met. */
#define FIB_BUCKET 16u
#define FIB_DEAD   (INT_MIN / 2)

struct fib_routes {
	unsigned count;
	struct fib_route route[]; /* longest prefix first, then lowest metric */
};

struct fib_slot {
	_Atomic int refs;    /* any */
	_Atomic bool wanted; /* any sets, main clears */
	_Atomic bool used;   /* any sets, main clears */
};

struct fib_private {
	struct fib_params params;
	_Atomic(struct fib_routes *) routes; /* main */
	_Atomic uint64_t *key;               /* (port + 1) << 32 | ip, 0 free */
	struct fib_slot *slot;
	uint32_t size, buckets;
	_Atomic bool any_wanted; /* any sets, main clears */
};

static uint64_t fib_key_of(unsigned port, uint32_t ip)
{
	return (uint64_t)(port + 1) << 32 | ip;
}

static _Atomic uint64_t *fib_bucket(const struct fib_private *v, uint64_t key)
{
	return &v->key[1 + (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32) % v->buckets * FIB_BUCKET];
}

int fib_init(struct fib *f, const struct fib_params *p)
{
	struct fib_private *v = calloc(1, sizeof(*v));

	memset(f, 0, sizeof(*f));
	if (!v)
		return -ENOMEM;
	v->params = *p;
	v->buckets = (p->nexthops * 4 + FIB_BUCKET - 1) / FIB_BUCKET;
	v->size = 1 + v->buckets * FIB_BUCKET;
	f->priv = v;
	f->eth = calloc(v->size, sizeof(*f->eth));
	v->key = calloc(v->size, sizeof(*v->key));
	v->slot = calloc(v->size, sizeof(*v->slot));
	atomic_init(&v->routes, calloc(1, sizeof(struct fib_routes)));
	if (!f->eth || !v->key || !v->slot || !v->routes) {
		fib_fini(f);
		return -ENOMEM;
	}
	return 0;
}

void fib_fini(struct fib *f)
{
	struct fib_private *v = f->priv;

	if (!v)
		return;
	free(v->routes);
	free(v->slot);
	free(v->key);
	free(f->eth);
	free(v);
	memset(f, 0, sizeof(*f));
}

static int fib_route_compare(const void *a, const void *b)
{
	const struct fib_route *x = a, *y = b;

	if (x->bits != y->bits)
		return y->bits - x->bits;
	return x->metric < y->metric ? -1 : x->metric > y->metric;
}

int fib_routes_set(struct fib *f, const struct fib_route *r, unsigned n)
{
	struct fib_private *v = f->priv;
	struct fib_routes *old, *new = malloc(sizeof(*new) + n * sizeof(*r));

	if (!new)
		return -ENOMEM;
	new->count = n;
	if (n)
		memcpy(new->route, r, n * sizeof(*r));
	qsort(new->route, n, sizeof(*r), fib_route_compare);
	old = atomic_exchange(&v->routes, new);
	v->params.synchronize(v->params.ctx);
	free(old);
	atomic_fetch_add(&f->generation, 1);
	return 0;
}

/* Linear, and longest prefix first: asked once a leg or SIP message, of tens of routes. */
static const struct fib_route *fib_route(const struct fib_private *v, uint32_t ip)
{
	const struct fib_routes *routes = atomic_load_explicit(&v->routes, memory_order_acquire);

	for (unsigned i = 0; i < routes->count; i++) {
		const struct fib_route *r = &routes->route[i];
		uint32_t mask = r->bits ? htonl(UINT32_MAX << (32 - r->bits)) : 0;

		if ((ip & mask) == (r->ip & mask))
			return r;
	}
	return NULL;
}

uint32_t fib_get(struct fib *f, uint32_t ip)
{
	struct fib_private *v = f->priv;
	const struct fib_route *r = fib_route(v, ip);
	_Atomic uint64_t *bucket;
	uint64_t key;

	if (!r || r->port == FIB_ELSEWHERE)
		return FIB_NO_ROUTE;
	key = fib_key_of(r->port, r->gateway ? r->gateway : ip);
	bucket = fib_bucket(v, key);
	for (unsigned i = 0; i < 2 * FIB_BUCKET; i++) { /* first found, then a free one */
		_Atomic uint64_t *k = &bucket[i % FIB_BUCKET];
		struct fib_slot *s = &v->slot[k - v->key];
		uint64_t expected = i < FIB_BUCKET ? key : 0;

		if (*k != expected)
			continue;
		if (atomic_fetch_add(&s->refs, 1) < 0 ||
			(expected ? *k != key
				  : !atomic_compare_exchange_strong(k, &expected, key))) {
			atomic_fetch_sub(&s->refs, 1);
			continue;
		}
		s->used = true;
		if (i >= FIB_BUCKET) { /* two askers at once may take two: both get resolved */
			s->wanted = true;
			v->any_wanted = true;
			v->params.wanted(v->params.ctx);
		}
		return (uint32_t)(k - v->key);
	}
	return FIB_NO_ROUTE;
}

void fib_put(struct fib *f, uint32_t nexthop)
{
	if (nexthop != FIB_NO_ROUTE)
		atomic_fetch_sub(&f->priv->slot[nexthop].refs, 1);
}

uint32_t fib_wanted(struct fib *f)
{
	struct fib_private *v = f->priv;

	if (!v->any_wanted)
		return FIB_NO_ROUTE;
	for (uint32_t i = 1; i < v->size; i++)
		if (v->slot[i].wanted) {
			v->slot[i].wanted = false;
			return i;
		}
	/* Cleared before a last look: whoever sets `wanted` after it sets any_wanted again. */
	v->any_wanted = false;
	for (uint32_t i = 1; i < v->size; i++)
		if (v->slot[i].wanted)
			v->any_wanted = true;
	return FIB_NO_ROUTE;
}

uint32_t fib_lookup(const struct fib *f, unsigned port, uint32_t ip)
{
	uint64_t key = fib_key_of(port, ip);
	const _Atomic uint64_t *bucket = fib_bucket(f->priv, key);

	for (unsigned i = 0; i < FIB_BUCKET; i++)
		if (bucket[i] == key)
			return (uint32_t)(&bucket[i] - f->priv->key);
	return FIB_NO_ROUTE;
}

void fib_key(const struct fib *f, uint32_t nexthop, unsigned *port, uint32_t *ip)
{
	uint64_t key = f->priv->key[nexthop];

	*port = key ? (unsigned)(key >> 32) - 1 : FIB_ELSEWHERE;
	*ip = (uint32_t)key;
}

void fib_resolve(struct fib *f, unsigned port, uint32_t ip, const uint8_t mac[6])
{
	uint64_t key = fib_key_of(port, ip), word = 0;
	const _Atomic uint64_t *bucket = fib_bucket(f->priv, key);

	if (mac) {
		memcpy(&word, mac, 6);
		word |= (uint64_t)(port + 1) << 48;
	}
	for (unsigned i = 0; i < FIB_BUCKET; i++)
		if (bucket[i] == key)
			atomic_store_explicit(
				&f->eth[&bucket[i] - f->priv->key], word, memory_order_relaxed);
}

uint32_t fib_size(const struct fib *f)
{
	return f->priv->size;
}

bool fib_reclaim(struct fib *f, uint32_t nexthop)
{
	struct fib_slot *s = &f->priv->slot[nexthop];
	int zero = 0;

	if (!f->priv->key[nexthop] || atomic_exchange(&s->used, false) ||
		!atomic_compare_exchange_strong(&s->refs, &zero, FIB_DEAD))
		return false;
	f->eth[nexthop] = 0;
	s->wanted = false;
	f->priv->key[nexthop] = 0;
	atomic_fetch_sub(&s->refs, FIB_DEAD);
	return true;
}
