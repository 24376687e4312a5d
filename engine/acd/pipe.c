/* SPDX-License-Identifier: BSD-3-Clause */
/* A link of the site says how many more calls it carries. */
#include <errno.h>
#include <engine/acd/internal.h>

/* The queue with the first contact that one of its idle agents can take. */
static struct acd_queue *best_queue(const struct pipe *p)
{
	struct acd_queue *best = NULL;

	for (struct acd_agent *ag = TAILQ_FIRST(&p->agents); ag; ag = TAILQ_NEXT(ag, beside)) {
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
	pipe_refresh(p);
	while ((q = best_queue(p)))
		queue_offer(q);
	return 0;
}
