/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/live.h>
#include <engine/call/site/trunk.h>
#include <engine/call/site/agents.h>
#include <engine/base/addr.h>
#include <engine/sip/transport/flow.h>
#include <stdio.h>
#include <stdlib.h>

/* An address that gives no answer comes last for so long (RFC 3263 section 4.3). */
#define AVOID_NS (60 * TD_NSEC_PER_SEC)

/* A carrier that asks for more is asked again all the same: one call finds out. */
#define REST_MAX_S 300

static struct trunk *by_prefix(const struct td_engine *e, const struct td_addr *remote)
{
	for (uint32_t i = 0; i < e->source_count; i++)
		if (prefix_contains(&e->sources[i].prefix, remote))
			return e->sources[i].trunk;
	return NULL;
}

static struct agent *by_registration(const struct td_engine *e, const struct td_flow *flow)
{
	struct str name = registrar_lookup_source(e->registrar, flow);
	char z[TD_NAME_BYTES];

	if (!name.n || !str_copy(z, sizeof(z), name))
		return NULL;
	return objects_configured(&e->agents, z);
}

bool trunk_know(const struct td_engine *e, struct td_flow *flow)
{
	const struct trunk *t;
	const struct agent *a;

	if (flow->trunk || flow->agent)
		return true;
	t = by_prefix(e, &flow->remote);
	a = t ? NULL : by_registration(e, flow);
	flow->trunk = t ? t->object.number : 0;
	flow->agent = a ? a->object.number : 0;
	return t || a;
}

struct trunk *trunk_of(const struct td_engine *e, const struct td_flow *flow)
{
	return objects_get(&e->trunks, flow->trunk);
}

struct agent *trunk_agent_of(const struct td_engine *e, const struct td_flow *flow)
{
	return objects_get(&e->agents, flow->agent);
}

void td_engine_peers(const struct td_engine *e, struct td_peer *peers, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct td_flow known = peers[i].flow;
		const struct trunk *t;
		const struct agent *a;

		trunk_know(e, &known);
		t = trunk_of(e, &known);
		a = trunk_agent_of(e, &known);
		snprintf(peers[i].trunk, TD_NAME_BYTES, "%s", t ? t->object.name : "");
		snprintf(peers[i].agent, TD_NAME_BYTES, "%s", a ? a->object.name : "");
	}
}

unsigned trunk_addresses(const struct trunk *t)
{
	return t->resolution.name[0] ? t->resolution.count : 1;
}

static bool avoided(const struct td_engine *e, const struct resolution *r, unsigned i)
{
	return r->failed[i] && e->now - r->failed[i] < AVOID_NS;
}

static struct td_addr server_at(
	const struct td_engine *e, const struct resolution *r, unsigned place)
{
	for (int last = 0; last < 2; last++)
		for (unsigned i = 0; i < r->count; i++)
			if (avoided(e, r, i) == last && place-- == 0)
				return r->address[i];
	return r->address[0];
}

void trunk_heard(struct td_engine *e, struct trunk *t, const struct td_addr *server, bool heard)
{
	struct resolution *r = &t->resolution;

	for (unsigned i = 0; i < r->count; i++)
		if (addr_equal(&r->address[i], server))
			r->failed[i] = heard ? 0 : e->now;
}

uint32_t trunk_rest(struct td_engine *e, struct trunk *t, struct str retry_after)
{
	uint64_t seconds;
	size_t digits = 0;

	/* A comment and parameters may follow: section 20.33. */
	while (digits < retry_after.n && retry_after.p[digits] >= '0' &&
		retry_after.p[digits] <= '9')
		digits++;
	if (!str_u64((struct str){retry_after.p, digits}, UINT64_MAX, &seconds) || !seconds)
		return 0;
	if (seconds > REST_MAX_S)
		seconds = REST_MAX_S;
	t->rests = e->now + seconds * TD_NSEC_PER_SEC;
	e->trunk_rests++;
	return (uint32_t)seconds;
}

uint8_t trunk_targets(const struct td_engine *e, const struct td_conf_route *r, struct target *out)
{
	struct trunk *shortest = NULL;
	uint8_t n = 0;

	for (uint8_t i = 0; i < r->trunk_count; i++) {
		struct trunk *t = objects_configured(&e->trunks, r->trunks[i]);

		if (!t)
			continue;
		if (!trunk_rests(e, t))
			out[n++].trunk = t;
		else if (!shortest || t->rests < shortest->rests)
			shortest = t;
	}
	if (!n && shortest)
		out[n++].trunk = shortest;
	return n;
}

struct td_flow trunk_flow(const struct td_engine *e, const struct trunk *t, unsigned place)
{
	struct td_flow flow = {.remote = t->conf.address[0].addr,
		.transport = (enum td_transport)t->conf.transport,
		.trunk = t->object.number};

	if (t->resolution.name[0])
		flow.remote = server_at(e, &t->resolution, place);
	else if (t->conf.server.addr.family)
		flow.remote = t->conf.server.addr;
	if (!flow.remote.port)
		flow.remote.port = flow_default_port(&flow);
	flow.local = agents_local(e, &flow.remote, flow.transport);
	return flow;
}

static int longest_first(const void *a, const void *b)
{
	const struct trunk_source *x = a, *y = b;

	if (x->prefix.bits != y->prefix.bits)
		return x->prefix.bits > y->prefix.bits ? -1 : 1;
	return x->trunk->object.number < y->trunk->object.number ? -1 : 1;
}

uint32_t trunk_sources(
	const struct td_engine *e, const struct td_conf *conf, struct trunk_source *out)
{
	const struct conf_list *list = &conf->of[TD_KIND_TRUNK];
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->count; i++)
		for (uint8_t k = 0; k < list->trunk[i].address_count; k++)
			out[n++] = (struct trunk_source){
				.prefix = list->trunk[i].address[k],
				.trunk = objects_lookup(&e->trunks, list->trunk[i].name),
			};
	if (n)
		qsort(out, n, sizeof(*out), longest_first);
	return n;
}

void trunk_tell(struct td_engine *e, const struct trunk *t, bool configured)
{
	live_write(e, TD_OBJECT_TRUNK, configured ? TD_PHASE_BEGIN : TD_PHASE_END,
		&(struct live){
			.name = t->object.name, .state = configured ? "configured" : "removed"});
}
