/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/container.h>
#include <engine/call/events/parties.h>
#include <engine/call/events/story.h>
#include <engine/call/media/party.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/attempt.h>
#include <engine/call/transition/call.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/expire.h>
#include <engine/call/transition/reinvite.h>
#include <engine/call/transition/step.h>
#include <engine/call/transition/third.h>
#include <engine/call/transition/wait.h>

/* The actions of the table. */

static void confirmed(struct td_engine *e, struct call *c, struct call_input *in)
{
	call_confirmed(e, in->party, in->sdp);
}

static void cancelled(struct td_engine *e, struct call *c, struct call_input *in)
{
	call_cancelled(e, in->party);
}

static void left(struct td_engine *e, struct call *c, struct call_input *in)
{
	call_over(e, in->party, in->code);
}

static void reinvite(struct td_engine *e, struct call *c, struct call_input *in)
{
	reinvite_came(e, in->party, in->s, in->m);
}

static void rings(struct td_engine *e, struct call *c, struct call_input *in)
{
	attempt_progress(e, in->party, in->code, in->m);
}

static void answered(struct td_engine *e, struct call *c, struct call_input *in)
{
	attempt_answered(e, in->party, in->m);
}

/* By a 2xx to which SIP has said BYE. */
static bool has_answered(const struct call_input *in)
{
	return in->m && in->m->code >= 200 && in->m->code < 300;
}

static void failed(struct td_engine *e, struct call *c, struct call_input *in)
{
	if (has_answered(in))
		parties_answered(e, in->party);
	attempt_failed(e, in->party, in->code, in->m);
}

static void digit(struct td_engine *e, struct call *c, struct call_input *in)
{
	call_digit(e, in->party, in->digit, in->ms);
}

static void queued(struct td_engine *e, struct call *c, struct call_input *in)
{
	wait_queued(e, c, in->out);
}

static void offer(struct td_engine *e, struct call *c, struct call_input *in)
{
	wait_offer(e, c, in->out);
}

static void offer_over(struct td_engine *e, struct call *c, struct call_input *in)
{
	wait_cancel(e, c, in->out);
}

static void overflow(struct td_engine *e, struct call *c, struct call_input *in)
{
	wait_overflow(e, c, in->out);
}

static void move(struct td_engine *e, struct call *c, struct call_input *in)
{
	wait_move(e, c, in->queue);
}

static void party(struct td_engine *e, struct call *c, struct call_input *in)
{
	in->rc = third_request(e, c, in->request, in->err);
}

static void hang_up(struct td_engine *e, struct call *c, struct call_input *in)
{
	story(e, c, "%s", in->why);
	call_end(e, c, TD_ENDED_BY_US, TD_CALL_FAILED, in->code);
}

static void no_answer(struct td_engine *e, struct call *c, struct call_input *in)
{
	dial_no_answer(e, c);
}

static void expired(struct td_engine *e, struct call *c, struct call_input *in)
{
	expire_due(e, c);
}

static void close(struct td_engine *e, struct call *c, struct call_input *in)
{
	call_close(e, c);
}

static void media(struct td_engine *e, struct call *c, struct call_input *in)
{
	call_media(e, in->party, in->media);
}

static void gone(struct td_engine *e, struct call *c, struct call_input *in)
{
	call_gone(e, in->party, &in->media->stats);
}

typedef void action(struct td_engine *e, struct call *c, struct call_input *in);

#define ACTION(state, event, next, does) [CALL_##state][CALL_EVENT_##event] = does,
#define NEXT(state, event, next, does)   [CALL_##state][CALL_EVENT_##event] = next,
#define ROW(state, event, next, does)    {CALL_##state, CALL_EVENT_##event, next},

const struct call_transition call_transitions[] = {CALL_TRANSITIONS(ROW)};
const unsigned call_transition_count = sizeof(call_transitions) / sizeof(*call_transitions);
const char *const call_event_names[CALL_EVENT_COUNT] = {CALL_EVENTS(TD_WORD)};
const char *const call_state_names[CALL_STATE_COUNT] = {CALL_STATES(TD_WORD)};

static void unexpected(struct td_engine *e, struct call *c, const char *what, uint8_t event)
{
	e->unexpected++;
	story(e, c, "%s: %s in state %s; please report it", what, call_event_names[event],
		call_state_names[c->state]);
}

bool call_step(struct td_engine *e, struct call *c, struct call_input *in)
{
	static action *const actions[CALL_STATE_COUNT][CALL_EVENT_COUNT] = {
		CALL_TRANSITIONS(ACTION)};
	static const uint32_t next[CALL_STATE_COUNT][CALL_EVENT_COUNT] = {CALL_TRANSITIONS(NEXT)};
	uint8_t from = c->state;
	action *does = actions[from][in->event];

	if (!does) {
		unexpected(e, c, "no transition", (uint8_t)in->event);
		return false;
	}
	does(e, c, in);
	/* A record that is free again still has its state. */
	if (!(next[from][in->event] & 1u << c->state))
		unexpected(e, c, "a wrong transition", (uint8_t)in->event);
	return true;
}

static void too_late(struct td_engine *e, struct party *p)
{
	parties_answered(e, p);
	story_id(e, p->call_id, "200 from %s %s is too late", party_role_name(p), party_who(p));
}

/* Of a party that was given up meanwhile, or whose call cannot take the event. */
static void orphan(struct td_engine *e, const struct call_input *in)
{
	struct sip_session *s = in->party->session;

	switch (in->event) {
	case CALL_EVENT_REINVITE:
		sip_session_reinvite_answer(in->s, e->now, 481, (struct str){0});
		break;
	case CALL_EVENT_ANSWERED:
		too_late(e, in->party);
		party_session_over(e, in->party);
		sip_session_bye(s, e->now);
		break;
	case CALL_EVENT_FAILED:
		if (has_answered(in))
			too_late(e, in->party);
		party_session_over(e, in->party);
		break;
	case CALL_EVENT_CANCELLED:
	case CALL_EVENT_CALLER_LEFT:
	case CALL_EVENT_PARTY_LEFT:
		party_session_over(e, in->party);
		break;
	default:
		break;
	}
}

void party_step(struct td_engine *e, struct call_input *in)
{
	if (!in->party->call || !call_step(e, in->party->call, in))
		orphan(e, in);
}

void call_due(struct timer *t, uint64_t now)
{
	struct call *c = container_of(t, struct call, timer);
	struct call_input in = {.event = CALL_EVENT_TIMER};

	call_step(c->engine, c, &in);
}

void life_due(struct timer *t, uint64_t now)
{
	struct call *c = container_of(t, struct call, life);
	struct call_input in = {.event = CALL_EVENT_EXPIRED};

	call_step(c->engine, c, &in);
}
