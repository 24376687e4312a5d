/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/live.h>
#include <engine/call/site/agents.h>
#include <engine/call/site/distribute.h>
#include <engine/call/site/unattended.h>
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <stdio.h>
#include <string.h>

/* A telephone that is started again, or loses its connection, comes back within this. */
#define AWAY_NS (30 * TD_NSEC_PER_SEC)

static void tell(struct td_engine *e, const struct agent *a, enum td_phase phase, const char *state)
{
	live_write(e, TD_OBJECT_REGISTRATION, phase,
		&(struct live){.name = a->object.name, .state = state});
}

static void log_out(struct td_engine *e, struct agent *a, bool lost)
{
	timer_cancel(&e->timers, &a->away);
	mark_agent(e, a);
	if (!a->conf.auto_login)
		return;
	if (lost && a->state == TD_AGENT_PAUSED) {
		a->resumes = true;
		snprintf(a->resume, sizeof(a->resume), "%s", a->reason);
	}
	distribute_event(e, TD_ACD_IN_LOGOUT, a, 0, 0);
}

static void log_in(struct td_engine *e, struct agent *a)
{
	bool here = timer_is_set(&a->away); /* the loss was short */
	struct td_acd_in in;

	timer_cancel(&e->timers, &a->away);
	mark_agent(e, a);
	if (!a->conf.auto_login || here || a->by_hand)
		return;
	distribute_event(e, TD_ACD_IN_LOGIN, a, 0, 0);
	if (!a->resumes)
		return;
	a->resumes = false;
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_PAUSE;
	in.agent = a->object.number;
	memcpy(in.reason_text, a->resume, sizeof(in.reason_text) - 1);
	distribute(e, &in);
}

static void away_due(struct timer *timer, uint64_t now)
{
	struct agent *a = container_of(timer, struct agent, away);

	log_out(a->engine, a, true);
}

/* lost: for a while, maybe. What the agent says of itself (a pause, a log-out by hand), and what
 * became of its last call, stands beside that. */
static void reachable_set(struct td_engine *e, struct agent *a, bool reachable, bool lost)
{
	if (a->reachable == reachable) {
		if (!reachable && !lost && timer_is_set(&a->away))
			log_out(e, a, false);
		return;
	}
	a->reachable = reachable;
	if (unattended_count(e, a))
		unattended_look_all(e);
	mark_agent(e, a);
	if (reachable) /* before it can be rung */
		log_in(e, a);
	distribute_event(e, TD_ACD_IN_REACHABLE, a, 0, reachable);
	if (!reachable && lost)
		timer_set(&e->timers, &a->away, e->now + AWAY_NS);
	else if (!reachable)
		log_out(e, a, false);
}

void agents_reachable(struct td_engine *e, struct agent *a, bool reachable)
{
	if (a->reachable != reachable)
		tell(e, a, reachable ? TD_PHASE_BEGIN : TD_PHASE_END,
			reachable ? "reachable" : "unreachable");
	reachable_set(e, a, reachable, false);
}

void agents_back(struct td_engine *e, struct agent *a, bool was_reachable, uint64_t away)
{
	bool is = a->conf.contact.family ||
		  registrar_lookup(e->registrar, str_of(a->object.name)) != NULL;

	if (is && !was_reachable) {
		agents_reachable(e, a, true);
		return;
	}
	a->reachable = is;
	unattended_count(e, a);
	if (is)
		distribute_event(e, TD_ACD_IN_REACHABLE, a, 0, 1);
	else if (was_reachable)
		timer_set(&e->timers, &a->away, e->now + AWAY_NS);
	else if (away)
		timer_set(&e->timers, &a->away, away > e->now ? away : e->now);
	mark_agent(e, a);
}

void agents_init(struct td_engine *e, struct agent *a)
{
	a->engine = e;
	a->away.fire = away_due;
}

void agents_by_hand(struct agent *a, bool out)
{
	a->by_hand = out;
	a->resumes = false;
	mark_agent(a->engine, a);
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
	if (what == REGISTRAR_UNREGISTERED) /* this, too, is by hand */
		agents_by_hand(a, false);
	reachable_set(e, a, phase != TD_PHASE_END || a->conf.contact.family,
		what == REGISTRAR_EXPIRED || what == REGISTRAR_DISCONNECTED);
}

void agents_own_add(struct td_engine *e, struct agent *a, struct party *p)
{
	bool first = !a->own;

	p->next_own = a->own;
	a->own = p;
	if (first)
		distribute_event(e, TD_ACD_IN_ENGAGED, a, 0, 1);
}

void agents_own_del(struct td_engine *e, struct agent *a, struct party *p)
{
	struct party **at = &a->own;

	while (*at != p)
		at = &(*at)->next_own;
	*at = p->next_own;
	p->next_own = NULL;
	if (!a->own)
		distribute_event(e, TD_ACD_IN_ENGAGED, a, 0, 0);
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
