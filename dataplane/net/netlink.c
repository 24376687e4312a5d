/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>
#include <dataplane/net/netlink.h>
#include <dataplane/net/netlink_msg.h>

void netlink_want(struct netlink *n, uint32_t nexthop)
{
	n->asked[nexthop] = NETLINK_WANTED;
	n->any_wanted = true;
}

unsigned netlink_port(const struct netlink *n, int ifindex)
{
	for (unsigned i = 0; i < n->ports; i++)
		if (n->ifindex[i] && n->ifindex[i] == ifindex)
			return i;
	return FIB_ELSEWHERE;
}

int netlink_attrs(const struct nlattr *a, void *data)
{
	const struct nlattr **table = data;

	if (mnl_attr_get_type(a) <= RTA_MAX) /* RTA_MAX is the greatest of those used here */
		table[mnl_attr_get_type(a)] = a;
	return MNL_CB_OK;
}

bool netlink_addr(uint8_t family, const struct nlattr *a, struct td_addr *out)
{
	if (!a || mnl_attr_get_payload_len(a) != (family == AF_INET ? 4 : 16))
		return false;
	if (family == AF_INET)
		*out = (struct td_addr){.family = 4, .ip4 = mnl_attr_get_u32(a)};
	else if (family == AF_INET6)
		*out = addr_v6(mnl_attr_get_payload(a));
	else
		return false;
	return true;
}

static void netlink_neighbour(struct netlink *n, const struct nlmsghdr *h)
{
	const struct ndmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a[RTA_MAX + 1] = {0};
	unsigned port = netlink_port(n, m->ndm_ifindex);
	const uint8_t *mac = NULL;
	struct td_addr ip;
	uint32_t nexthop;

	if (port == FIB_ELSEWHERE)
		return;
	mnl_attr_parse(h, sizeof(*m), netlink_attrs, a);
	if (!netlink_addr(m->ndm_family, a[NDA_DST], &ip))
		return;
	if (h->nlmsg_type == RTM_NEWNEIGH && a[NDA_LLADDR] &&
		mnl_attr_get_payload_len(a[NDA_LLADDR]) == 6 &&
		!(m->ndm_state & (NUD_FAILED | NUD_INCOMPLETE)))
		mac = mnl_attr_get_payload(a[NDA_LLADDR]);
	fib_resolve(n->fib, port, &ip, mac);
	nexthop = fib_lookup(n->fib, port, &ip);
	if (m->ndm_state & NUD_PERMANENT && n->asked[nexthop] == NETLINK_WANTED)
		n->asked[nexthop] = NETLINK_PERMANENT;
	/* The entry is gone although we asked for it: the link went down, or someone flushed the
	 * table. */
	if (h->nlmsg_type == RTM_DELNEIGH && n->asked[nexthop] != NETLINK_NONE)
		netlink_want(n, nexthop);
}

static int netlink_event(const struct nlmsghdr *h, void *ctx)
{
	struct netlink *n = ctx;
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(h);
	unsigned port;

	switch (h->nlmsg_type) {
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		netlink_neighbour(n, h);
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		port = netlink_port(n, link->ifi_index);
		if (port != FIB_ELSEWHERE)
			n->up[port] = h->nlmsg_type == RTM_NEWLINK &&
				      (link->ifi_flags & (IFF_UP | IFF_RUNNING)) ==
					      (IFF_UP | IFF_RUNNING);
		n->routes_changed = true;
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		n->routes_changed = true;
		break;
	}
	return MNL_CB_OK;
}

/* Sends a request and gives each answer to cb until the end or the acknowledgement. */
static int netlink_request(struct netlink *n, struct nlmsghdr *h, mnl_cb_t cb, void *ctx)
{
	unsigned portid = mnl_socket_get_portid(n->requests);
	_Alignas(struct nlmsghdr) char answer[NETLINK_BUFFER];
	ssize_t len;
	int rc;

	h->nlmsg_seq = ++n->seq;
	if (mnl_socket_sendto(n->requests, h, h->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(n->requests, answer, sizeof(answer));
		if (len < 0)
			return -errno;
		rc = mnl_cb_run(answer, (size_t)len, n->seq, portid, cb, ctx);
	} while (rc > 0);
	return rc < 0 ? -errno : 0;
}

int netlink_dump(struct netlink *n, uint16_t type, size_t header, mnl_cb_t cb, void *ctx)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(n->buffer);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(h, header); /* zeroed: AF_UNSPEC, all families */
	return netlink_request(n, h, cb, ctx);
}

static uint8_t netlink_family(const struct td_addr *ip)
{
	return ip->family == 6 ? AF_INET6 : AF_INET;
}

static void netlink_put_addr(struct nlmsghdr *h, uint16_t type, const struct td_addr *ip)
{
	mnl_attr_put(h, type, ip->family == 6 ? 16 : 4, ip->ip6);
}

static int netlink_neighbour_set(
	struct netlink *n, unsigned port, const struct td_addr *ip, uint16_t type, uint32_t ext)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(n->buffer);
	struct ndmsg *m;

	if (port >= n->ports || !n->ifindex[port])
		return -ENOENT;
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (type == RTM_NEWNEIGH)
		h->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	m->ndm_family = netlink_family(ip);
	m->ndm_ifindex = n->ifindex[port];
	m->ndm_state = NUD_NONE;
	if (type == RTM_NEWNEIGH && !ext)
		m->ndm_flags = NTF_USE;
	netlink_put_addr(h, NDA_DST, ip);
	if (ext)
		mnl_attr_put_u32(h, NDA_FLAGS_EXT, ext);
	return netlink_request(n, h, NULL, NULL);
}

void netlink_forget(struct netlink *n, uint32_t nexthop, unsigned port, const struct td_addr *ip)
{
	if (n->asked[nexthop] == NETLINK_ASKED)
		(void)netlink_neighbour_set(n, port, ip, RTM_DELNEIGH, 0);
	n->asked[nexthop] = NETLINK_NONE;
}

/* Reads one entry of the kernel's table; -ENOENT when there is none. */
static int netlink_neighbour_get(struct netlink *n, unsigned port, const struct td_addr *ip)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(n->buffer);
	struct ndmsg *m;

	h->nlmsg_type = RTM_GETNEIGH;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	m->ndm_family = netlink_family(ip);
	m->ndm_ifindex = n->ifindex[port];
	netlink_put_addr(h, NDA_DST, ip);
	return netlink_request(n, h, netlink_event, n);
}

static int netlink_neighbours(struct netlink *n)
{
	return netlink_dump(n, RTM_GETNEIGH, sizeof(struct ndmsg), netlink_event, n);
}

/* The entry is read first: the kernel does not report an entry again that exists already, and an
 * administrator's entry must stay as it is. */
static void netlink_ask(struct netlink *n)
{
	struct td_addr ip;
	unsigned port;

	n->any_wanted = false;
	for (uint32_t i = 1; i < fib_size(n->fib); i++) {
		if (n->asked[i] != NETLINK_WANTED)
			continue;
		fib_key(n->fib, i, &port, &ip);
		if (port >= n->ports || !n->up[port]) { /* when it is up again */
			n->any_wanted = true;
			continue;
		}
		(void)netlink_neighbour_get(n, port, &ip);
		if (n->asked[i] == NETLINK_PERMANENT)
			continue;
		if (netlink_neighbour_set(n, port, &ip, RTM_NEWNEIGH, NTF_EXT_MANAGED) &&
			netlink_neighbour_set(n, port, &ip, RTM_NEWNEIGH, 0))
			n->any_wanted = true; /* the kernel's table is full: we try again in the
						 next turn */
		else
			n->asked[i] = NETLINK_ASKED;
	}
}

bool netlink_turn(struct netlink *n)
{
	bool changed;
	ssize_t len;

	if (n->any_wanted)
		netlink_ask(n);
	for (;;) {
		len = recv(netlink_fd(n), n->buffer, sizeof(n->buffer), MSG_DONTWAIT);
		if (len > 0) {
			(void)mnl_cb_run(n->buffer, (size_t)len, 0, 0, netlink_event, n);
		} else if (len < 0 && errno == ENOBUFS) { /* reports were lost: read all again */
			n->routes_changed = true;
			(void)netlink_neighbours(n);
		} else {
			break;
		}
	}
	changed = n->routes_changed;
	n->routes_changed = false;
	return changed;
}

static struct mnl_socket *netlink_open(unsigned groups)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (s && mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(s);
		return NULL;
	}
	return s;
}

struct netlink *netlink_alloc(struct fib *f, const int *ifindex, unsigned ports)
{
	struct netlink *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->fib = f;
	n->ports = ports;
	memcpy(n->ifindex, ifindex, ports * sizeof(*ifindex));
	n->asked = calloc(fib_size(f), sizeof(*n->asked));
	n->events =
		netlink_open(RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
	n->requests = netlink_open(0);
	if (!n->asked || !n->events || !n->requests ||
		netlink_dump(n, RTM_GETLINK, sizeof(struct ifinfomsg), netlink_event, n)) {
		int saved = n->asked ? errno : ENOMEM;

		netlink_free(n);
		errno = saved;
		return NULL;
	}
	n->routes_changed = true;
	return n;
}

void netlink_free(struct netlink *n)
{
	struct td_addr ip;
	unsigned port;

	if (!n)
		return;
	for (uint32_t i = 1; n->asked && n->requests && i < fib_size(n->fib); i++) {
		fib_key(n->fib, i, &port, &ip);
		netlink_forget(n, i, port, &ip);
	}
	if (n->events)
		mnl_socket_close(n->events);
	if (n->requests)
		mnl_socket_close(n->requests);
	free(n->asked);
	free(n);
}

int netlink_fd(const struct netlink *n)
{
	return mnl_socket_get_fd(n->events);
}

bool netlink_up(const struct netlink *n, unsigned port)
{
	return n->up[port];
}
