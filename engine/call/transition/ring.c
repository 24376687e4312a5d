/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/agents.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/site/distribute.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/party.h>
#include <engine/call/site/reserve.h>
#include <engine/call/transition/invite.h>
#include <engine/call/transition/ring.h>
#include <engine/call/state/calls.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/events/story.h>
#include <stdio.h>
#include <string.h>

/* The INVITE; false when it cannot be sent. */
static bool invite(
	struct td_engine *e, struct call *c, struct party *l, const struct agents_target *t)
{
	char headers[INVITE_HEADERS_BYTES], to[INVITE_URI_BYTES];
	struct sip_invite_params p = {
		.flow = t->flow,
		.uri = t->uri,
	};

	snprintf(to, sizeof(to), "sip:%s@%s", l->agent->object.name, conf_site(e->conf)->domain);
	snprintf(headers, sizeof(headers), "X-Tandem-Call: %s\r\nX-Tandem-Queue: %s\r\n", c->cdr.id,
		c->queue->object.name);
	p.to_uri = str_of(to);
	p.headers = str_of(headers);
	return invite_send(e, c, l, &p);
}

static void refuse(struct td_engine *e, struct call *c, const struct agent *a, const char *why)
{
	story(e, c, "agent %s is not rung: %s", a->object.name, why);
	distribute_event(e, TD_ACD_IN_OFFER_FAILED, a, c->contact, TD_ACD_FAILED);
}

/* The agent's link has no room for this call. The distributor could not know: the call has longer
 * headers or shorter packets than usual. */
static void refuse_full(struct td_engine *e, struct call *c, const struct agent *a,
	const struct budget *full, const struct rate *rate)
{
	enum td_acd_reason reason = reserve_full(e, a, rate) ? TD_ACD_NO_ROOM : TD_ACD_FAILED;
	char text[RESERVE_TEXT];

	story(e, c, "agent %s is not rung: %s", a->object.name, reserve_text(full, text));
	distribute_event(e, TD_ACD_IN_OFFER_FAILED, a, c->contact, reason);
}

/* An agent without a list of codecs takes any codec. */
static bool takes_codec(const struct td_conf_agent *a, uint8_t codec)
{
	return a->codecs[0] == TD_CODEC_NONE || memchr(a->codecs, codec, sizeof(a->codecs));
}

void ring_start(struct td_engine *e, const struct td_acd_out *out)
{
	struct call *c = call_lookup(e, out->contact);
	struct agent *a = objects_get(&e->agents, out->agent);
	const struct budget *full;
	struct agents_target target;
	struct rate rate;
	struct party *l;

	if (!c || !a)
		return; /* the contact has left meanwhile, and the distributor knows */
	if (a->call || c->agent)
		return refuse(e, c, a, "is in another call");
	if (!takes_codec(&a->conf, c->codec))
		return refuse(e, c, a, "has not the call's codec");
	if (!agents_target(e, a, &target))
		return refuse(e, c, a, "is not registered");
	l = party_alloc(e, c, a, &target.flow.local, 0);
	if (!l)
		return refuse(e, c, a, "no RTP port is free");
	full = invite_reserve(e, l, a->conf.srtp, NULL, &rate);
	if (full)
		return refuse_full(e, c, a, full, &rate);
	if (!invite(e, c, l, &target))
		return refuse(e, c, a, "the INVITE cannot be sent");
	a->call = c;
	c->rung = e->now;
	story(e, c, "INVITE to agent %s, attempt %u", a->object.name, c->cdr.attempts);
}

static struct agent *part(struct call *c)
{
	struct agent *a = c->agent->agent;

	a->call = NULL;
	c->agent = NULL;
	return a;
}

void ring_stop(struct td_engine *e, struct call *c, const char *event)
{
	struct party *l = c->agent;
	struct sip_session *s = l->session;
	struct agent *a = part(c);

	queuelog_ring(e, c, a, event);
	story(e, c, "CANCEL to agent %s", a->object.name);
	party_detach(e, l);
	sip_session_cancel(s, e->now);
}

void ring_cancel(struct td_engine *e, const struct td_acd_out *out)
{
	struct call *c = call_lookup(e, out->contact);

	if (!c || !c->agent || c->agent->agent->object.number != out->agent)
		return;
	if (out->reason == TD_ACD_NO_ANSWER)
		c->agent->agent->missed++;
	ring_stop(e, c, out->reason == TD_ACD_NO_ANSWER ? "RINGNOANSWER" : "RINGCANCELED");
}

void ring_progress(struct td_engine *e, struct party *l, int code)
{
	struct call *c = l->call;

	if (!c || c->state != CALL_QUEUED)
		return;
	story(e, c, "%d from agent %s", code, l->agent->object.name);
	if (l->rang)
		return;
	l->rang = true;
	distribute_event(e, TD_ACD_IN_RINGING, l->agent, c->contact, 0);
}

static void fail(struct td_engine *e, struct party *l, enum td_acd_reason reason)
{
	struct call *c = l->call;
	uint32_t contact = c->contact;
	struct agent *a = part(c);

	queuelog_ring(e, c, a, "RINGNOANSWER");
	a->missed++;
	party_detach(e, l);
	distribute_event(e, TD_ACD_IN_OFFER_FAILED, a, contact, reason);
}

/* The ring time ended at the same time as this answer. The distributor's CANCEL waits, and will
 * find nobody. */
static void late(struct td_engine *e, struct party *l)
{
	struct call *c = l->call;

	queuelog_ring(e, c, l->agent, "RINGNOANSWER");
	l->agent->missed++;
	story(e, c, "200 from agent %s is too late", l->agent->object.name);
	party_session_over(e, l);
	part(c);
	party_detach(e, l);
}

void ring_answered(struct td_engine *e, struct party *l, const struct sip_msg *m)
{
	struct call *c = l->call;
	struct sip_session *s = l->session;
	char why[KEYS_TEXT];

	if (!c || c->state != CALL_QUEUED) {
		party_session_over(e, l); /* detached: this frees it */
	} else if (party_take(e, l, m->body, why) < 0) {
		story(e, c, "200 from agent %s, whose SDP is of no use: %s", l->agent->object.name,
			why);
		party_session_over(e, l);
		fail(e, l, TD_ACD_FAILED);
	} else if (distribute_event(e, TD_ACD_IN_ANSWERED, l->agent, c->contact, 0) == 0) {
		bridge_start(e, c);
		return;
	} else {
		late(e, l);
	}
	sip_session_bye(s, e->now);
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

void ring_failed(struct td_engine *e, struct party *l, int code)
{
	struct call *c = l->call;

	party_session_over(e, l); /* frees it when there is no call */
	if (!c)
		return;
	story(e, c, "%d from agent %s", code, l->agent->object.name);
	fail(e, l, reason_of(code));
}
