/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/events/story.h>
#include <engine/call/events/trace.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/party.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/reserve.h>
#include <engine/call/state/calls.h>
#include <engine/sip/msg/encode.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/call.h>
#include <engine/call/transition/wait.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/intent.h>
#include <engine/call/transition/ring.h>
#include <errno.h>
#include <stdio.h>

#define RING_NS     (180 * TD_NSEC_PER_SEC) /* RFC 3261 section 16.6: timer C */
#define RETRY_AFTER STR(SIP_HEADER_LINE(RETRY_AFTER, "10"))
#define NO_HEADERS  ((struct str){0})
#define NO_SDP      ((struct str){0})

/* An escape that does not fit as a whole is left out: half an escape makes no URI. */
static void user_copy(char *out, size_t size, struct str user)
{
	if (str_copy(out, size, user))
		return;
	for (size_t i = size - 3; i < size - 1; i++)
		if (out[i] == '%')
			out[i] = '\0';
}

static void cdr_begin(struct td_engine *e, struct td_ev_cdr *cdr, const struct sip_session *s,
	const struct sip_msg *m)
{
	call_id_format(e, e->last_call, cdr->id);
	user_copy(cdr->caller, sizeof(cdr->caller), m->from.uri.user);
	user_copy(cdr->dialled, sizeof(cdr->dialled), m->uri.user);
	str_copy(cdr->sip_call_id, sizeof(cdr->sip_call_id), sip_session_call_id(s));
	cdr->offered = engine_wall(e, e->now);
	trace_remember(&e->traces, sip_session_call_id(s), cdr->id);
}

static void refuse(
	struct td_engine *e, struct sip_session *s, struct td_ev_cdr *cdr, const struct intent *i)
{
	if (i->trunk)
		i->trunk->rejected++;
	story_id(e, cdr->id, "%d to the caller: %s", i->code, i->why);
	sip_session_reject(s, e->now, i->code, i->code == 503 ? RETRY_AFTER : NO_HEADERS);
	cdr->sip_code = (uint16_t)i->code;
	cdr->disposition = TD_CALL_REJECTED;
	cdr->cause = i->cause ? i->cause : cdr_cause(cdr->sip_code);
	cdr->ended = cdr->offered;
	cdr_write(e, cdr);
}

static struct call *call_alloc(struct td_engine *e, struct sip_session *s, struct intent *i)
{
	struct call *c = pool_alloc(&e->calls);

	if (!c) {
		reserve_release(e, &i->grant);
		intent_refuse(i, &e->refused.full, 503, "all call records in use");
		return NULL;
	}
	c->caller = party_alloc(e, c, NULL, sip_session_local(s), i->sdp.rtp.family);
	if (!c->caller) {
		reserve_release(e, &i->grant);
		pool_free(&e->calls, c);
		intent_refuse(i, &e->refused.full, 503, "all RTP ports in use");
		return NULL;
	}
	c->caller->grant = i->grant;
	c->caller->ptime_ms = i->grant.rate.ptime_ms;
	c->engine = e;
	c->state = CALL_NEW;
	c->trunk = i->trunk;
	c->calling_agent = i->agent;
	c->queue = i->queue;
	c->caller->session = s;
	sip_session_set_user(s, c->caller);
	trace_hold(&e->traces, sip_session_call_id(s), c->caller);
	e->call_count++;
	e->calls_running++;
	if (c->trunk)
		c->trunk->offered++;
	return c;
}

/* 200 with our side; its music starts with the first packet. */
static void answer(struct td_engine *e, struct call *c)
{
	char text[LEG_SDP_BYTES];

	sip_session_progress(c->caller->session, e->now, 180, NO_SDP);
	sip_session_answer(c->caller->session, e->now, party_sdp(c->caller, text));
	c->cdr.answered = engine_wall(e, e->now);
	c->cdr.sip_code = 200;
	if (c->trunk)
		c->trunk->answered++;
	story(e, c, "180 and 200 to the caller");
}

static void count_refused(struct td_engine *e, int rc)
{
	if (rc == -EPROTO)
		e->refused.no_srtp++;
	else
		e->refused.no_codec++;
}

/* The caller's offer is answered with our codecs; 0 or a negative errno. */
static int caller_answer(struct td_engine *e, struct call *c, const struct intent *i)
{
	int rc = party_answer(e, c->caller, intent_codecs(i), &i->sdp);

	if (rc == 0)
		rc = party_negotiate(e, c->caller, &i->sdp);
	if (rc == 0)
		c->codec = c->caller->params.codec; /* the call's from now on */
	return rc;
}

static void nobody_answers(struct timer *t, uint64_t now)
{
	struct call *c = (struct call *)((char *)t - offsetof(struct call, timer));

	story(c->engine, c, "nobody answers");
	call_end(c->engine, c, TD_ENDED_BY_US, TD_CALL_FAILED, 480);
}

static void dial_over(struct td_engine *e, struct call *c, enum td_ended_by by, int code)
{
	if (code)
		call_end(e, c, by, TD_CALL_FAILED, code);
}

static void call_begin(struct td_engine *e, struct call *c, const struct intent *i)
{
	char why[KEYS_TEXT];
	int rc;

	hash_add(&e->by_id, &c->by_id, str_of(c->cdr.id));
	if (i->late) {
		c->state = CALL_OFFERED;
		c->caller->offering = true;
		party_describe(e, c->caller, intent_codecs(i), TD_PT_DTMF, INTENT_PTIME_MS);
		answer(e, c);
		return;
	}
	rc = caller_answer(e, c, i);
	if (rc < 0) {
		count_refused(e, rc);
		story(e, c, "488 to the caller: %s", keys_why(rc, &i->sdp, why));
		call_end(e, c, TD_ENDED_BY_US, TD_CALL_REJECTED, 488);
	} else if (i->queue) {
		wait_begin(e, c, i->queue);
	} else {
		c->timer.fire = nobody_answers;
		timer_set(&e->timers, &c->timer, e->now + RING_NS);
		dial_over(e, c, TD_ENDED_BY_US, dial_start(e, c, i->route));
	}
}

void call_invite(struct td_engine *e, struct sip_session *s, const struct sip_msg *m)
{
	struct td_ev_cdr cdr = {0};
	struct call *c = NULL;
	struct intent i;

	intent_init(e, s, &i);
	cdr_begin(e, &cdr, s, m);
	if (i.trunk)
		snprintf(cdr.trunk, sizeof(cdr.trunk), "%s", i.trunk->object.name);
	story_id(e, cdr.id, "INVITE for %s from %s by %s", cdr.dialled, cdr.caller, intent_who(&i));
	if (!i.trunk && !i.agent)
		intent_refuse(&i, &e->refused.unknown_source, 403, intent_who(&i));
	else if (intent_decide(e, s, m, &i))
		c = call_alloc(e, s, &i);
	if (!c) {
		refuse(e, s, &cdr, &i);
		return;
	}
	c->cdr = cdr;
	call_begin(e, c, &i);
}

/* The answer to the offer that our 200 to the INVITE made. */
static void offer_confirmed(struct td_engine *e, struct call *c, struct str text)
{
	char why[KEYS_TEXT];
	int rc = party_take(e, c->caller, text, why);

	c->caller->offering = false;
	if (rc < 0) {
		count_refused(e, rc);
		story(e, c, "the ACK's SDP is of no use: %s", why);
		call_end(e, c, TD_ENDED_BY_US, TD_CALL_FAILED, 0);
		return;
	}
	c->codec = c->caller->params.codec;
	party_add(e, c->caller);
	party_play(e, c->caller, c->queue);
	wait_begin(e, c, c->queue);
}

void call_confirmed(struct td_engine *e, struct party *l, struct str sdp)
{
	if (!l->call || !l->offering)
		return;
	if (l->call->state == CALL_OFFERED)
		offer_confirmed(e, l->call, sdp);
	else if (!bridge_confirmed(e, l, sdp))
		call_end(e, l->call, TD_ENDED_BY_US, TD_CALL_ANSWERED, 0);
}

void call_progress(struct td_engine *e, struct party *l, int code)
{
	if (l->trunk)
		dial_progress(e, l, code);
	else
		ring_progress(e, l, code);
}

void call_answered(struct td_engine *e, struct party *l, const struct sip_msg *m)
{
	struct call *c = l->call;

	if (l->trunk)
		dial_over(e, c, TD_ENDED_BY_US, dial_answered(e, l, m));
	else
		ring_answered(e, l, m);
}

void call_failed(struct td_engine *e, struct party *l, int code)
{
	struct call *c = l->call;
	enum td_ended_by by = TD_ENDED_BY_US;

	if (l->trunk) {
		code = dial_failed(e, l, code, &by);
		dial_over(e, c, by, code);
	} else {
		ring_failed(e, l, code);
	}
}

void call_cancelled(struct td_engine *e, struct party *l)
{
	struct call *c = l->call;

	party_session_over(e, l);
	if (!c)
		return;
	c->cdr.sip_code = 487;
	story(e, c, "CANCEL from the caller");
	call_end(e, c, TD_ENDED_BY_CALLER, TD_CALL_ABANDONED, 487);
}

void call_over(struct td_engine *e, struct party *l, int code)
{
	enum td_ended_by by = party_is_caller(l) ? TD_ENDED_BY_CALLER : TD_ENDED_BY_CALLEE;
	enum td_disposition disposition = TD_CALL_ABANDONED;
	struct call *c = l->call;

	if (c)
		story(e, c, "%s %s", code ? "no answer any more from" : "BYE from", party_who(l));
	party_session_over(e, l);
	if (!c)
		return;
	if (c->state == CALL_TALKING)
		disposition = TD_CALL_ANSWERED;
	else if (c->state == CALL_OFFERED || code)
		disposition = TD_CALL_FAILED;
	call_end(e, c, by, disposition, 0);
}

void call_queued(struct td_engine *e, const struct td_acd_out *out)
{
	struct call *c = call_lookup(e, out->contact);

	if (!c)
		return;
	c->position = out->position;
	if (c->first_position)
		return; /* only its place has changed */
	c->first_position = out->position;
	if (c->state == CALL_NEW) {
		party_add(e, c->caller);
		party_play(e, c->caller, c->queue);
		answer(e, c);
	} else if (c->hops) {
		/* Another queue: its accounting row, and its music. */
		party_account(e, c->caller);
		party_play(e, c->caller, c->queue);
	}
	c->state = CALL_QUEUED;
	if (!c->cdr.queued)
		c->cdr.queued = engine_wall(e, e->now);
	snprintf(c->cdr.queue, sizeof(c->cdr.queue), "%s", c->queue->object.name);
	c->queue->entered++;
	queuelog_enter(e, c);
	story(e, c, "enters queue %s at position %u", c->queue->object.name, c->first_position);
}

static const char *overflow_event(uint8_t reason)
{
	return reason == TD_ACD_TIMEOUT ? "EXITWITHTIMEOUT" : "EXITEMPTY";
}

void call_overflow(struct td_engine *e, const struct td_acd_out *out)
{
	struct call *c = call_lookup(e, out->contact);
	struct queue *from, *to = NULL;
	int code;

	if (!c)
		return;
	from = c->queue;
	if (out->position)
		c->position = out->position;
	if (c->agent) /* the CANCEL came first; in any case no ring may outlive the queue */
		ring_stop(e, c, "RINGCANCELED");
	wait_over(e, c);
	from->overflowed++;
	if (c->first_position) /* a call that found the queue full has never been in it */
		queuelog_exit(e, c, overflow_event(out->reason));
	story(e, c, "leaves queue %s: %s", from->object.name,
		out->reason == TD_ACD_TIMEOUT ? "time-out"
		: out->reason == TD_ACD_FULL  ? "full"
					      : "it is gone");
	if (out->reason == TD_ACD_FULL)
		e->refused.queue_full++;
	if (from->conf.overflow == TD_OVERFLOW_QUEUE && c->hops < HOPS_MAX)
		to = objects_live(&e->queues, from->conf.overflow_queue);
	if (to) {
		c->hops++;
		wait_begin(e, c, to);
		return;
	}
	code = from->conf.overflow == TD_OVERFLOW_BUSY ? 486 : 480;
	call_end(e, c, TD_ENDED_BY_US, TD_CALL_OVERFLOWED, code);
}

void call_digit(struct td_engine *e, struct party *l, char digit, unsigned duration_ms)
{
	struct call *c = l->call;
	size_t n = strlen(c->cdr.digits);

	if (!party_is_caller(l)) {
		story(e, c, "%s presses %c", party_who(l), digit);
		return;
	}
	if (n + 1 < sizeof(c->cdr.digits))
		c->cdr.digits[n] = digit;
	story(e, c, "the caller presses %c for %u ms", digit, duration_ms);
}

void call_media(struct td_engine *e, struct party *l, const struct td_media_event *ev)
{
	switch ((enum td_media_event_type)ev->type) {
	case TD_MEDIA_DTMF:
		call_digit(e, l, ev->dtmf.digit, ev->dtmf.duration_ms);
		break;
	case TD_MEDIA_FIRST_RTP:
		silence_first(e, l);
		break;
	case TD_MEDIA_SILENT:
		silence_begin(e, l, ev->silence.ms, ev->silence.never);
		break;
	case TD_MEDIA_HEARD:
		silence_heard(e, l, ev->silence.ms);
		break;
	case TD_MEDIA_LEG_STATS:
		quality_update(&l->quality, &ev->stats, l->params.codec, l->params.ptime_ms, false);
		break;
	default:
		break;
	}
}
