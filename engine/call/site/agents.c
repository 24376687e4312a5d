/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/agents.h>
#include <engine/call/site/distribute.h>
#include <engine/call/engine.h>
#include <engine/call/events/queuelog.h>
#include <engine/base/addr.h>
#include <errno.h>
#include <stdio.h>

/* Asterisk's "channel" of an agent; ours is a SIP user. */
static const char *channel(const struct agent *a, char out[static TD_NUMBER_BYTES])
{
	snprintf(out, TD_NUMBER_BYTES, "SIP/%s", a->object.name);
	return out;
}

static void session_end(struct td_engine *e, const struct agent *a)
{
	struct td_ev_agent_session ev = {0};

	memcpy(ev.agent, a->object.name, sizeof(ev.agent));
	if (a->state == TD_AGENT_PAUSED)
		memcpy(ev.reason, a->reason, sizeof(ev.reason));
	ev.from = engine_wall(e, a->since);
	ev.to = engine_wall(e, e->now);
	ev.state = a->state;
	e->io.event(e->io.ctx, TD_EV_AGENT_SESSION, &ev, sizeof(ev));
}

void agents_state(struct td_engine *e, const struct td_acd_out *out)
{
	struct agent *a = objects_get(&e->agents, out->agent);
	char text[TD_NUMBER_BYTES];
	uint8_t was;

	if (!a)
		return;
	a->backoff = out->reason;
	was = a->state;
	if (was == out->state)
		return; /* the same stay: a back-off began or ended */
	session_end(e, a);
	a->state = out->state;
	a->since = e->now;
	if (was == TD_AGENT_PAUSED) {
		queuelog_pause(e, a, false);
		a->reason[0] = '\0';
	}
	if (out->state == TD_AGENT_LOGGED_OUT) {
		queuelog_logoff(e, a, channel(a, text));
	} else if (was == TD_AGENT_LOGGED_OUT) {
		a->login = e->now;
		queuelog_login(e, a, channel(a, text));
	}
	if (out->state == TD_AGENT_PAUSED) {
		struct acd_agent_info info;

		if (acd_agent_get(e->acd, out->agent, &info) == 0)
			snprintf(a->reason, sizeof(a->reason), "%s", info.pause_reason);
		queuelog_pause(e, a, true);
	}
}

void agents_reachable(struct td_engine *e, struct agent *a, bool reachable)
{
	if (a->reachable == reachable)
		return;
	a->reachable = reachable;
	distribute_event(e, TD_ACD_IN_REACHABLE, a, 0, reachable);
	if (a->conf.auto_login)
		distribute_event(e, reachable ? TD_ACD_IN_LOGIN : TD_ACD_IN_LOGOUT, a, 0, 0);
}

void agents_stop(struct td_engine *e)
{
	for (uint32_t n = 1; n <= e->agents.count; n++) {
		struct agent *a = objects_get(&e->agents, n);

		if (!a->object.live)
			continue;
		session_end(e, a);
		a->since = e->now;
	}
}

/* Ours on the network of a telephone that does not register; any of ours when it is on none. */
struct td_addr agents_local(const struct td_engine *e, const struct td_addr *remote)
{
	const struct conf_list *ports = &e->conf->of[TD_KIND_PORT];
	struct td_addr local = {0};

	for (uint32_t a = 0; a < e->ports.addresses && !local.family; a++)
		if (e->ports.address[a].family == remote->family)
			local = e->ports.address[a];
	for (uint32_t i = 0; i < ports->count; i++)
		for (uint8_t k = 0; k < ports->port[i].address_count; k++)
			if (prefix_contains(&ports->port[i].address[k], remote) &&
				ports_address(&e->ports, &ports->port[i].address[k].addr) >= 0)
				local = ports->port[i].address[k].addr;
	local.port = conf_site(e->conf)->sip_port;
	return local;
}

bool agents_target(const struct td_engine *e, const struct agent *a, struct agents_target *out)
{
	const struct registrar_binding *b = registrar_lookup(e->registrar, str_of(a->object.name));
	char text[ADDR_TEXT];

	if (b) {
		*out = (struct agents_target){
			.local = b->local, .remote = b->remote, .uri = str_of(b->contact)};
		return true;
	}
	if (!a->conf.contact.family)
		return false;
	out->remote = a->conf.contact;
	if (!out->remote.port)
		out->remote.port = SIP_PORT;
	out->local = agents_local(e, &out->remote);
	snprintf(out->uri_text, sizeof(out->uri_text), "sip:%s@%s", a->object.name,
		addr_encode(&out->remote, text));
	out->uri = str_of(out->uri_text);
	return true;
}

int td_engine_agent(struct td_engine *e, uint64_t now, const char *agent,
	enum td_agent_action action, const char *reason, struct td_text *err)
{
	static const struct {
		enum td_acd_in_type in;
		const char *verb;
	} actions[] = {
		[TD_AGENT_LOGIN] = {TD_ACD_IN_LOGIN, "log in"},
		[TD_AGENT_LOGOUT] = {TD_ACD_IN_LOGOUT, "log out"},
		[TD_AGENT_PAUSE] = {TD_ACD_IN_PAUSE, "pause"},
		[TD_AGENT_UNPAUSE] = {TD_ACD_IN_UNPAUSE, "unpause"},
		[TD_AGENT_READY] = {TD_ACD_IN_WRAP_UP_END, "end the wrap-up of"},
	};
	struct agent *a = objects_live(&e->agents, agent);
	struct td_acd_in in;
	int rc;

	engine_enter(e, now);
	if (!a) {
		td_text_set(err, "there is no agent %s", agent);
		rc = -ENOENT;
		goto out;
	}
	if ((unsigned)action > TD_AGENT_READY) {
		td_text_set(err, "no such action");
		rc = -EINVAL;
		goto out;
	}
	memset(&in, 0, sizeof(in));
	in.type = (uint16_t)actions[action].in;
	in.agent = a->object.number;
	if (action == TD_AGENT_PAUSE)
		snprintf(in.reason_text, sizeof(in.reason_text), "%s", reason ? reason : "");
	rc = distribute(e, &in);
	if (rc == -EALREADY)
		rc = 0;
	if (rc < 0) {
		td_text_set(err, "cannot %s %s, who is %s", actions[action].verb, agent,
			acd_state_name(a->state));
		rc = -EINVAL;
	}
out:
	engine_leave(e);
	return rc;
}
