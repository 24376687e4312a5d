/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/events/live.h>
#include <engine/call/events/parties.h>
#include <engine/call/events/story.h>
#include <engine/call/events/trace.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/life.h>
#include <engine/call/media/party.h>
#include <engine/call/media/proof.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/agents.h>
#include <engine/call/site/full.h>
#include <engine/call/site/reserve.h>
#include <engine/call/site/routes.h>
#include <engine/call/state/calls.h>
#include <engine/sip/msg/encode.h>
#include <engine/call/transition/attempt.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/call.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/intent.h>
#include <engine/call/transition/reinvite.h>
#include <engine/call/transition/route.h>
#include <engine/call/transition/talk.h>
#include <engine/call/transition/third.h>
#include <engine/call/transition/wait.h>
#include <errno.h>
#include <stdio.h>

#define RETRY_AFTER STR(SIP_HEADER_LINE(RETRY_AFTER, "10"))
#define NO_HEADERS  ((struct str){0})
#define NO_SDP      ((struct str){0})

/* What an agent's telephone writes in From counts for nothing: who calls is known. */
static struct str caller_of(const struct intent *i, const struct sip_msg *m)
{
	if (!i->agent)
		return m->from.uri.user;
	return str_of(i->agent->conf.number[0] ? i->agent->conf.number : i->agent->object.name);
}

static void cdr_begin(struct td_engine *e, struct td_ev_cdr *cdr, const struct sip_session *s,
	const struct sip_msg *m, const struct intent *i)
{
	call_id_format(e, e->last_call, cdr->id);
	/* Of what does not fit, a part is enough here: intent_decide() has nobody dial a number
	 * that was cut. */
	route_user(caller_of(i, m), cdr->caller);
	route_user(m->uri.user, cdr->dialled);
	str_copy(cdr->sip_call_id, sizeof(cdr->sip_call_id), sip_session_call_id(s));
	cdr->offered = engine_wall(e, e->now);
	trace_remember(&e->traces, sip_session_call_id(s), cdr->id);
}

static void refuse(
	struct td_engine *e, struct sip_session *s, struct td_ev_cdr *cdr, const struct intent *i)
{
	if (i->trunk)
		i->trunk->in.rejected++;
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
		full_refused(e, SITE_LIMIT_RECORDS);
		intent_full(e, i, "all call records in use");
		return NULL;
	}
	c->contact = pool_alloc(&e->contacts); /* each call has one */
	c->contact->call = c;
	c->caller = party_alloc(e, c, NULL, sip_session_local(s), i->sdp.rtp.family);
	if (!c->caller) {
		reserve_release(e, &i->grant);
		c->contact->call = NULL;
		pool_free(&e->contacts, c->contact);
		pool_free(&e->calls, c);
		intent_full(e, i, "all RTP ports in use");
		return NULL;
	}
	c->caller->grant = i->grant;
	c->caller->ptime_ms = i->grant.rate.ptime_ms;
	c->engine = e;
	c->timer.fire = e->call_due;
	c->life.fire = e->life_due;
	c->began = e->now;
	c->state = CALL_CONNECTING;
	c->trunk = i->trunk;
	c->calling_agent = i->agent;
	c->contact->queue = i->route->trunk_count ? NULL : i->queue;
	proof_begin(e, c, proof_at_once(sip_session_flow(s), i->trunk, i->agent),
		i->route->trunk_count > 0);
	c->caller->session = s;
	sip_session_set_user(s, c->caller);
	trace_hold(&e->traces, sip_session_call_id(s), c->caller);
	e->call_count++;
	e->calls_running++;
	if (!c->trunk)
		agents_own_add(e, c->calling_agent, c->caller);
	return c;
}

static void count_refused(struct td_engine *e, int rc)
{
	if (rc == -EPROTO)
		e->refused.no_srtp++;
	else if (rc == -EACCES)
		e->refused.no_media_there++;
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

static void call_begin(struct td_engine *e, struct call *c, const struct intent *i)
{
	char why[KEYS_TEXT];
	int rc;

	hash_add(&e->by_id, &c->contact->by_id, str_of(c->contact->cdr.id));
	life_update(e, c);
	live_contact(e, c->contact);
	parties_begin(e, c->caller);
	if (i->late) {
		c->state = CALL_UNCONFIRMED;
		c->caller->offering = true;
		party_describe(e, c->caller, intent_codecs(i), TD_PT_DTMF, INTENT_PTIME_MS);
		sip_session_progress(c->caller->session, e->now, 180, NO_SDP);
		talk_answer(e, c);
		story(e, c, "180 and 200 to the caller");
		return;
	}
	rc = caller_answer(e, c, i);
	if (rc < 0) {
		count_refused(e, rc);
		story(e, c, "488 to the caller: %s", keys_why(rc, &i->sdp, why));
		call_end(e, c, TD_ENDED_BY_US, TD_CALL_REJECTED, 488);
	} else {
		route_start(e, c, i->route, i->queue);
	}
}

void call_invite(struct td_engine *e, struct sip_session *s, const struct sip_msg *m)
{
	struct td_ev_cdr cdr = {0};
	struct call *c = NULL;
	struct intent i;

	intent_init(e, s, &i);
	cdr_begin(e, &cdr, s, m, &i);
	if (i.trunk) {
		i.trunk->in.offered++;
		snprintf(cdr.trunk, sizeof(cdr.trunk), "%s", i.trunk->object.name);
	}
	story_id(e, cdr.id, "INVITE for %s from %s by %s", cdr.dialled, cdr.caller, intent_who(&i));
	if (!i.trunk && !i.agent)
		intent_refuse(&i, &e->refused.unknown_source, 403, intent_who(&i));
	else if (intent_decide(e, s, m, &i))
		c = call_alloc(e, s, &i);
	if (!c) {
		refuse(e, s, &cdr, &i);
		return;
	}
	c->contact->cdr = cdr;
	c->max_forwards = m->max_forwards < 0 ? SIP_MAX_FORWARDS : (uint8_t)m->max_forwards;
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
	c->state = CALL_CONNECTING;
	route_start(e, c, NULL, c->contact->queue);
}

/* The ACK to the 200 of its INVITE: what has waited for it begins. */
static void caller_confirmed(struct td_engine *e, struct call *c, struct str sdp)
{
	story(e, c, "ACK from the caller");
	proof_given(e, c);
	if (c->caller->offering) {
		offer_confirmed(e, c, sdp);
	} else if (c->state == CALL_UNCONFIRMED) {
		wait_confirmed(e, c);
	} else {
		party_add(e, c->caller);
		bridge_update(e, c);
	}
}

void call_confirmed(struct td_engine *e, struct party *p, struct str sdp)
{
	struct call *c = p->call;

	if (call_unconfirmed(p))
		caller_confirmed(e, c, sdp);
	else if (p->offering && !reinvite_confirmed(e, p, sdp))
		call_end(e, c, TD_ENDED_BY_US, TD_CALL_ANSWERED, 0);
}

void call_cancelled(struct td_engine *e, struct party *p)
{
	struct call *c = p->call;

	party_session_over(e, p);
	c->contact->cdr.sip_code = 487;
	if (c->trunk)
		c->trunk->in.cancelled++;
	story(e, c, "CANCEL from the caller");
	call_end(e, c, TD_ENDED_BY_CALLER, TD_CALL_ABANDONED, 487);
}

/* Nothing gets to the caller, whose INVITE is not over: as if it had hung up. */
static void caller_lost(struct td_engine *e, struct party *p)
{
	struct call *c = p->call;

	story(e, c, "nothing gets to the caller any more: its connection has ended");
	party_session_over(e, p);
	if (p->state == PARTY_RINGING) {
		c->contact->cdr.sip_code = 487;
		if (c->trunk)
			c->trunk->in.failed++;
	}
	c->contact->cdr.cause = TD_CAUSE_UNREACHED;
	call_end(e, c, TD_ENDED_BY_CALLER, TD_CALL_ABANDONED, 487);
}

void call_over(struct td_engine *e, struct party *p, int code)
{
	enum td_ended_by by = party_is_caller(p) ? TD_ENDED_BY_CALLER : TD_ENDED_BY_CALLEE;
	enum td_disposition disposition = TD_CALL_ABANDONED;
	struct call *c = p->call;

	if (code == 503) {
		caller_lost(e, p);
		return;
	}
	if (party_is_caller(p) && code)
		proof_missed(e, c);
	story(e, c, "%s %s", code ? "no answer any more from" : "BYE from", party_who(p));
	party_session_over(e, p);
	if (by == TD_ENDED_BY_CALLEE && third_left(e, c, p, by))
		return;
	if (c->state == CALL_TALKING)
		disposition = TD_CALL_ANSWERED;
	else if ((c->state == CALL_UNCONFIRMED && c->caller->offering) || code)
		disposition = TD_CALL_FAILED;
	call_end(e, c, by, disposition, 0);
}

void call_digit(struct td_engine *e, struct party *p, char digit, unsigned duration_ms)
{
	struct call *c = p->call;
	size_t n = strlen(c->contact->cdr.digits);

	if (!party_is_caller(p)) {
		story(e, c, "%s presses %c", party_who(p), digit);
		return;
	}
	if (n + 1 < sizeof(c->contact->cdr.digits))
		c->contact->cdr.digits[n] = digit;
	mark_contact(e, c->contact);
	story(e, c, "the caller presses %c for %u ms", digit, duration_ms);
}

void call_media(struct td_engine *e, struct party *p, const struct td_media_event *ev)
{
	switch ((enum td_media_event_type)ev->type) {
	case TD_MEDIA_DTMF:
		call_digit(e, p, ev->dtmf.digit, ev->dtmf.duration_ms);
		break;
	case TD_MEDIA_FIRST_RTP:
		silence_first(e, p);
		break;
	case TD_MEDIA_SILENT:
		silence_begin(e, p, ev->silence.ms, ev->silence.never);
		break;
	case TD_MEDIA_HEARD:
		silence_heard(e, p, ev->silence.ms);
		break;
	case TD_MEDIA_PLAYED:
		(void)party_played(e, p, ev->play);
		break;
	case TD_MEDIA_LEG_STATS:
		quality_update(&p->quality, &ev->stats, p->params.codec, p->params.ptime_ms, false);
		break;
	default:
		break;
	}
}
