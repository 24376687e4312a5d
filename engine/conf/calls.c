/* SPDX-License-Identifier: BSD-3-Clause */
/* The ways that calls take: routes, overflows, trunks, and whether somebody at their end can
 * answer. */
#include <engine/conf/check.h>
#include <engine/base/addr.h>
#include <engine/base/buf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tandem/acd.h>
#include <tandem/flow.h>

static const struct td_conf_queue *overflow_of(
	const struct td_conf *conf, const struct td_conf_queue *q)
{
	if (q->overflow != TD_OVERFLOW_QUEUE)
		return NULL;
	return conf_lookup(conf, TD_KIND_QUEUE, str_of(q->overflow_queue));
}

/* Full queues that overflow in a circle would pass a caller on for ever. The fault is told once,
 * for the first queue of the circle. */
static void circle_check(struct check *c, const struct conf_list *queues, uint32_t i)
{
	const struct td_conf_queue *q = &queues->queue[i], *next = q;
	char storage[TD_TEXT_BYTES];
	struct td_buf names;

	buf_init_fixed(&names, storage, sizeof(storage));
	buf_str(&names, str_of(q->name));
	for (uint32_t steps = 0; steps < queues->count; steps++) {
		next = overflow_of(c->conf, next);
		if (!next || next < q)
			return;
		buf_printf(&names, ", %s", next->name);
		if (next != q)
			continue;
		check_fault(c, TD_KIND_QUEUE, i, "overflow_queue", -1,
			"the overflow goes in a circle: %.*s; end it with hangup or busy",
			(int)names.len, names.data);
		return;
	}
}

static void overflow_check(struct check *c)
{
	const struct conf_list *queues = &c->conf->of[TD_KIND_QUEUE];

	for (uint32_t i = 0; i < queues->count; i++) {
		const struct td_conf_queue *q = &queues->queue[i];

		if ((q->overflow == TD_OVERFLOW_QUEUE) != (q->overflow_queue[0] != 0) &&
			!check_unsure(c, TD_KIND_QUEUE, i, "overflow_queue"))
			check_fault(c, TD_KIND_QUEUE, i, "overflow", -1,
				"which queue is not clear; write overflow: {queue: NAME}");
		circle_check(c, queues, i);
	}
}

static bool can_call_out(const struct td_conf_trunk *t)
{
	unsigned host = t->address[0].addr.family == 6 ? 128 : 32;

	return t->server.addr.port || (t->address_count && t->address[0].bits == host);
}

#define TRUNK_TRANSPORT(id, ...) TRUNK_##id,
enum { TD_TRUNK_TRANSPORTS(TRUNK_TRANSPORT) };
#define SAME_TRANSPORT(id, ...) \
	_Static_assert(         \
		(int)TRUNK_##id == (int)TD_TRANSPORT_##id, "TD_TRANSPORTS has another order");
TD_TRUNK_TRANSPORTS(SAME_TRANSPORT)

#define KERNEL_PORT "a port of type af_xdp or af_packet without vlan"

static bool lies_on(const struct td_conf_port *p, const struct td_addr *a)
{
	for (unsigned n = 0; n < p->address_count; n++)
		if (prefix_contains(&p->address[n], a))
			return true;
	return false;
}

static bool has_family(const struct td_conf_port *p, uint8_t family)
{
	for (unsigned n = 0; n < p->address_count; n++)
		if (p->address[n].addr.family == family)
			return true;
	return false;
}

/* Where calls out go, when it is an address. */
static const struct td_addr *server_address(const struct td_conf_trunk *t)
{
	if (t->server.name[0])
		return NULL;
	return t->server.addr.family ? &t->server.addr : &t->address[0].addr;
}

/* RFC 3927: it means nothing without an interface, as IPv6's. */
static bool link_local(const struct td_addr *a)
{
	static const uint8_t net[] = {169, 254};

	return addr_is_link_local(a) || (a->family == 4 && memcmp(&a->ip4, net, sizeof(net)) == 0);
}

const char *conf_address_taken(const struct td_conf *conf, const struct td_addr *a)
{
	const struct conf_list *ports = &conf->of[TD_KIND_PORT];

	for (uint32_t i = 0; i < ports->count; i++)
		for (uint8_t k = 0; k < ports->port[i].address_count; k++) {
			const struct td_prefix *net = &ports->port[i].address[k];

			if (addr_equal_ip(&net->addr, a))
				return "our own";
			if (prefix_is_edge(net, a))
				return "a network's or its broadcast address";
		}
	return NULL;
}

const char *conf_server_useless(const struct td_conf *conf, const struct td_addr *a)
{
	if (link_local(a))
		return "link-local";
	if (!addr_is_host(a))
		return "no host's";
	return conf_address_taken(conf, a);
}

/* A name's addresses are judged when they are known. A network is no server. */
static void servers_check(struct check *c)
{
	const struct conf_list *trunks = &c->conf->of[TD_KIND_TRUNK];
	char text[ADDR_TEXT];

	for (uint32_t i = 0; i < trunks->count; i++) {
		const struct td_conf_trunk *t = &trunks->trunk[i];
		const struct td_addr *to = can_call_out(t) ? server_address(t) : NULL;
		const char *no = to ? conf_server_useless(c->conf, to) : NULL;
		bool given = t->server.addr.port != 0;

		if (no && !check_unsure(c, TD_KIND_TRUNK, i, "server"))
			check_fault(c, TD_KIND_TRUNK, i, given ? "server" : "address",
				given ? -1 : 0,
				"%s is %s: no call can go there; write the address of the "
				"carrier's server",
				addr_encode_ip(to, text), no);
	}
}

/* Sockets are the kernel's, so is TCP: the server must be reached by a port that it owns too. */
static void tcp_check(struct check *c, uint32_t trunk)
{
	const struct conf_list *ports = &c->conf->of[TD_KIND_PORT];
	const struct td_addr *to = server_address(&c->conf->of[TD_KIND_TRUNK].trunk[trunk]);
	const struct td_conf_port *other = NULL;
	bool any = false, family = false;
	char text[ADDR_TEXT];

	for (uint32_t i = 0; i < ports->count; i++) {
		const struct td_conf_port *p = &ports->port[i];
		bool kernel = td_port_kernel(p), here = to && lies_on(p, to);

		if (kernel && here)
			return;
		if (here)
			other = p;
		any |= kernel;
		family |= kernel && (!to || has_family(p, to->family));
	}
	if (!any)
		check_fault(c, TD_KIND_TRUNK, trunk, "transport", -1,
			"TCP needs " KERNEL_PORT ", which the kernel owns too");
	else if (other)
		check_fault(c, TD_KIND_TRUNK, trunk, "transport", -1,
			"TCP is the kernel's, and port %s, which leads to %s, is not; use udp, or "
			"reach it by " KERNEL_PORT,
			other->name, addr_encode_ip(to, text));
	else if (!family)
		check_fault(c, TD_KIND_TRUNK, trunk, "transport", -1,
			"TCP to %s needs an IPv%u address on " KERNEL_PORT,
			addr_encode_ip(to, text), to->family);
}

static bool ports_unsure(const struct check *c)
{
	for (uint32_t i = 0; i < c->conf->of[TD_KIND_PORT].count; i++)
		if (check_unsure(c, TD_KIND_PORT, i, "type") ||
			check_unsure(c, TD_KIND_PORT, i, "vlan") ||
			check_unsure(c, TD_KIND_PORT, i, "address"))
			return true;
	return check_unsure(c, TD_KIND_PORT, 0, NULL);
}

static void transports_check(struct check *c)
{
	const struct conf_list *trunks = &c->conf->of[TD_KIND_TRUNK];

	if (!c->conf->of[TD_KIND_PORT].count || ports_unsure(c))
		return;
	for (uint32_t i = 0; i < trunks->count; i++)
		if (trunks->trunk[i].transport != TD_TRANSPORT_UDP &&
			!check_unsure(c, TD_KIND_TRUNK, i, "server") &&
			!check_unsure(c, TD_KIND_TRUNK, i, "address"))
			tcp_check(c, i);
}

static uint32_t place_of(const struct check *c, enum td_kind kind, const char *name, bool *found)
{
	return conf_place(c->conf, kind, str_of(name), found);
}

static void route_trunk_check(struct check *c, uint32_t route, uint8_t item)
{
	const char *name = c->conf->of[TD_KIND_ROUTE].route[route].trunks[item];
	bool found;
	uint32_t i = place_of(c, TD_KIND_TRUNK, name, &found);

	if (found && !can_call_out(&c->conf->of[TD_KIND_TRUNK].trunk[i]) &&
		!check_unsure(c, TD_KIND_TRUNK, i, "server") &&
		!check_unsure(c, TD_KIND_TRUNK, i, "address"))
		check_fault(c, TD_KIND_ROUTE, route, "trunks", item,
			"where to call trunk %s is not clear; give it a server, like 10.0.0.1:5060",
			name);
}

static bool route_leads(struct check *c, uint32_t i)
{
	const struct td_conf_route *r = &c->conf->of[TD_KIND_ROUTE].route[i];

	return r->queue[0] || r->trunk_count || check_unsure(c, TD_KIND_ROUTE, i, "trunks");
}

static void routes_check(struct check *c)
{
	const struct conf_list *routes = &c->conf->of[TD_KIND_ROUTE];

	for (uint32_t i = 0; i < routes->count; i++) {
		const struct td_conf_route *r = &routes->route[i];

		for (uint8_t n = 0; n < r->trunk_count; n++)
			route_trunk_check(c, i, n);
		if (r->trunk[0] && r->from && !(r->from & 1u << TD_CALLER_TRUNKS))
			check_fault(c, TD_KIND_ROUTE, i, "from", -1,
				"trunks are missing, but trunk says by which of them calls come; "
				"add trunks, or take trunk out");
		if (r->refuse && route_leads(c, i))
			check_fault(c, TD_KIND_ROUTE, i, "refuse", -1,
				"the route refuses calls, and also says where they go; take refuse "
				"out, or queue and trunks");
		if (r->refuse || route_leads(c, i))
			continue;
		if (r->trunk[0])
			check_fault(c, TD_KIND_ROUTE, i, "queue", -1,
				"queue is missing: trunk says by which trunk the calls come; name "
				"a "
				"queue that they go to, or write trunks: [%s] when they go out by "
				"it",
				r->trunk);
		else
			check_fault(c, TD_KIND_ROUTE, i, "queue", -1,
				"queue is missing; name a queue that the calls go to, or trunks "
				"that they go out by, or write refuse: true");
	}
}

/* Who takes calls. */
struct takers {
	struct check *check;
	uint8_t *group; /* by place: 1 << channel for what an agent of it takes */
	bool *called;   /* by place of the queue: calls come to it, and this has been judged */
};

/* Groups whose agents are not sure take everything. */
static void groups_fill(struct takers *a)
{
	const struct check *c = a->check;
	const struct conf_list *agents = &c->conf->of[TD_KIND_AGENT];

	for (uint32_t i = 0; i < c->conf->of[TD_KIND_GROUP].count; i++)
		if (check_unsure(c, TD_KIND_GROUP, i, "agents"))
			a->group[i] = UINT8_MAX;
	for (uint32_t i = 0; i < agents->count; i++) {
		const struct td_conf_agent *agent = &agents->agent[i];
		bool unsure = check_unsure(c, TD_KIND_AGENT, i, "channels"), found;

		for (uint8_t g = 0; g < agent->group_count; g++) {
			uint32_t place = place_of(c, TD_KIND_GROUP, agent->groups[g], &found);

			if (found)
				a->group[place] |= unsure ? UINT8_MAX : agent->channels;
		}
	}
}

/* It has agents, and none of them takes calls. Where there is none yet, some may come. */
static bool nobody_takes_calls(const struct takers *a, uint32_t queue)
{
	const struct td_conf_queue *q = &a->check->conf->of[TD_KIND_QUEUE].queue[queue];
	uint8_t taken = 0;

	if (check_unsure(a->check, TD_KIND_QUEUE, queue, "groups"))
		return false;
	for (uint8_t g = 0; g < q->group_count; g++) {
		bool found;
		uint32_t place = place_of(a->check, TD_KIND_GROUP, q->groups[g], &found);

		if (!found)
			return false;
		taken |= a->group[place];
	}
	return taken && !(taken >> TD_CHANNEL_VOICE & 1);
}

#define NOBODY_TAKES_CALLS                                                                       \
	"no agent of queue %s takes calls; give one of them the channel voice, or name another " \
	"queue"

/* From a queue that calls come to, along the overflows. */
static void overflow_follow(struct takers *a, uint32_t from)
{
	const struct conf_list *queues = &a->check->conf->of[TD_KIND_QUEUE];
	bool found = true;

	while (found && !a->called[from]) {
		const struct td_conf_queue *q = &queues->queue[from];
		uint32_t next;

		a->called[from] = true;
		if (q->overflow != TD_OVERFLOW_QUEUE)
			return;
		next = place_of(a->check, TD_KIND_QUEUE, q->overflow_queue, &found);
		if (found && nobody_takes_calls(a, next))
			check_fault(a->check, TD_KIND_QUEUE, from, "overflow_queue", -1,
				NOBODY_TAKES_CALLS, q->overflow_queue);
		from = next;
	}
}

/* Whom nobody can answer would wait in vain. */
static int answers_check(struct check *c)
{
	const struct conf_list *routes = &c->conf->of[TD_KIND_ROUTE];
	struct takers a = {.check = c,
		.group = calloc(c->conf->of[TD_KIND_GROUP].count + 1, sizeof(*a.group)),
		.called = calloc(c->conf->of[TD_KIND_QUEUE].count + 1, sizeof(*a.called))};
	int rc = a.group && a.called ? 0 : -ENOMEM;

	if (rc == 0)
		groups_fill(&a);
	for (uint32_t i = 0; rc == 0 && i < routes->count; i++) {
		bool found;
		uint32_t queue = place_of(c, TD_KIND_QUEUE, routes->route[i].queue, &found);

		if (!found)
			continue;
		if (nobody_takes_calls(&a, queue))
			check_fault(c, TD_KIND_ROUTE, i, "queue", -1, NOBODY_TAKES_CALLS,
				routes->route[i].queue);
		overflow_follow(&a, queue);
	}
	free(a.group);
	free(a.called);
	return rc;
}

int calls_check(struct check *c)
{
	overflow_check(c);
	routes_check(c);
	servers_check(c);
	transports_check(c);
	if (check_unsure(c, TD_KIND_AGENT, 0, NULL) || check_unsure(c, TD_KIND_GROUP, 0, NULL))
		return 0;
	return answers_check(c);
}
