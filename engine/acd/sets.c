/* SPDX-License-Identifier: BSD-3-Clause */
/* The groups' sets: who could take a contact now, and where one waits. */
#include <engine/acd/internal.h>

bool agent_free(const struct acd_agent *ag)
{
	return ag->state == TD_AGENT_AVAILABLE && ag->reachable && !ag->engaged &&
	       !timer_is_set(&ag->timer) && !pipe_full(ag);
}

void agent_refresh(struct acd_agent *ag)
{
	struct acd_group *group = ag->acd->group;
	bool idle = agent_free(ag);

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
	struct acd_contact *best = first ? OWNER(first, struct acd_contact, waiting_node) : NULL;

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

struct acd_queue *agent_queue(struct acd_agent *ag)
{
	struct acd_group *group = ag->acd->group;
	struct acd_queue *best = NULL;

	if (!ag->idle)
		return NULL;
	for (int i = 0; i < ag->links.count; i++) {
		struct acd_queue *q = link_owner(tree_first(&group[ag->links.group[i]].calling));

		if (q && (!best || queue_before(q, best)))
			best = q;
	}
	return best;
}

struct acd_agent *queue_agent(const struct acd_queue *q)
{
	struct acd_group *group = q->acd->group;
	struct acd_agent *best = NULL;

	for (int i = 0; i < q->links.count; i++) {
		struct acd_agent *ag = link_owner(tree_first(&group[q->links.group[i]].idle));

		if (ag && (!best || ag->idle_order < best->idle_order))
			best = ag;
	}
	return best;
}

bool pipe_full(const struct acd_agent *ag)
{
	return ag->pipe && ag->pipe->room == 0;
}

void pipe_set(struct acd_agent *ag, uint32_t number)
{
	struct pipe *to = number ? &ag->acd->pipe[number] : NULL;

	if (ag->pipe)
		TAILQ_REMOVE(&ag->pipe->agents, ag, beside);
	if (to)
		TAILQ_INSERT_TAIL(&to->agents, ag, beside);
	ag->pipe = to;
}

void pipe_refresh(const struct pipe *p)
{
	struct acd_agent *ag;

	TAILQ_FOREACH (ag, &p->agents, beside)
		agent_refresh(ag);
}

void pipe_take(struct acd_agent *ag)
{
	struct pipe *p = ag->pipe;

	if (p && p->room != TD_ACD_ROOM && p->room > 0 && --p->room == 0)
		pipe_refresh(p);
}
