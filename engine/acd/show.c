/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading, for people. */
#include <errno.h>
#include <engine/acd/internal.h>

int acd_agent_get(const struct acd *a, uint32_t agent, struct acd_agent_info *info)
{
	const struct acd_agent *ag = agent_at((struct acd *)a, agent);

	if (!ag)
		return -ENOENT;
	*info = (struct acd_agent_info){
		.name = ag->name,
		.state = (enum td_agent_state)ag->state,
		.reason = (enum td_acd_reason)ag->reason,
		.pause_reason = ag->pause_reason,
		.since = ag->since,
		.queue = ag->queue,
		.contact = ag->state == TD_AGENT_WRAP_UP ? 0 : ag->contact,
		.reachable = ag->reachable,
		.engaged = ag->engaged,
		.link_full = link_full(ag),
		.pause_waits = ag->pause_waits,
		.logout_waits = ag->logout_waits,
		.answered = ag->answered,
		.no_answer = ag->no_answer,
		.refused = ag->refused,
	};
	if (ag->state == TD_AGENT_AVAILABLE) {
		info->idle_since = ag->idle_since;
		if (timer_is_set(&ag->timer))
			info->backoff_until = ag->timer.deadline;
	}
	return 0;
}

static uint32_t waiting_count(const struct acd_queue *q)
{
	uint32_t n = 0;

	for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		n += tree_count(&q->waiting[ch]);
	return n;
}

/* They stand as they came; who came back has waited before. */
static uint64_t oldest(const struct acd_queue *q)
{
	const struct acd_contact *c;
	uint64_t first = TD_NEVER;

	TAILQ_FOREACH (c, &q->entries, entry)
		if (c->entered < first)
			first = c->entered;
	return first;
}

int acd_queue_get(const struct acd *a, uint32_t queue, struct acd_queue_info *info)
{
	const struct acd_queue *q = queue_at((struct acd *)a, queue);

	if (!q)
		return -ENOENT;
	*info = (struct acd_queue_info){
		.name = q->conf.name,
		.waiting = tree_count(&q->line),
		.offered = tree_count(&q->line) - waiting_count(q),
		.oldest = oldest(q),
		.entered = q->entered,
		.full = q->full,
		.answered = q->answered,
		.abandoned = q->abandoned,
		.timed_out = q->timed_out,
		.withdrawn = q->withdrawn,
		.answered_in_level = q->answered_in_level,
		.abandoned_in_level = q->abandoned_in_level,
		.timed_out_in_level = q->timed_out_in_level,
		.no_answer = q->no_answer,
		.refused = q->refused,
		.answered_wait_ms = q->answered_wait_ms,
		.answered_wait_max_ms = q->answered_wait_max_ms,
	};
	return 0;
}

int acd_contact_get(const struct acd *a, uint32_t contact, struct acd_contact_info *info)
{
	const struct acd_contact *c = contact_find(a, contact);

	if (!c)
		return -ENOENT;
	*info = (struct acd_contact_info){
		.queue = c->queue->number,
		.agent = c->agent ? c->agent->number : 0,
		.position = tree_rank(&c->line_node) + 1,
		.priority = c->priority,
		.channel = (enum td_channel)c->channel,
		.entered = c->entered,
	};
	return 0;
}

uint32_t acd_link_room(const struct acd *a, uint32_t link)
{
	return link >= 1 && link <= a->limits.links ? a->link[link].room : TD_ACD_ROOM;
}

static uint32_t channels_waiting(const struct acd_queue *q)
{
	uint32_t channels = 0;

	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		if (q->best[ch])
			channels |= 1u << ch;
	return channels ? channels : CHANNELS_ALL;
}

/* Where an agent who is logged in is counted; channels: of what waits. */
static uint64_t *counted(struct acd_queue_agents *n, const struct acd_agent *ag, uint32_t channels)
{
	switch (ag->state) {
	case TD_AGENT_RESERVED:
	case TD_AGENT_RINGING:
		return &n->ringing;
	case TD_AGENT_TALKING:
		return &n->handling;
	case TD_AGENT_WRAP_UP:
		return &n->wrap_up;
	case TD_AGENT_PAUSED:
		return &n->paused;
	case TD_AGENT_NOT_RESPONDING:
		return &n->not_responding;
	default:
		if (ag->engaged)
			return &n->engaged;
		if (timer_is_set(&ag->timer))
			return &n->backed_off;
		return agent_free(ag) & channels ? &n->available : &n->unable;
	}
}

int acd_queue_agents(const struct acd *a, uint32_t queue, struct acd_queue_agents *out)
{
	const struct acd_queue *q = queue_at((struct acd *)a, queue);

	memset(out, 0, sizeof(*out));
	if (!q)
		return -ENOENT;
	for (uint32_t i = 1; i <= a->limits.agents; i++) {
		const struct acd_agent *ag = &a->agent[i];

		if (!ag->used || !agent_serves(ag, q))
			continue;
		for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
			out->slots[ch][ag->state] += ag->channels >> ch & 1;
			out->free[ch] += agent_free(ag) >> ch & 1;
		}
		if (ag->state == TD_AGENT_LOGGED_OUT)
			continue;
		out->agents++;
		++*counted(out, ag, channels_waiting(q));
	}
	return 0;
}

bool acd_queue_takes(const struct acd *a, uint32_t queue)
{
	const struct acd_queue *q = queue_at((struct acd *)a, queue);

	return q && !queue_full(q);
}

uint32_t acd_queue_channels(const struct acd *a, uint32_t queue)
{
	const struct acd_queue *q = queue_at((struct acd *)a, queue);
	uint32_t channels = 0;

	for (int i = 0; q && i < q->memberships.count; i++)
		for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
			if (a->group[q->memberships.group[i]].takers[ch])
				channels |= 1u << ch;
	return channels;
}
