/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/media/silence.h>
#include <engine/call/state/calls.h>
#include <engine/call/events/alarm.h>
#include <engine/call/events/story.h>

/* An alarm that stays tells more than one that comes and goes with every pause of a talk. */
#define CLEAR_NS (10 * TD_NSEC_PER_SEC)
/* So many steps are written for one leg: a telephone that suppresses silence has a pause every few
 * seconds. */
#define STORIES 10

static void alarm_clear(struct td_engine *e, const char *why)
{
	e->silences.raised = false;
	alarm_write(e, TD_ALARM_ONE_WAY_AUDIO, false, "%s", why);
}

static void clear_due(struct timer *t, uint64_t now)
{
	struct silences *s = (struct silences *)((char *)t - offsetof(struct silences, clear));
	struct td_engine *e =
		(struct td_engine *)((char *)s - offsetof(struct td_engine, silences));

	if (!s->one_way)
		alarm_clear(e, "both sides of every talk are heard");
}

static void one_way_begin(struct td_engine *e, struct call *c, const struct party *silent)
{
	bool trunk = party_is_caller(silent) && c->trunk;

	c->one_way = true;
	e->silences.one_way++;
	e->silences.total++;
	timer_cancel(&e->timers, &e->silences.clear);
	if (e->silences.raised)
		return;
	e->silences.raised = true;
	alarm_write(e, TD_ALARM_ONE_WAY_AUDIO, true, "call %s: no RTP comes from %s%s%s",
		c->contact->cdr.id, party_who(silent), trunk ? " by trunk " : "",
		trunk ? c->trunk->object.name : "");
}

static void one_way_end(struct td_engine *e, struct call *c)
{
	c->one_way = false;
	if (--e->silences.one_way || !e->silences.raised)
		return;
	e->silences.clear.fire = clear_due;
	timer_set(&e->timers, &e->silences.clear, e->now + CLEAR_NS);
}

bool silence_matters(const struct party *l)
{
	return (l->params.flags & (TD_LEG_SEND | TD_LEG_RECV)) == (TD_LEG_SEND | TD_LEG_RECV);
}

void silence_check(struct td_engine *e, struct call *c)
{
	const struct party *a = c->caller, *b = call_other(c);
	bool one_way = c->state == CALL_TALKING && b && a->silent != b->silent &&
		       (a->silent ? b : a)->heard;

	if (one_way && !c->one_way)
		one_way_begin(e, c, a->silent ? a : b);
	else if (!one_way && c->one_way)
		one_way_end(e, c);
}

void silence_first(struct td_engine *e, struct party *l)
{
	l->heard = true;
	if (!l->silent) /* else it is late, and TD_MEDIA_HEARD follows */
		story(e, l->call, "first RTP from %s", party_who(l));
	silence_check(e, l->call);
}

void silence_begin(struct td_engine *e, struct party *l, uint32_t ms, bool never)
{
	struct call *c = l->call;
	const struct party *other = party_is_caller(l) ? call_other(c) : c->caller;

	if (l->silent || !silence_matters(l) || c->state == CALL_ENDED)
		return;
	l->silent = true;
	l->silent_since = e->now - ms * TD_NSEC_PER_MSEC;
	l->quality.silences++;
	silence_check(e, c);
	if (l->quality.silences > STORIES)
		return;
	story(e, c, "no RTP from %s %s %.1f s%s%s", party_who(l), never ? "in its first" : "for",
		ms / 1000.0,
		c->one_way                                           ? ": one-way audio"
		: c->state == CALL_TALKING && other && other->silent ? ": no audio either way"
								     : "",
		l->quality.silences == STORIES ? "; more are not told" : "");
}

static void reset(const struct td_engine *e, struct party *l)
{
	if (!l->silent)
		return;
	l->silent = false;
	l->quality.silent_ms += ms_between(l->silent_since, e->now);
}

void silence_end(struct td_engine *e, struct party *l)
{
	reset(e, l);
	if (l->call)
		silence_check(e, l->call);
}

void silence_over(struct td_engine *e, struct call *c)
{
	for (unsigned i = 0; i < c->parties; i++)
		reset(e, c->party[i]);
	if (c->one_way)
		one_way_end(e, c);
}

void silence_stop(struct td_engine *e)
{
	timer_cancel(&e->timers, &e->silences.clear);
	if (e->silences.raised)
		alarm_clear(e, "the engine stops");
}

void silence_heard(struct td_engine *e, struct party *l, uint32_t ms)
{
	if (!l->silent)
		return;
	silence_end(e, l);
	if (l->quality.silences <= STORIES)
		story(e, l->call, "RTP from %s after %.1f s", party_who(l), ms / 1000.0);
}

const char *silence_audio(const struct call *c)
{
	bool caller = c->caller->heard && !c->caller->silent;
	const struct party *p = call_other(c);
	bool other = p && p->heard && !p->silent;

	if (c->state != CALL_TALKING)
		return caller ? "ok" : c->caller->silent ? "none" : "";
	return caller && other ? "ok" : c->one_way ? "one-way" : caller || other ? "" : "none";
}
