/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/events/data.h>
#include <engine/call/events/live.h>
#include <engine/call/events/segment.h>
#include <engine/call/events/story.h>
#include <engine/call/site/distribute.h>
#include <engine/call/site/full.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/line.h>
#include <engine/call/transition/medialess.h>
#include <assert.h>
#include <stdio.h>

struct contact *medialess_create(struct td_engine *e, const struct td_contact_request *r,
	struct queue *q, const struct contact_data *d)
{
	struct contact *c;

	c = e->contact_count < e->params.max_calls ? pool_alloc(&e->contacts) : NULL;
	if (!c) {
		full_refused(e, SITE_LIMIT_CONTACTS);
		return NULL;
	}
	call_id_format(e, ++e->last_call, c->cdr.id);
	c->cdr.channel = (uint8_t)r->channel;
	c->cdr.offered = engine_wall(e, e->now);
	memcpy(c->cdr.customer, r->customer, sizeof(c->cdr.customer));
	memcpy(c->cdr.tenant, r->tenant, sizeof(c->cdr.tenant));
	c->data = *d;
	c->queue = q;
	c->state = CONTACT_WAITING;
	e->contact_count++;
	hash_add(&e->by_id, &c->by_id, str_of(c->cdr.id));
	live_contact(e, c);
	story_id(e, c->cdr.id, "a %s for queue %s", contact_channel(c), q->object.name);
	line_enter(e, c, q);
	return c;
}

static void finish(struct td_engine *e, struct contact *c, enum td_ended_by by,
	enum td_disposition disposition, int code)
{
	c->cdr.ended = engine_wall(e, e->now);
	c->cdr.ended_by = (uint8_t)by;
	c->cdr.disposition = c->cdr.connected ? TD_CALL_ANSWERED : (uint8_t)disposition;
	c->cdr.cause = cdr_cause(c->cdr.connected ? 200 : (uint16_t)code);
	cdr_write(e, &c->cdr);
	hash_del(&e->by_id, &c->by_id);
	c->state = CONTACT_NONE;
	mark_contact(e, c);
	e->contact_count--;
	pool_free(&e->contacts, c);
}

/* The agent is free of it. */
static struct agent *part(struct contact *c)
{
	struct agent *a = c->work.agent;

	c->work.agent = NULL;
	a->contact = NULL;
	return a;
}

static void offer(struct td_engine *e, struct contact *c, struct agent *a)
{
	if (a->contact || a->own) {
		story_id(
			e, c->cdr.id, "agent %s is not asked: has another contact", a->object.name);
		distribute_event(e, TD_ACD_IN_OFFER_FAILED, a, c->number, TD_ACD_FAILED);
		return;
	}
	c->state = CONTACT_OFFERED;
	c->work.agent = a;
	a->contact = c;
	c->rung = e->now;
	c->cdr.attempts++;
	mark_contact(e, c);
	story_id(e, c->cdr.id, "is offered to agent %s, attempt %u", a->object.name,
		c->cdr.attempts);
	distribute_event(e, TD_ACD_IN_RINGING, a, c->number, 0);
}

static struct agent *offer_over(struct td_engine *e, struct contact *c, enum td_queue_log event)
{
	struct agent *a = part(c);

	c->state = CONTACT_WAITING;
	line_offer_over(e, c, a, event);
	return a;
}

static void cancel(struct td_engine *e, struct contact *c, const struct td_acd_out *out)
{
	bool late = out->reason == TD_ACD_NO_ANSWER;

	if (c->state != CONTACT_OFFERED || c->work.agent->object.number != out->agent)
		return;
	story_id(e, c->cdr.id, "the offer to agent %s is over: %s", c->work.agent->object.name,
		acd_reason_name(out->reason));
	offer_over(e, c, late ? TD_QUEUE_LOG_RINGNOANSWER : TD_QUEUE_LOG_RINGCANCELED);
}

static void overflow(struct td_engine *e, struct contact *c, const struct td_acd_out *out)
{
	struct outcome o;

	if (c->state == CONTACT_OFFERED) /* no offer may outlive the queue */
		offer_over(e, c, TD_QUEUE_LOG_RINGCANCELED);
	o = line_overflow(e, c, out);
	if (o.queue) {
		c->hops++;
		line_enter(e, c, o.queue);
	} else {
		finish(e, c, (enum td_ended_by)o.ended_by, (enum td_disposition)o.disposition,
			o.code);
	}
}

void medialess_said(struct td_engine *e, struct contact *c, const struct td_acd_out *out)
{
	switch (out->type) {
	case TD_ACD_OUT_QUEUED:
		if (line_place(c, out))
			line_entered(e, c);
		break;
	case TD_ACD_OUT_OFFER:
		offer(e, c, objects_get(&e->agents, out->agent));
		break;
	case TD_ACD_OUT_CANCEL:
		cancel(e, c, out);
		break;
	default:
		overflow(e, c, out);
	}
}

void medialess_accept(struct td_engine *e, struct contact *c)
{
	struct agent *a = c->work.agent;
	uint32_t number = c->number;

	int rc = distribute_event(e, TD_ACD_IN_ANSWERED, a, number, 0);

	assert(rc >= 0); /* it has offered it, and not said that the offer is over */
	(void)rc;
	line_answered(e, c, a);
	c->state = CONTACT_HANDLED;
	c->work.number = number;
	c->work.accepted = e->now;
	if (!c->cdr.connected) {
		c->cdr.connected = engine_wall(e, e->now);
		c->cdr.ring_ms = ms_between(c->rung, e->now);
	}
	memcpy(c->cdr.agent, a->object.name, sizeof(c->cdr.agent));
	segment_begin(e, c, &c->work.segment, TD_SEGMENT_TALK, a->object.name, NULL);
	queuelog_connect(e, c, a);
	story_id(e, c->cdr.id, "agent %s accepts", a->object.name);
}

void medialess_decline(struct td_engine *e, struct contact *c)
{
	struct agent *a = offer_over(e, c, TD_QUEUE_LOG_RINGNOANSWER);

	story_id(e, c->cdr.id, "agent %s declines", a->object.name);
	distribute_event(e, TD_ACD_IN_OFFER_FAILED, a, c->number, TD_ACD_DECLINED);
}

/* to: the queue that has it from now on; NULL: it is over. */
static void handled(
	struct td_engine *e, struct contact *c, enum td_ended_by by, const struct queue *to)
{
	uint32_t number = c->work.number;

	c->cdr.talk_ms += ms_between(c->work.accepted, e->now);
	segment_end(e, c, &c->work.segment, to ? TD_SEGMENT_END_OPERATOR : TD_SEGMENT_END_COMPLETED,
		by, to ? to->object.name : NULL);
	if (to)
		queuelog_return(e, c, c->work.agent, c->work.accepted, to->object.name);
	else
		queuelog_complete(e, c, c->work.agent, c->work.accepted, by == TD_ENDED_BY_CALLEE);
	c->queue->talking--;
	c->work.number = 0;
	distribute_event(e, TD_ACD_IN_TALK_END, part(c), number, 0);
}

void medialess_requeue(struct td_engine *e, struct contact *c, struct queue *to)
{
	story_id(e, c->cdr.id, "an operator moves it to queue %s", to->object.name);
	if (c->state == CONTACT_HANDLED) {
		handled(e, c, TD_ENDED_BY_US, to);
		c->state = CONTACT_WAITING;
		if (to == c->queue)
			line_return(e, c);
		else
			line_enter(e, c, to);
		return;
	}
	if (c->state == CONTACT_OFFERED)
		offer_over(e, c, TD_QUEUE_LOG_RINGCANCELED);
	line_move(e, c, to);
}

void medialess_end(struct td_engine *e, struct contact *c, enum td_ended_by by,
	enum td_disposition disposition, int code)
{
	if (c->state == CONTACT_OFFERED)
		offer_over(e, c, TD_QUEUE_LOG_RINGCANCELED);
	if (c->state == CONTACT_HANDLED)
		handled(e, c, by, NULL);
	else
		line_stop(e, c, by);
	finish(e, c, by, disposition, code);
}
