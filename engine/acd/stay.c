/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Agents' ways from one state to the next.
 *
 *   LOGGED_OUT -login-> AVAILABLE -offer-> RESERVED -180-> RINGING -200-> TALKING -bye-> WRAP_UP
 *                           ^                 |               |              |              |
 *                           +-- cancelled, refused -----------+              +--- no time --+
 *                           +------------------------ time or "ready" ----------------------+
 *   ring time over -> NOT_RESPONDING;  pause, from any but LOGGED_OUT -> PAUSED;
 *   unpause or login: both -> AVAILABLE;  logout: any -> LOGGED_OUT.
 */
#include <engine/acd/internal.h>

/* The agent becomes AVAILABLE, last in the order. */
void agent_idle(struct acd_agent *ag)
{
	ag->queue = 0;
	ag->contact = 0;
	ag->idle_order = ++ag->acd->order;
	ag->idle_since = ag->acd->now;
	agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NONE);
	agent_refresh(ag);
}

/* A contact that is being offered goes back to its place. The caller gives the agent a state. */
static void offer_withdraw(struct acd_agent *ag)
{
	struct acd *a = ag->acd;
	struct td_acd_out out = out_begin(a, TD_ACD_OUT_CANCEL, ag->queue, ag->number, ag->offer);

	out.reason = TD_ACD_WITHDRAW;
	out_end(a, &out);
	offer_end(ag->offer);
}

/*
 * From any state but TALKING to one in which the agent gets no offers. A contact that is being
 * offered goes back to its place. It is offered to the next agent once this one cannot take it.
 */
void agent_withdraw(struct acd_agent *ag, enum td_agent_state state)
{
	struct acd_contact *c = ag->offer;

	timer_cancel(&ag->acd->timers, &ag->timer);
	if (c)
		offer_withdraw(ag);
	ag->queue = 0;
	ag->contact = 0;
	agent_enter(ag, state, TD_ACD_NONE);
	agent_refresh(ag);
}

void agent_offer_review(struct acd_agent *ag)
{
	struct acd_contact *c = ag->offer;

	if (!c || agent_takes(ag, c))
		return;
	offer_withdraw(ag);
	agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NONE);
	agent_refresh(ag);
}

/* Strongest first. */
void agent_talk_over(struct acd_agent *ag)
{
	struct acd *a = ag->acd;

	if (ag->logout_waits || ag->delete_waits) {
		agent_withdraw(ag, TD_AGENT_LOGGED_OUT);
		ag->used = !ag->delete_waits;
		if (!ag->used)
			link_set(ag, 0);
	} else if (ag->pause_waits) {
		agent_withdraw(ag, TD_AGENT_PAUSED);
	} else if (ag->wrap_up_ms) {
		agent_enter(ag, TD_AGENT_WRAP_UP, TD_ACD_NONE);
		timer_set(&a->timers, &ag->timer, a->now + ag->wrap_up_ms * TD_NSEC_PER_MSEC);
	} else {
		agent_idle(ag);
	}
	ag->logout_waits = ag->pause_waits = ag->delete_waits = false;
}
