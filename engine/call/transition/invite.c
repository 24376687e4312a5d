/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/trace.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/party.h>
#include <engine/call/site/reserve.h>
#include <engine/call/transition/invite.h>

const struct budget *invite_reserve(struct td_engine *e, struct party *l, enum td_srtp_policy srtp,
	struct trunk *t, struct rate *rate)
{
	const struct call *c = l->call;
	struct td_addr local = ports_rtp(&e->ports, l->slot);
	const struct budget *full;

	*rate = reserve_rate(
		e, &local, keys_tag_ours(srtp), c->codec, c->caller->grant.rate.ptime_ms);
	full = reserve_take(e, &l->grant, t, l->agent, rate);
	if (full)
		party_detach(e, l);
	else
		l->ptime_ms = rate->ptime_ms;
	return full;
}

bool invite_send(struct td_engine *e, struct call *c, struct party *l, struct sip_invite_params *p)
{
	const struct td_leg_params *caller = &c->caller->params;
	uint8_t codec[] = {c->codec, TD_CODEC_NONE};
	char text[LEG_SDP_BYTES];

	/* The caller's events keep their payload type where they have one. */
	party_describe(e, l, codec, caller->dtmf_pt == TD_PT_NONE ? TD_PT_DTMF : caller->dtmf_pt,
		caller->ptime_ms);
	p->from_user = str_of(c->cdr.caller);
	p->from_host = str_of(conf_site(e->conf)->domain);
	p->sdp = party_sdp(l, text);
	e->inviting = c->cdr.id;
	l->session = sip_session_invite(e->ua, e->now, p, l);
	e->inviting = NULL;
	if (!l->session) {
		party_detach(e, l);
		return false;
	}
	trace_remember(&e->traces, sip_session_call_id(l->session), c->cdr.id);
	trace_hold(&e->traces, sip_session_call_id(l->session), l);
	c->agent = l;
	c->cdr.attempts++;
	return true;
}
