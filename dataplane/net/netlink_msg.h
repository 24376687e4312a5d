/* SPDX-License-Identifier: BSD-3-Clause */
/* What netlink.c and netlink_route.c share: the sockets, and how messages are read. */
#ifndef TANDEM_DATAPLANE_NET_NETLINK_MSG_H
#define TANDEM_DATAPLANE_NET_NETLINK_MSG_H

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <dataplane/net/fib.h>
#include <dataplane/net/ledger.h>

#define NETLINK_BUFFER 32768 /* the kernel fills dumps up to this much at a time */

enum netlink_asked {
	NETLINK_NONE,
	NETLINK_WANTED,    /* to be asked for in the next turn */
	NETLINK_ASKED,     /* in the kernel's table because of us */
	NETLINK_PERMANENT, /* an administrator's own entry: not to be touched */
};

struct netlink {
	struct fib *fib;
	struct mnl_socket *events, *requests;
	unsigned ports;
	int ifindex[PORT_MAX];
	bool up[PORT_MAX];
	bool routes_changed;
	uint32_t seq;
	uint8_t *asked; /* by next hop's number: enum netlink_asked */
	bool any_wanted;
	_Alignas(struct nlmsghdr) char buffer[NETLINK_BUFFER];
};

/* The port of an interface, or FIB_ELSEWHERE. */
unsigned netlink_port(const struct netlink *n, int ifindex);
/* For mnl_attr_parse(): attributes by their type into a table of RTA_MAX + 1. */
int netlink_attrs(const struct nlattr *a, void *table);
/* An address of this family; false for others, and when there is none. */
bool netlink_addr(uint8_t family, const struct nlattr *a, struct td_addr *out);
/* Reads a whole table of the kernel, an entry at a time. 0 or a negative errno. */
int netlink_dump(struct netlink *n, uint16_t type, size_t header, mnl_cb_t cb, void *ctx);

#endif
