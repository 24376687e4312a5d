/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/call/events/parties.h>
#include <engine/call/events/story.h>
#include <engine/call/events/trace.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/party.h>
#include <engine/call/site/agents.h>
#include <engine/call/site/resolve.h>
#include <engine/call/site/trunk.h>
#include <engine/call/transition/target.h>
#include <engine/sip/msg/encode.h>
#include <engine/sip/transport/flow.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEADERS_BYTES 128
#define USER_BYTES    (3 * TD_NUMBER_BYTES) /* escapes have three octets */
#define URI_BYTES     (160 + USER_BYTES + TD_HOST_BYTES)

/* What an INVITE needs of whom it goes to. */
struct address {
	struct td_flow flow;
	struct agents_target agent; /* keeps the URI's text */
	char uri[URI_BYTES], to[URI_BYTES], headers[HEADERS_BYTES];
	char missing[TD_TEXT_BYTES];
};

const char *target_text(const struct target *t, char text[static TARGET_TEXT])
{
	snprintf(text, TARGET_TEXT, "%s %s", t->agent ? "agent" : "trunk",
		t->agent ? t->agent->object.name : t->trunk->object.name);
	return text;
}

/* What a leg out takes, as far as we know before the leg exists. */
static struct rate rate_out(const struct td_engine *e, const struct trunk *t, const struct rate *in)
{
	struct td_flow flow = trunk_flow(e, t, 0);

	return reserve_rate(e, &flow.local, keys_tag_ours(t->conf.srtp), in->codec, in->ptime_ms);
}

bool target_possible(struct td_engine *e, const struct td_conf_route *r, const struct rate *caller,
	const struct budget **full)
{
	struct budget *last = NULL;
	bool unresolved = false;

	for (uint8_t i = 0; i < r->trunk_count; i++) {
		struct trunk *t = objects_configured(&e->trunks, r->trunks[i]);
		struct rate rate;
		struct budget *who;

		if (t && !trunk_addresses(t))
			unresolved = true; /* target_ring() says so in the call's story */
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

/* NULL, or with what the agent is busy. What it is offered without media leaves the telephone free,
 * and cannot be accepted before that call is over. */
static const char *busy(const struct agent *a)
{
	if (a->own || (a->contact && a->contact->call))
		return "is in a call";
	if (a->contact && a->contact->state != CONTACT_OFFERED)
		return a->contact->cdr.channel == TD_CHANNEL_MESSAGE ? "has a message"
								     : "has a contact";
	return NULL;
}

/* NULL, or why the agent's telephone cannot be addressed. */
static const char *address_agent(
	const struct td_engine *e, const struct call *c, const struct agent *a, struct address *out)
{
	const char *why = busy(a);
	int n;

	if (why)
		return why;
	/* An agent without a list of codecs takes any codec. */
	if (a->conf.codecs[0] && !memchr(a->conf.codecs, c->codec, sizeof(a->conf.codecs)))
		return "has not the call's codec";
	if (!agents_target(e, a, &out->agent))
		return "is not registered";
	out->flow = out->agent.flow;
	snprintf(out->to, sizeof(out->to), "sip:%s@%s", a->object.name, conf_site(e->conf)->domain);
	n = snprintf(out->headers, sizeof(out->headers), SIP_HEADER_LINE(X_TANDEM_CALL, "%s"),
		c->contact->cdr.id);
	if (c->contact->queue)
		snprintf(out->headers + n, sizeof(out->headers) - (size_t)n,
			SIP_HEADER_LINE(X_TANDEM_QUEUE, "%s"), c->contact->queue->object.name);
	return NULL;
}

static const char *user_text(const char *number, char text[static USER_BYTES])
{
	struct td_buf b;

	buf_init_fixed(&b, text, USER_BYTES);
	user_encode(&b, str_of(number));
	buf_put(&b, "", 1);
	return text;
}

static const char *address_trunk(const struct td_engine *e, const struct call *c,
	const struct target *target, const char *number, struct address *out)
{
	const struct trunk *t = target->trunk;
	const struct td_server *server = &t->conf.server;
	const char *missing = resolve_missing(t, out->missing);
	struct str transport;
	char host[ADDR_TEXT], user[USER_BYTES];
	int n;

	if (missing)
		return missing;
	if (t->conf.codecs[0] && !memchr(t->conf.codecs, c->codec, sizeof(t->conf.codecs)))
		return "has not the call's codec";
	out->flow = trunk_flow(e, t, target->place);
	user_text(number, user);
	if (server->name[0])
		n = snprintf(out->uri, sizeof(out->uri), "sip:%s@%s:%u", user, server->name,
			server->addr.port);
	else
		n = snprintf(out->uri, sizeof(out->uri), "sip:%s@%s", user,
			addr_encode(&out->flow.remote, host));
	transport = flow_uri_name(&out->flow);
	if (out->flow.transport != TD_TRANSPORT_UDP) /* RFC 3261 section 19.1.1 */
		snprintf(out->uri + n, sizeof(out->uri) - (size_t)n, ";transport=%.*s",
			STR_FMT(transport));
	memcpy(out->to, out->uri, sizeof(out->to));
	if (t->conf.reveal)
		snprintf(out->headers, sizeof(out->headers), SIP_HEADER_LINE(X_TANDEM_CALL, "%s"),
			c->contact->cdr.id);
	return NULL;
}

static const char *address(const struct td_engine *e, const struct call *c, const struct target *t,
	const char *number, struct address *out)
{
	return t->agent ? address_agent(e, c, t->agent, out) : address_trunk(e, c, t, number, out);
}

bool target_reachable(const struct td_engine *e, const struct call *c, const struct target *t,
	const char *number, char why[static TD_TEXT_BYTES])
{
	struct address out = {0};
	const char *no = address(e, c, t, number, &out);

	if (no)
		snprintf(why, TD_TEXT_BYTES, "%s", no);
	return !no;
}

/* Takes what the party needs of the trunk's (or else the agent's) limits. NULL; or who has no room.
 * no->rate is what was asked for. */
static const struct budget *reserve(
	struct td_engine *e, struct party *p, enum td_srtp_policy srtp, struct target_refusal *no)
{
	const struct call *c = p->call;
	struct td_addr local = ports_rtp(&e->ports, p->leg);

	no->rate = reserve_rate(
		e, &local, keys_tag_ours(srtp), c->codec, c->caller->grant.rate.ptime_ms);
	no->full = reserve_take(e, &p->grant, p->trunk, p->agent, &no->rate, true);
	if (no->full)
		no->why = reserve_text(no->full, no->text);
	else
		p->ptime_ms = no->rate.ptime_ms;
	return no->full;
}

/* The INVITE, with the caller's number and one codec, the caller's: what is relayed needs no
 * transcoding. */
static bool invite(struct td_engine *e, struct party *p, const struct address *a)
{
	const struct call *c = p->call;
	const struct td_leg_params *caller = &c->caller->params;
	uint8_t codec[] = {c->codec, TD_CODEC_NONE};
	char text[PARTY_SDP_BYTES], from[USER_BYTES];
	struct sip_invite_params params = {
		.flow = a->flow,
		.uri = p->agent ? a->agent.uri : str_of(a->uri),
		.to_uri = str_of(a->to),
		.headers = str_of(a->headers),
		.from_user = str_of(user_text(c->contact->cdr.caller, from)),
		.from_host = str_of(conf_site(e->conf)->domain),
		.max_forwards = c->max_forwards - 1, /* RFC 7332; with 0 it did not come in */
	};

	/* The caller's events keep their payload type where they have one. */
	party_describe(e, p, codec, caller->dtmf_pt == TD_PT_NONE ? TD_PT_DTMF : caller->dtmf_pt,
		caller->ptime_ms);
	params.sdp = party_sdp(p, text);
	e->inviting = c->contact->cdr.id;
	p->session = sip_session_invite(e->ua, e->now, &params, p);
	e->inviting = NULL;
	if (!p->session)
		return false;
	trace_remember(&e->traces, sip_session_call_id(p->session), c->contact->cdr.id);
	trace_hold(&e->traces, sip_session_call_id(p->session), p);
	return true;
}

static void take(struct td_engine *e, struct call *c, struct party *p)
{
	if (p->trunk) {
		p->trunk->out.offered++;
		if (!c->contact->cdr.connected) /* who talked last stays: bridge_partner() */
			snprintf(c->contact->cdr.to_trunk, sizeof(c->contact->cdr.to_trunk), "%s",
				p->trunk->object.name);
	} else if (c->contact->number) {
		p->contact = c->contact->number;
		p->agent->contact = c->contact;
	} else {
		agents_own_add(e, p->agent, p);
	}
	parties_begin(e, p);
	c->contact->rung = e->now;
	c->contact->cdr.attempts++;
}

/* The call has come back to us as this one, by proxies alone, and would leave again as it left. Who
 * gives a call a Call-ID of his own hides that: then Max-Forwards ends the loop. */
static bool loops(const struct call *c, const struct target *t, const char *number)
{
	unsigned left = SIP_MAX_FORWARDS;

	while (t->trunk && left-- && c->caller->session) {
		const struct sip_session *out = sip_session_came_back(c->caller->session);
		const struct party *p = out ? sip_session_user(out) : NULL;

		if (!p || !p->call)
			return false;
		if (p->trunk == t->trunk && strcmp(p->call->attempt.number, number) == 0)
			return true;
		c = p->call;
	}
	return false;
}

struct party *target_ring(struct td_engine *e, struct call *c, const struct target *t,
	const char *number, struct target_refusal *no)
{
	enum td_srtp_policy srtp = t->agent ? t->agent->conf.srtp : t->trunk->conf.srtp;
	struct address to = {0};
	char text[TARGET_TEXT], host[ADDR_TEXT];
	struct party *p;
	bool named;

	*no = (struct target_refusal){0};
	if (loops(c, t, number)) {
		no->code = 482;
		no->why = "the call has come back from there";
		return NULL;
	}
	no->why = address(e, c, t, number, &to);
	if (no->why == to.missing)
		no->why = memcpy(no->text, to.missing, sizeof(no->text));
	if (no->why)
		return NULL;
	p = party_alloc(e, c, t, &to.flow.local, 0);
	if (!p) {
		no->why = errno == EUSERS ? "the call has as many parties as it can have"
					  : "no RTP port is free";
		return NULL;
	}
	if (!reserve(e, p, srtp, no) && !invite(e, p, &to))
		no->why = "the INVITE cannot be sent";
	if (no->why) {
		party_detach(e, p);
		return NULL;
	}
	if (t->trunk) {
		p->server = to.flow.remote;
		snprintf(p->dialled, sizeof(p->dialled), "%s", number);
	}
	take(e, c, p);
	named = t->trunk && t->trunk->conf.server.name[0];
	story(e, c, "INVITE to %s%s%s, attempt %u", target_text(t, text), named ? " at " : "",
		named ? addr_encode(&to.flow.remote, host) : "", c->contact->cdr.attempts);
	return p;
}

void target_release(struct td_engine *e, struct party *p)
{
	if (!p->agent)
		return;
	if (p->contact)
		p->agent->contact = NULL;
	else
		agents_own_del(e, p->agent, p);
}
