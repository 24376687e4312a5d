/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/container.h>
#include <engine/call/media/life.h>
#include <engine/call/media/silence.h>
#include <engine/call/state/calls.h>
#include <engine/call/events/alarm.h>
#include <engine/call/events/story.h>

/* An alarm that stays tells more than one that comes and goes with every pause of a talk. */
#define CLEAR_NS (10 * TD_NSEC_PER_SEC)
/* So many steps are written for one leg: a telephone that suppresses silence has a pause every few
 * seconds. */
#define STORIES 10

static const enum td_alarm alarms[CALL_SILENCE_COUNT] = {
#define ALARM(id, ...) [CALL_##id] = TD_ALARM_##id,
	CALL_SILENCES(ALARM)
#undef ALARM
};
static const char *const cleared[CALL_SILENCE_COUNT] = {
#define CLEARED(id, name, why) [CALL_##id] = (why),
	CALL_SILENCES(CLEARED)
#undef CLEARED
};

static void alarm_clear(struct silences *s, const char *why)
{
	struct td_engine *e = s->engine;

	s->raised = false;
	alarm_write(e, alarms[s - e->silences], NULL, false, "%s", why);
}

static void clear_due(struct timer *t, uint64_t now)
{
	struct silences *s = container_of(t, struct silences, clear);

	if (!s->now)
		alarm_clear(s, cleared[s - s->engine->silences]);
}

static void raise_one_way(struct td_engine *e, const struct call *c)
{
	const struct party *silent = c->caller->silent ? c->caller : call_other(c);
	bool trunk = party_is_caller(silent) && c->trunk;

	alarm_write(e, TD_ALARM_ONE_WAY_AUDIO, NULL, true, "call %s: no RTP comes from %s%s%s",
		c->contact->cdr.id, party_who(silent), trunk ? " by trunk " : "",
		trunk ? c->trunk->object.name : "");
}

static void raise_no_audio(struct td_engine *e, const struct call *c)
{
	alarm_write(e, TD_ALARM_NO_AUDIO, NULL, true,
		"call %s: no RTP comes from the caller%s%s, nor from %s", c->contact->cdr.id,
		c->trunk ? " by trunk " : "", c->trunk ? c->trunk->object.name : "",
		party_who(call_other(c)));
}

static void kind_begin(struct td_engine *e, struct call *c)
{
	struct silences *s = &e->silences[c->silence];

	s->now++;
	s->total++;
	timer_cancel(&e->timers, &s->clear);
	if (s->raised)
		return;
	s->raised = true;
	if (c->silence == CALL_NO_AUDIO)
		raise_no_audio(e, c);
	else
		raise_one_way(e, c);
}

static void kind_end(struct td_engine *e, uint8_t kind)
{
	struct silences *s = &e->silences[kind];

	if (--s->now || !s->raised)
		return;
	timer_set(&e->timers, &s->clear, e->now + CLEAR_NS);
}

static void kind_set(struct td_engine *e, struct call *c, uint8_t kind)
{
	uint8_t was = c->silence;

	if (kind == was)
		return;
	c->silence = kind;
	if (was)
		kind_end(e, was);
	if (kind)
		kind_begin(e, c);
}

static bool no_audio(const struct td_engine *e, const struct call *c)
{
	uint64_t quiet = life_quiet(c);

	return quiet && !life_held(c) && e->now >= quiet + LIFE_NO_AUDIO_NS;
}

/* Who waited or was on hold heard music and may have sent nothing: a silence that began then counts
 * when it goes on for as long as any other. */
static bool one_way(const struct td_engine *e, const struct call *c)
{
	const struct party *a = c->caller, *b = call_talker(c);
	const struct party *silent = a->silent ? a : b;

	return c->listening && b && a->silent != b->silent && (a->silent ? b : a)->heard &&
	       (silent->silent_since >= c->listening || e->now >= c->listening + LIFE_ONE_WAY_NS);
}

void silence_check(struct td_engine *e, struct call *c)
{
	if (life_held(c))
		c->listening = 0;
	else if (!c->listening)
		c->listening = e->now;
	kind_set(e, c,
		one_way(e, c)    ? CALL_ONE_WAY_AUDIO
		: no_audio(e, c) ? CALL_NO_AUDIO
				 : CALL_HEARD);
	life_update(e, c);
}

void silence_due(struct td_engine *e, struct call *c)
{
	uint8_t was = c->silence;

	silence_check(e, c);
	if (c->silence == CALL_ONE_WAY_AUDIO && c->silence != was)
		story(e, c, "still no RTP from %s: one-way audio",
			party_who(c->caller->silent ? c->caller : call_other(c)));
}

void silence_first(struct td_engine *e, struct party *p)
{
	p->heard = true;
	if (!p->silent) /* else it is late, and TD_MEDIA_HEARD follows */
		story(e, p->call, "first RTP from %s", party_who(p));
	silence_check(e, p->call);
}

void silence_begin(struct td_engine *e, struct party *p, uint32_t ms, bool never)
{
	struct call *c = p->call;
	const struct party *talker = call_talker(c);
	bool pair = party_is_caller(p) || p == talker;

	if (p->silent || !party_should_be_heard(p) || c->state == CALL_ENDED)
		return;
	p->silent = true;
	p->silent_since = e->now - ms * TD_NSEC_PER_MSEC;
	p->quality.silences++;
	silence_check(e, c);
	if (p->quality.silences > STORIES)
		return;
	story(e, c, "no RTP from %s %s %.1f s%s%s", party_who(p), never ? "in its first" : "for",
		ms / 1000.0,
		!pair                                           ? ""
		: c->silence == CALL_ONE_WAY_AUDIO              ? ": one-way audio"
		: talker && c->caller->silent && talker->silent ? ": no audio either way"
								: "",
		p->quality.silences == STORIES ? "; more are not told" : "");
}

static void reset(const struct td_engine *e, struct party *p)
{
	if (!p->silent)
		return;
	p->silent = false;
	p->quality.silent_ms += ms_between(p->silent_since, e->now);
}

void silence_end(struct td_engine *e, struct party *p)
{
	reset(e, p);
	if (p->call)
		silence_check(e, p->call);
}

void silence_over(struct td_engine *e, struct call *c)
{
	for (unsigned i = 0; i < c->parties; i++)
		reset(e, c->party[i]);
	kind_set(e, c, CALL_HEARD);
}

void silence_init(struct td_engine *e)
{
	for (unsigned i = 0; i < CALL_SILENCE_COUNT; i++) {
		e->silences[i].engine = e;
		e->silences[i].clear.fire = clear_due;
	}
}

void silence_stop(struct td_engine *e)
{
	for (unsigned i = 0; i < CALL_SILENCE_COUNT; i++) {
		timer_cancel(&e->timers, &e->silences[i].clear);
		if (e->silences[i].raised)
			alarm_clear(&e->silences[i], "the engine stops");
	}
}

void silence_heard(struct td_engine *e, struct party *p, uint32_t ms)
{
	if (!p->silent)
		return;
	silence_end(e, p);
	if (p->quality.silences <= STORIES)
		story(e, p->call, "RTP from %s after %.1f s", party_who(p), ms / 1000.0);
}

const char *silence_audio(const struct call *c)
{
	bool caller = c->caller->heard && !c->caller->silent;
	const struct party *p = call_other(c);
	bool other = p && p->heard && !p->silent;

	if (c->state != CALL_TALKING)
		return caller ? "ok" : c->caller->silent ? "none" : "";
	return caller && other                    ? "ok"
	       : c->silence == CALL_ONE_WAY_AUDIO ? "one-way"
	       : caller || other                  ? ""
						  : "none";
}
