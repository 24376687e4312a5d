/* SPDX-License-Identifier: BSD-3-Clause */
/* Faults that several keys or objects make together. value.c finds the faults of a single value. */
#include <engine/conf/schema.h>
#include <engine/base/addr.h>
#include <engine/base/buf.h>
#include <engine/base/rate.h>
#include <stdarg.h>
#include <tandem/acd.h>
#include <tandem/flow.h>
#include <stdio.h>

#define IPV6_MTU_MIN 1280 /* RFC 8200 section 5 */

struct check {
	const struct td_conf *conf;
	void (*report)(void *ctx, const struct conf_fault *f);
	void *ctx;
	unsigned faults;
};

static void fault(struct check *c, enum td_kind kind, uint32_t object, const char *key, int item,
	const char *fmt, ...) __attribute__((format(printf, 6, 7)));
static void fault(struct check *c, enum td_kind kind, uint32_t object, const char *key, int item,
	const char *fmt, ...)
{
	struct td_text what;
	struct conf_fault f = {.kind = kind, .object = object, .item = item, .what = what.s};
	va_list args;

	va_start(args, fmt);
	td_text_vset(&what, fmt, args);
	va_end(args);
	f.key = key ? conf_key_lookup(kind, str_of(key)) : NULL;
	c->faults++;
	c->report(c->ctx, &f);
}

static void ref_check(
	struct check *c, const struct conf_key *k, uint32_t object, int item, const char *name)
{
	const struct conf_list *there = &c->conf->of[k->ref];
	struct conf_nearest near = {.wanted = str_of(name)};

	if (conf_lookup(c->conf, k->ref, str_of(name)))
		return;
	for (uint32_t i = 0; i < there->count; i++)
		conf_nearest(&near, str_of(conf_at(c->conf, k->ref, i)));
	if (near.best.n)
		fault(c, k->kind, object, k->name, item,
			"no %s is called '%s'; did you mean '%.*s'?", td_kinds[k->ref].name, name,
			STR_FMT(near.best));
	else
		fault(c, k->kind, object, k->name, item,
			"no %s is called '%s'; add it under %s:", td_kinds[k->ref].name, name,
			td_kinds[k->ref].section);
}

static void keys_check(struct check *c, const struct conf_key *k)
{
	for (uint32_t i = 0; i < c->conf->of[k->kind].count; i++) {
		const void *object = conf_at(c->conf, k->kind, i);
		const char *field = (const char *)object + k->offset;

		if (k->flags & CONF_REQUIRED && !conf_value_is_set(k, object))
			fault(c, k->kind, i, k->name, -1, "%s is missing; give it a value",
				k->name);
		if (k->type == CONF_REF && field[0])
			ref_check(c, k, i, -1, field);
		for (unsigned n = 0; k->type == CONF_REFS && n < conf_list_count(k, object); n++)
			ref_check(c, k, i, n, field + n * TD_NAME_BYTES);
	}
}

static bool worker_has(const struct td_conf_site *site, int core)
{
	for (unsigned i = 0; i < site->worker_count; i++)
		if (site->worker_cores[i] == core)
			return true;
	return false;
}

static void site_check(struct check *c)
{
	const struct td_conf_site *site = conf_site(c->conf);

	if (site->sip_port >= site->rtp_port_min && site->sip_port <= site->rtp_port_max)
		fault(c, TD_KIND_SITE, 0, "sip_port", -1,
			"%u lies among the media ports %u-%u; move one of them", site->sip_port,
			site->rtp_port_min, site->rtp_port_max);
	if (worker_has(site, site->signalling_core))
		fault(c, TD_KIND_SITE, 0, "signalling_core", -1,
			"CPU %d is a worker's; choose another one, or none", site->signalling_core);
	if (site->connection_idle_s < site->register_max_s)
		fault(c, TD_KIND_SITE, 0, "connection_idle", -1,
			"%us is shorter than register_max (%us): telephones on TCP would be cut "
			"off "
			"between two registrations; make it longer",
			site->connection_idle_s, site->register_max_s);
	if (site->register_min_s > site->register_max_s)
		fault(c, TD_KIND_SITE, 0, "register_min", -1,
			"%us is longer than register_max (%us); make it shorter",
			site->register_min_s, site->register_max_s);
}

/* A link must carry at least one call: this finds a 10 that was meant to be 10M. */
static void limit_check(
	struct check *c, enum td_kind kind, uint32_t i, uint64_t limit, uint8_t layer)
{
	struct rate one = {.codec = TD_CODEC_DEFAULT, .ptime_ms = 20, .family = 4};
	uint64_t need = rate_bps(&one, (enum td_layer)layer);

	if (limit && limit < need)
		fault(c, kind, i, "limit", -1,
			"%lu bits a second carry no call, which takes %lu; write more, like 10M, "
			"or 0 "
			"for no limit",
			limit, need);
}

static void links_check(struct check *c)
{
	const struct conf_list *links = &c->conf->of[TD_KIND_LINK];
	const struct conf_list *trunks = &c->conf->of[TD_KIND_TRUNK];

	for (uint32_t i = 0; i < links->count; i++)
		limit_check(c, TD_KIND_LINK, i, links->link[i].limit_bps, links->link[i].layer);
	for (uint32_t i = 0; i < trunks->count; i++)
		limit_check(
			c, TD_KIND_TRUNK, i, trunks->trunk[i].limit_bps, trunks->trunk[i].layer);
}

static bool prefix_overlap(const struct td_prefix *a, const struct td_prefix *b)
{
	return prefix_contains(a, &b->addr) || prefix_contains(b, &a->addr);
}

/* A call from an address that two trunks have could belong to either. A site has tens of trunks,
 * so the walk over all pairs is short. */
static void trunks_check(struct check *c)
{
	const struct conf_list *trunks = &c->conf->of[TD_KIND_TRUNK];
	char text[ADDR_TEXT];

	for (uint32_t i = 0; i < trunks->count; i++)
		for (unsigned a = 0; a < trunks->trunk[i].address_count; a++)
			for (uint32_t j = 0; j <= i; j++)
				for (unsigned b = 0;
					b < (j < i ? trunks->trunk[j].address_count : a); b++) {
					if (!prefix_overlap(&trunks->trunk[i].address[a],
						    &trunks->trunk[j].address[b]))
						continue;
					prefix_encode(&trunks->trunk[i].address[a], text);
					fault(c, TD_KIND_TRUNK, i, "address", a,
						"%s is %s %s's too; an address can be one trunk's "
						"only",
						text, j == i ? "already this trunk's:" : "trunk",
						trunks->trunk[j].name);
				}
}

static const struct td_conf_port *address_owner(
	const struct conf_list *ports, uint32_t before, const struct td_addr *a)
{
	for (uint32_t i = 0; i < before; i++)
		for (unsigned n = 0; n < ports->port[i].address_count; n++)
			if (addr_equal_ip(&ports->port[i].address[n].addr, a))
				return &ports->port[i];
	return NULL;
}

static bool on_link(const struct td_conf_port *p, const struct td_addr *a)
{
	for (unsigned n = 0; n < p->address_count; n++)
		if (prefix_contains(&p->address[n], a))
			return true;
	return addr_is_link_local(a);
}

static void gateway_check(struct check *c, uint32_t i, const char *key, const struct td_addr *a)
{
	const struct td_conf_port *p = &c->conf->of[TD_KIND_PORT].port[i];
	unsigned family = a == &p->gateway ? 4 : 6;
	char text[ADDR_TEXT];

	if (!a->family)
		return;
	if (a->family != family)
		fault(c, TD_KIND_PORT, i, key, -1, "%s is not IPv%u; write it as %s",
			addr_encode_ip(a, text), family, family == 4 ? "gateway6" : "gateway");
	else if (td_port_kernel(p))
		fault(c, TD_KIND_PORT, i, key, -1,
			"the kernel owns this port and its routes count; take %s out and use ip "
			"route",
			key);
	else if (!on_link(p, a))
		fault(c, TD_KIND_PORT, i, key, -1,
			"%s lies in none of the port's networks; give one of its addresses with "
			"the network, like 10.0.0.1/24",
			addr_encode_ip(a, text));
}

static void ports_check(struct check *c)
{
	const struct conf_list *ports = &c->conf->of[TD_KIND_PORT];
	char text[ADDR_TEXT];

	for (uint32_t i = 0; i < ports->count; i++) {
		const struct td_conf_port *p = &ports->port[i];

		for (unsigned n = 0; n < p->address_count; n++) {
			const struct td_conf_port *other =
				address_owner(ports, i, &p->address[n].addr);

			if (p->address[n].addr.family == 6 && p->mtu < IPV6_MTU_MIN)
				fault(c, TD_KIND_PORT, i, "mtu", -1,
					"%u is too little for IPv6; write %d or more", p->mtu,
					IPV6_MTU_MIN);
			if (!addr_is_host(&p->address[n].addr))
				fault(c, TD_KIND_PORT, i, "address", n,
					"%s can't be reached from other hosts; give the port an "
					"address of its network",
					addr_encode_ip(&p->address[n].addr, text));
			if (other)
				fault(c, TD_KIND_PORT, i, "address", n,
					"%s is port %s's too; give each port its own",
					addr_encode_ip(&p->address[n].addr, text), other->name);
		}
		for (uint32_t j = 0; j < i; j++)
			if (p->type == ports->port[j].type &&
				!strcmp(p->device, ports->port[j].device))
				fault(c, TD_KIND_PORT, i, "device", -1,
					"%s is port %s's too; a device can be one port's only",
					p->device, ports->port[j].name);
		gateway_check(c, i, "gateway", &p->gateway);
		gateway_check(c, i, "gateway6", &p->gateway6);
	}
}

static void agents_check(struct check *c)
{
	const struct conf_list *agents = &c->conf->of[TD_KIND_AGENT];

	for (uint32_t i = 0; i < agents->count; i++) {
		const struct td_conf_agent *a = &agents->agent[i];
		size_t digits = a->algorithm == TD_DIGEST_MD5 ? 32 : 64;

		if (!a->ha1[0] && !a->contact.family && a->channels & TD_CHANNELS_MEDIA)
			fault(c, TD_KIND_AGENT, i, NULL, -1,
				"password is missing; give one, or a contact that needs none");
		if (a->ha1[0] && strlen(a->ha1) != digits)
			fault(c, TD_KIND_AGENT, i, "ha1", -1, "ha1 must have %zu digits", digits);
	}
}

static const char *group_link(const struct td_conf *conf, const char *name)
{
	const struct td_conf_group *g = conf_lookup(conf, TD_KIND_GROUP, str_of(name));

	return g ? g->link : "";
}

/* When two groups place an agent behind different links, nobody can say by which link the agent is
 * called. */
static void agent_links_check(struct check *c)
{
	const struct conf_list *agents = &c->conf->of[TD_KIND_AGENT];

	for (uint32_t i = 0; i < agents->count; i++) {
		const struct td_conf_agent *a = &agents->agent[i];
		const char *link = "";

		for (unsigned g = 0; !a->link[0] && g < a->group_count; g++) {
			const char *other = group_link(c->conf, a->groups[g]);

			if (!link[0])
				link = other;
			if (!other[0] || !strcmp(link, other))
				continue;
			fault(c, TD_KIND_AGENT, i, "link", -1,
				"the groups are behind different links, %s and %s; give the agent "
				"a "
				"link of its own",
				link, other);
			break;
		}
	}
}

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
		fault(c, TD_KIND_QUEUE, i, "overflow_queue", -1,
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

		if ((q->overflow == TD_OVERFLOW_QUEUE) != (q->overflow_queue[0] != 0))
			fault(c, TD_KIND_QUEUE, i, "overflow", -1,
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

/* Sockets are the kernel's, so is TCP: each address by which we can reach a server must be its. */
static void transports_check(struct check *c)
{
	const struct conf_list *trunks = &c->conf->of[TD_KIND_TRUNK];
	const struct conf_list *ports = &c->conf->of[TD_KIND_PORT];
	bool kernel = !ports->count;

	for (uint32_t i = 0; i < ports->count; i++)
		kernel |= td_port_kernel(&ports->port[i]);
	for (uint32_t i = 0; i < trunks->count && !kernel; i++)
		if (trunks->trunk[i].transport != TD_TRANSPORT_UDP)
			fault(c, TD_KIND_TRUNK, i, "transport", -1,
				"TCP needs a port that the kernel owns too: type af_xdp or "
				"af_packet, without vlan");
}

static void routes_check(struct check *c)
{
	const struct conf_list *routes = &c->conf->of[TD_KIND_ROUTE];

	for (uint32_t i = 0; i < routes->count; i++) {
		const struct td_conf_route *r = &routes->route[i];

		if (!r->queue[0] && !r->trunk_count)
			fault(c, TD_KIND_ROUTE, i, "queue", -1,
				"queue is missing; name a queue that the calls go to, or trunks "
				"that they go out by");
		for (uint8_t n = 0; n < r->trunk_count; n++) {
			const struct td_conf_trunk *t =
				conf_lookup(c->conf, TD_KIND_TRUNK, str_of(r->trunks[n]));

			if (t && !can_call_out(t))
				fault(c, TD_KIND_ROUTE, i, "trunks", n,
					"where to call trunk %s is not clear; give it a server, "
					"like "
					"10.0.0.1:5060",
					t->name);
		}
	}
}

static void counts_check(struct check *c)
{
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++) {
		uint32_t count = c->conf->of[kind].count;
		uint32_t max = conf_kind_max(conf_site(c->conf), kind);
		const char *section = td_kinds[kind].section;

		if (count > max)
			fault(c, kind, max, NULL, -1,
				"there are %u %s, more than the site's max_%s (%u); raise it",
				count, section, section, max);
	}
}

unsigned conf_check(const struct td_conf *conf,
	void (*report)(void *ctx, const struct conf_fault *f), void *ctx)
{
	struct check c = {.conf = conf, .report = report, .ctx = ctx};

	for (unsigned i = 0; i < td_schema_count; i++)
		if (!(td_schema[i].flags & CONF_ONLY_YAML))
			keys_check(&c, &td_schema[i]);
	site_check(&c);
	ports_check(&c);
	links_check(&c);
	trunks_check(&c);
	agents_check(&c);
	agent_links_check(&c);
	counts_check(&c);
	overflow_check(&c);
	routes_check(&c);
	transports_check(&c);
	return c.faults;
}
