/* SPDX-License-Identifier: BSD-3-Clause */
/* An offer from the 180 to its end, and the talk. */
#include <errno.h>
#include <engine/acd/internal.h>

/* The agent that is rung for this contact, or NULL. */
static struct acd_agent *offered(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	return ag && ag->offer && ag->contact == in->contact ? ag : NULL;
}

static void not_responding(struct acd_agent *ag)
{
	struct acd_contact *c = ag->offer;

	ag->no_answer++;
	c->queue->no_answer++;
	offer_end(c);
	agent_enter(ag, TD_AGENT_NOT_RESPONDING, TD_ACD_NO_ANSWER);
}

void offer_expire(struct acd_agent *ag)
{
	struct acd *a = ag->acd;
	struct td_acd_out out = out_begin(a, TD_ACD_OUT_CANCEL, ag->queue, ag->number, ag->offer);

	out.reason = TD_ACD_NO_ANSWER;
	out_end(a, &out);
	not_responding(ag);
}

int offer_ringing(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = offered(a, in);

	if (!ag)
		return -ESTALE;
	if (ag->state == TD_AGENT_RINGING)
		return -EALREADY;
	agent_enter(ag, TD_AGENT_RINGING, TD_ACD_NONE);
	return 0;
}

int offer_answer(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = offered(a, in);

	if (!ag)
		return -ESTALE;
	struct acd_contact *c = ag->offer;
	struct acd_queue *q = c->queue;
	uint32_t wait_ms = contact_wait_ms(a, c);

	ag->answered++;
	q->answered++;
	q->answered_in_level += wait_ms <= q->conf.service_level_ms;
	q->answered_wait_ms += wait_ms;
	if (wait_ms > q->answered_wait_max_ms)
		q->answered_wait_max_ms = wait_ms;
	ag->wrap_up_ms = q->conf.wrap_up_ms;
	timer_cancel(&a->timers, &ag->timer);
	agent_enter(ag, TD_AGENT_TALKING, TD_ACD_NONE);
	ag->offer = NULL;
	c->agent = NULL;
	contact_free(c);
	return 0;
}

/* The agent stays AVAILABLE, and gets no call until the link has room. */
static int no_room(struct acd_agent *ag)
{
	struct acd_contact *c = ag->offer;

	if (!has_media(c) || !link_full(ag))
		return -EINVAL;
	offer_end(c);
	agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NO_ROOM);
	agent_refresh(ag); /* idle for what needs no link */
	return 0;
}

int offer_fail(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = offered(a, in);
	uint32_t reason = in->end.reason;

	if (!ag)
		return -ESTALE;
	if (reason == TD_ACD_NO_ANSWER) {
		not_responding(ag);
		return 0;
	}
	if (reason == TD_ACD_NO_ROOM)
		return no_room(ag);
	if (reason != TD_ACD_BUSY && reason != TD_ACD_FAILED && reason != TD_ACD_DECLINED)
		return -EINVAL;
	struct acd_contact *c = ag->offer;
	struct acd_queue *q = c->queue;
	uint32_t backoff_ms = q->conf.busy_backoff_ms ? q->conf.busy_backoff_ms : ACD_BACKOFF_MS;

	ag->refused++;
	q->refused++;
	offer_end(c);
	timer_set(&a->timers, &ag->timer, a->now + backoff_ms * TD_NSEC_PER_MSEC);
	agent_enter(ag, TD_AGENT_AVAILABLE, (enum td_acd_reason)reason);
	agent_refresh(ag); /* the timer keeps it out of the sets */
	return 0;
}

int talk_end(struct acd *a, const struct td_acd_in *in)
{
	struct acd_agent *ag = agent_at(a, in->agent);

	if (!ag || ag->state != TD_AGENT_TALKING || ag->contact != in->contact)
		return -ESTALE;
	agent_talk_over(ag);
	return 0;
}
