/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/live.h>
#include <engine/call/site/agents.h>
#include <engine/call/site/distribute.h>
#include <engine/base/addr.h>
#include <stdio.h>

static void tell(struct td_engine *e, const struct agent *a, enum td_phase phase, const char *state)
{
	live_write(e, TD_OBJECT_REGISTRATION, phase,
		&(struct live){.name = a->object.name, .state = state});
}

static void reachable_set(struct td_engine *e, struct agent *a, bool reachable)
{
	if (a->reachable == reachable)
		return;
	a->reachable = reachable;
	distribute_event(e, TD_ACD_IN_REACHABLE, a, 0, reachable);
	if (a->conf.auto_login)
		distribute_event(e, reachable ? TD_ACD_IN_LOGIN : TD_ACD_IN_LOGOUT, a, 0, 0);
}

void agents_reachable(struct td_engine *e, struct agent *a, bool reachable)
{
	if (a->reachable != reachable)
		tell(e, a, reachable ? TD_PHASE_BEGIN : TD_PHASE_END,
			reachable ? "reachable" : "unreachable");
	reachable_set(e, a, reachable);
}

void agents_registered(struct td_engine *e, struct agent *a, enum registrar_change what)
{
	static const char *const words[] = {
#define WORD(id, name) [REGISTRAR_##id] = (name),
		REGISTRAR_CHANGES(WORD)
#undef WORD
	};
	enum td_phase phase = TD_PHASE_END;

	if (what == REGISTRAR_REGISTERED)
		phase = TD_PHASE_BEGIN;
	else if (what == REGISTRAR_REFRESHED)
		phase = TD_PHASE_CHANGE;
	tell(e, a, phase, words[what]);
	reachable_set(e, a, phase != TD_PHASE_END || a->conf.contact.family);
}

void agents_own(struct td_engine *e, struct agent *a, bool begins)
{
	bool was = a->own;

	a->own += begins ? 1 : -1;
	if (was != (a->own > 0))
		distribute_event(e, TD_ACD_IN_ENGAGED, a, 0, begins);
}

struct td_addr agents_local(
	const struct td_engine *e, const struct td_addr *remote, enum td_transport transport)
{
	const struct conf_list *ports = &e->conf->of[TD_KIND_PORT];
	bool udp = transport == TD_TRANSPORT_UDP;
	struct td_addr local = {0};

	for (uint32_t a = 0; udp && a < e->ports.addresses && !local.family; a++)
		if (e->ports.address[a].family == remote->family)
			local = e->ports.address[a];
	for (uint32_t i = 0; i < ports->count; i++)
		for (uint8_t k = 0; k < ports->port[i].address_count; k++) {
			const struct td_prefix *net = &ports->port[i].address[k];

			if (net->addr.family == remote->family &&
				(!local.family || prefix_contains(net, remote)) &&
				(udp || td_port_kernel(&ports->port[i])) &&
				ports_address(&e->ports, &net->addr) >= 0)
				local = net->addr;
		}
	local.port = conf_site(e->conf)->sip_port;
	return local;
}

bool agents_target(const struct td_engine *e, const struct agent *a, struct agents_target *out)
{
	const struct registrar_binding *b = registrar_lookup(e->registrar, str_of(a->object.name));
	char text[ADDR_TEXT];

	if (b) {
		*out = (struct agents_target){.flow = b->flow, .uri = str_of(b->contact)};
		out->flow.agent = a->object.number;
		return true;
	}
	if (!a->conf.contact.family)
		return false;
	*out = (struct agents_target){
		.flow = {.remote = a->conf.contact, .agent = a->object.number}};
	if (!out->flow.remote.port)
		out->flow.remote.port = SIP_PORT;
	out->flow.local = agents_local(e, &out->flow.remote, TD_TRANSPORT_UDP);
	snprintf(out->uri_text, sizeof(out->uri_text), "sip:%s@%s", a->object.name,
		addr_encode(&out->flow.remote, text));
	out->uri = str_of(out->uri_text);
	return true;
}
