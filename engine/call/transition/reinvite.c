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
static void hold_changed(struct td_engine *e, struct party *l, bool held)
{
	if (l->held == held)
		return;
	l->held = held;
	story(e, l->call, "%s by %s", held ? "held" : "resumed", party_who(l));
	bridge_update(e, l->call);
	silence_check(e, l->call);
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

void reinvite_came(
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

bool reinvite_confirmed(struct td_engine *e, struct party *l, struct str text)
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
