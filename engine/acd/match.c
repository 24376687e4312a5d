/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is served by whom: the offer, and its end. */
#include <engine/acd/internal.h>

static void offer(struct acd_agent *ag, struct acd_contact *c)
{
	struct acd *a = ag->acd;
	struct acd_queue *q = c->queue;

	c->agent = ag;
	tree_del(&q->waiting, &c->waiting_node);
	queue_refresh(q);
	ag->offer = c;
	ag->queue = q->number;
	ag->contact = c->number;
	agent_enter(ag, TD_AGENT_RESERVED, TD_ACD_NONE);
	agent_refresh(ag);
	pipe_take(ag);
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
	tree_add(&c->queue->waiting, &c->waiting_node);
	queue_refresh(c->queue);
}

void agent_match(struct acd_agent *ag)
{
	const struct acd_queue *best = agent_queue(ag);

	if (best)
		offer(ag, best->best);
}

void queue_match(struct acd_queue *q)
{
	struct acd_agent *ag;

	while (q->best && (ag = queue_agent(q)))
		offer(ag, q->best);
}

void queue_offer(struct acd_queue *q)
{
	offer(queue_agent(q), q->best);
}
