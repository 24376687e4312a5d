/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/alarm.h>
#include <engine/call/site/unattended.h>
#include <stdio.h>

uint32_t unattended_attends(uint32_t channels, uint8_t state, bool reachable)
{
	if (state == TD_AGENT_LOGGED_OUT || state == TD_AGENT_NOT_RESPONDING)
		return 0;
	return reachable ? channels : channels & ~TD_CHANNELS_MEDIA;
}

static void set(struct td_engine *e, struct agent *a, uint32_t attends)
{
	for (unsigned i = 0; i < TD_ACD_GROUPS; i++) {
		struct group *g = objects_get(&e->groups, a->acd.groups[i]);

		for (unsigned ch = 0; g && ch < TD_CHANNEL_COUNT; ch++)
			g->there[ch] += (attends >> ch & 1) - (a->attends >> ch & 1);
	}
	a->attends = attends;
}

void unattended_leave(struct td_engine *e, struct agent *a)
{
	set(e, a, 0);
}

bool unattended_count(struct td_engine *e, struct agent *a)
{
	uint32_t attends = unattended_attends(a->acd.channels, a->state, a->reachable);

	if (attends == a->attends)
		return false;
	set(e, a, attends);
	return true;
}

static bool attended(const struct td_engine *e, const struct queue *q, unsigned channel)
{
	for (unsigned i = 0; i < TD_ACD_GROUPS; i++) {
		const struct group *g = objects_get(&e->groups, q->acd.groups[i]);

		if (g && g->there[channel])
			return true;
	}
	return false;
}

static void look(struct td_engine *e, struct queue *q, unsigned channel)
{
	char object[TD_ALARM_OBJECT_BYTES];
	bool raised = q->unattended >> channel & 1;
	bool wanted =
		q->object.configured && (q->waiting[channel] || raised) && !attended(e, q, channel);

	if (raised == wanted)
		return;
	q->unattended ^= 1u << channel;
	snprintf(object, sizeof(object), "%s %s", q->object.name, contact_channels[channel]);
	if (wanted)
		alarm_write(e, TD_ALARM_QUEUE_UNATTENDED, object, true,
			"queue %s: %u waiting, and no agent with the channel %s is logged in and "
			"responds%s",
			q->object.name, q->waiting[channel], contact_channels[channel],
			td_channel_media(channel) ? ", with a telephone that can be reached" : "");
	else if (q->object.configured)
		alarm_write(e, TD_ALARM_QUEUE_UNATTENDED, object, false,
			"queue %s: an agent with the channel %s is there again", q->object.name,
			contact_channels[channel]);
	else
		alarm_write(e, TD_ALARM_QUEUE_UNATTENDED, object, false,
			"queue %s: it is gone (channel %s)", q->object.name,
			contact_channels[channel]);
}

void unattended_look(struct td_engine *e, struct queue *q)
{
	for (unsigned ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		look(e, q, ch);
}

void unattended_look_all(struct td_engine *e)
{
	for (uint32_t n = 1; n <= e->queues.count; n++)
		unattended_look(e, objects_get(&e->queues, n));
}
