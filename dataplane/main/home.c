/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Main's part in a dataplane that runs: routes and neighbours. The kernel's for the ports that it
 * owns, our own ARP and neighbour discovery
 * for the others. Nothing here is on the way of a packet.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <dataplane/main/dp.h>
#include <dataplane/net/nd.h>
#include <dataplane/net/neighbour.h>
#include <dataplane/net/netlink.h>
#include <dataplane/net/punt.h>
#include <dataplane/worker/cmdq.h>

#define HOME_RECLAIM (60 * TD_NSEC_PER_SEC)

static void home_wake(void *ctx)
{
	struct dp *dp = ctx;

	wake_post(&dp->main_wake);
}

static void home_synchronize(void *ctx)
{
	struct dp *dp = ctx;

	rte_rcu_qsbr_synchronize(dp->workers.qsbr, RTE_QSBR_THRID_INVALID);
}

/* Our address on the port in the neighbour's network; else the first one of its family. */
static struct td_addr home_address(const struct dp *dp, unsigned port, const struct td_addr *ip)
{
	const struct td_conf_port *c = &dp->conf[port];
	struct td_addr first = {0};

	for (unsigned i = 0; i < c->address_count; i++) {
		const struct td_prefix *p = &c->address[i];

		if (addr_in(ip, &p->addr, p->bits))
			return p->addr;
		if (!first.family && p->addr.family == ip->family)
			first = p->addr;
	}
	return first;
}

static void home_request(void *ctx, unsigned port, const struct td_addr *ip, const uint8_t *mac)
{
	struct dp *dp = ctx;
	struct td_addr ours = home_address(dp, port, ip);
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp->workers.pool);

	if (!m)
		return; /* asked again in a second */
	if (ip->family == 6)
		nd_solicit(m, &dp->port[port].mac, &ours, ip, mac);
	else
		punt_request(m, &dp->port[port].mac, ours.ip4, ip->ip4, mac);
	pkt_of(m)->port = (uint8_t)port;
	if (!cmdq_put(dp->workers.worker[0].frames, &m))
		rte_pktmbuf_free(m);
	else
		wake_post(&dp->workers.worker[0].wake);
}

#define HOME_OWN_ROUTES (TD_CONF_LIST + 2) /* of a port: its networks, a gateway each family */

/* On-link networks and gateways of a port that no kernel owns. */
static unsigned home_own_routes(const struct dp *dp, unsigned port, struct fib_route *r)
{
	const struct td_conf_port *c = &dp->conf[port];
	unsigned n = 0;

	for (unsigned i = 0; i < c->address_count; i++)
		r[n++] = (struct fib_route){.to = c->address[i].addr,
			.bits = c->address[i].bits,
			.port = (uint8_t)port};
	if (c->gateway.family)
		r[n++] = (struct fib_route){
			.to = {.family = 4}, .gateway = c->gateway, .port = (uint8_t)port};
	if (c->gateway6.family)
		r[n++] = (struct fib_route){
			.to = {.family = 6}, .gateway = c->gateway6, .port = (uint8_t)port};
	return n;
}

static int home_routes(struct dp *dp)
{
	struct fib_route *kernel = NULL, *all;
	int n = dp->netlink ? netlink_routes(dp->netlink, &kernel) : 0, rc;
	unsigned count;

	if (n < 0)
		return n;
	all = malloc(((unsigned)n + dp->ports * HOME_OWN_ROUTES) * sizeof(*all));
	if (!all) {
		free(kernel);
		return -ENOMEM;
	}
	count = (unsigned)n;
	if (count)
		memcpy(all, kernel, count * sizeof(*all));
	for (unsigned i = 0; i < dp->ports; i++)
		if (!td_port_kernel(&dp->conf[i]))
			count += home_own_routes(dp, i, all + count);
	rc = fib_routes_set(&dp->workers.fib, all, count);
	free(all);
	free(kernel);
	return rc;
}

static void home_wanted(struct dp *dp, uint64_t now)
{
	struct td_addr ip;
	unsigned port;
	uint32_t i;

	while ((i = fib_wanted(&dp->workers.fib))) {
		fib_key(&dp->workers.fib, i, &port, &ip);
		if (port >= dp->ports)
			continue;
		if (td_port_kernel(&dp->conf[port]))
			netlink_want(dp->netlink, i);
		else
			neighbours_want(dp->neighbours, i, now);
	}
}

/* Takes back numbers that nobody used for a minute: the kernel and we stop keeping them fresh. */
static void home_reclaim(struct dp *dp)
{
	for (uint32_t i = 1; i < fib_size(&dp->workers.fib); i++) {
		struct td_addr ip;
		unsigned port;

		fib_key(&dp->workers.fib, i, &port, &ip);
		if (port >= dp->ports || !fib_reclaim(&dp->workers.fib, i))
			continue;
		if (td_port_kernel(&dp->conf[port]))
			netlink_forget(dp->netlink, i, port, &ip);
		else
			neighbours_forget(dp->neighbours, i);
	}
}

int dp_main_fd(const struct dp *dp)
{
	return dp->main_epoll;
}

void dp_main_turn(struct dp *dp)
{
	struct punt_learnt l;
	uint64_t now = dp_now();

	/* Armed for as long as it does not look: who posts from here on is heard in the next turn.
	 */
	wake_take(&dp->main_wake);
	wake_arm(&dp->main_wake);
	home_wanted(dp, now);
	for (unsigned i = 0; i < dp->workers.count; i++)
		while (cmdq_get(dp->workers.worker[i].learnt, &l))
			/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): the ring filled it */
			neighbours_learn(dp->neighbours, l.port, &l.ip, l.mac, now);
	if (dp->netlink && netlink_turn(dp->netlink))
		(void)home_routes(dp); /* out of memory: the old ones serve */
	if (now >= dp->main_second + TD_NSEC_PER_SEC) {
		neighbours_turn(dp->neighbours, now);
		dp->main_second = now;
	}
	if (now >= dp->main_minute + HOME_RECLAIM) {
		home_reclaim(dp);
		dp->main_minute = now;
	}
	for (unsigned i = 0; i < dp->workers.count; i++) /* messages held may go now */
		wake_post(&dp->workers.worker[i].wake);
}

static int home_watch(struct dp *dp, int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(dp->main_epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

static int home_netlink(struct dp *dp)
{
	int ifindex[PORT_MAX] = {0};
	bool any = false;

	for (unsigned i = 0; i < dp->ports; i++) {
		if (!td_port_kernel(&dp->conf[i]))
			continue;
		ifindex[i] = dp->port[i].ifindex;
		any = true;
	}
	if (!any)
		return 0;
	dp->netlink = netlink_alloc(&dp->workers.fib, ifindex, dp->ports);
	return dp->netlink ? home_watch(dp, netlink_fd(dp->netlink)) : -errno;
}

int home_start(struct dp *dp, struct td_text *err)
{
	struct fib_params p = {
		.nexthops = dp->site.max_calls + 1024, /* agents and trunks on link, strangers */
		.synchronize = home_synchronize,
		.wanted = home_wake,
		.ctx = dp,
	};
	int rc = fib_init(&dp->workers.fib, &p);

	dp->workers.signalling.ways = ways_alloc();
	if (!dp->workers.signalling.ways && !rc)
		rc = -errno;
	dp->workers.wake_main = home_wake;
	dp->workers.main_ctx = dp;
	dp->main_epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!rc && dp->main_epoll < 0)
		rc = -errno;
	if (!rc)
		rc = wake_init(&dp->main_wake);
	if (!rc) {
		wake_arm(&dp->main_wake);
		rc = home_watch(dp, dp->main_wake.fd);
	}
	if (!rc) {
		dp->neighbours = neighbours_alloc(&dp->workers.fib, home_request, dp);
		rc = dp->neighbours ? home_netlink(dp) : -ENOMEM;
	}
	if (!rc)
		rc = home_routes(dp);
	if (rc)
		td_text_set(err, "routes and neighbours: %s", strerror(-rc));
	return rc;
}

void home_stop(struct dp *dp)
{
	netlink_free(dp->netlink);
	dp->netlink = NULL;
	neighbours_free(dp->neighbours);
	dp->neighbours = NULL;
	fib_fini(&dp->workers.fib);
	ways_free(dp->workers.signalling.ways);
	dp->workers.signalling.ways = NULL;
	wake_fini(&dp->main_wake);
	if (dp->main_epoll >= 0)
		close(dp->main_epoll);
	dp->main_epoll = -1;
}
