/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/live.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/site/stay.h>
#include <engine/call/site/unattended.h>
#include <stdio.h>

/* What Asterisk calls the agent's channel; here it is a SIP user. An agent who logged in without a
 * telephone has none. */
static const char *channel(const struct agent *a, char out[static TD_NUMBER_BYTES])
{
	snprintf(out, TD_NUMBER_BYTES, "%s%s", a->with_telephone ? "SIP/" : "",
		a->with_telephone ? a->object.name : "");
	return out;
}

static void stay_end(struct td_engine *e, const struct agent *a)
{
	struct td_ev_agent_session ev = {0};

	if (!a->from)
		return;
	memcpy(ev.agent, a->object.name, sizeof(ev.agent));
	if (a->state == TD_AGENT_PAUSED)
		memcpy(ev.reason, a->reason, sizeof(ev.reason));
	ev.from = engine_wall(e, a->from);
	ev.to = engine_wall(e, e->now);
	ev.state = a->state;
	e->io.event(e->io.ctx, TD_EV_AGENT_SESSION, &ev, sizeof(ev));
}

/* Of a pause, as the distributor has it. */
static const char *pause_reason(
	const struct td_engine *e, uint32_t agent, struct acd_agent_info *info)
{
	return acd_agent_get(e->acd, agent, info) == 0 ? info->pause_reason : "";
}

/* The same stay: a back-off began or ended. A pause with another reason is another stay. */
static bool goes_on(const struct td_engine *e, const struct agent *a, const struct td_acd_out *out)
{
	struct acd_agent_info info;

	return a->state == out->state &&
	       (out->state != TD_AGENT_PAUSED ||
		       strcmp(a->reason, pause_reason(e, out->agent, &info)) == 0);
}

static void tell(struct td_engine *e, const struct agent *a)
{
	static const char *const states[] = {TD_AGENT_STATES(TD_AGENT_STATE_NAME)};

	live_write(e, TD_OBJECT_AGENT, TD_PHASE_BEGIN,
		&(struct live){.call = a->contact ? a->contact->cdr.id : NULL,
			.name = a->object.name,
			.other = a->state == TD_AGENT_PAUSED ? a->reason : NULL,
			.state = states[a->state]});
}

void stay_begin(struct td_engine *e, const struct td_acd_out *out)
{
	struct agent *a = objects_get(&e->agents, out->agent);
	char text[TD_NUMBER_BYTES];
	uint8_t was;

	if (!a)
		return;
	a->backoff = out->reason;
	if (goes_on(e, a, out))
		return;
	was = a->state;
	stay_end(e, a);
	a->state = out->state;
	a->since = a->from = e->now;
	if (was == TD_AGENT_PAUSED) {
		queuelog_pause(e, a, false);
		a->reason[0] = '\0';
	}
	if (out->state == TD_AGENT_LOGGED_OUT) {
		queuelog_logoff(e, a, channel(a, text));
	} else if (was == TD_AGENT_LOGGED_OUT) {
		a->login = e->now;
		a->with_telephone = a->reachable;
		queuelog_login(e, a, channel(a, text));
	}
	if (out->state == TD_AGENT_PAUSED) {
		struct acd_agent_info info;

		snprintf(a->reason, sizeof(a->reason), "%s", pause_reason(e, out->agent, &info));
		queuelog_pause(e, a, true);
	}
	tell(e, a);
	if (unattended_count(e, a))
		unattended_look_all(e);
}

void stay_end_all(struct td_engine *e)
{
	for (uint32_t n = 1; n <= e->agents.count; n++) {
		struct agent *a = objects_get(&e->agents, n);

		if (!a->object.configured)
			continue;
		stay_end(e, a);
		a->from = 0;
		mark_agent(e, a);
	}
}
