/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A number's life:
 *     free -(fib_get: key 0 -> claimed, address, key)-> given out -(fib_reclaim: key 0)-> free
 *
 * The key is a hash of port and address, which stand beside it: they are written between the claim
 * and the key, and change only once the key is gone.
 *
 * fib_get() takes its reference first and looks at the key again then. fib_reclaim() makes the
 * count hugely negative first, if it is 0, and clears the key then. Either the getter's increment
 * came first, so the count was not 0; or it gives a negative count or meets a key that is no longer
 * its own, and the getter undoes it and looks again. So a number never changes under a holder.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <engine/base/hash.h>
#include <dataplane/net/fib.h>

/* Two cache lines of keys. With a quarter of the places in use, both are practically never full. */
#define FIB_BUCKET  16u
#define FIB_DEAD    (INT_MIN / 2)
#define FIB_CLAIMED 1u /* no key: those have more bits */

struct fib_routes {
	unsigned count;
	struct fib_route route[]; /* longest prefix, then lowest metric, then ours first */
};

struct fib_slot {
	_Atomic int refs;    /* any */
	_Atomic bool wanted; /* any sets, main clears */
	_Atomic bool used;   /* any sets, main clears */
};

struct fib_hop {
	struct td_addr ip;
	uint8_t port;
};

struct fib_private {
	struct fib_params params;
	_Atomic(struct fib_routes *) routes; /* main */
	_Atomic uint64_t *key;               /* fib_key_of(), 0 free */
	struct fib_hop *hop;                 /* whoever claimed the key */
	struct fib_slot *slot;
	uint32_t size, buckets;
	_Atomic bool any_wanted; /* any sets, main clears */
};

static uint64_t fib_key_of(unsigned port, const struct td_addr *ip)
{
	const uint64_t seed[2] = {port, ip->family}; /* no one picks our neighbours: not secret */

	/* Neither 0 nor FIB_CLAIMED. */
	return hash_keyed(seed, (struct str){(const char *)ip->ip6, sizeof(ip->ip6)}) | 1ull << 63;
}

static bool fib_is(const struct fib_private *v, uint32_t i, unsigned port, const struct td_addr *ip)
{
	return v->hop[i].port == port && addr_equal_ip(&v->hop[i].ip, ip);
}

static _Atomic uint64_t *fib_bucket(const struct fib_private *v, uint64_t key)
{
	return &v->key[1 + (uint32_t)(key >> 31) % v->buckets * FIB_BUCKET];
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
	v->hop = calloc(v->size, sizeof(*v->hop));
	v->slot = calloc(v->size, sizeof(*v->slot));
	atomic_init(&v->routes, calloc(1, sizeof(struct fib_routes)));
	if (!f->eth || !v->key || !v->hop || !v->slot || !v->routes) {
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
	free(v->hop);
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
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	/* The kernel may have the same network elsewhere as we have on a VLAN of ours. */
	return (x->port == FIB_ELSEWHERE) - (y->port == FIB_ELSEWHERE);
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

/* A linear search, longest prefix first: it is done once for each leg or SIP message, and there
 * are tens of routes. */
static const struct fib_route *fib_route(const struct fib_private *v, const struct td_addr *to)
{
	const struct fib_routes *routes = atomic_load_explicit(&v->routes, memory_order_acquire);

	for (unsigned i = 0; i < routes->count; i++)
		if (addr_in(to, &routes->route[i].to, routes->route[i].bits))
			return &routes->route[i];
	return NULL;
}

/* Takes a reference to the next hop of this number, if the number has that key and keeps it. */
static bool fib_hold(
	struct fib_private *v, uint32_t i, uint64_t key, unsigned port, const struct td_addr *ip)
{
	if (v->key[i] != key)
		return false;
	if (atomic_fetch_add(&v->slot[i].refs, 1) >= 0 && v->key[i] == key &&
		fib_is(v, i, port, ip))
		return true;
	atomic_fetch_sub(&v->slot[i].refs, 1);
	return false;
}

/* Gives a free number to a next hop, with a reference. */
static bool fib_claim(
	struct fib_private *v, uint32_t i, uint64_t key, unsigned port, const struct td_addr *ip)
{
	uint64_t none = 0;

	if (v->key[i])
		return false;
	if (atomic_fetch_add(&v->slot[i].refs, 1) < 0 ||
		!atomic_compare_exchange_strong(&v->key[i], &none, FIB_CLAIMED)) {
		atomic_fetch_sub(&v->slot[i].refs, 1);
		return false;
	}
	v->hop[i] = (struct fib_hop){.ip = *ip, .port = (uint8_t)port};
	v->hop[i].ip.port = 0;
	v->key[i] = key;
	return true;
}

static uint32_t fib_ask(struct fib *f, const struct td_addr *to, bool claim)
{
	struct fib_private *v = f->priv;
	const struct fib_route *r = fib_route(v, to);
	const struct td_addr *ip;
	uint32_t first;
	uint64_t key;

	if (!r || r->port == FIB_ELSEWHERE)
		return FIB_NO_ROUTE;
	ip = r->gateway.family ? &r->gateway : to;
	key = fib_key_of(r->port, ip);
	first = (uint32_t)(fib_bucket(v, key) - v->key);
	for (uint32_t i = first; i < first + FIB_BUCKET; i++)
		if (fib_hold(v, i, key, r->port, ip)) {
			v->slot[i].used = true;
			return i;
		}
	for (uint32_t i = first; claim && i < first + FIB_BUCKET; i++)
		if (fib_claim(v, i, key, r->port, ip)) {
			/* Two who ask at once may take two numbers: both get resolved. */
			v->slot[i].used = true;
			v->slot[i].wanted = true;
			v->any_wanted = true;
			v->params.wanted(v->params.ctx);
			return i;
		}
	return FIB_NO_ROUTE;
}

uint32_t fib_get(struct fib *f, const struct td_addr *to)
{
	return fib_ask(f, to, true);
}

uint32_t fib_find(struct fib *f, const struct td_addr *to)
{
	return fib_ask(f, to, false);
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
	/* Cleared before the last look: whoever sets `wanted` afterwards sets any_wanted again. */
	v->any_wanted = false;
	for (uint32_t i = 1; i < v->size; i++)
		if (v->slot[i].wanted)
			v->any_wanted = true;
	return FIB_NO_ROUTE;
}

uint32_t fib_lookup(const struct fib *f, unsigned port, const struct td_addr *ip)
{
	const struct fib_private *v = f->priv;
	uint64_t key = fib_key_of(port, ip);
	uint32_t first = (uint32_t)(fib_bucket(v, key) - v->key);

	for (uint32_t i = first; i < first + FIB_BUCKET; i++)
		if (v->key[i] == key && fib_is(v, i, port, ip))
			return i;
	return FIB_NO_ROUTE;
}

void fib_key(const struct fib *f, uint32_t nexthop, unsigned *port, struct td_addr *ip)
{
	const struct fib_private *v = f->priv;
	bool given = v->key[nexthop] > FIB_CLAIMED;

	*port = given ? v->hop[nexthop].port : FIB_ELSEWHERE;
	*ip = given ? v->hop[nexthop].ip : (struct td_addr){0};
}

void fib_resolve(struct fib *f, unsigned port, const struct td_addr *ip, const uint8_t mac[6])
{
	struct fib_private *v = f->priv;
	uint64_t key = fib_key_of(port, ip), word = mac ? nexthop_make(port, mac) : 0;
	uint32_t first = (uint32_t)(fib_bucket(v, key) - v->key);

	for (uint32_t i = first; i < first + FIB_BUCKET; i++)
		if (v->key[i] == key && fib_is(v, i, port, ip))
			atomic_store_explicit(&f->eth[i], word, memory_order_relaxed);
}

uint32_t fib_size(const struct fib *f)
{
	return f->priv->size;
}

bool fib_reclaim(struct fib *f, uint32_t nexthop)
{
	struct fib_slot *s = &f->priv->slot[nexthop];
	int zero = 0;

	if (f->priv->key[nexthop] <= FIB_CLAIMED || atomic_exchange(&s->used, false) ||
		!atomic_compare_exchange_strong(&s->refs, &zero, FIB_DEAD))
		return false;
	f->eth[nexthop] = 0;
	s->wanted = false;
	f->priv->key[nexthop] = 0;
	atomic_fetch_sub(&s->refs, FIB_DEAD);
	return true;
}
