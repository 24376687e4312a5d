/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is served by whom: the offer, and its end. */
#include <engine/acd/internal.h>

static void offer(struct acd_agent *ag, struct acd_contact *c)
{
	struct acd *a = ag->acd;
	struct acd_queue *q = c->queue;

	c->agent = ag;
	tree_del(&q->waiting[c->channel], &c->waiting_node);
	queue_refresh(q, c->channel);
	ag->offer = c;
	ag->queue = q->number;
	ag->contact = c->number;
	agent_enter(ag, TD_AGENT_RESERVED, TD_ACD_NONE);
	agent_refresh(ag);
	if (has_media(c))
		link_take(ag);
	if (q->conf.ring_ms)
		timer_set(&a->timers, &ag->timer, a->now + q->conf.ring_ms * TD_NSEC_PER_MSEC);
	struct td_acd_out out = out_begin(a, TD_ACD_OUT_OFFER, q->number, ag->number, c);

	out_end(a, &out);
}

void offer_end(struct acd_contact *c)
{
	struct acd_agent *ag = c->agent;

	timer_cancel(&ag->acd->timers, &ag->timer);
	ag->offer = NULL;
	ag->queue = 0;
	ag->contact = 0;
	c->agent = NULL;
	tree_add(&c->queue->waiting[c->channel], &c->waiting_node);
	queue_refresh(c->queue, c->channel);
}

void agent_match(struct acd_agent *ag)
{
	struct acd_contact *best = agent_next(ag);

	if (best)
		offer(ag, best);
}

void channel_match(struct acd_queue *q, uint32_t channel)
{
	struct acd_agent *ag;

	while (q->best[channel] && (ag = queue_agent(q, channel)))
		offer(ag, q->best[channel]);
}

/* The queue's best contact that an agent is idle for, or NULL. */
static struct acd_contact *queue_next(const struct acd_queue *q)
{
	struct acd_contact *next = NULL;

	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
		struct acd_contact *c = q->best[ch];

		if (c && (!next || contact_before(c, next)) && queue_agent(q, ch))
			next = c;
	}
	return next;
}

void queue_match(struct acd_queue *q)
{
	struct acd_contact *c;

	while ((c = queue_next(q)))
		contact_offer(c);
}

void contact_offer(struct acd_contact *c)
{
	offer(queue_agent(c->queue, c->channel), c);
}
