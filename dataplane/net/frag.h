/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments (RFC 791, RFC 8200 section 4.5) on ports that no kernel owns: put together for SIP,
 * whose messages exceed the MTU; refused for media, which never does. It also has the buffers for
 * what is longer than a buffer of the pool: datagrams put together, and jumbo frames that a device
 * delivered in several buffers.
 *
 * A datagram has 8 fragments at most (RTE_LIBRTE_IP_FRAG_MAX_FRAG), so at an MTU of 1500 it has up
 * to 11,840 octets; the table holds FRAG_DATAGRAMS of them for FRAG_TIME. Fragments in the table
 * count as held. A fragment that leaves it unfinished is dropped as ip-fragment.
 */
#ifndef TANDEM_DATAPLANE_NET_FRAG_H
#define TANDEM_DATAPLANE_NET_FRAG_H

#include <dataplane/net/ledger.h>

#define FRAG_TIME      (10 * TD_NSEC_PER_SEC)
#define FRAG_DATAGRAMS 256
#define FRAG_LONG      64    /* long datagrams on their way to signalling */
#define FRAG_ROOM      16384 /* octets of one, with its headers */

struct frag; /* a worker's own */

struct frag *frag_alloc(unsigned worker); /* NULL with errno */
void frag_free(struct frag *f);           /* NULL is fine; the worker does not run any more */

/* A fragment that the parse has looked at: struct pkt has its port. Takes it. The whole datagram, a
 * frame in one buffer to be parsed again, or NULL. */
struct rte_mbuf *frag_input(struct frag *f, struct worker *w, struct rte_mbuf *m, uint64_t now);
/* A frame in several buffers, in one; takes it. NULL: it is too long, or no such buffer is free
 * (counted as dropped, on `port`). */
struct rte_mbuf *frag_flatten(struct frag *f, struct worker *w, unsigned port, struct rte_mbuf *m);
/* Drops what has waited for too long. When to look again; TD_NEVER when nothing waits. */
uint64_t frag_expire(struct frag *f, struct worker *w, uint64_t now);

#endif
