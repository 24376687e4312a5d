/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Agents' states, but for offers and talks (offer.c).
 *
 *   LOGGED_OUT -login-> AVAILABLE -offer-> RESERVED -180-> RINGING -200-> TALKING -bye-> WRAP_UP
 *                           ^                 |               |              |              |
 *                           +-- cancelled, refused -----------+              +--- no time --+
 *                           +------------------------ time or "ready" ----------------------+
 *   ring time over -> NOT_RESPONDING;  pause, from any but LOGGED_OUT -> PAUSED;
 *   unpause or login: both -> AVAILABLE;  logout: any -> LOGGED_OUT.
 */
#include <errno.h>
#include <engine/acd/internal.h>

void agent_enter(struct acd_agent *ag, enum td_agent_state state, enum td_acd_reason reason)
{
	struct acd *a = ag->acd;

	ag->state = (uint8_t)state;
	ag->reason = (uint8_t)reason;
	ag->since = a->now;
	if (state != TD_AGENT_PAUSED && state != TD_AGENT_TALKING)
		ag->pause_reason[0] = '\0';
	struct td_acd_out out = out_begin(a, TD_ACD_OUT_AGENT, ag->queue, ag->number, ag->offer);

	out.contact = ag->contact;
	out.state = ag->state;
	out.reason = ag->reason;
	out_end(a, &out);
}

/* AVAILABLE, last in the order, and perhaps no longer when this returns. */
static void become_idle(struct acd_agent *ag)
{
	ag->queue = 0;
	ag->contact = 0;
	ag->idle_order = ++ag->acd->order;
	ag->idle_since = ag->acd->now;
	agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NONE);
	agent_refresh(ag);
	agent_match(ag);
}

/*
 * From any state but TALKING to one in which nothing is offered. A contact that is being offered
 * goes back to its place, and to the next agent once this one cannot take it.
 */
static void withdraw(struct acd_agent *ag, enum td_agent_state state)
{
	struct acd *a = ag->acd;
	struct contact *c = ag->offer;

	timer_cancel(&a->timers, &ag->timer);
	if (c) {
		struct td_acd_out out = out_begin(a, TD_ACD_OUT_CANCEL, ag->queue, ag->number, c);

		out.reason = TD_ACD_WITHDRAW;
		out_end(a, &out);
		offer_end(c);
	}
	ag->queue = 0;
	ag->contact = 0;
	agent_enter(ag, state, TD_ACD_NONE);
	agent_refresh(ag);
	if (c)
		queue_match(c->queue);
}

/* Strongest first. */
void agent_talk_over(struct acd_agent *ag)
{
	struct acd *a = ag->acd;

	if (ag->logout_waits || ag->delete_waits) {
		withdraw(ag, TD_AGENT_LOGGED_OUT);
		ag->used = !ag->delete_waits;
		if (!ag->used)
			pipe_set(ag, 0);
	} else if (ag->pause_waits) {
		withdraw(ag, TD_AGENT_PAUSED);
	} else if (ag->wrap_up_ms) {
		agent_enter(ag, TD_AGENT_WRAP_UP, TD_ACD_NONE);
		timer_set(&a->timers, &ag->timer, a->now + ag->wrap_up_ms * TD_NSEC_PER_MSEC);
	} else {
		become_idle(ag);
	}
	ag->logout_waits = ag->pause_waits = ag->delete_waits = false;
}

void agent_fire(struct timer *t, uint64_t now)
{
	struct acd_agent *ag = OWNER(t, struct acd_agent, timer);

	switch (ag->state) {
	case TD_AGENT_RESERVED:
	case TD_AGENT_RINGING:
		offer_expire(ag);
		break;
	case TD_AGENT_WRAP_UP:
		become_idle(ag);
		break;
	default: /* AVAILABLE: the back-off ends, the place in the order stays */
		agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NONE);
		agent_refresh(ag);
		agent_match(ag);
	}
}

int agent_set(struct acd *a, const struct td_acd_in *in)
{
	const uint32_t *group = in->agent_set.groups;

	if (in->agent == 0 || in->agent > a->limits.agents)
		return -ERANGE;
	for (int i = 0; i < TD_ACD_GROUPS; i++)
		if (group[i] > a->limits.groups)
			return -ERANGE;
	if (in->agent_set.link > a->limits.links)
		return -ERANGE;
	struct acd_agent *ag = &a->agent[in->agent];

	if (!ag->used) {
		*ag = (struct acd_agent){.acd = a, .number = in->agent, .used = true};
		ag->timer.fire = agent_fire;
		ag->since = a->now;
	}
	memcpy(ag->name, in->agent_set.name, sizeof(ag->name) - 1);
	ag->delete_waits = false;
	if (ag->idle) { /* out by the old groups, in by the new */
		ag->idle = false;
		for (int i = 0; i < ag->links.count; i++)
			tree_del(&a->group[ag->links.group[i]].idle, &ag->links.link[i].node);
	}
	links_set(&ag->links, group, ag);
	pipe_set(ag, in->agent_set.link);
	agent_refresh(ag);
	agent_match(ag);
	return 0;
}

int agent_del(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag)
		return -ENOENT;
	if (ag->state == TD_AGENT_TALKING) {
		ag->delete_waits = true;
		return 0;
	}
	if (ag->state != TD_AGENT_LOGGED_OUT)
		withdraw(ag, TD_AGENT_LOGGED_OUT);
	pipe_set(ag, 0);
	ag->used = false;
	return 0;
}

int agent_login(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag)
		return -ENOENT;
	if (ag->state == TD_AGENT_TALKING && ag->logout_waits) {
		ag->logout_waits = false;
		return 0;
	}
	if (ag->state != TD_AGENT_LOGGED_OUT && ag->state != TD_AGENT_NOT_RESPONDING)
		return -EALREADY;
	become_idle(ag);
	return 0;
}

int agent_logout(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag)
		return -ENOENT;
	if (ag->state == TD_AGENT_LOGGED_OUT || ag->logout_waits)
		return -EALREADY;
	if (ag->state == TD_AGENT_TALKING)
		ag->logout_waits = true;
	else
		withdraw(ag, TD_AGENT_LOGGED_OUT);
	return 0;
}

int agent_pause(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);
	char reason[TD_NAME_BYTES] = "";

	if (!ag)
		return -ENOENT;
	if (ag->state == TD_AGENT_LOGGED_OUT)
		return -EINVAL;
	memcpy(reason, in->reason_text, sizeof(reason) - 1);
	if ((ag->state == TD_AGENT_PAUSED || ag->pause_waits) &&
		strcmp(reason, ag->pause_reason) == 0)
		return -EALREADY;
	memcpy(ag->pause_reason, reason, sizeof(reason));
	if (ag->state == TD_AGENT_TALKING)
		ag->pause_waits = true;
	else
		withdraw(ag, TD_AGENT_PAUSED);
	return 0;
}

int agent_unpause(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag)
		return -ENOENT;
	switch (ag->state) {
	case TD_AGENT_WRAP_UP:
		timer_cancel(&a->timers, &ag->timer);
		become_idle(ag);
		return 0;
	case TD_AGENT_PAUSED:
	case TD_AGENT_NOT_RESPONDING:
		become_idle(ag);
		return 0;
	case TD_AGENT_LOGGED_OUT:
		return -EINVAL;
	default:
		if (!ag->pause_waits)
			return -EALREADY;
		ag->pause_waits = false;
		ag->pause_reason[0] = '\0';
		return 0;
	}
}

int agent_reach(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);
	bool reachable = in->end.reason != 0;

	if (!ag)
		return -ENOENT;
	if (ag->reachable == reachable)
		return -EALREADY;
	ag->reachable = reachable;
	agent_refresh(ag);
	agent_match(ag);
	return 0;
}

int agent_wrap_up_end(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag)
		return -ENOENT;
	if (ag->state != TD_AGENT_WRAP_UP)
		return -EINVAL;
	return agent_unpause(a, in);
}
