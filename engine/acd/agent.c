/* SPDX-License-Identifier: BSD-3-Clause */
/* What agents ask for, and what time does to them. Offers and talks are in offer.c. */
#include <errno.h>
#include <engine/acd/internal.h>

static void agent_fire(struct timer *t, uint64_t now)
{
	struct acd_agent *ag = container_of(t, struct acd_agent, timer);

	switch (ag->state) {
	case TD_AGENT_RESERVED:
	case TD_AGENT_RINGING:
		offer_expire(ag);
		break;
	case TD_AGENT_WRAP_UP:
		agent_idle(ag);
		break;
	default: /* AVAILABLE: the back-off ends, the place in the order stays */
		agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NONE);
		agent_refresh(ag);
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
	if (in->agent_set.channels & ~CHANNELS_ALL)
		return -EINVAL;
	struct acd_agent *ag = &a->agent[in->agent];

	if (!ag->used) {
		*ag = (struct acd_agent){.acd = a, .number = in->agent, .used = true};
		ag->timer.fire = agent_fire;
		ag->since = a->now;
	}
	memcpy(ag->name, in->agent_set.name, sizeof(ag->name) - 1);
	ag->delete_waits = false;
	agent_count(ag, false);
	ag->channels = 0; /* out by the old groups and slots, in by the new */
	agent_refresh(ag);
	memberships_set(&ag->memberships, group, ag);
	link_set(ag, in->agent_set.link);
	ag->channels = in->agent_set.channels ? in->agent_set.channels : CHANNEL(VOICE);
	agent_count(ag, true);
	agent_refresh(ag);
	agent_offer_review(ag);
	return 0;
}

int agent_del(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag)
		return -ENOENT;
	agent_count(ag, false);
	if (ag->state == TD_AGENT_TALKING) {
		ag->delete_waits = true;
		return 0;
	}
	if (ag->state != TD_AGENT_LOGGED_OUT)
		agent_withdraw(ag, TD_AGENT_LOGGED_OUT);
	link_set(ag, 0);
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
	agent_idle(ag);
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
		agent_withdraw(ag, TD_AGENT_LOGGED_OUT);
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
		agent_withdraw(ag, TD_AGENT_PAUSED);
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
		agent_idle(ag);
		return 0;
	case TD_AGENT_PAUSED:
	case TD_AGENT_NOT_RESPONDING:
		agent_idle(ag);
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
	/* The telephone is back: that it could not be rung before says nothing any more. */
	if (reachable && ag->state == TD_AGENT_AVAILABLE && ag->reason == TD_ACD_FAILED) {
		timer_cancel(&a->timers, &ag->timer);
		agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NONE);
	}
	agent_refresh(ag);
	return 0;
}

int agent_engage(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);
	bool engaged = in->end.reason != 0;

	if (!ag)
		return -ENOENT;
	if (ag->engaged == engaged)
		return -EALREADY;
	ag->engaged = engaged;
	agent_refresh(ag);
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
