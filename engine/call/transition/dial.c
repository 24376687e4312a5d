/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/agents.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/invite.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/leg.h>
#include <engine/call/site/reserve.h>
#include <engine/call/events/story.h>
#include <engine/base/addr.h>
#include <stdio.h>

#define NO_SDP ((struct str){0})

static struct td_addr server_of(const struct trunk *t)
{
	struct td_addr a = t->conf.server.family ? t->conf.server : t->conf.address[0].addr;

	if (!a.port)
		a.port = SIP_PORT;
	return a;
}

/* What a leg out takes, as far as we know before the leg exists. */
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

static bool invite(struct td_engine *e, struct call *c, struct call_leg *l,
	const struct td_addr *server, const struct td_addr *local)
{
	char headers[INVITE_HEADERS_BYTES], to[INVITE_URI_BYTES], host[ADDR_TEXT];
	struct sip_invite_params p = {.flow = {*local, *server}};

	snprintf(to, sizeof(to), "sip:%s@%s", c->cdr.dialled, addr_encode(server, host));
	snprintf(headers, sizeof(headers), "X-Tandem-Call: %s\r\n", c->cdr.id);
	p.uri = p.to_uri = str_of(to);
	p.headers = str_of(headers);
	return invite_send(e, c, l, &p);
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
	l = call_leg_alloc(e, c, NULL, &local, 0);
	if (!l)
		return "no RTP port is free";
	l->trunk = t;
	full = invite_reserve(e, l, t->conf.srtp, t, &rate);
	if (full)
		return reserve_text(full, text);
	return invite(e, c, l, &server, &local) ? NULL : "the INVITE cannot be sent";
}

/* 0; or when no trunk is left `code`: what the last one said. */
static int next(struct td_engine *e, struct call *c, int code)
{
	while (c->out_next < c->out_count) {
		struct trunk *t = c->out[c->out_next++];
		char text[RESERVE_TEXT];
		const char *why = call_trunk(e, c, t, text);

		if (!why) {
			snprintf(c->cdr.to_trunk, sizeof(c->cdr.to_trunk), "%s", t->object.name);
			story(e, c, "INVITE to trunk %s, attempt %u", t->object.name,
				c->cdr.attempts);
			return 0;
		}
		story(e, c, "trunk %s is not called: %s", t->object.name, why);
	}
	story(e, c, "%d to the caller: no trunk is left", code);
	return code;
}

int dial_start(struct td_engine *e, struct call *c, const struct td_conf_route *r)
{
	for (uint8_t i = 0; i < r->trunk_count; i++) {
		struct trunk *t = objects_live(&e->trunks, r->trunks[i]);

		if (t)
			c->out[c->out_count++] = t;
	}
	c->state = CALL_DIALLING;
	c->rung = e->now;
	return next(e, c, 503);
}

/* The leg no longer belongs to the call; its session may still be under way. */
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
	call_leg_detach(e, l);
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
	call_leg_add(e, c->caller);
	call_leg_add(e, l);
	call_leg_bridge(e, c->caller, l);
	sip_session_answer(c->caller->session, e->now, call_leg_sdp(c->caller, text));
	story(e, c, "200 from trunk %s and to the caller", l->trunk->object.name);
}

int dial_answered(struct td_engine *e, struct call_leg *l, const struct sip_msg *m)
{
	struct call *c = l->call;
	struct sip_session *s = l->session;
	char why[KEYS_TEXT];

	if (!c || c->state != CALL_DIALLING) {
		call_leg_session_over(e, l); /* given up meanwhile: this frees it */
		sip_session_bye(s, e->now);
		return 0;
	}
	if (call_leg_take(e, l, m->body, why) == 0) {
		talk(e, c);
		return 0;
	}
	story(e, c, "200 from trunk %s, whose SDP is of no use: %s", l->trunk->object.name, why);
	call_leg_session_over(e, l);
	call_leg_detach(e, part(c));
	sip_session_bye(s, e->now);
	return next(e, c, 502);
}

/* Another trunk may do better: this one is out of order, out of room, or does not answer at all. */
static bool may_overflow(const struct call_leg *l, int code)
{
	return (code >= 500 && code < 600) || (code == 408 && !l->rang);
}

/* Requests that we cannot meet for the caller and must not pass on: redirections, other passwords.
 */
static int passed_on(int code)
{
	if (code < 400)
		return 480;
	return code == 401 || code == 407 ? 502 : code;
}

int dial_failed(struct td_engine *e, struct call_leg *l, int code, enum td_ended_by *by)
{
	struct call *c = l->call;
	bool overflow = may_overflow(l, code);

	call_leg_session_over(e, l); /* frees it when there is no call */
	if (!c)
		return 0;
	story(e, c, "%d from trunk %s", code, l->trunk->object.name);
	call_leg_detach(e, part(c));
	code = passed_on(code);
	*by = TD_ENDED_BY_US;
	if (overflow)
		return next(e, c, code);
	story(e, c, "%d to the caller", code);
	*by = TD_ENDED_BY_CALLEE;
	return code;
}
