/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues come, change and go. */
#include <errno.h>
#include <engine/acd/internal.h>

static void queue_init(struct acd_queue *q, struct acd *a, uint32_t number)
{
	*q = (struct acd_queue){.acd = a, .number = number, .used = true};
	tree_init(&q->line, line_before);
	for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		tree_init(&q->waiting[ch], waiting_before);
	TAILQ_INIT(&q->entries);
}

/* Out of its groups' sets, or in. */
static void queue_close(struct acd_queue *q, bool closing)
{
	q->closing = closing;
	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		queue_refresh(q, ch);
}

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

	if (!q->used)
		queue_init(q, a, in->queue);
	queue_close(q, true); /* out by the old groups, in by the new */
	memberships_set(&q->memberships, conf->groups, q);
	TAILQ_FOREACH (c, &q->entries, entry) /* none is offered anew before all are back */
		if (c->agent)
			agent_offer_review(c->agent);
	queue_close(q, false);
	q->conf = *conf;
	q->conf.name[sizeof(q->conf.name) - 1] = '\0';
	TAILQ_FOREACH (c, &q->entries, entry)
		contact_timeout_set(c);
	return 0;
}

int queue_del(struct acd *a, const struct td_acd_in *in)
{
	struct acd_queue *q = queue_at(a, in->queue);
	struct tree_node *n;

	if (!q)
		return -ENOENT;
	queue_close(q, true); /* an agent who gets free meanwhile takes other queues' contacts */
	while ((n = tree_first(&q->line)))
		contact_remove(container_of(n, struct acd_contact, line_node), TD_ACD_WITHDRAW,
			TD_ACD_EMPTY);
	q->used = false;
	return 0;
}
