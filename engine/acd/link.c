/* SPDX-License-Identifier: BSD-3-Clause */
/* A link of the site says how many more calls it carries. */
#include <errno.h>
#include <engine/acd/internal.h>

/* The first contact that one of the idle agents can take. */
static struct acd_contact *best_contact(const struct acd_link *p)
{
	struct acd_contact *best = NULL;

	for (struct acd_agent *ag = TAILQ_FIRST(&p->agents); ag; ag = TAILQ_NEXT(ag, beside)) {
		struct acd_contact *c = agent_next(ag);

		if (c && (!best || contact_before(c, best)))
			best = c;
	}
	return best;
}

int link_has_room(struct acd *a, const struct td_acd_in *in)
{
	struct acd_link *p;
	struct acd_contact *c;
	bool was_full;

	if (in->link.number == 0 || in->link.number > a->limits.links)
		return -ERANGE;
	p = &a->link[in->link.number];
	was_full = p->room == 0;
	p->room = in->link.room;
	if (was_full == (p->room == 0))
		return 0;
	link_refresh(p);
	while ((c = best_contact(p)))
		contact_match(c);
	return 0;
}
