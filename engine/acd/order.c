/* SPDX-License-Identifier: BSD-3-Clause */
/* Who comes before whom: contacts in a line, agents and queues in a group's sets. */
#include <engine/acd/internal.h>

uint32_t contact_wait_ms(const struct acd *a, const struct acd_contact *c)
{
	uint64_t ms = (a->now - c->entered) / TD_NSEC_PER_MSEC;

	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

bool contact_before(const struct acd_contact *a, const struct acd_contact *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	if (a->order_time != b->order_time)
		return a->order_time < b->order_time;
	return a->order < b->order;
}

bool line_before(const struct tree_node *a, const struct tree_node *b)
{
	return contact_before(container_of(a, struct acd_contact, line_node),
		container_of(b, struct acd_contact, line_node));
}

bool waiting_before(const struct tree_node *a, const struct tree_node *b)
{
	return contact_before(container_of(a, struct acd_contact, waiting_node),
		container_of(b, struct acd_contact, waiting_node));
}

void *place_owner(const struct tree_node *n)
{
	return n ? container_of(n, struct set_place, node)->owner : NULL;
}

bool idle_before(const struct tree_node *a, const struct tree_node *b)
{
	const struct acd_agent *x = place_owner(a), *y = place_owner(b);

	return x->idle_order < y->idle_order;
}

bool calling_before(const struct tree_node *a, const struct tree_node *b)
{
	const struct acd_queue *x = place_owner(a), *y = place_owner(b);
	uint32_t channel = container_of(a, struct set_place, node)->channel;

	return contact_before(x->best[channel], y->best[channel]);
}
