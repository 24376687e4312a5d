/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where packets to an address go: routes, and the next hops they lead to.
 *
 * Main writes: routes as an array replaced whole, the Ethernet address of a next hop as one 64-bit
 * word. So a reader on any thread takes no lock and can't see half of either. Numbers of next hops
 * are given out by whoever asks first (a compare-and-swap) and stay valid while referenced; main
 * resolves them, and keeps them resolved.
 */
#ifndef TANDEM_DATAPLANE_NET_FIB_H
#define TANDEM_DATAPLANE_NET_FIB_H

#include <stdatomic.h>
#include <tandem/types.h>

#define FIB_NO_ROUTE 0u /* the number that is no next hop: nothing leads there */

struct fib {
	_Atomic uint64_t *eth;       /* by number: nexthop_word(), 0 until resolved. main */
	_Atomic uint32_t generation; /* routes changed: ask again for numbers that you hold. main */
	struct fib_private *priv;
};

/*
 * Any thread: the next hop for `ip` (network order), with a reference; resolution starts now if it
 * has not. FIB_NO_ROUTE when no route leads there or the table is full; needs no put.
 */
uint32_t fib_get(struct fib *f, uint32_t ip);
void fib_put(struct fib *f, uint32_t nexthop); /* FIB_NO_ROUTE is fine */

/* A resolved word: the Ethernet address in its first six bytes, then our port + 1. */
static inline uint64_t nexthop_word(const struct fib *f, uint32_t nexthop)
{
	return atomic_load_explicit(&f->eth[nexthop], memory_order_relaxed);
}

static inline unsigned nexthop_port(uint64_t word)
{
	return (unsigned)(word >> 48) - 1;
}

#endif
