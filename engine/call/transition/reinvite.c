/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/story.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/silence.h>
#include <engine/call/media/party.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/reinvite.h>
#include <engine/sip/msg/encode.h>
#include <errno.h>

#define CHANGE_COMMANDS 3 /* LEG_SET, then UNBRIDGE and PLAY, or BRIDGE, on the caller's leg */
#define KEY_COMMANDS    2 /* SRTP_IN, SRTP_OUT */
#define NO_SDP          ((struct str){0})
#define WARNING_BYTES   128

/* When the agent holds, the caller hears the queue's music. When the caller holds, the caller
 * hears nothing from us, and the agent hears silence. */
static void hold_changed(struct td_engine *e, struct party *p, bool held)
{
	if (p->held == held)
		return;
	p->held = held;
	story(e, p->call, "%s by %s", held ? "held" : "resumed", party_who(p));
	bridge_update(e, p->call);
	silence_check(e, p->call);
}

static void changed(struct td_engine *e, struct party *p)
{
	party_set(e, p);
	hold_changed(e, p, !(p->params.flags & TD_LEG_SEND));
}

/* RFC 3261 section 14.2: the session goes on as it was. A 503 would say that we as a whole are
 * overloaded, and make the peer send its next calls elsewhere. */
static void reinvite_refuse(struct td_engine *e, const struct party *p, struct sip_session *s,
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
	story(e, p->call, "re-INVITE of %s refused: %s", party_who(p),
		why == -EDQUOT   ? "no bandwidth for shorter packets"
		: why == -EINVAL ? "its SDP is malformed"
				 : keys_why(why, peer, text));
	sip_session_reinvite_reject(
		s, e->now, why == -EINVAL ? 400 : 488, (struct str){b.data, b.len});
}

void reinvite_came(
	struct td_engine *e, struct party *p, struct sip_session *s, const struct sip_msg *m)
{
	const struct call *c = p->call;
	uint8_t codec[] = {p->params.codec, TD_CODEC_NONE};
	char text[PARTY_SDP_BYTES];
	struct sdp before = p->ours, sdp;
	unsigned commands = CHANGE_COMMANDS;
	int rc;

	if (!c || p->media != PARTY_MEDIA_ADDED) {
		sip_session_reinvite_answer(s, e->now, 481, NO_SDP);
		return;
	}
	if (keys_policy(p) != TD_SRTP_OFF)
		commands += KEY_COMMANDS;
	if (!party_can(e, p, commands) || !party_can(e, c->caller, CHANGE_COMMANDS)) {
		/* RFC 3261 section 14.2: 500 says "later". */
		sip_session_reinvite_answer(s, e->now, 500, NO_SDP);
		return;
	}
	if (!m->body.n) {
		p->ours.version++;
		p->ours.direction = SDP_SENDRECV;
		p->offering = true;
		sip_session_reinvite_answer(s, e->now, 200, party_sdp(p, text));
		return;
	}
	rc = sdp_decode(&sdp, sip_msg_sdp(m), keys_policy(p));
	/* The codec stays: the other side would not understand another one. */
	if (rc == 0)
		rc = party_answer(e, p, codec, &sdp);
	if (rc == 0)
		rc = party_negotiate(e, p, &sdp);
	if (rc < 0) {
		p->ours = before;
		reinvite_refuse(e, p, s, rc, &sdp);
		return;
	}
	changed(e, p);
	sip_session_reinvite_answer(s, e->now, 200, party_sdp(p, text));
}

bool reinvite_confirmed(struct td_engine *e, struct party *p, struct str text)
{
	char why[KEYS_TEXT];

	p->offering = false;
	if (party_take(e, p, text, why) == 0) {
		changed(e, p);
		return true;
	}
	story(e, p->call, "the ACK's SDP is of no use: %s", why);
	return false;
}
