/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/queuelog.h>
#include <engine/call/events/story.h>
#include <engine/call/media/party.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/distribute.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/attempt.h>
#include <engine/call/transition/driver.h>
#include <engine/call/transition/line.h>
#include <engine/call/transition/talk.h>
#include <engine/call/transition/wait.h>
#include <errno.h>

/* Whoever is rung is hung up, and told why. */
static void ring_stop(struct td_engine *e, struct call *c, enum sip_cause cause)
{
	struct party *p = call_ringing(c);

	if (!p)
		return;
	line_offer_over(e, c->contact, p->agent,
		cause == SIP_CAUSE_NO_ANSWER ? TD_QUEUE_LOG_RINGNOANSWER
					     : TD_QUEUE_LOG_RINGCANCELED);
	attempt_stop(e, c, cause);
}

static void stop(struct td_engine *e, struct call *c, enum td_ended_by by)
{
	if (!c->contact->number)
		return; /* they talk, or talked */
	ring_stop(e, c, by == TD_ENDED_BY_CALLER ? SIP_CAUSE_CALLER : SIP_CAUSE_WITHDRAWN);
	line_stop(e, c->contact, by);
}

/* A transfer out of the talk found nobody. */
static void resume(struct td_engine *e, struct call *c, const struct outcome *o)
{
	if (c->contact->queue->object.configured)
		line_return(e, c->contact);
	else
		driver_return(e, c, o);
}

static const struct driver_ops driver = {.name = "queue", .stop = stop, .resume = resume};

static void answer(struct td_engine *e, struct call *c)
{
	if (c->caller->state != PARTY_RINGING)
		return;
	sip_session_progress(c->caller->session, e->now, 180, (struct str){0});
	talk_answer(e, c);
	story(e, c, "180 and 200 to the caller%s", c->proven ? "" : ", whose ACK is waited for");
}

/* A full queue rings nobody, and a caller without an answer can still be refused. */
void wait_start(struct td_engine *e, struct call *c, struct queue *q)
{
	driver_push(c, &driver);
	if (c->proven || !acd_queue_takes(e->acd, q->object.number)) {
		line_enter(e, c->contact, q);
		return;
	}
	c->contact->queue = q;
	c->contact->entered = e->now;
	c->state = CALL_UNCONFIRMED;
	answer(e, c);
}

int wait_room(const struct td_engine *e, const struct queue *q, struct td_text *err)
{
	struct acd_queue_info info = {0};

	if (acd_queue_takes(e->acd, q->object.number))
		return 0;
	acd_queue_get(e->acd, q->object.number, &info);
	td_text_set(err, "queue %s is full: it has %u of %u", q->object.name, info.waiting,
		q->conf.max_length);
	return -EBUSY;
}

void wait_confirmed(struct td_engine *e, struct call *c)
{
	c->state = CALL_CONNECTING;
	line_enter_since(e, c->contact, c->contact->queue, c->contact->entered);
}

void wait_move(struct td_engine *e, struct call *c, struct queue *to)
{
	story(e, c, "an operator moves it to queue %s", to->object.name);
	ring_stop(e, c, SIP_CAUSE_WITHDRAWN);
	line_move(e, c->contact, to);
}

void wait_queued(struct td_engine *e, struct call *c, const struct td_acd_out *out)
{
	if (!line_place(c->contact, out))
		return;
	party_account(e, c->caller);
	if (c->caller->media == PARTY_MEDIA_RESERVED)
		party_add(e, c->caller);
	party_play(e, c->caller, c->contact->queue);
	answer(e, c);
	line_entered(e, c->contact);
}

void wait_overflow(struct td_engine *e, struct call *c, const struct td_acd_out *out)
{
	struct outcome o;

	ring_stop(e, c, SIP_CAUSE_WITHDRAWN); /* the CANCEL came first; no ring may outlive
						       the queue */
	o = line_overflow(e, c->contact, out);
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
	line_offer_over(e, c->contact, t->agent, TD_QUEUE_LOG_RINGNOANSWER);
	distribute_event(e, TD_ACD_IN_OFFER_FAILED, t->agent, c->contact->number, reason_of(code));
	return false;
}

static bool answered(struct td_engine *e, struct call *c, struct party *p)
{
	struct agent *a = p->agent;

	if (distribute_event(e, TD_ACD_IN_ANSWERED, a, c->contact->number, 0) < 0) {
		/* The ring time ended at the same time. The distributor's CANCEL waits, and will
		 * find nobody. */
		line_offer_over(e, c->contact, a, TD_QUEUE_LOG_RINGNOANSWER);
		story(e, c, "200 from agent %s is too late", a->object.name);
		return false;
	}
	line_answered(e, c->contact, a);
	talk_join(e, c, p);
	queuelog_connect(e, c->contact, a);
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
	ring_stop(
		e, c, out->reason == TD_ACD_NO_ANSWER ? SIP_CAUSE_NO_ANSWER : SIP_CAUSE_WITHDRAWN);
}
