/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/agents.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/call.h>
#include <engine/call/transition/dial.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/leg.h>
#include <engine/call/site/reserve.h>
#include <engine/call/events/story.h>
#include <engine/call/events/trace.h>
#include <engine/base/addr.h>
#include <stdio.h>

#define DTMF_PT       101
#define HEADERS_BYTES 64
#define URI_BYTES     (TD_NUMBER_BYTES + ADDR_TEXT + 8)
#define NO_SDP        ((struct str){0})
#define RING_NS       (180 * TD_NSEC_PER_SEC) /* RFC 3261 section 16.6: timer C */

static struct td_addr server_of(const struct trunk *t)
{
	struct td_addr a = t->conf.server.family ? t->conf.server : t->conf.address[0].addr;

	if (!a.port)
		a.port = SIP_PORT;
	return a;
}

/* What a leg out takes, as far as it can be told before there is one. */
static struct rate rate_out(const struct td_engine *e, const struct trunk *t, const struct rate *in)
{
	struct td_addr server = server_of(t), local = agents_local(e, &server);

	return reserve_rate(e, &local, keys_tag_ours(t->conf.srtp), in->codec, in->ptime_ms);
}

bool dial_possible(struct td_engine *e, const struct td_conf_route *r, const struct rate *caller,
	const struct budget **full)
{
	struct budget *last = NULL;

	for (uint8_t i = 0; i < r->trunk_count; i++) {
		struct trunk *t = objects_live(&e->trunks, r->trunks[i]);
		struct rate rate;
		struct budget *who;

		if (!t)
			continue;
		rate = rate_out(e, t, caller);
		who = reserve_check(t, &rate);
		if (!who)
			return true;
		last = who;
	}
	if (last) {
		last->refused++;
		reserve_refused(e, last);
	}
	*full = last;
	return false;
}

static bool invite(struct td_engine *e, struct call *c, struct call_leg *l)
{
	uint8_t codec[] = {c->codec, TD_CODEC_NONE};
	uint8_t dtmf_pt = c->caller->params.dtmf_pt;
	char headers[HEADERS_BYTES], to[URI_BYTES], host[ADDR_TEXT], text[LEG_SDP_BYTES];
	struct td_addr server = server_of(l->trunk);
	struct sip_invite_params p = {
		.local = agents_local(e, &server),
		.remote = server,
		.from_user = str_of(c->cdr.caller),
		.from_host = str_of(conf_site(e->conf)->domain),
	};

	/* As with agents: one codec, so that nothing is transcoded. */
	leg_describe(
		e, l, codec, dtmf_pt == TD_PT_NONE ? DTMF_PT : dtmf_pt, c->caller->params.ptime_ms);
	snprintf(to, sizeof(to), "sip:%s@%s", c->cdr.dialled, addr_encode(&server, host));
	snprintf(headers, sizeof(headers), "X-Tandem-Call: %s\r\n", c->cdr.id);
	p.uri = p.to_uri = str_of(to);
	p.headers = str_of(headers);
	p.sdp = leg_sdp(l, text);
	e->inviting = c->cdr.id;
	l->session = sip_session_invite(e->ua, e->now, &p, l);
	e->inviting = NULL;
	if (l->session)
		trace_remember(e, sip_session_call_id(l->session), c->cdr.id);
	return l->session != NULL;
}

/* NULL, or why this trunk cannot be called. */
static const char *call_trunk(
	struct td_engine *e, struct call *c, struct trunk *t, char text[static RESERVE_TEXT])
{
	struct td_addr server = server_of(t), local = agents_local(e, &server);
	const struct budget *full;
	struct rate rate;
	struct call_leg *l;

	if (t->conf.codecs[0] && !memchr(t->conf.codecs, c->codec, sizeof(t->conf.codecs)))
		return "it has not the call's codec";
	l = leg_alloc(e, c, NULL, &local, 0);
	if (!l)
		return "no RTP port is free";
	l->trunk = t;
	local = ports_rtp(&e->ports, l->slot);
	rate = reserve_rate(
		e, &local, keys_tag_ours(t->conf.srtp), c->codec, c->caller->grant.rate.ptime_ms);
	full = reserve_take(e, &l->grant, t, NULL, &rate);
	if (full) {
		leg_detach(e, l);
		return reserve_text(full, text);
	}
	l->ptime_ms = rate.ptime_ms;
	if (!invite(e, c, l)) {
		leg_detach(e, l);
		return "the INVITE cannot be sent";
	}
	c->agent = l;
	return NULL;
}

/* `code`: what the last one said, passed on when none is left. */
static void next(struct td_engine *e, struct call *c, int code)
{
	while (c->out_next < c->out_count) {
		struct trunk *t = c->out[c->out_next++];
		char text[RESERVE_TEXT];
		const char *why = call_trunk(e, c, t, text);

		if (!why) {
			c->cdr.attempts++;
			snprintf(c->cdr.to_trunk, sizeof(c->cdr.to_trunk), "%s", t->object.name);
			story(e, c, "INVITE to trunk %s, attempt %u", t->object.name,
				c->cdr.attempts);
			return;
		}
		story(e, c, "trunk %s is not called: %s", t->object.name, why);
	}
	story(e, c, "%d to the caller: no trunk is left", code);
	call_end(e, c, ENDED_BY_US, TD_CALL_FAILED, code);
}

static void ring_due(struct timer *t, uint64_t now)
{
	struct call *c = (struct call *)((char *)t - offsetof(struct call, timer));

	story(c->engine, c, "nobody answers");
	call_end(c->engine, c, ENDED_BY_US, TD_CALL_FAILED, 480);
}

void dial_start(struct td_engine *e, struct call *c, const struct td_conf_route *r)
{
	for (uint8_t i = 0; i < r->trunk_count; i++) {
		struct trunk *t = objects_live(&e->trunks, r->trunks[i]);

		if (t)
			c->out[c->out_count++] = t;
	}
	c->state = CALL_DIALLING;
	c->rung = e->now;
	c->timer.fire = ring_due;
	timer_set(&e->timers, &c->timer, e->now + RING_NS);
	next(e, c, 503);
}

/* The leg is not the call's any more; its session may be under way still. */
static struct call_leg *part(struct call *c)
{
	struct call_leg *l = c->agent;

	c->agent = NULL;
	return l;
}

void dial_stop(struct td_engine *e, struct call *c)
{
	struct call_leg *l = part(c);
	struct sip_session *s = l->session;

	story(e, c, "CANCEL to trunk %s", l->trunk->object.name);
	leg_detach(e, l);
	sip_session_cancel(s, e->now);
}

void dial_progress(struct td_engine *e, struct call_leg *l, int code)
{
	struct call *c = l->call;

	if (!c || c->state != CALL_DIALLING)
		return;
	story(e, c, "%d from trunk %s", code, l->trunk->object.name);
	if (l->rang || code < 180)
		return;
	l->rang = true;
	sip_session_progress(c->caller->session, e->now, 180, NO_SDP);
}

static void talk(struct td_engine *e, struct call *c)
{
	struct call_leg *l = c->agent;
	char text[LEG_SDP_BYTES];

	timer_cancel(&e->timers, &c->timer);
	c->state = CALL_TALKING;
	c->connected = e->now;
	c->cdr.answered = c->cdr.connected = engine_wall(e, e->now);
	c->cdr.ring_ms = ms_between(c->rung, e->now);
	c->cdr.sip_code = 200;
	if (c->trunk)
		c->trunk->answered++;
	leg_add(e, c->caller);
	leg_add(e, l);
	leg_bridge(e, c->caller, l);
	sip_session_answer(c->caller->session, e->now, leg_sdp(c->caller, text));
	story(e, c, "200 from trunk %s and to the caller", l->trunk->object.name);
}

void dial_answered(struct td_engine *e, struct call_leg *l, const struct sip_msg *m)
{
	struct call *c = l->call;
	struct sip_session *s = l->session;
	char why[KEYS_TEXT];
	struct sdp sdp;

	if (c && c->state == CALL_DIALLING) {
		int rc = sdp_decode(&sdp, m->body, keys_policy(l));

		if (rc == 0)
			rc = leg_accept(e, l, &sdp);
		if (rc == 0) {
			talk(e, c);
			return;
		}
		story(e, c, "200 from trunk %s, whose SDP is of no use: %s", l->trunk->object.name,
			keys_why(rc, &sdp, why));
		leg_session_over(e, l);
		leg_detach(e, part(c));
		sip_session_bye(s, e->now);
		next(e, c, 502);
		return;
	}
	leg_session_over(e, l); /* given up meanwhile: this frees it */
	sip_session_bye(s, e->now);
}

/* Another trunk may do better: this one is out of order, out of room, or does not answer at all. */
static bool may_overflow(const struct call_leg *l, int code)
{
	return (code >= 500 && code < 600) || (code == 408 && !l->rang);
}

/* What we cannot do for the caller, who must not be asked to: redirections, other passwords. */
static int passed_on(int code)
{
	if (code < 400)
		return 480;
	return code == 401 || code == 407 ? 502 : code;
}

void dial_failed(struct td_engine *e, struct call_leg *l, int code)
{
	struct call *c = l->call;
	bool overflow = may_overflow(l, code);

	leg_session_over(e, l); /* frees it when there is no call */
	if (!c)
		return;
	story(e, c, "%d from trunk %s", code, l->trunk->object.name);
	leg_detach(e, part(c));
	if (overflow) {
		next(e, c, passed_on(code));
		return;
	}
	story(e, c, "%d to the caller", passed_on(code));
	call_end(e, c, ENDED_BY_AGENT, TD_CALL_FAILED, passed_on(code));
}
