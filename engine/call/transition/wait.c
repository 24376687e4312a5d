/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/queuelog.h>
#include <engine/call/events/segment.h>
#include <engine/call/events/story.h>
#include <engine/call/media/party.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/distribute.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/attempt.h>
#include <engine/call/transition/driver.h>
#include <engine/call/transition/wait.h>
#include <engine/call/transition/talk.h>
#include <stdio.h>

/* Into a queue. */
static void enter(struct td_engine *e, struct call *c, struct queue *q)
{
	struct td_acd_in in;

	c->contact->queue = q;
	c->contact->number = ++e->last_contact;
	if (!c->contact->number) /* 0 is no contact */
		c->contact->number = ++e->last_contact;
	c->contact->entered = e->now;
	c->contact->position = c->contact->first_position = 0;
	hash_add(&e->by_number, &c->contact->by_number,
		(struct str){(const char *)&c->contact->number, sizeof(c->contact->number)});
	q->waiting++;
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_CONTACT_ADD;
	in.queue = q->object.number;
	in.contact = c->contact->number;
	in.contact_add.waited_ms = c->contact->waited_ms;
	distribute(e, &in);
}

/* The call is no longer with the distributor. Either the distributor has told us, or the caller of
 * this tells it. */
static void leave(struct td_engine *e, struct call *c)
{
	hash_del(&e->by_number, &c->contact->by_number);
	c->contact->number = 0;
	c->contact->queue->waiting--;
	c->contact->waited_ms += ms_between(c->contact->entered, e->now);
	c->contact->cdr.wait_ms = c->contact->waited_ms;
}

/* Whoever is rung is hung up, and told why. */
static void ring_stop(struct td_engine *e, struct call *c, enum sip_cause cause)
{
	struct party *p = call_ringing(c);

	if (!p)
		return;
	queuelog_ring(e, c, p->agent,
		cause == SIP_CAUSE_NO_ANSWER ? TD_QUEUE_LOG_RINGNOANSWER
					     : TD_QUEUE_LOG_RINGCANCELED);
	attempt_stop(e, c, cause);
}

static void stop(struct td_engine *e, struct call *c, enum td_ended_by by)
{
	struct acd_contact_info info;
	uint32_t contact = c->contact->number;
	bool abandoned = by == TD_ENDED_BY_CALLER;

	if (!contact)
		return; /* they talk, or talked */
	ring_stop(e, c, abandoned ? SIP_CAUSE_CALLER : SIP_CAUSE_WITHDRAWN);
	if (c->contact->first_position) {
		if (acd_contact_get(e->acd, contact, &info) == 0)
			c->contact->position = info.position;
		queuelog_exit(e, c, abandoned ? TD_QUEUE_LOG_ABANDON : TD_QUEUE_LOG_WITHDRAW);
	}
	if (abandoned)
		c->contact->queue->abandoned++;
	segment_end(e, c->contact, &c->contact->waiting,
		abandoned ? TD_SEGMENT_END_ABANDONED : TD_SEGMENT_END_WITHDRAWN, by, NULL);
	leave(e, c);
	distribute_event(e, TD_ACD_IN_CONTACT_DEL, NULL, contact,
		abandoned ? TD_ACD_ABANDON : TD_ACD_WITHDRAW);
}

/* A transfer out of the talk found nobody. */
static void resume(struct td_engine *e, struct call *c, const struct outcome *o)
{
	if (c->contact->queue->object.live)
		enter(e, c, c->contact->queue);
	else
		driver_return(e, c, o);
}

static const struct driver_ops driver = {.name = "queue", .stop = stop, .resume = resume};

void wait_start(struct td_engine *e, struct call *c, struct queue *q)
{
	driver_push(c, &driver);
	enter(e, c, q);
}

static void answer(struct td_engine *e, struct call *c)
{
	if (c->caller->state != PARTY_RINGING)
		return;
	party_add(e, c->caller);
	party_play(e, c->caller, c->contact->queue);
	sip_session_progress(c->caller->session, e->now, 180, (struct str){0});
	talk_answer(e, c);
	story(e, c, "180 and 200 to the caller");
}

void wait_queued(struct td_engine *e, struct call *c, const struct td_acd_out *out)
{
	c->contact->position = out->position;
	if (c->contact->first_position)
		return; /* only its place has changed */
	c->contact->first_position = out->position;
	party_account(e, c->caller);
	if (c->contact->cdr.queued) {
		party_play(e, c->caller, c->contact->queue);
	} else {
		c->contact->cdr.queued = engine_wall(e, e->now);
		answer(e, c);
	}
	snprintf(c->contact->cdr.queue, sizeof(c->contact->cdr.queue), "%s",
		c->contact->queue->object.name);
	c->contact->queue->entered++;
	segment_begin(e, c->contact, &c->contact->waiting, TD_SEGMENT_QUEUE, NULL, NULL);
	queuelog_enter(e, c);
	story(e, c, "enters queue %s at position %u", c->contact->queue->object.name,
		c->contact->first_position);
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

void wait_overflow(struct td_engine *e, struct call *c, const struct td_acd_out *out)
{
	struct outcome o = {TD_ENDED_BY_US, TD_CALL_OVERFLOWED, .code = 480};
	struct queue *from;

	from = c->contact->queue;
	if (out->position)
		c->contact->position = out->position;
	ring_stop(e, c, SIP_CAUSE_WITHDRAWN); /* the CANCEL came first; no ring may outlive
						       the queue */
	leave(e, c);
	from->overflowed++;
	if (c->contact->first_position) /* a call that found the queue full has never been in it */
		queuelog_exit(e, c,
			out->reason == TD_ACD_TIMEOUT ? TD_QUEUE_LOG_EXITWITHTIMEOUT
						      : TD_QUEUE_LOG_EXITEMPTY);
	story(e, c, "leaves queue %s: %s", from->object.name, overflow_text(out->reason));
	if (out->reason == TD_ACD_FULL)
		e->refused.queue_full++;
	if (from->conf.overflow == TD_OVERFLOW_QUEUE && c->contact->hops < HOPS_MAX)
		o.queue = objects_live(&e->queues, from->conf.overflow_queue);
	if (from->conf.overflow == TD_OVERFLOW_BUSY)
		o.code = 486;
	segment_end(e, c->contact, &c->contact->waiting,
		out->reason == TD_ACD_TIMEOUT ? TD_SEGMENT_END_TIMEOUT : TD_SEGMENT_END_NO_QUEUE,
		TD_ENDED_BY_US, o.queue ? o.queue->object.name : NULL);
	driver_return(e, c, &o);
}

/* The agent's link may have no room for this call. The distributor could not know: the call has
 * longer headers or shorter packets than usual. */
static void refused(struct td_engine *e, struct call *c, const struct target *t,
	const struct target_refusal *no)
{
	enum td_acd_reason reason = TD_ACD_FAILED;

	if (no->full && reserve_full(e, t->agent, &no->rate))
		reason = TD_ACD_NO_ROOM;
	distribute_event(e, TD_ACD_IN_OFFER_FAILED, t->agent, c->contact->number, reason);
}

static void rings(struct td_engine *e, struct call *c, struct party *p)
{
	distribute_event(e, TD_ACD_IN_RINGING, p->agent, c->contact->number, 0);
}

static enum td_acd_reason reason_of(int code)
{
	switch (code) {
	case 486:
	case 600:
		return TD_ACD_BUSY;
	case 480:
	case 603:
		return TD_ACD_DECLINED;
	default:
		return TD_ACD_FAILED;
	}
}

static bool failed(struct td_engine *e, struct call *c, const struct target *t, int code, bool rang)
{
	queuelog_ring(e, c, t->agent, TD_QUEUE_LOG_RINGNOANSWER);
	t->agent->missed++;
	distribute_event(e, TD_ACD_IN_OFFER_FAILED, t->agent, c->contact->number, reason_of(code));
	return false;
}

static bool answered(struct td_engine *e, struct call *c, struct party *p)
{
	struct agent *a = p->agent;

	if (distribute_event(e, TD_ACD_IN_ANSWERED, a, c->contact->number, 0) < 0) {
		/* The ring time ended at the same time. The distributor's CANCEL waits, and will
		 * find nobody. */
		queuelog_ring(e, c, a, TD_QUEUE_LOG_RINGNOANSWER);
		a->missed++;
		story(e, c, "200 from agent %s is too late", a->object.name);
		return false;
	}
	segment_end(e, c->contact, &c->contact->waiting, TD_SEGMENT_END_ANSWERED,
		TD_ENDED_BY_CALLEE, a->object.name);
	leave(e, c);
	c->contact->queue->talking++;
	c->contact->queue->answered++;
	a->answered++;
	talk_join(e, c, p);
	queuelog_connect(e, c, p);
	story(e, c, "200 from agent %s, who talks to the caller%s", a->object.name,
		c->contact->cdr.recording ? ", recorded" : "");
	silence_check(e, c);
	return true;
}

static const struct attempt_ops ringing = {
	.refused = refused, .rings = rings, .answered = answered, .failed = failed};

void wait_offer(struct td_engine *e, struct call *c, const struct td_acd_out *out)
{
	struct target t = {.agent = objects_get(&e->agents, out->agent)};

	attempt_start(e, c, &ringing, &(struct attempt_plan){.t = &t, .count = 1});
}

void wait_cancel(struct td_engine *e, struct call *c, const struct td_acd_out *out)
{
	struct party *p = call_ringing(c);

	if (!p || p->agent->object.number != out->agent)
		return;
	if (out->reason == TD_ACD_NO_ANSWER)
		p->agent->missed++;
	ring_stop(
		e, c, out->reason == TD_ACD_NO_ANSWER ? SIP_CAUSE_NO_ANSWER : SIP_CAUSE_WITHDRAWN);
}
