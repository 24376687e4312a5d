/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routes and neighbours, of both families, of the ports whose interface the kernel owns, read by
 * netlink. Next hops are put into the kernel's table as managed entries (NTF_EXT_MANAGED,
 * Linux 5.16), which it resolves and refreshes without traffic; older kernels get plain entries
 * that are probed again once a minute. Main only.
 */
#ifndef TANDEM_DATAPLANE_NET_NETLINK_H
#define TANDEM_DATAPLANE_NET_NETLINK_H

#include <dataplane/net/fib.h>

struct netlink;

/* ifindex by port number, 0 where the kernel does not own the port. NULL with errno. */
struct netlink *netlink_alloc(struct fib *f, const int *ifindex, unsigned ports);
void netlink_free(struct netlink *n); /* takes our entries out of the kernel's table again */
int netlink_fd(const struct netlink *n);
void netlink_want(struct netlink *n, uint32_t nexthop);
/* The number was taken back; it was this address. */
void netlink_forget(struct netlink *n, uint32_t nexthop, unsigned port, const struct td_addr *ip);
/* Reads what the kernel reported. True when routes may have changed: netlink_routes(). */
bool netlink_turn(struct netlink *n);
/* The kernel's table, in memory that the caller frees. Number of routes or negative errno. */
int netlink_routes(struct netlink *n, struct fib_route **out);
/* Is the interface of this port up and running, as last reported? */
bool netlink_up(const struct netlink *n, unsigned port);

#endif
