/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbours on the ports that no kernel owns: resolved, kept fresh and given up by our own
 * ARP and neighbour discovery (RFC 4861 section 7.3, with fixed times).
 *
 *   want -> INCOMPLETE --answer--> FRESH --30 s--> PROBING --answer--> FRESH
 *               | 3 requests a second apart           | 3 unicast requests
 *               v                                     v
 *             FAILED (asks again every 5 s) <---------+ (and is not used any more)
 *
 * Main only; time is an argument, frames go out by a callback.
 */
#ifndef TANDEM_DATAPLANE_NET_NEIGHBOUR_H
#define TANDEM_DATAPLANE_NET_NEIGHBOUR_H

#include <dataplane/net/fib.h>

#define NEIGHBOUR_FRESH    (30 * TD_NSEC_PER_SEC)
#define NEIGHBOUR_INTERVAL TD_NSEC_PER_SEC
#define NEIGHBOUR_RETRY    (5 * TD_NSEC_PER_SEC)
#define NEIGHBOUR_PROBES   3

struct neighbours;
/* A request for ip; to mac when there is one, else to all. */
typedef void neighbour_request_fn(
	void *ctx, unsigned port, const struct td_addr *ip, const uint8_t *mac);

struct neighbours *neighbours_alloc(struct fib *f, neighbour_request_fn *request, void *ctx);
void neighbours_free(struct neighbours *n);
void neighbours_want(struct neighbours *n, uint32_t nexthop, uint64_t now);
/* Heard. Only addresses that someone wants are kept. */
void neighbours_learn(struct neighbours *n, unsigned port, const struct td_addr *ip,
	const uint8_t mac[6], uint64_t now);
/* Forgets: the number was taken back. */
void neighbours_forget(struct neighbours *n, uint32_t nexthop);
void neighbours_turn(struct neighbours *n, uint64_t now); /* about once a second */

#endif
