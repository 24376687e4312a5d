/* SPDX-License-Identifier: BSD-3-Clause */
/* An agent goes on in the state in which an earlier run of the engine left it. */
#include <errno.h>
#include <engine/acd/internal.h>

static uint64_t not_later(uint64_t t, uint64_t now)
{
	return t < now ? t : now;
}

/* Whom the earlier run rang is not rung any more, and has kept the place. */
static void idle(struct acd_agent *ag, const struct td_acd_restore *r)
{
	struct acd *a = ag->acd;
	bool backed_off = r->state == TD_AGENT_AVAILABLE && r->until > a->now;

	ag->idle_order = ++a->order;
	ag->idle_since = not_later(r->idle_since, a->now);
	if (backed_off)
		timer_set(&a->timers, &ag->timer, r->until);
	agent_enter(
		ag, TD_AGENT_AVAILABLE, backed_off ? (enum td_acd_reason)r->reason : TD_ACD_NONE);
	agent_refresh(ag);
}

static void wrap_up(struct acd_agent *ag, const struct td_acd_restore *r)
{
	struct acd *a = ag->acd;

	if (r->until <= a->now) {
		agent_idle(ag);
		return;
	}
	ag->queue = r->queue <= a->limits.queues ? r->queue : 0;
	agent_enter(ag, TD_AGENT_WRAP_UP, TD_ACD_NONE);
	timer_set(&a->timers, &ag->timer, r->until);
}

static void enter(struct acd_agent *ag, const struct td_acd_restore *r)
{
	switch (r->state) {
	case TD_AGENT_LOGGED_OUT:
		break; /* as a new agent is */
	case TD_AGENT_TALKING:
		ag->pause_waits = r->pause_waits;
		ag->logout_waits = r->logout_waits;
		ag->wrap_up_ms = r->wrap_up_ms;
		agent_talk_over(ag);
		return; /* into another state, now */
	case TD_AGENT_WRAP_UP:
		wrap_up(ag, r);
		break;
	case TD_AGENT_PAUSED:
		agent_enter(ag, TD_AGENT_PAUSED, TD_ACD_NONE);
		break;
	case TD_AGENT_NOT_RESPONDING:
		agent_enter(ag, TD_AGENT_NOT_RESPONDING, TD_ACD_NO_ANSWER);
		break;
	default:
		idle(ag, r);
	}
	if (ag->state == r->state)
		ag->since = not_later(r->since, ag->acd->now);
}

int acd_agent_keep(const struct acd *a, uint32_t agent, struct td_acd_restore *out)
{
	const struct acd_agent *ag = agent_at((struct acd *)a, agent);
	bool idles;

	if (!ag)
		return -ENOENT;
	memset(out, 0, sizeof(*out));
	idles = ag->state == TD_AGENT_AVAILABLE || ag->offer;
	memcpy(out->pause_reason, ag->pause_reason, sizeof(out->pause_reason));
	out->since = ag->since;
	out->idle_since = idles ? ag->idle_since : 0;
	out->state = ag->state;
	out->reason = ag->reason;
	out->pause_waits = ag->pause_waits;
	out->logout_waits = ag->logout_waits;
	if ((ag->state == TD_AGENT_AVAILABLE || ag->state == TD_AGENT_WRAP_UP) &&
		timer_is_set(&ag->timer))
		out->until = ag->timer.deadline;
	if (ag->state == TD_AGENT_WRAP_UP)
		out->queue = ag->queue;
	if (ag->state == TD_AGENT_TALKING)
		out->wrap_up_ms = ag->wrap_up_ms;
	return 0;
}

int agent_restore(struct acd *a, const struct td_acd_in *in)
{
	const struct td_acd_restore *r = &in->restore;
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag)
		return -ENOENT;
	if (ag->state != TD_AGENT_LOGGED_OUT)
		return -EALREADY;
	if (r->state >= TD_AGENT_STATE_COUNT || r->reason >= TD_ACD_REASON_COUNT)
		return -EINVAL;
	if (r->state == TD_AGENT_PAUSED || (r->state == TD_AGENT_TALKING && r->pause_waits))
		memcpy(ag->pause_reason, r->pause_reason, sizeof(ag->pause_reason) - 1);
	enter(ag, r);
	return 0;
}
