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

/*
 * Whoever is offered a contact could take no better one, and nobody who could take it has been idle
 * for longer. Each turn finds a better contact, so the loop ends.
 */
void contact_match(struct acd_contact *c)
{
	struct acd_agent *ag = queue_agent(c->queue, c->channel);

	for (struct acd_contact *best; (best = agent_next(ag)) != c;) {
		c = best;
		ag = queue_agent(c->queue, c->channel);
	}
	offer(ag, c);
}

/* The group's best contact that an agent of it is idle for, or NULL. */
static struct acd_contact *group_next(const struct acd_group *g)
{
	struct acd_contact *next = NULL;

	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
		const struct acd_queue *q = place_owner(tree_first(&g->calling[ch]));

		if (q && tree_count(&g->idle[ch]) && (!next || contact_before(q->best[ch], next)))
			next = q->best[ch];
	}
	return next;
}

void match(struct acd *a)
{
	struct acd_group *g;
	struct acd_contact *c;

	while ((g = STAILQ_FIRST(&a->unmatched))) {
		while ((c = group_next(g)))
			contact_match(c);
		STAILQ_REMOVE_HEAD(&a->unmatched, next_unmatched);
		g->unmatched = false;
	}
}
