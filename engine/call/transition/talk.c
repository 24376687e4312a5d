/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/parties.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/events/segment.h>
#include <engine/call/events/story.h>
#include <engine/call/media/party.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/distribute.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/talk.h>
#include <engine/call/transition/target.h>
#include <string.h>

#define CALLER_CHANNEL 0 /* of a recording: left */

void talk_answer(struct td_engine *e, struct call *c)
{
	char text[PARTY_SDP_BYTES];

	if (c->caller->state != PARTY_RINGING)
		return;
	c->caller->state = PARTY_JOINED;
	c->caller->joined = e->now;
	parties_joined(e, c->caller);
	sip_session_answer(c->caller->session, e->now, party_sdp(c->caller, text));
	c->contact->cdr.answered = engine_wall(e, e->now);
	c->contact->cdr.sip_code = 200;
	if (c->trunk)
		c->trunk->in.answered++;
	silence_check(e, c);
}

/* What a queue says of recording holds to the end of the call. One that cannot begin is tried again
 * with the next agent. */
static void record(struct td_engine *e, struct call *c)
{
	uint32_t number = e->last_recording + 1;
	int rc;

	if (!c->contact->queue->conf.record || c->contact->cdr.recording)
		return;
	number += !number; /* 0: none */
	rc = e->io.record(e->io.ctx, number, c->contact->cdr.id, c->codec);
	if (rc < 0) {
		story(e, c, "not recorded: %s", strerror(-rc));
		return;
	}
	e->last_recording = number;
	mark(e, TD_CHECKPOINT_RUN, 0);
	c->contact->cdr.recording = number;
	party_tap(e, c->caller, c->contact->cdr.recording, CALLER_CHANNEL);
}

void talk_join(struct td_engine *e, struct call *c, struct party *p)
{
	parties_joined(e, p);
	mark_party(e, c->caller); /* somebody talks to it */
	if (c->state != CALL_TALKING) {
		c->talk_since = e->now;
		bridge_partner(c, p);
	}
	c->state = CALL_TALKING;
	if (!c->contact->cdr.connected) {
		c->contact->cdr.connected = engine_wall(e, e->now);
		c->contact->cdr.ring_ms = ms_between(c->contact->rung, e->now);
	}
	if (c->caller->media == PARTY_MEDIA_RESERVED && c->proven)
		party_add(e, c->caller);
	party_add(e, p);
	if (p->contact)
		record(e, c);
	bridge_update(e, c);
	if (c->bridged != p)
		party_play(e, p, c->contact->queue);
}

static void agent_over(struct td_engine *e, struct call *c, struct party *p, enum td_ended_by by,
	enum talk_end why, const char *to)
{
	uint32_t contact = p->contact;

	if (contact) {
		if (why == TALK_TRANSFERRED)
			queuelog_transfer(e, c, p, to);
		else
			queuelog_complete(
				e, c->contact, p->agent, p->joined, by == TD_ENDED_BY_CALLEE);
		c->contact->queue->talking--;
	}
	target_release(e, p);
	if (contact)
		distribute_event(e, TD_ACD_IN_TALK_END, p->agent, contact, 0);
}

void talk_leave(struct td_engine *e, struct call *c, struct party *p, enum td_ended_by by,
	enum talk_end why, const char *to)
{
	struct sip_session *s = p->session;

	if (s) {
		story(e, c, "BYE to %s %s", party_role_name(p), party_who(p));
		sip_session_bye(s, e->now);
		party_session_over(e, p);
	}
	p->state = PARTY_LEFT;
	mark_party(e, p);
	segment_end(e, c->contact, &p->talk,
		why == TALK_TRANSFERRED ? TD_SEGMENT_END_TRANSFERRED : TD_SEGMENT_END_COMPLETED, by,
		to);
	parties_left(e, p);
	if (!call_talkers(c)) {
		c->contact->cdr.talk_ms += ms_between(c->talk_since, e->now);
		if (c->state == CALL_TALKING)
			c->state = CALL_CONNECTING;
	}
	silence_end(e, p);
	if (p->agent)
		agent_over(e, c, p, by, why, to);
}
