/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues come, change and go. */
#include <errno.h>
#include <engine/acd/internal.h>

int queue_set(struct acd *a, const struct td_acd_in *in)
{
	const struct td_acd_queue *conf = &in->queue_set;
	struct acd_contact *c;

	if (in->queue == 0 || in->queue > a->limits.queues)
		return -ERANGE;
	for (int i = 0; i < TD_ACD_GROUPS; i++)
		if (conf->groups[i] > a->limits.groups)
			return -ERANGE;
	struct acd_queue *q = &a->queue[in->queue];

	if (!q->used) {
		*q = (struct acd_queue){.acd = a, .number = in->queue, .used = true};
		tree_init(&q->line, line_before);
		tree_init(&q->waiting, waiting_before);
		TAILQ_INIT(&q->entries);
	}
	q->closing = true; /* out by the old groups, in by the new */
	queue_refresh(q);
	links_set(&q->links, conf->groups, q);
	q->closing = false;
	queue_refresh(q);
	q->conf = *conf;
	q->conf.name[sizeof(q->conf.name) - 1] = '\0';
	TAILQ_FOREACH (c, &q->entries, entry)
		contact_timeout_set(c);
	queue_match(q);
	return 0;
}

int queue_del(struct acd *a, const struct td_acd_in *in)
{
	struct acd_queue *q = queue_at(a, in->queue);
	struct tree_node *n;

	if (!q)
		return -ENOENT;
	q->closing = true; /* an agent who gets free meanwhile is offered other queues' contacts */
	queue_refresh(q);
	while ((n = tree_first(&q->line)))
		contact_remove(
			OWNER(n, struct acd_contact, line_node), TD_ACD_WITHDRAW, TD_ACD_EMPTY);
	q->used = false;
	return 0;
}
