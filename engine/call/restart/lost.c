/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/container.h>
#include <engine/call/events/alarm.h>
#include <engine/call/events/cdr.h>
#include <engine/call/events/parties.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/events/segment.h>
#include <engine/call/restart/lost.h>
#include <engine/call/restart/record.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A kill may lose what the engine told in the last 20 ms. So many recordings do not begin then. */
#define RECORDINGS_UNTOLD 1000

#define ALARM_NS (600 * TD_NSEC_PER_SEC)

/* The agent's stay in its state, as far as no row has told it. */
static void stay_lost(struct td_engine *e, const struct td_checkpoint_agent *r)
{
	struct td_ev_agent_session ev = {.from = engine_wall(e, r->from),
		.to = engine_wall(e, e->now),
		.state = r->acd.state};

	if (!r->from || r->acd.state >= TD_AGENT_STATE_COUNT)
		return;
	memcpy(ev.agent, r->name, sizeof(ev.agent));
	if (r->acd.state == TD_AGENT_PAUSED)
		memcpy(ev.reason, r->acd.pause_reason, sizeof(ev.reason));
	e->io.event(e->io.ctx, TD_EV_AGENT_SESSION, &ev, sizeof(ev));
}

static void segment_lost(struct td_engine *e, const struct td_ev_segment *open)
{
	struct td_ev_segment ev = *open;

	if (ev.number)
		segment_write(e, &ev, TD_SEGMENT_END_LOST, TD_ENDED_BY_US, NULL);
}

/* What the lines of queue_log need to know of a contact. */
struct ghost {
	struct contact contact;
	struct queue queue;
	struct agent agent;
};

static void ghost_of(struct ghost *g, const struct td_checkpoint_contact *r)
{
	memset(g, 0, sizeof(*g));
	g->contact.cdr = r->cdr;
	g->contact.queue = &g->queue;
	g->contact.position = r->position;
	g->contact.first_position = r->first_position;
	g->contact.entered = r->queued;
	g->contact.rung = r->rung_since;
	memcpy(g->queue.object.name, r->queue, sizeof(r->queue));
}

static const struct agent *ghost_agent(struct ghost *g, const char *name)
{
	snprintf(g->agent.object.name, sizeof(g->agent.object.name), "%s", name);
	return &g->agent;
}

static void party_lost(struct td_engine *e, struct ghost *g, const struct td_checkpoint_party *r)
{
	struct td_ev_party ev = r->party;

	segment_lost(e, &r->talk);
	if (r->by_queue && r->talk.number && g->queue.object.name[0])
		queuelog_complete(e, &g->contact, ghost_agent(g, r->party.name), r->joined, false);
	parties_write(e, &ev);
}

/* As if Tandem had ended it, by the lines of queue_log. */
static void left(struct td_engine *e, struct ghost *g, const struct td_checkpoint_contact *r)
{
	if (r->rung[0])
		queuelog_ring(e, &g->contact, ghost_agent(g, r->rung), TD_QUEUE_LOG_RINGCANCELED);
	if (r->entered && r->first_position)
		queuelog_exit(e, &g->contact, TD_QUEUE_LOG_WITHDRAW);
	segment_lost(e, &r->segment);
	if (r->agent[0])
		queuelog_complete(e, &g->contact, ghost_agent(g, r->agent), r->talk_since, false);
}

/* One whose CDR waited for the last statistics has come to its end: that is what is told. */
static void contact_lost(
	struct td_engine *e, struct ghost *g, const struct td_checkpoint_contact *r)
{
	struct td_restored *result = &e->restoring.result;
	struct td_ev_cdr cdr = r->cdr;

	if (!cdr.ended) {
		left(e, g, r);
		if (r->entered)
			cdr.wait_ms = r->waited_ms + ms_between(r->entered, e->now);
		cdr.talk_ms += ms_between(r->talk_since, e->now);
		cdr.ended = engine_wall(e, e->now);
		cdr.ended_by = TD_ENDED_BY_US;
		cdr.disposition = TD_CALL_LOST;
		cdr.cause = TD_CAUSE_TEMPORARY;
		if (td_channel_media(cdr.channel))
			result->lost_calls++;
		else
			result->lost_contacts++;
	}
	cdr_write(e, &cdr);
}

static const char *call_id(const struct td_checkpoint *c)
{
	return c->kind == TD_CHECKPOINT_CONTACT || c->kind == TD_CHECKPOINT_PARTY ? c->record : "";
}

/* The parties of a call stand behind its contact; what is of no call comes first. */
static int by_call(const void *a, const void *b)
{
	const struct td_checkpoint *x = *(const struct td_checkpoint *const *)a;
	const struct td_checkpoint *y = *(const struct td_checkpoint *const *)b;
	int order = strncmp(call_id(x), call_id(y), TD_CALL_ID_BYTES);

	if (order)
		return order;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* From `i` on: those of one call. Where the next one begins. */
static uint32_t call_lost(struct td_engine *e, uint32_t i)
{
	const struct restoring *s = &e->restoring;
	const char *id = call_id(s->sorted[i]);
	union td_checkpoint_any contact, party;
	struct ghost g;
	bool has = s->sorted[i]->kind == TD_CHECKPOINT_CONTACT;

	memset(&contact, 0, sizeof(contact));
	if (has)
		has = record_take(s->sorted[i++], &contact);
	ghost_of(&g, &contact.contact);
	for (; i < s->in.count && s->sorted[i]->kind == TD_CHECKPOINT_PARTY &&
		strncmp(call_id(s->sorted[i]), id, TD_CALL_ID_BYTES) == 0;
		i++)
		if (record_take(s->sorted[i], &party))
			party_lost(e, &g, &party.party);
	if (has)
		contact_lost(e, &g, &contact.contact);
	return i;
}

/* What an id or a number has named is not named so again. */
static void run_over(struct td_engine *e, const struct td_checkpoint_run *r)
{
	e->restoring.start_s_least = r->start_s + 1;
	e->last_recording = r->last_recording + RECORDINGS_UNTOLD;
}

static void other_lost(struct td_engine *e, const struct td_checkpoint *c)
{
	union td_checkpoint_any r;

	if (!record_take(c, &r))
		return;
	if (c->kind == TD_CHECKPOINT_AGENT)
		stay_lost(e, &r.agent);
	else if (c->kind == TD_CHECKPOINT_RUN)
		run_over(e, &r.run);
}

void lost_end(struct td_engine *e)
{
	const struct restoring *s = &e->restoring;
	uint64_t wall_offset = e->params.wall_offset, now = e->now;

	e->now = s->in.ended;
	e->params.wall_offset = s->in.wall_offset;
	qsort(s->sorted, s->in.count, sizeof(*s->sorted), by_call);
	for (uint32_t i = 0; i < s->in.count;) {
		if (call_id(s->sorted[i])[0])
			i = call_lost(e, i);
		else
			other_lost(e, s->sorted[i++]);
	}
	e->params.wall_offset = wall_offset;
	e->now = now;
}

static void clear(struct td_engine *e)
{
	timer_cancel(&e->timers, &e->restoring.alarm);
	alarm_write(e, TD_ALARM_CALLS_LOST, NULL, false, "it is told for 10 min");
}

static void clear_due(struct timer *t, uint64_t now)
{
	clear(container_of(t, struct restoring, alarm)->engine);
}

void lost_init(struct td_engine *e)
{
	e->restoring.engine = e;
	e->restoring.alarm.fire = clear_due;
}

void lost_alarm(struct td_engine *e)
{
	const struct td_restored *r = &e->restoring.result;

	if (!e->restoring.sorted || (!r->lost_calls && !r->lost_contacts))
		return; /* nothing is being restored, or nothing was lost */
	alarm_write(e, TD_ALARM_CALLS_LOST, NULL, true,
		"the engine before ended with %u calls and %u other contacts", r->lost_calls,
		r->lost_contacts);
	timer_set(&e->timers, &e->restoring.alarm, e->now + ALARM_NS);
}

void lost_stop(struct td_engine *e)
{
	if (timer_is_set(&e->restoring.alarm))
		clear(e);
}
