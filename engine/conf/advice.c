/* SPDX-License-Identifier: BSD-3-Clause */
/* What is no fault, and yet keeps a site from serving as somebody who wrote it would think. */
#include <engine/conf/check.h>
#include <engine/base/addr.h>
#include <engine/base/phone_number.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/acd.h>
#include <tandem/media.h>

static void empty_advise(struct check *c)
{
	if (!c->conf->of[TD_KIND_PORT].count)
		check_fault(c, TD_KIND_SITE, 0, NULL, -1,
			"there are no ports, so no call can come or go; add ports:");
	if (!c->conf->of[TD_KIND_ROUTE].count)
		check_fault(c, TD_KIND_SITE, 0, NULL, -1,
			"there are no routes, so no number that is dialled leads anywhere; add "
			"routes:");
}

/* A call has two legs, and each of them a pair of ports on one of the addresses. */
static void rtp_ports_advise(struct check *c)
{
	const struct td_conf_site *site = conf_site(c->conf);
	const struct conf_list *ports = &c->conf->of[TD_KIND_PORT];
	uint64_t per = td_legs_per_address(site->rtp_port_min, site->rtp_port_max);
	uint64_t addresses = 0, calls;

	for (uint32_t i = 0; i < ports->count; i++)
		addresses += ports->port[i].address_count;
	calls = addresses * per / 2;
	if (addresses && calls < site->max_calls)
		check_fault(c, TD_KIND_SITE, 0, "rtp_ports", -1,
			"%u-%u on %lu addresses are enough for %lu calls, and max_calls is %u; "
			"write more ports, or fewer calls",
			site->rtp_port_min, site->rtp_port_max, addresses, calls, site->max_calls);
}

static bool networks_overlap(const struct td_prefix *a, const struct td_prefix *b)
{
	unsigned host = a->addr.family == 6 ? 128 : 32;

	if (a->addr.family != b->addr.family || a->bits == host || b->bits == host)
		return false;
	return prefix_contains(a, &b->addr) || prefix_contains(b, &a->addr);
}

/* The port before this one that has an address in the same network; NULL: none. */
static const struct td_conf_port *neighbour(
	const struct conf_list *ports, uint32_t before, const struct td_prefix *net)
{
	for (uint32_t i = 0; i < before; i++)
		for (unsigned n = 0; n < ports->port[i].address_count; n++)
			if (networks_overlap(&ports->port[i].address[n], net))
				return &ports->port[i];
	return NULL;
}

static void networks_advise(struct check *c)
{
	const struct conf_list *ports = &c->conf->of[TD_KIND_PORT];
	char text[ADDR_TEXT];

	for (uint32_t i = 0; i < ports->count; i++)
		for (unsigned n = 0; n < ports->port[i].address_count; n++) {
			const struct td_prefix *net = &ports->port[i].address[n];
			const struct td_conf_port *other = neighbour(ports, i, net);

			if (other)
				check_fault(c, TD_KIND_PORT, i, "address", n,
					"%s lies in a network of port %s: all that goes there "
					"leaves by one of the two; give each port its own network",
					prefix_encode(net, text), other->name);
		}
}

static const struct td_conf_trunk *trunk_at(
	const struct td_conf *conf, const struct td_addr *at, const struct td_prefix **in)
{
	const struct conf_list *trunks = &conf->of[TD_KIND_TRUNK];

	for (uint32_t i = 0; i < trunks->count; i++)
		for (uint8_t k = 0; k < trunks->trunk[i].address_count; k++) {
			*in = &trunks->trunk[i].address[k];
			if (prefix_contains(*in, at))
				return &trunks->trunk[i];
		}
	return NULL;
}

/* Where calls come from says whose they are, and trunks are asked first. */
static void telephones_advise(struct check *c)
{
	const struct conf_list *agents = &c->conf->of[TD_KIND_AGENT];
	char text[ADDR_TEXT], net[ADDR_TEXT];

	for (uint32_t i = 0; i < agents->count; i++) {
		const struct td_addr *at = &agents->agent[i].contact;
		const struct td_prefix *in;
		const struct td_conf_trunk *t = at->family ? trunk_at(c->conf, at, &in) : NULL;

		if (t)
			check_fault(c, TD_KIND_AGENT, i, "contact", -1,
				"%s lies in %s, which is trunk %s's: calls of this telephone are "
				"taken for the trunk's; leave it out of the trunk's address",
				addr_encode_ip(at, text), prefix_encode(in, net), t->name);
	}
}

/* A number that is dialled has no separators left when its route is looked up. */
static void separators_advise(struct check *c)
{
	const struct conf_list *routes = &c->conf->of[TD_KIND_ROUTE];
	char clean[TD_NAME_BYTES];

	for (uint32_t i = 0; i < routes->count; i++) {
		const char *name = routes->route[i].name;

		snprintf(clean, sizeof(clean), "%s", name);
		if (phone_number_clean(clean) && strcmp(clean, name) != 0)
			check_fault(c, TD_KIND_ROUTE, i, NULL, -1,
				"numbers are compared without - and ., so no call takes this "
				"route; write %s",
				clean);
	}
}

/* What is called, or known, by an address that a port of ours or no host has. */
static void addresses_advise(struct check *c)
{
	const struct conf_list *agents = &c->conf->of[TD_KIND_AGENT];
	const struct conf_list *trunks = &c->conf->of[TD_KIND_TRUNK];
	char text[ADDR_TEXT];
	const char *no;

	for (uint32_t i = 0; i < agents->count; i++) {
		const struct td_addr *a = &agents->agent[i].contact;

		no = a->family ? conf_server_useless(c->conf, a) : NULL;
		if (no)
			check_fault(c, TD_KIND_AGENT, i, "contact", -1,
				"%s is %s: no telephone can be there; write the telephone's",
				addr_encode_ip(a, text), no);
	}
	for (uint32_t i = 0; i < trunks->count; i++)
		for (unsigned n = 0; n < trunks->trunk[i].address_count; n++) {
			const struct td_prefix *p = &trunks->trunk[i].address[n];
			bool host = p->bits == (p->addr.family == 6 ? 128 : 32);

			no = host ? conf_address_taken(c->conf, &p->addr) : NULL;
			if (no)
				check_fault(c, TD_KIND_TRUNK, i, "address", (int)n,
					"%s is %s: no call can come from there; write the "
					"carrier's",
					addr_encode_ip(&p->addr, text), no);
		}
}

/* By place of the queue: what leads there, and what the agents of its groups take. */
struct reach {
	bool *reached;
	uint8_t *taken; /* 1 << channel */
};

static void queue_reached(const struct td_conf *conf, struct reach *r, const char *name)
{
	bool found;
	uint32_t place = conf_place(conf, TD_KIND_QUEUE, str_of(name), &found);

	if (name[0] && found)
		r->reached[place] = true;
}

static bool in_group(const struct td_conf_agent *a, const char *group)
{
	for (uint8_t g = 0; g < a->group_count; g++)
		if (strcmp(a->groups[g], group) == 0)
			return true;
	return false;
}

static uint8_t group_takes(const struct td_conf *conf, const char *group)
{
	const struct conf_list *agents = &conf->of[TD_KIND_AGENT];
	uint8_t taken = 0;

	for (uint32_t i = 0; i < agents->count; i++)
		if (in_group(&agents->agent[i], group))
			taken |= agents->agent[i].channels;
	return taken;
}

/* What each group takes is worked out once: groups and queues are many in a large site. */
static int reach_fill(const struct td_conf *conf, struct reach *r)
{
	const struct conf_list *queues = &conf->of[TD_KIND_QUEUE];
	const struct conf_list *groups = &conf->of[TD_KIND_GROUP];
	const struct conf_list *routes = &conf->of[TD_KIND_ROUTE];
	uint8_t *group = calloc(groups->count + 1, sizeof(*group));

	if (!group)
		return -ENOMEM;
	for (uint32_t i = 0; i < groups->count; i++)
		group[i] = group_takes(conf, groups->group[i].name);
	for (uint32_t i = 0; i < routes->count; i++)
		queue_reached(conf, r, routes->route[i].queue);
	for (uint32_t i = 0; i < queues->count; i++) {
		const struct td_conf_queue *q = &queues->queue[i];

		queue_reached(conf, r, q->overflow_queue);
		for (uint8_t g = 0; g < q->group_count; g++) {
			bool found;
			uint32_t place =
				conf_place(conf, TD_KIND_GROUP, str_of(q->groups[g]), &found);

			r->taken[i] |= found ? group[place] : 0;
		}
	}
	free(group);
	return 0;
}

/* A queue of messages needs no route: contacts enter it by a request. */
static int queues_advise(struct check *c)
{
	const struct conf_list *queues = &c->conf->of[TD_KIND_QUEUE];
	struct reach r = {calloc(queues->count + 1, sizeof(*r.reached)),
		calloc(queues->count + 1, sizeof(*r.taken))};
	int rc = r.reached && r.taken ? reach_fill(c->conf, &r) : -ENOMEM;

	for (uint32_t i = 0; rc == 0 && i < queues->count; i++) {
		if (!r.taken[i])
			check_fault(c, TD_KIND_QUEUE, i, "groups", -1,
				"no agent is in any of them, so nobody serves this queue; give one "
				"of them agents");
		if (!r.reached[i] && !(r.taken[i] & ~(uint8_t)TD_CHANNELS_MEDIA))
			check_fault(c, TD_KIND_QUEUE, i, NULL, -1,
				"no route and no overflow leads to this queue; add one, or take "
				"the queue out");
	}
	free(r.reached);
	free(r.taken);
	return rc;
}

int conf_advise(const struct td_conf *conf, const struct conf_checker *by)
{
	struct check c = {.conf = conf, .by = by};

	empty_advise(&c);
	rtp_ports_advise(&c);
	networks_advise(&c);
	telephones_advise(&c);
	separators_advise(&c);
	addresses_advise(&c);
	return queues_advise(&c) ? -ENOMEM : (int)c.faults;
}
