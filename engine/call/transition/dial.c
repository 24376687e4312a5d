/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/agents.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/invite.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/party.h>
#include <engine/call/site/reserve.h>
#include <engine/call/site/resolve.h>
#include <engine/call/site/trunk.h>
#include <engine/call/events/story.h>
#include <engine/base/addr.h>
#include <stdio.h>

#define NO_SDP ((struct str){0})

/* What a leg out takes, as far as we know before the leg exists. */
static struct rate rate_out(const struct td_engine *e, const struct trunk *t, const struct rate *in)
{
	struct td_flow flow = trunk_flow(e, t, 0);

	return reserve_rate(e, &flow.local, keys_tag_ours(t->conf.srtp), in->codec, in->ptime_ms);
}

bool dial_possible(struct td_engine *e, const struct td_conf_route *r, const struct rate *caller,
	const struct budget **full)
{
	struct budget *last = NULL;
	bool unresolved = false;

	for (uint8_t i = 0; i < r->trunk_count; i++) {
		struct trunk *t = objects_live(&e->trunks, r->trunks[i]);
		struct rate rate;
		struct budget *who;

		if (t && !trunk_addresses(t))
			unresolved = true; /* dial_start() says so in the call's story */
		if (!t || !trunk_addresses(t))
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
	return !last && unresolved;
}

static bool invite(struct td_engine *e, struct call *c, struct party *l, const struct td_flow *flow)
{
	char headers[INVITE_HEADERS_BYTES], to[INVITE_URI_BYTES + TD_HOST_BYTES], host[ADDR_TEXT];
	struct sip_invite_params p = {.flow = *flow};
	const struct td_server *s = &l->trunk->conf.server;

	if (s->name[0])
		snprintf(to, sizeof(to), "sip:%s@%s:%u", c->cdr.dialled, s->name, s->addr.port);
	else
		snprintf(to, sizeof(to), "sip:%s@%s", c->cdr.dialled,
			addr_encode(&flow->remote, host));
	snprintf(headers, sizeof(headers), "X-Tandem-Call: %s\r\n", c->cdr.id);
	p.uri = p.to_uri = str_of(to);
	p.headers = str_of(headers);
	return invite_send(e, c, l, &p);
}

/* NULL, or why this trunk cannot be called. */
static const char *call_trunk(struct td_engine *e, struct call *c, struct trunk *t,
	const struct td_flow *flow, char text[static RESERVE_TEXT])
{
	const struct budget *full;
	struct rate rate;
	struct party *l;

	if (t->conf.codecs[0] && !memchr(t->conf.codecs, c->codec, sizeof(t->conf.codecs)))
		return "it has not the call's codec";
	l = party_alloc(e, c, NULL, &flow->local, 0);
	if (!l)
		return "no RTP port is free";
	l->trunk = t;
	full = invite_reserve(e, l, t->conf.srtp, t, &rate);
	if (full)
		return reserve_text(full, text);
	return invite(e, c, l, flow) ? NULL : "the INVITE cannot be sent";
}

static void skip_trunk(struct call *c)
{
	c->out_next++;
	c->out_place = 0;
}

/* The next address of the trunk that is being called, else the next trunk. NULL: none is left. */
static struct trunk *candidate(
	struct td_engine *e, struct call *c, struct td_flow *flow, char text[static TD_TEXT_BYTES])
{
	for (; c->out_next < c->out_count; skip_trunk(c)) {
		struct trunk *t = c->out[c->out_next];
		const char *missing = resolve_missing(t, text);

		if (c->out_place < trunk_addresses(t)) {
			*flow = trunk_flow(e, t, c->out_place++);
			return t;
		}
		if (missing)
			story(e, c, "trunk %s is not called: %s", t->object.name, missing);
	}
	return NULL;
}

/* 0; or when no trunk is left `code`: what the last one said. */
static int next(struct td_engine *e, struct call *c, int code)
{
	char text[TD_TEXT_BYTES], address[ADDR_TEXT];
	struct td_flow flow;
	struct trunk *t;

	_Static_assert(sizeof(text) >= RESERVE_TEXT, "one buffer for both");
	while ((t = candidate(e, c, &flow, text))) {
		const char *why = call_trunk(e, c, t, &flow, text);
		bool named = t->conf.server.name[0];

		if (!why) {
			snprintf(c->cdr.to_trunk, sizeof(c->cdr.to_trunk), "%s", t->object.name);
			story(e, c, "INVITE to trunk %s%s%s, attempt %u", t->object.name,
				named ? " at " : "",
				named ? addr_encode(&flow.remote, address) : "", c->cdr.attempts);
			return 0;
		}
		story(e, c, "trunk %s is not called: %s", t->object.name, why);
		skip_trunk(c);
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
static struct party *part(struct call *c)
{
	struct party *l = c->agent;

	c->agent = NULL;
	return l;
}

void dial_stop(struct td_engine *e, struct call *c)
{
	struct party *l = part(c);
	struct sip_session *s = l->session;

	story(e, c, "CANCEL to trunk %s", l->trunk->object.name);
	party_detach(e, l);
	sip_session_cancel(s, e->now);
}

void dial_progress(struct td_engine *e, struct party *l, int code)
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
	struct party *l = c->agent;
	char text[LEG_SDP_BYTES];

	timer_cancel(&e->timers, &c->timer);
	c->state = CALL_TALKING;
	c->connected = e->now;
	c->cdr.answered = c->cdr.connected = engine_wall(e, e->now);
	c->cdr.ring_ms = ms_between(c->rung, e->now);
	c->cdr.sip_code = 200;
	if (c->trunk)
		c->trunk->answered++;
	party_add(e, c->caller);
	party_add(e, l);
	party_bridge(e, c->caller, l);
	sip_session_answer(c->caller->session, e->now, party_sdp(c->caller, text));
	story(e, c, "200 from trunk %s and to the caller", l->trunk->object.name);
}

int dial_answered(struct td_engine *e, struct party *l, const struct sip_msg *m)
{
	struct call *c = l->call;
	struct sip_session *s = l->session;
	char why[KEYS_TEXT];

	if (!c || c->state != CALL_DIALLING) {
		party_session_over(e, l); /* given up meanwhile: this frees it */
		sip_session_bye(s, e->now);
		return 0;
	}
	if (party_take(e, l, m->body, why) == 0) {
		talk(e, c);
		return 0;
	}
	story(e, c, "200 from trunk %s, whose SDP is of no use: %s", l->trunk->object.name, why);
	party_session_over(e, l);
	party_detach(e, part(c));
	sip_session_bye(s, e->now);
	return next(e, c, 502);
}

/* Another trunk may do better: this one is out of order, out of room, or does not answer at all.
 * After 503 and silence another address of the same trunk may, too (RFC 3263 section 4.3). */
static bool may_overflow(const struct party *l, int code)
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

int dial_failed(struct td_engine *e, struct party *l, int code, enum td_ended_by *by)
{
	struct call *c = l->call;
	bool overflow = may_overflow(l, code);

	party_session_over(e, l); /* frees it when there is no call */
	if (!c)
		return 0;
	story(e, c, "%d from trunk %s", code, l->trunk->object.name);
	party_detach(e, part(c));
	code = passed_on(code);
	*by = TD_ENDED_BY_US;
	if (overflow && code != 408 && code != 503)
		skip_trunk(c);
	if (overflow)
		return next(e, c, code);
	story(e, c, "%d to the caller", code);
	*by = TD_ENDED_BY_CALLEE;
	return code;
}
