/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/segment.h>
#include <engine/call/events/story.h>
#include <engine/call/media/silence.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/driver.h>
#include <engine/call/transition/talk.h>
#include <errno.h>

#define RING_NS (180 * TD_NSEC_PER_SEC) /* RFC 3261 section 16.6: timer C */

static void stop(struct td_engine *e, struct call *c, enum td_ended_by by)
{
	timer_cancel(&e->timers, &c->timer);
	segment_end(e, c->contact, &c->contact->waiting,
		by == TD_ENDED_BY_CALLER ? TD_SEGMENT_END_ABANDONED : TD_SEGMENT_END_WITHDRAWN, by,
		NULL);
	attempt_stop(e, c, by == TD_ENDED_BY_CALLER ? SIP_CAUSE_CALLER : SIP_CAUSE_WITHDRAWN);
}

static const struct driver_ops driver = {.name = "dial", .stop = stop};

/* Of a call out, which nobody has had before, the ringing is no segment. */
static void ring_begin(struct td_engine *e, struct call *c)
{
	if (c->contact->segments)
		segment_begin(e, c->contact, &c->contact->waiting, TD_SEGMENT_RING, NULL,
			c->partner ? party_who(c->partner) : NULL);
}

bool dial_rings(struct call *c)
{
	return c->drivers && driver_top(c)->ops == &driver;
}

void dial_alone(struct call *c)
{
	driver_top(c)->dial.join = false;
	ring_begin(c->engine, c);
}

static void nobody(struct td_engine *e, struct call *c, int code, enum td_ended_by by)
{
	timer_cancel(&e->timers, &c->timer);
	segment_end(e, c->contact, &c->contact->waiting, TD_SEGMENT_END_NO_ANSWER, by, NULL);
	if (driver_top(c)->dial.join) {
		story(e, c, "nobody joins");
		driver_pop(c);
	} else {
		driver_return(e, c,
			&(struct outcome){(uint8_t)by, TD_CALL_FAILED, .code = code,
				.untaken = driver_top(c)->dial.untaken});
	}
}

void dial_cancel(struct td_engine *e, struct call *c, enum sip_cause cause)
{
	attempt_stop(e, c, cause);
	driver_top(c)->dial.untaken = false;
	nobody(e, c, 480, TD_ENDED_BY_US);
}

void dial_no_answer(struct td_engine *e, struct call *c)
{
	story(e, c, "nobody answers");
	dial_cancel(e, c, SIP_CAUSE_NO_ANSWER);
}

static void rings(struct td_engine *e, struct call *c, struct party *p)
{
	if (c->caller->state == PARTY_RINGING)
		sip_session_progress(c->caller->session, e->now, 180, (struct str){0});
}

static bool answered(struct td_engine *e, struct call *c, struct party *p)
{
	bool first = c->caller->state == PARTY_RINGING;

	timer_cancel(&e->timers, &c->timer);
	segment_end(e, c->contact, &c->contact->waiting, TD_SEGMENT_END_ANSWERED,
		TD_ENDED_BY_CALLEE, party_who(p));
	driver_pop(c);
	talk_join(e, c, p);
	talk_answer(e, c);
	story(e, c, "200 from %s %s%s", party_role_name(p), party_who(p),
		first                 ? " and to the caller"
		: call_talker(c) == p ? ", who talks to the caller"
				      : ", who joins");
	silence_check(e, c);
	return true;
}

/*
 * What a refusal says of the number, of the called person or of the way there: RFC 3261 section 21,
 * RFC 5079 (433), RFC 8197 (607). All others speak of our INVITE, which the caller has not sent:
 * their headers (Allow, Unsupported, Require, Accept, Min-SE, a challenge) would say nothing to it,
 * and without them they are malformed. Codes that nobody knows count as 400 and 500 (section
 * 8.1.3.2), which do so too.
 */
static bool concerns_number(int code)
{
	static const uint16_t codes[] = {403, 404, 408, 410, 433, 480, 482, 483, 484, 485, 486, 487,
		488, 500, 502, 504, 600, 603, 604, 606, 607};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* Another trunk may do better: this one is out of order, out of room, does not take what we send or
 * the codec ("may succeed elsewhere": section 21.4.26), does not answer at all, or names somebody
 * else (section 21.3). We do not go there: it would be a call that no route of the site allows. */
static bool may_succeed(int code, bool rang)
{
	if (code < 400)
		return true;
	if (code < 500 && !concerns_number(code))
		return true;
	return (code >= 500 && code < 600) || code == 488 || (code == 408 && !rang);
}

static bool failed(struct td_engine *e, struct call *c, const struct target *t, int code, bool rang)
{
	bool untaken = may_succeed(code, rang);

	driver_top(c)->dial.untaken = untaken;
	driver_top(c)->dial.tried = true;
	return untaken;
}

/* A trunk's 503, or ours for a connection that broke, would have the caller's carrier send us no
 * call for a while, though the next one may go elsewhere: RFC 3261 section 16.7, step 6. */
static int passed_on(int code)
{
	if (code < 400) /* a redirection */
		return 480;
	if (code == 503)
		return 500;
	if (concerns_number(code))
		return code;
	return code < 600 ? 502 : 603;
}

static void over(struct td_engine *e, struct call *c, int code, enum td_ended_by by)
{
	nobody(e, c, driver_top(c)->dial.tried ? passed_on(code) : code, by);
}

static void refused(struct td_engine *e, struct call *c, const struct target *t,
	const struct target_refusal *no)
{
	struct td_text *err = driver_top(c)->dial.err;
	char text[TARGET_TEXT];

	if (err)
		td_text_set(err, "%s cannot be rung: %s", target_text(t, text), no->why);
}

static const struct attempt_ops ringing = {
	.refused = refused, .rings = rings, .answered = answered, .failed = failed, .over = over};

static struct driver *push(struct td_engine *e, struct call *c)
{
	struct driver *d = driver_push(c, &driver);

	d->dial.untaken = true;
	timer_set(&e->timers, &c->timer, e->now + RING_NS);
	return d;
}

void dial_start(struct td_engine *e, struct call *c, const struct attempt_plan *plan)
{
	push(e, c);
	ring_begin(e, c);
	attempt_start(e, c, &ringing, plan);
}

int dial_join(
	struct td_engine *e, struct call *c, const struct attempt_plan *plan, struct td_text *err)
{
	struct driver *d = push(e, c);

	d->dial.join = true;
	d->dial.err = err;
	attempt_start(e, c, &ringing, plan);
	if (!dial_rings(c))
		return -EBUSY;
	d->dial.err = NULL;
	return 0;
}
