/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/proof.h>
#include <engine/call/site/full.h>
#include <engine/call/site/routes.h>
#include <engine/call/site/trunk.h>
#include <engine/call/transition/intent.h>
#include <engine/call/transition/target.h>
#include <engine/base/codec.h>
#include <errno.h>
#include <stdio.h>

void intent_init(const struct td_engine *e, const struct sip_session *s, struct intent *i)
{
	const struct td_flow *flow = sip_session_flow(s);

	*i = (struct intent){.trunk = trunk_of(e, flow), .agent = trunk_agent_of(e, flow)};
}

const char *intent_who(const struct intent *i)
{
	if (i->trunk)
		return i->trunk->object.name;
	return i->agent ? i->agent->object.name : "nobody known";
}

const uint8_t *intent_codecs(const struct intent *i)
{
	const uint8_t *codecs = i->trunk ? i->trunk->conf.codecs : i->agent->conf.codecs;

	return codecs[0] ? codecs : codec_all;
}

static enum td_srtp_policy intent_srtp(const struct intent *i)
{
	return i->trunk ? i->trunk->conf.srtp : i->agent->conf.srtp;
}

bool intent_refuse(struct intent *i, uint64_t *counter, int code, const char *why)
{
	(*counter)++;
	i->code = code;
	i->why = why;
	return false;
}

bool intent_full(struct td_engine *e, struct intent *i, const char *why)
{
	i->cause = TD_CAUSE_NO_CIRCUIT;
	return intent_refuse(i, &e->refused.full, 503, why);
}

/* The codec that the caller's leg will have; NONE: the call will be refused for that. */
static uint8_t intent_codec(const struct intent *i)
{
	const uint8_t *ours = intent_codecs(i);

	for (; !i->late && *ours; ours++)
		if (memchr(i->sdp.codecs, *ours, sizeof(i->sdp.codecs)))
			break;
	return *ours;
}

static bool intent_reserve(struct td_engine *e, const struct sip_session *s, struct intent *i)
{
	int at = ports_media(&e->ports, sip_session_local(s), i->sdp.rtp.family);
	uint8_t ptime_ms = i->late ? INTENT_PTIME_MS : i->sdp.ptime_ms;
	struct rate rate;
	const struct budget *full;

	if (at < 0 || !intent_codec(i))
		return true; /* it is going to be refused for that */
	rate = reserve_rate(e, &e->ports.address[at],
		i->late ? keys_tag_ours(intent_srtp(i)) : keys_tag_offered(&i->sdp),
		intent_codec(i), ptime_ms);
	full = reserve_take(e, &i->grant, i->trunk, i->agent, &rate, false);
	if (!full && !i->queue && !target_possible(e, i->route, &rate, &full))
		reserve_release(e, &i->grant);
	else if (!full)
		return true;
	if (!full)
		return intent_refuse(i, &e->refused.no_route, 404, "the route's trunks are gone");
	i->cause = TD_CAUSE_NO_CIRCUIT;
	return intent_refuse(i,
		full->kind == TD_KIND_TRUNK ? &e->refused.trunk_full : &e->refused.link_full, 503,
		reserve_text(full, i->text));
}

/* The caller's SDP, which must have something for us. */
static bool intent_media(
	struct td_engine *e, const struct sip_session *s, struct str text, struct intent *i)
{
	int rc;

	rc = sdp_decode(&i->sdp, text, intent_srtp(i));
	if (rc == -EINVAL)
		return intent_refuse(i, &e->refused.no_codec, 400, "malformed SDP");
	if (rc < 0 || !i->sdp.rtp.port)
		return intent_refuse(i, &e->refused.no_codec, 488,
			"no audio in SDP of a kind that is taken here");
	if (ports_media(&e->ports, sip_session_local(s), i->sdp.rtp.family) < 0)
		return intent_refuse(i, &e->refused.no_codec, 488,
			i->sdp.rtp.family == 6 ? "no IPv6 media address on this port"
					       : "no IPv4 media address on this port");
	return true;
}

static bool intent_route(struct td_engine *e, const struct sip_msg *m, struct intent *i)
{
	const struct td_conf_route *closed;
	char number[TD_NUMBER_BYTES];
	bool fits = route_number(m->uri.user, number);

	i->route = route_lookup(e, number, i->trunk, &closed);
	if (closed && closed->refuse) {
		snprintf(i->text, sizeof(i->text), "route %s refuses the call", closed->name);
		return intent_refuse(i, &e->refused.route_refuses, 403, i->text);
	}
	if (closed) {
		snprintf(i->text, sizeof(i->text), "route %s does not serve %s", closed->name,
			i->trunk ? "this trunk" : "agents");
		return intent_refuse(i, &e->refused.route_closed, 404, i->text);
	}
	i->queue = i->route ? objects_configured(&e->queues, i->route->queue) : NULL;
	if (!i->queue && !(i->route && i->route->trunk_count))
		return intent_refuse(i, &e->refused.no_route, 404, "no route");
	if (!fits)
		return intent_refuse(i, &e->refused.long_number, 484, "the number is too long");
	return true;
}

bool intent_decide(
	struct td_engine *e, const struct sip_session *s, const struct sip_msg *m, struct intent *i)
{
	if (!intent_route(e, m, i))
		return false;
	if (e->draining)
		return intent_refuse(i, &e->refused.draining, 503, "draining");
	if (e->calls_running >= e->params.max_calls) {
		full_refused(e, SITE_LIMIT_CALLS);
		return intent_full(e, i, "max_calls of the site");
	}
	if (ports_address(&e->ports, sip_session_local(s)) < 0)
		return intent_refuse(i, &e->refused.full, 503, "no media on this address");
	if (!m->body.n && i->route->trunk_count)
		return intent_refuse(
			i, &e->refused.no_codec, 488, "a call that leads out needs SDP");
	if (i->trunk && i->route->trunk_count &&
		!proof_at_once(sip_session_flow(s), i->trunk, NULL) && proof_full(e, i->trunk))
		return intent_refuse(
			i, &e->refused.unproven_full, 503, "the trunk's max_unproven is reached");
	i->late = !m->body.n;
	if (!i->late && !intent_media(e, s, sip_msg_sdp(m), i))
		return false;
	return intent_reserve(e, s, i);
}
