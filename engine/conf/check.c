/* SPDX-License-Identifier: BSD-3-Clause */
/* Faults that several keys or objects make together. value.c finds the faults of a single value,
 * calls.c those of the ways that calls take. */
#include <engine/conf/check.h>
#include <engine/base/addr.h>
#include <engine/base/rate.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tandem/acd.h>

#define IPV6_MTU_MIN 1280 /* RFC 8200 section 5 */

static void ref_check(
	struct check *c, const struct conf_key *k, uint32_t object, int item, const char *name)
{
	const struct conf_list *there = &c->conf->of[k->ref];
	struct conf_nearest near = {.wanted = str_of(name)};

	if (conf_lookup(c->conf, k->ref, str_of(name)) || check_unsure(c, k->ref, 0, NULL))
		return;
	for (uint32_t i = 0; i < there->count; i++)
		conf_nearest(&near, str_of(conf_at(c->conf, k->ref, i)));
	if (near.best.n)
		check_fault(c, k->kind, object, k->name, item,
			"no %s is called '%s'; did you mean '%.*s'?", td_kinds[k->ref].name, name,
			STR_FMT(near.best));
	else
		check_fault(c, k->kind, object, k->name, item,
			"no %s is called '%s'; add it under %s:", td_kinds[k->ref].name, name,
			td_kinds[k->ref].section);
}

static void keys_check(struct check *c, const struct conf_key *k)
{
	for (uint32_t i = 0; i < c->conf->of[k->kind].count; i++) {
		const void *object = conf_at(c->conf, k->kind, i);
		const char *field = (const char *)object + k->offset;

		if (k->flags & CONF_REQUIRED && !conf_value_is_set(k, object))
			check_fault(c, k->kind, i, k->name, -1, "%s is missing; give it a value",
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

/* Symbolic links, and other names of one folder, are told on the machine that has them. */
static void paths_check(struct check *c, const struct td_conf_site *site)
{
	if (strcmp(site->recording_dir, site->journal_dir) == 0 &&
		!check_unsure(c, TD_KIND_SITE, 0, "journal_dir"))
		check_fault(c, TD_KIND_SITE, 0, "recording_dir", -1,
			"%s is journal_dir too; give each its own folder", site->recording_dir);
	if ((strcmp(site->log, site->journal_dir) == 0 &&
		    !check_unsure(c, TD_KIND_SITE, 0, "journal_dir")) ||
		(strcmp(site->log, site->recording_dir) == 0 &&
			!check_unsure(c, TD_KIND_SITE, 0, "recording_dir")))
		check_fault(c, TD_KIND_SITE, 0, "log", -1,
			"%s is the folder of the journal or of the recordings; name a file in "
			"another folder",
			site->log);
}

static void site_check(struct check *c)
{
	const struct td_conf_site *site = conf_site(c->conf);

	if (site->sip_port >= site->rtp_port_min && site->sip_port <= site->rtp_port_max &&
		!check_unsure(c, TD_KIND_SITE, 0, "rtp_ports"))
		check_fault(c, TD_KIND_SITE, 0, "sip_port", -1,
			"%u lies among the media ports %u-%u; move one of them", site->sip_port,
			site->rtp_port_min, site->rtp_port_max);
	paths_check(c, site);
	if (worker_has(site, site->signalling_core) &&
		!check_unsure(c, TD_KIND_SITE, 0, "worker_cores"))
		check_fault(c, TD_KIND_SITE, 0, "signalling_core", -1,
			"CPU %d is a worker's; choose another one, or none", site->signalling_core);
	if (check_unsure(c, TD_KIND_SITE, 0, "register_max"))
		return;
	if (site->connection_idle_s < site->register_max_s)
		check_fault(c, TD_KIND_SITE, 0, "connection_idle", -1,
			"%us is shorter than register_max (%us): telephones on TCP would be cut "
			"off between two registrations; make it longer",
			site->connection_idle_s, site->register_max_s);
	if (site->register_min_s > site->register_max_s)
		check_fault(c, TD_KIND_SITE, 0, "register_min", -1,
			"%us is longer than register_max (%us); make it shorter",
			site->register_min_s, site->register_max_s);
}

/* A link must carry at least one call: this finds a 10 that was meant to be 10M. */
static void limit_check(
	struct check *c, enum td_kind kind, uint32_t i, uint64_t limit, uint8_t layer)
{
	struct rate one = {.codec = TD_CODEC_DEFAULT, .ptime_ms = 20, .family = 4};
	uint64_t need = rate_bps(&one, (enum td_layer)layer);

	if (limit && limit < need && !check_unsure(c, kind, i, "layer"))
		check_fault(c, kind, i, "limit", -1,
			"%lu bits a second carry no call, which takes %lu; write more, like 10M, "
			"or 0 for no limit",
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
					check_fault(c, TD_KIND_TRUNK, i, "address", a,
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
	bool sure = !check_unsure(c, TD_KIND_PORT, i, "type") &&
		    !check_unsure(c, TD_KIND_PORT, i, "vlan");
	char text[ADDR_TEXT];

	if (!a->family)
		return;
	if (a->family != family)
		check_fault(c, TD_KIND_PORT, i, key, -1, "%s is not IPv%u; write it as %s",
			addr_encode_ip(a, text), family, family == 4 ? "gateway6" : "gateway");
	else if (td_port_kernel(p) && sure)
		check_fault(c, TD_KIND_PORT, i, key, -1,
			"the kernel owns this port and its routes count; take %s out and use ip "
			"route",
			key);
	else if (!td_port_kernel(p) && !on_link(p, a) &&
		 !check_unsure(c, TD_KIND_PORT, i, "address"))
		check_fault(c, TD_KIND_PORT, i, key, -1,
			"%s lies in none of the port's networks; give one of its addresses with "
			"the network, like 10.0.0.1/24",
			addr_encode_ip(a, text));
	else if (!td_port_kernel(p) && sure && conf_address_taken(c->conf, a) &&
		 !check_unsure(c, TD_KIND_PORT, i, "address"))
		check_fault(c, TD_KIND_PORT, i, key, -1,
			"%s is %s: no router has it; write the router's address",
			addr_encode_ip(a, text), conf_address_taken(c->conf, a));
}

static bool same_device(const struct check *c, uint32_t i, uint32_t j)
{
	const struct td_conf_port *a = &c->conf->of[TD_KIND_PORT].port[i];
	const struct td_conf_port *b = &c->conf->of[TD_KIND_PORT].port[j];

	return a->type == b->type && !strcmp(a->device, b->device) &&
	       !check_unsure(c, TD_KIND_PORT, i, "type") &&
	       !check_unsure(c, TD_KIND_PORT, j, "type");
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
				check_fault(c, TD_KIND_PORT, i, "mtu", -1,
					"%u is too little for IPv6; write %d or more", p->mtu,
					IPV6_MTU_MIN);
			if (!addr_is_host(&p->address[n].addr))
				check_fault(c, TD_KIND_PORT, i, "address", n,
					"%s can't be reached from other hosts; give the port an "
					"address of its network",
					addr_encode_ip(&p->address[n].addr, text));
			if (prefix_is_edge(&p->address[n], &p->address[n].addr))
				check_fault(c, TD_KIND_PORT, i, "address", n,
					"%s is a network's or its broadcast address; give the port "
					"an address of a host in it",
					prefix_encode(&p->address[n], text));
			if (other)
				check_fault(c, TD_KIND_PORT, i, "address", n,
					"%s is port %s's too; give each port its own",
					addr_encode_ip(&p->address[n].addr, text), other->name);
		}
		for (uint32_t j = 0; j < i; j++)
			if (same_device(c, i, j))
				check_fault(c, TD_KIND_PORT, i, "device", -1,
					"%s is port %s's too; a device can be one port's only",
					p->device, ports->port[j].name);
		gateway_check(c, i, "gateway", &p->gateway);
		gateway_check(c, i, "gateway6", &p->gateway6);
	}
}

/* A password that is there and could not be hashed, or a contact that could not be read, may be
 * what is missing; channels that could not be read may need neither. */
static bool needs_password(struct check *c, uint32_t i)
{
	const struct td_conf_agent *a = &c->conf->of[TD_KIND_AGENT].agent[i];

	return !a->ha1[0] && !a->contact.family && a->channels & TD_CHANNELS_MEDIA &&
	       !check_unsure(c, TD_KIND_AGENT, i, "password") &&
	       !check_unsure(c, TD_KIND_AGENT, i, "contact") &&
	       !check_unsure(c, TD_KIND_AGENT, i, "channels");
}

static void agents_check(struct check *c)
{
	const struct conf_list *agents = &c->conf->of[TD_KIND_AGENT];

	for (uint32_t i = 0; i < agents->count; i++) {
		const struct td_conf_agent *a = &agents->agent[i];
		size_t digits = a->algorithm == TD_DIGEST_MD5 ? 32 : 64;

		if (needs_password(c, i))
			check_fault(c, TD_KIND_AGENT, i, NULL, -1,
				"password is missing; give one, or a contact that needs none");
		if (a->ha1[0] && strlen(a->ha1) != digits)
			check_fault(
				c, TD_KIND_AGENT, i, "ha1", -1, "ha1 must have %zu digits", digits);
	}
}

static const char *group_link(const struct td_conf *conf, const char *name)
{
	const struct td_conf_group *g = conf_lookup(conf, TD_KIND_GROUP, str_of(name));

	/* A link that there is not has been reported. */
	return g && conf_lookup(conf, TD_KIND_LINK, str_of(g->link)) ? g->link : "";
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
			check_fault(c, TD_KIND_AGENT, i, "link", -1,
				"the groups are behind different links, %s and %s; give the agent "
				"a "
				"link of its own",
				link, other);
			break;
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
			check_fault(c, kind, max, NULL, -1,
				"there are %u %s, more than the site's max_%s (%u); raise it",
				count, section, section, max);
	}
}

int conf_check(const struct td_conf *conf, const struct conf_checker *by)
{
	struct check c = {.conf = conf, .by = by};

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
	return calls_check(&c) ? -ENOMEM : (int)c.faults;
}
