/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is served by whom: the orders, the groups' sets, and the offer. */
#include <engine/acd/internal.h>

static bool contact_before(const struct contact *a, const struct contact *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	if (a->order_time != b->order_time)
		return a->order_time < b->order_time;
	return a->order < b->order;
}

bool line_before(const struct tree_node *a, const struct tree_node *b)
{
	return contact_before(
		OWNER(a, struct contact, line_node), OWNER(b, struct contact, line_node));
}

bool waiting_before(const struct tree_node *a, const struct tree_node *b)
{
	return contact_before(
		OWNER(a, struct contact, waiting_node), OWNER(b, struct contact, waiting_node));
}

static void *owner_of(const struct tree_node *n)
{
	return n ? OWNER(n, struct acd_link, node)->owner : NULL;
}

bool idle_before(const struct tree_node *a, const struct tree_node *b)
{
	const struct acd_agent *x = owner_of(a), *y = owner_of(b);

	return x->idle_order < y->idle_order;
}

bool calling_before(const struct tree_node *a, const struct tree_node *b)
{
	const struct acd_queue *x = owner_of(a), *y = owner_of(b);

	return contact_before(x->best, y->best);
}

bool queue_before(const struct acd_queue *a, const struct acd_queue *b)
{
	return contact_before(a->best, b->best);
}

void agent_refresh(struct acd_agent *ag)
{
	struct acd_group *group = ag->acd->group;
	bool idle = ag->state == TD_AGENT_AVAILABLE && ag->reachable && !timer_is_set(&ag->timer) &&
		    !pipe_full(ag);

	if (idle == ag->idle)
		return;
	ag->idle = idle;
	for (int i = 0; i < ag->links.count; i++) {
		struct tree *t = &group[ag->links.group[i]].idle;

		if (idle)
			tree_add(t, &ag->links.link[i].node);
		else
			tree_del(t, &ag->links.link[i].node);
	}
}

void queue_refresh(struct acd_queue *q)
{
	struct acd_group *group = q->acd->group;
	struct tree_node *first = q->closing ? NULL : tree_first(&q->waiting);
	struct contact *best = first ? OWNER(first, struct contact, waiting_node) : NULL;

	if (best == q->best)
		return;
	for (int i = 0; i < q->links.count; i++)
		tree_del(&group[q->links.group[i]].calling, &q->links.link[i].node);
	q->best = best;
	if (!best)
		return;
	for (int i = 0; i < q->links.count; i++)
		tree_add(&group[q->links.group[i]].calling, &q->links.link[i].node);
}

static void offer(struct acd_agent *ag, struct contact *c)
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

void offer_end(struct contact *c)
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

struct acd_queue *agent_queue(struct acd_agent *ag)
{
	struct acd_group *group = ag->acd->group;
	struct acd_queue *best = NULL;

	if (!ag->idle)
		return NULL;
	for (int i = 0; i < ag->links.count; i++) {
		struct acd_queue *q = owner_of(tree_first(&group[ag->links.group[i]].calling));

		if (q && (!best || queue_before(q, best)))
			best = q;
	}
	return best;
}

void agent_match(struct acd_agent *ag)
{
	const struct acd_queue *best = agent_queue(ag);

	if (best)
		offer(ag, best->best);
}

static struct acd_agent *longest_idle(const struct acd_queue *q)
{
	struct acd_group *group = q->acd->group;
	struct acd_agent *best = NULL;

	for (int i = 0; i < q->links.count; i++) {
		struct acd_agent *ag = owner_of(tree_first(&group[q->links.group[i]].idle));

		if (ag && (!best || ag->idle_order < best->idle_order))
			best = ag;
	}
	return best;
}

void queue_match(struct acd_queue *q)
{
	struct acd_agent *ag;

	while (q->best && (ag = longest_idle(q)))
		offer(ag, q->best);
}

void queue_offer(struct acd_queue *q)
{
	offer(longest_idle(q), q->best);
}
