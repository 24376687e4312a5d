/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's routes. */
#include <errno.h>
#include <stdlib.h>
#include <dataplane/net/netlink.h>
#include <dataplane/net/netlink_msg.h>

struct netlink_dump {
	struct netlink *n;
	struct fib_route *route;
	unsigned count, room;
	bool failed;
};

static void netlink_dump_add(struct netlink_dump *d, const struct fib_route *r)
{
	struct fib_route *bigger;

	if (d->count == d->room) {
		bigger = realloc(d->route, (d->room * 2 + 16) * sizeof(*bigger));
		if (!bigger) {
			d->failed = true;
			return;
		}
		d->route = bigger;
		d->room = d->room * 2 + 16;
	}
	d->route[d->count++] = *r;
}

/* A gateway; RTA_VIA says the family of one that is not the route's own (RFC 5549). */
static void netlink_gateway(
	uint8_t family, const struct nlattr *gateway, const struct nlattr *via, struct td_addr *out)
{
	const struct rtvia *v = via ? mnl_attr_get_payload(via) : NULL;

	if (!netlink_addr(family, gateway, out) && v && v->rtvia_family == AF_INET6 &&
		mnl_attr_get_payload_len(via) == sizeof(*v) + sizeof(out->ip6))
		*out = addr_v6(v->rtvia_addr);
}

/* The first path of several: a call's packets stay together. */
static void netlink_first_path(
	const struct netlink *n, uint8_t family, const struct nlattr *paths, struct fib_route *r)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(paths);
	const struct nlattr *a[RTA_MAX + 1] = {0};

	if (mnl_attr_get_payload_len(paths) < sizeof(*hop) || hop->rtnh_len < sizeof(*hop) ||
		hop->rtnh_len > mnl_attr_get_payload_len(paths))
		return;
	r->port = (uint8_t)netlink_port(n, hop->rtnh_ifindex);
	mnl_attr_parse_payload(hop + 1, hop->rtnh_len - sizeof(*hop), netlink_attrs, a);
	netlink_gateway(family, a[RTA_GATEWAY], a[RTA_VIA], &r->gateway);
}

static int netlink_route(const struct nlmsghdr *h, void *ctx)
{
	struct netlink_dump *d = ctx;
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a[RTA_MAX + 1] = {0};
	struct fib_route r = {.bits = m->rtm_dst_len, .port = FIB_ELSEWHERE};

	if (h->nlmsg_type != RTM_NEWROUTE || m->rtm_flags & RTM_F_CLONED ||
		(m->rtm_family != AF_INET && m->rtm_family != AF_INET6))
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(*m), netlink_attrs, a);
	if (m->rtm_table != RT_TABLE_MAIN && m->rtm_table != RT_TABLE_DEFAULT)
		return MNL_CB_OK; /* policy routing stays with the kernel; local routes are not for
				     us */
	r.to.family = m->rtm_family == AF_INET ? 4 : 6;
	if (a[RTA_DST] && !netlink_addr(m->rtm_family, a[RTA_DST], &r.to))
		return MNL_CB_OK;
	if (a[RTA_PRIORITY])
		r.metric = mnl_attr_get_u32(a[RTA_PRIORITY]);
	if (a[RTA_MULTIPATH]) {
		netlink_first_path(d->n, m->rtm_family, a[RTA_MULTIPATH], &r);
	} else {
		if (a[RTA_OIF] && m->rtm_type == RTN_UNICAST)
			r.port = (uint8_t)netlink_port(d->n, (int)mnl_attr_get_u32(a[RTA_OIF]));
		netlink_gateway(m->rtm_family, a[RTA_GATEWAY], a[RTA_VIA], &r.gateway);
	}
	/* Each interface has a route of this kind. A destination without its interface means
	 * nothing. */
	if (!addr_is_link_local(&r.to))
		netlink_dump_add(d, &r);
	return MNL_CB_OK;
}

int netlink_routes(struct netlink *n, struct fib_route **out)
{
	struct netlink_dump d = {.n = n};
	int rc = netlink_dump(n, RTM_GETROUTE, sizeof(struct rtmsg), netlink_route, &d);

	if (!rc && d.failed)
		rc = -ENOMEM;
	if (rc) {
		free(d.route);
		return rc;
	}
	*out = d.route;
	return (int)d.count;
}
