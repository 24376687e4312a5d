/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/segment.h>
#include <engine/call/events/story.h>
#include <engine/call/site/distribute.h>
#include <engine/call/site/unattended.h>
#include <engine/call/transition/line.h>
#include <stdio.h>

/* here_ms: of what it has waited, in this queue. */
static void enter(struct td_engine *e, struct contact *c, uint32_t here_ms)
{
	struct queue *q = c->queue;
	struct td_acd_in in;

	mark_contact(e, c);
	c->number = ++e->last_contact;
	if (!c->number) /* 0 is no contact */
		c->number = ++e->last_contact;
	c->entered = e->now - here_ms * TD_NSEC_PER_MSEC;
	c->position = c->first_position = 0;
	hash_add(&e->by_number, &c->by_number,
		(struct str){(const char *)&c->number, sizeof(c->number)});
	q->waiting[c->cdr.channel]++;
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_CONTACT_ADD;
	in.queue = q->object.number;
	in.contact = c->number;
	in.contact_add.waited_ms = c->waited_ms;
	in.contact_add.waited_here_ms = here_ms;
	in.contact_add.channel = c->cdr.channel;
	c->waited_ms -= here_ms; /* leave() adds it again */
	distribute(e, &in);
}

void line_enter(struct td_engine *e, struct contact *c, struct queue *q)
{
	c->queue = q;
	enter(e, c, 0);
}

void line_enter_since(struct td_engine *e, struct contact *c, struct queue *q, uint64_t since)
{
	uint32_t here_ms = ms_between(since, e->now);

	c->queue = q;
	c->waited_ms += here_ms;
	enter(e, c, here_ms);
}

void line_return(struct td_engine *e, struct contact *c)
{
	enter(e, c, c->waited_here_ms);
}

/* It is no longer with the distributor, who has told us, or is told by who calls this. */
static void leave(struct td_engine *e, struct contact *c)
{
	mark_contact(e, c);
	hash_del(&e->by_number, &c->by_number);
	c->number = 0;
	c->queue->waiting[c->cdr.channel]--;
	c->waited_here_ms = ms_between(c->entered, e->now);
	c->waited_ms += c->waited_here_ms;
	c->cdr.wait_ms = c->waited_ms;
}

bool line_place(struct contact *c, const struct td_acd_out *out)
{
	c->position = out->position;
	if (c->first_position)
		return false;
	c->first_position = out->position;
	return true;
}

void line_entered(struct td_engine *e, struct contact *c)
{
	mark_contact(e, c);
	if (!c->cdr.queued)
		c->cdr.queued = engine_wall(e, c->entered);
	snprintf(c->cdr.queue, sizeof(c->cdr.queue), "%s", c->queue->object.name);
	segment_begin(e, c, &c->waiting, TD_SEGMENT_QUEUE, NULL, NULL);
	queuelog_enter(e, c);
	story_id(e, c->cdr.id, "enters queue %s at position %u", c->queue->object.name,
		c->first_position);
	unattended_look(e, c->queue);
}

static const char *overflow_text(uint8_t reason)
{
	switch (reason) {
	case TD_ACD_TIMEOUT:
		return "time-out";
	case TD_ACD_FULL:
		return "full";
	default:
		return "it is gone";
	}
}

/* Where the overflow of a queue leads: to another queue, or to the contact's end. */
static void onward(const struct td_engine *e, const struct contact *c, const struct queue *from,
	struct outcome *o)
{
	o->queue = NULL;
	o->code = from->conf.overflow == TD_OVERFLOW_BUSY ? 486 : 480;
	if (from->conf.overflow == TD_OVERFLOW_QUEUE && c->hops < HOPS_MAX)
		o->queue = objects_configured(&e->queues, from->conf.overflow_queue);
}

/* Nobody of the queue could ever take it. A call waits there all the same: a configuration has no
 * such queue for calls, unless its agents are to come later. */
static bool passed(const struct td_engine *e, const struct contact *c, const struct queue *q)
{
	return !c->call && !(acd_queue_channels(e->acd, q->object.number) >> c->cdr.channel & 1);
}

/* It has never been in the queue, but it came for it. */
static void found_full(struct td_engine *e, struct contact *c)
{
	e->refused.queue_full++;
	if (!c->cdr.queue[0])
		snprintf(c->cdr.queue, sizeof(c->cdr.queue), "%s", c->queue->object.name);
	segment_begin(e, c, &c->waiting, TD_SEGMENT_QUEUE, NULL, NULL);
	queuelog_full(e, c);
}

static enum td_segment_end segment_end_of(uint8_t reason)
{
	switch (reason) {
	case TD_ACD_TIMEOUT:
		return TD_SEGMENT_END_TIMEOUT;
	case TD_ACD_FULL:
		return TD_SEGMENT_END_FULL;
	default:
		return TD_SEGMENT_END_NO_QUEUE;
	}
}

struct outcome line_overflow(struct td_engine *e, struct contact *c, const struct td_acd_out *out)
{
	struct outcome o = {TD_ENDED_BY_US, TD_CALL_OVERFLOWED};
	struct queue *from = c->queue;

	if (out->position)
		c->position = out->position;
	leave(e, c);
	if (out->reason == TD_ACD_FULL)
		found_full(e, c);
	else if (c->first_position)
		queuelog_exit(e, c,
			out->reason == TD_ACD_TIMEOUT ? TD_QUEUE_LOG_EXITWITHTIMEOUT
						      : TD_QUEUE_LOG_EXITEMPTY);
	story_id(
		e, c->cdr.id, "leaves queue %s: %s", from->object.name, overflow_text(out->reason));
	onward(e, c, from, &o);
	while (o.queue && passed(e, c, o.queue)) {
		e->queue_passed++;
		story_id(e, c->cdr.id, "passes queue %s, none of whose agents has the channel %s",
			o.queue->object.name, contact_channel(c));
		c->hops++;
		onward(e, c, o.queue, &o);
	}
	segment_end(e, c, &c->waiting, segment_end_of(out->reason), TD_ENDED_BY_US,
		o.queue ? o.queue->object.name : NULL);
	return o;
}

/* Where it stands now. */
static void place_look(const struct td_engine *e, struct contact *c)
{
	struct acd_contact_info info;

	if (acd_contact_get(e->acd, c->number, &info) == 0)
		c->position = info.position;
}

void line_stop(struct td_engine *e, struct contact *c, enum td_ended_by by)
{
	uint32_t contact = c->number;
	bool abandoned = by == TD_ENDED_BY_CALLER;

	if (c->first_position) {
		place_look(e, c);
		queuelog_exit(e, c, abandoned ? TD_QUEUE_LOG_ABANDON : TD_QUEUE_LOG_WITHDRAW);
	}
	segment_end(e, c, &c->waiting,
		abandoned ? TD_SEGMENT_END_ABANDONED : TD_SEGMENT_END_WITHDRAWN, by, NULL);
	leave(e, c);
	distribute_event(e, TD_ACD_IN_CONTACT_DEL, NULL, contact,
		abandoned ? TD_ACD_ABANDON : TD_ACD_WITHDRAW);
}

void line_move(struct td_engine *e, struct contact *c, struct queue *to)
{
	uint32_t contact = c->number;

	place_look(e, c);
	queuelog_move(e, c, to->object.name);
	segment_end(e, c, &c->waiting, TD_SEGMENT_END_OPERATOR, TD_ENDED_BY_US, to->object.name);
	leave(e, c);
	distribute_event(e, TD_ACD_IN_CONTACT_DEL, NULL, contact, TD_ACD_WITHDRAW);
	line_enter(e, c, to);
}

void line_offer_over(
	struct td_engine *e, const struct contact *c, struct agent *a, enum td_queue_log event)
{
	mark_contact(e, c);
	queuelog_ring(e, c, a, event);
	a->missed += event == TD_QUEUE_LOG_RINGNOANSWER;
}

void line_answered(struct td_engine *e, struct contact *c, struct agent *a)
{
	segment_end(e, c, &c->waiting, TD_SEGMENT_END_ANSWERED, TD_ENDED_BY_CALLEE, a->object.name);
	leave(e, c);
	c->queue->talking++;
	a->answered++;
}
