/* SPDX-License-Identifier: BSD-3-Clause */
/* Agents behind a link of the site that carries only so many calls. */
#include <errno.h>
#include <engine/acd/internal.h>

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

static void agents_refresh(const struct pipe *p)
{
	struct acd_agent *ag;

	TAILQ_FOREACH (ag, &p->agents, beside)
		agent_refresh(ag);
}

void pipe_take(struct acd_agent *ag)
{
	struct pipe *p = ag->pipe;

	if (p && p->room != TD_ACD_ROOM && p->room > 0 && --p->room == 0)
		agents_refresh(p);
}

/* The queue with the first contact that one of its idle agents can take. */
static struct acd_queue *best_queue(const struct pipe *p)
{
	struct acd_queue *best = NULL;
	struct acd_agent *ag;

	TAILQ_FOREACH (ag, &p->agents, beside) {
		struct acd_queue *q = agent_queue(ag);

		if (q && (!best || queue_before(q, best)))
			best = q;
	}
	return best;
}

int pipe_room(struct acd *a, const struct td_acd_in *in)
{
	struct pipe *p;
	struct acd_queue *q;
	bool was_full;

	if (in->link.number == 0 || in->link.number > a->limits.links)
		return -ERANGE;
	p = &a->pipe[in->link.number];
	was_full = p->room == 0;
	p->room = in->link.room;
	if (was_full == (p->room == 0))
		return 0;
	agents_refresh(p);
	while ((q = best_queue(p)))
		queue_offer(q);
	return 0;
}
