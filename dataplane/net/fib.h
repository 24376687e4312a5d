/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where packets to an address go: routes, and the next hops they lead to.
 *
 * Main writes: routes as an array replaced whole (RCU), the Ethernet address of a next hop as one
 * 64-bit word. So a reader takes no lock and never sees half of either. Whoever asks first for a
 * next hop gives it a number, with a compare-and-swap. The number stays valid while it is
 * referenced. Main resolves the next hops, keeps them resolved, and takes numbers back when nobody
 * has used them for a while.
 */
#ifndef TANDEM_DATAPLANE_NET_FIB_H
#define TANDEM_DATAPLANE_NET_FIB_H

#include <stdatomic.h>
#include <string.h>
#include <engine/base/addr.h>

#define FIB_NO_ROUTE  0u   /* the number that is no next hop: nothing leads there */
#define FIB_ELSEWHERE 255u /* fib_route.port: leads out by an interface that is not ours */

struct fib_route {
	struct td_addr to,
		gateway; /* gateway of family 0: on link; it may be of the other family */
	uint32_t metric;
	uint8_t bits;
	uint8_t port; /* or FIB_ELSEWHERE */
};

struct fib {
	_Atomic uint64_t *eth;       /* by number: nexthop_word(), 0 until resolved. main */
	_Atomic uint32_t generation; /* routes changed: ask again for numbers that you hold. main */
	struct fib_private *priv;
};

/* Workers and signalling, within a quiescent period: the next hop for `to`, with a reference;
 * resolution starts now if it has not. FIB_NO_ROUTE when no route leads there or the table is full;
 * needs no put. */
uint32_t fib_get(struct fib *f, const struct td_addr *to);
/* The same without giving out a new number: FIB_NO_ROUTE when nobody has asked for it. */
uint32_t fib_find(struct fib *f, const struct td_addr *to);
void fib_put(struct fib *f, uint32_t nexthop); /* FIB_NO_ROUTE is fine */

/* A resolved word: the Ethernet address in its first six bytes, then our port + 1. */
static inline uint64_t nexthop_word(const struct fib *f, uint32_t nexthop)
{
	return atomic_load_explicit(&f->eth[nexthop], memory_order_relaxed);
}

static inline uint64_t nexthop_make(unsigned port, const uint8_t mac[6])
{
	uint64_t word = (uint64_t)(port + 1) << 48;

	memcpy(&word, mac, 6);
	return word;
}

static inline unsigned nexthop_port(uint64_t word)
{
	return (unsigned)(word >> 48) - 1;
}

/* From here on: main. */

struct fib_params {
	uint32_t nexthops;              /* room for at least as many */
	void (*synchronize)(void *ctx); /* returns after a grace period of all readers */
	void (*wanted)(void *ctx);      /* any thread: a new number waits for fib_wanted() */
	void *ctx;
};

int fib_init(struct fib *f, const struct fib_params *p); /* 0 or -ENOMEM */
void fib_fini(struct fib *f);
/* Replaces all routes; any order. 0 or -ENOMEM (the old ones stay). */
int fib_routes_set(struct fib *f, const struct fib_route *r, unsigned n);
/* Numbers given out since the last call, one a call; FIB_NO_ROUTE when there is no more. */
uint32_t fib_wanted(struct fib *f);
/* The number of an address given out, or FIB_NO_ROUTE. */
uint32_t fib_lookup(const struct fib *f, unsigned port, const struct td_addr *ip);
void fib_key(const struct fib *f, uint32_t nexthop, unsigned *port, struct td_addr *ip);
/* All numbers of this address; mac NULL: not resolved (any more). */
void fib_resolve(struct fib *f, unsigned port, const struct td_addr *ip, const uint8_t mac[6]);
/* All numbers, from 1 on; those not given out have no key (port FIB_ELSEWHERE). */
uint32_t fib_size(const struct fib *f);
/* Takes a number back unless it is referenced or was got since the last call. True when taken. */
bool fib_reclaim(struct fib *f, uint32_t nexthop);

#endif
