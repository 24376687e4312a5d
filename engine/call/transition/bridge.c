/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/wait.h>
#include <engine/call/site/distribute.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/party.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/media/silence.h>
#include <engine/call/events/story.h>
#include <engine/sip/msg/encode.h>
#include <errno.h>

#define CALLER_CHANNEL  0 /* left */
#define AGENT_CHANNEL   1 /* right */
#define CHANGE_COMMANDS 3 /* LEG_SET, then UNBRIDGE and PLAY, or BRIDGE, on the caller's leg */
#define KEY_COMMANDS    2 /* SRTP_IN, SRTP_OUT */
#define NO_SDP          ((struct str){0})
#define WARNING_BYTES   128

void bridge_start(struct td_engine *e, struct call *c)
{
	struct agent *a = c->agent->agent;

	c->connected = e->now;
	c->talk_contact = c->contact;
	wait_over(e, c);
	c->state = CALL_TALKING;
	c->queue->talking++;
	c->queue->answered++;
	a->answered++;
	c->cdr.connected = engine_wall(e, e->now);
	c->cdr.ring_ms = ms_between(c->rung, e->now);
	memcpy(c->cdr.agent, a->object.name, sizeof(c->cdr.agent));
	party_add(e, c->agent);
	if (c->queue->conf.record) {
		c->cdr.recording = ++e->last_recording;
		e->io.record(e->io.ctx, c->cdr.recording, c->cdr.id, c->codec);
		party_tap(e, c->caller, c->cdr.recording, CALLER_CHANNEL);
		party_tap(e, c->agent, c->cdr.recording, AGENT_CHANNEL);
	}
	party_bridge(e, c->caller, c->agent); /* ends the music */
	queuelog_connect(e, c);
	story(e, c, "200 from agent %s, who talks to the caller%s", a->object.name,
		c->cdr.recording ? ", recorded" : "");
	silence_check(e, c);
}

void bridge_end(struct td_engine *e, struct call *c, enum td_ended_by by)
{
	struct party *l = c->agent;
	struct agent *a = l->agent;

	if (a) {
		queuelog_complete(e, c, by == TD_ENDED_BY_CALLEE);
		c->queue->talking--;
	}
	c->cdr.talk_ms = ms_between(c->connected, e->now);
	if (l->session) {
		story(e, c, "BYE to %s %s", a ? "agent" : "trunk", party_who(l));
		sip_session_bye(l->session, e->now);
		party_session_over(e, l);
	}
	if (!a)
		return;
	a->call = NULL;
	distribute_event(e, TD_ACD_IN_TALK_END, a, c->talk_contact, 0);
}

/* When the agent holds, the caller hears the queue's music. When the caller holds, the caller
 * hears nothing from us, and the agent hears silence. */
static void hold_changed(struct td_engine *e, struct party *l, bool held)
{
	struct call *c = l->call;
	bool *flag = party_is_caller(l) ? &c->held_by_caller : &c->held_by_agent;

	if (*flag == held)
		return;
	*flag = held;
	story(e, c, "%s by %s", held ? "held" : "resumed", party_who(l));
	if (party_is_caller(l) || c->state != CALL_TALKING)
		return;
	if (held) {
		party_unbridge(e, c->caller);
		party_play(e, c->caller, c->queue);
	} else {
		party_bridge(e, c->caller, c->agent);
	}
}

static void changed(struct td_engine *e, struct party *l)
{
	party_set(e, l);
	hold_changed(e, l, !(l->params.flags & TD_LEG_SEND));
}

/* RFC 3261 section 14.2: the session goes on as it was. A 503 would say that we as a whole are
 * overloaded, and make the peer send its next calls elsewhere. */
static void reinvite_refuse(struct td_engine *e, const struct party *l, struct sip_session *s,
	int why, const struct sdp *peer)
{
	char warning[WARNING_BYTES], text[KEYS_TEXT];
	struct td_buf b;

	buf_init_fixed(&b, warning, sizeof(warning));
	if (why == -EDQUOT) {
		e->refused.reinvite_full++;
		buf_printf(&b, SIP_HEADER_LINE(WARNING, "370 %s \"Insufficient Bandwidth\""),
			conf_site(e->conf)->domain);
	}
	story(e, l->call, "re-INVITE of %s refused: %s", party_who(l),
		why == -EDQUOT   ? "no bandwidth for shorter packets"
		: why == -EINVAL ? "its SDP is malformed"
				 : keys_why(why, peer, text));
	sip_session_reinvite_reject(
		s, e->now, why == -EINVAL ? 400 : 488, (struct str){b.data, b.len});
}

void bridge_reinvite(
	struct td_engine *e, struct party *l, struct sip_session *s, const struct sip_msg *m)
{
	const struct call *c = l->call;
	uint8_t codec[] = {l->params.codec, TD_CODEC_NONE};
	char text[LEG_SDP_BYTES];
	struct sdp before = l->ours, sdp;
	unsigned commands = CHANGE_COMMANDS;
	int rc;

	if (!c || l->media != LEG_MEDIA_ADDED) {
		sip_session_reinvite_answer(s, e->now, 481, NO_SDP);
		return;
	}
	if (keys_policy(l) != TD_SRTP_OFF)
		commands += KEY_COMMANDS;
	if (!party_can(e, l, commands) || !party_can(e, c->caller, CHANGE_COMMANDS)) {
		/* RFC 3261 section 14.2: 500 says "later". */
		sip_session_reinvite_answer(s, e->now, 500, NO_SDP);
		return;
	}
	if (!m->body.n) {
		l->ours.version++;
		l->ours.direction = SDP_SENDRECV;
		l->offering = true;
		sip_session_reinvite_answer(s, e->now, 200, party_sdp(l, text));
		return;
	}
	rc = sdp_decode(&sdp, m->body, keys_policy(l));
	/* The codec stays: the other side would not understand another one. */
	if (rc == 0)
		rc = party_answer(e, l, codec, &sdp);
	if (rc == 0)
		rc = party_negotiate(e, l, &sdp);
	if (rc < 0) {
		l->ours = before;
		reinvite_refuse(e, l, s, rc, &sdp);
		return;
	}
	changed(e, l);
	sip_session_reinvite_answer(s, e->now, 200, party_sdp(l, text));
}

bool bridge_confirmed(struct td_engine *e, struct party *l, struct str text)
{
	char why[KEYS_TEXT];

	l->offering = false;
	if (party_take(e, l, text, why) == 0) {
		changed(e, l);
		return true;
	}
	story(e, l->call, "the ACK's SDP is of no use: %s", why);
	return false;
}
