/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/alarm.h>
#include <engine/call/site/unattended.h>

bool unattended_there(uint8_t state)
{
	return state != TD_AGENT_LOGGED_OUT && state != TD_AGENT_NOT_RESPONDING;
}

void unattended_count(struct td_engine *e, const struct agent *a, bool there)
{
	for (unsigned i = 0; i < TD_ACD_GROUPS; i++) {
		struct group *g = objects_get(&e->groups, a->acd.groups[i]);

		if (g)
			g->there += there ? 1 : -1;
	}
}

static bool attended(const struct td_engine *e, const struct queue *q)
{
	for (unsigned i = 0; i < TD_ACD_GROUPS; i++) {
		const struct group *g = objects_get(&e->groups, q->acd.groups[i]);

		if (g && g->there)
			return true;
	}
	return false;
}

void unattended_look(struct td_engine *e, struct queue *q)
{
	bool wanted = q->object.live && (q->waiting || q->unattended) && !attended(e, q);

	if (q->unattended == wanted)
		return;
	q->unattended = wanted;
	if (wanted)
		alarm_write(e, TD_ALARM_QUEUE_UNATTENDED, true,
			"queue %s: %u waiting, and no agent is logged in and responds",
			q->object.name, q->waiting);
	else
		alarm_write(e, TD_ALARM_QUEUE_UNATTENDED, false, "queue %s: %s", q->object.name,
			q->object.live ? "an agent is there again" : "it is gone");
}

void unattended_look_all(struct td_engine *e)
{
	for (uint32_t n = 1; n <= e->queues.count; n++)
		unattended_look(e, objects_get(&e->queues, n));
}
