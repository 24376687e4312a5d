/* SPDX-License-Identifier: BSD-3-Clause */
/* The groups' sets: who could take a contact now, and where one waits. */
#include <engine/acd/internal.h>

uint32_t agent_free(const struct acd_agent *ag)
{
	if (ag->state != TD_AGENT_AVAILABLE || ag->engaged || timer_is_set(&ag->timer))
		return 0;
	return ag->reachable && !link_full(ag) ? ag->channels : ag->channels & ~TD_CHANNELS_MEDIA;
}

bool agent_serves(const struct acd_agent *ag, const struct acd_queue *q)
{
	for (int i = 0; i < ag->memberships.count; i++)
		for (int j = 0; j < q->memberships.count; j++)
			if (ag->memberships.group[i] == q->memberships.group[j])
				return true;
	return false;
}

bool agent_takes(const struct acd_agent *ag, const struct acd_contact *c)
{
	return ag->channels >> c->channel & 1 && agent_serves(ag, c->queue);
}

void agent_count(struct acd_agent *ag, bool counted)
{
	struct acd_group *group = ag->acd->group;

	if (ag->counted == counted)
		return;
	ag->counted = counted;
	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		for (int i = 0; ag->channels >> ch & 1 && i < ag->memberships.count; i++)
			group[ag->memberships.group[i]].takers[ch] += counted ? 1 : -1;
}

/* One of its sets has a member more. */
static void group_note(struct acd *a, struct acd_group *g, uint32_t channel)
{
	if (g->unmatched || !tree_count(&g->idle[channel]) || !tree_count(&g->calling[channel]))
		return;
	g->unmatched = true;
	STAILQ_INSERT_TAIL(&a->unmatched, g, next_unmatched);
}

static void idle_set(struct acd_agent *ag, uint32_t channel, bool idle)
{
	struct set_place *place = ag->memberships.place[channel];

	for (int i = 0; i < ag->memberships.count; i++) {
		struct acd_group *g = &ag->acd->group[ag->memberships.group[i]];

		if (idle) {
			tree_add(&g->idle[channel], &place[i].node);
			group_note(ag->acd, g, channel);
		} else {
			tree_del(&g->idle[channel], &place[i].node);
		}
	}
}

void agent_refresh(struct acd_agent *ag)
{
	uint32_t idle = agent_free(ag), changed = idle ^ ag->idle;

	if (!changed)
		return;
	ag->idle = idle;
	for (; changed; changed &= changed - 1) /* each bit that is set */
		idle_set(ag, (uint32_t)__builtin_ctz(changed), changed & -changed & idle);
}

void queue_refresh(struct acd_queue *q, uint32_t channel)
{
	struct acd_group *group = q->acd->group;
	struct set_place *place = q->memberships.place[channel];
	struct tree_node *first = q->closing ? NULL : tree_first(&q->waiting[channel]);
	struct acd_contact *best =
		first ? container_of(first, struct acd_contact, waiting_node) : NULL;

	if (best == q->best[channel])
		return;
	for (int i = 0; i < q->memberships.count; i++)
		tree_del(&group[q->memberships.group[i]].calling[channel], &place[i].node);
	q->best[channel] = best;
	if (!best)
		return;
	for (int i = 0; i < q->memberships.count; i++) {
		struct acd_group *g = &group[q->memberships.group[i]];

		tree_add(&g->calling[channel], &place[i].node);
		group_note(q->acd, g, channel);
	}
}

/* The best contact of one channel that the agent's groups serve. */
static struct acd_contact *channel_contact(const struct acd_agent *ag, uint32_t channel)
{
	struct acd_group *group = ag->acd->group;
	struct acd_contact *best = NULL;

	for (int i = 0; i < ag->memberships.count; i++) {
		const struct acd_queue *q =
			place_owner(tree_first(&group[ag->memberships.group[i]].calling[channel]));

		if (q && (!best || contact_before(q->best[channel], best)))
			best = q->best[channel];
	}
	return best;
}

struct acd_contact *agent_next(const struct acd_agent *ag)
{
	struct acd_contact *best = NULL;

	for (uint32_t idle = ag->idle; idle; idle &= idle - 1) { /* each bit that is set */
		struct acd_contact *c = channel_contact(ag, (uint32_t)__builtin_ctz(idle));

		if (c && (!best || contact_before(c, best)))
			best = c;
	}
	return best;
}

struct acd_agent *queue_agent(const struct acd_queue *q, uint32_t channel)
{
	struct acd_group *group = q->acd->group;
	struct acd_agent *best = NULL;

	for (int i = 0; i < q->memberships.count; i++) {
		struct acd_agent *ag =
			place_owner(tree_first(&group[q->memberships.group[i]].idle[channel]));

		if (ag && (!best || ag->idle_order < best->idle_order))
			best = ag;
	}
	return best;
}

bool link_full(const struct acd_agent *ag)
{
	return ag->link && ag->link->room == 0;
}

void link_set(struct acd_agent *ag, uint32_t number)
{
	struct acd_link *to = number ? &ag->acd->link[number] : NULL;

	if (ag->link)
		TAILQ_REMOVE(&ag->link->agents, ag, beside);
	if (to)
		TAILQ_INSERT_TAIL(&to->agents, ag, beside);
	ag->link = to;
}

void link_refresh(const struct acd_link *p)
{
	struct acd_agent *ag;

	TAILQ_FOREACH (ag, &p->agents, beside)
		agent_refresh(ag);
}

void link_take(struct acd_agent *ag)
{
	struct acd_link *p = ag->link;

	if (p && p->room != TD_ACD_ROOM && p->room > 0 && --p->room == 0)
		link_refresh(p);
}
