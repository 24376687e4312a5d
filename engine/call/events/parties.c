/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/events/live.h>
#include <engine/call/events/parties.h>
#include <engine/call/state/calls.h>
#include <string.h>

static const char *const ends[TD_PARTY_END_COUNT] = {[TD_PARTY_END_NONE] = "left",
#define END(id, name, help) [TD_PARTY_END_##id] = (name),
	TD_PARTY_ENDS(END)
#undef END
};

static const char *name(const struct party *p)
{
	return party_is_caller(p) ? p->call->contact->cdr.caller : party_who(p);
}

static void tell(struct td_engine *e, const struct party *p, enum td_phase phase, const char *state)
{
	live_write(e, TD_OBJECT_PARTY, phase,
		&(struct live){.call = p->call_id,
			.name = name(p),
			.other = party_role_name(p),
			.state = state,
			.number = p->number});
}

void parties_begin(struct td_engine *e, struct party *p)
{
	if (p->call->parties_told < UINT8_MAX)
		p->call->parties_told++;
	p->number = p->call->parties_told;
	p->began = e->now;
	mark_party(e, p);
	memcpy(p->call_id, p->call->contact->cdr.id, sizeof(p->call_id));
	tell(e, p, TD_PHASE_BEGIN, "ringing");
}

void parties_joined(struct td_engine *e, struct party *p)
{
	p->answered = p->joined;
	mark_party(e, p);
	tell(e, p, TD_PHASE_CHANGE, "joined");
}

void parties_answered(struct td_engine *e, struct party *p)
{
	p->answered = e->now;
	mark_party(e, p);
	if (p->why)
		p->why = TD_PARTY_END_LATE;
}

void parties_given_up(struct party *p, enum sip_cause cause)
{
	static const enum td_party_end why[SIP_CAUSE_COUNT] = {
		[SIP_CAUSE_NONE] = TD_PARTY_END_WITHDRAWN,
		[SIP_CAUSE_ELSEWHERE] = TD_PARTY_END_ELSEWHERE,
		[SIP_CAUSE_NO_ANSWER] = TD_PARTY_END_NO_ANSWER,
		[SIP_CAUSE_CALLER] = TD_PARTY_END_ABANDONED,
		[SIP_CAUSE_WITHDRAWN] = TD_PARTY_END_WITHDRAWN,
	};

	p->why = (uint8_t)why[cause];
}

void parties_failed(struct party *p, int code)
{
	if (p->why)
		return;
	if (p->answered)
		p->why = TD_PARTY_END_UNUSABLE;
	else if (code == 486 || code == 600)
		p->why = TD_PARTY_END_BUSY;
	else
		p->why = code == 408 ? TD_PARTY_END_NO_ANSWER : TD_PARTY_END_FAILED;
}

void parties_left(struct td_engine *e, struct party *p)
{
	if (p->left || !p->number)
		return;
	p->left = e->now;
	mark_party(e, p);
	tell(e, p, TD_PHASE_CHANGE, "left");
}

static enum td_party_end end(const struct party *p)
{
	if (party_is_caller(p))
		return p->call->contact->cdr.connected ? TD_PARTY_END_TALKED : TD_PARTY_END_NONE;
	if (p->talked)
		return TD_PARTY_END_TALKED;
	return p->why ? (enum td_party_end)p->why : TD_PARTY_END_NO_TURN;
}

void parties_fill(struct td_ev_party *ev, const struct party *p)
{
	bool joined = party_is_caller(p) || p->talked;

	ev->began = p->began;
	ev->joined = joined ? p->joined : 0;
	ev->ended = p->left;
	ev->number = p->number;
	ev->role = p->role;
	ev->answered = p->answered;
	ev->why = (uint8_t)end(p);
	memcpy(ev->call, p->call_id, sizeof(ev->call));
	memccpy(ev->name, name(p), '\0', sizeof(ev->name) - 1);
	memcpy(ev->dialled, p->dialled, sizeof(ev->dialled));
}

void parties_write(struct td_engine *e, struct td_ev_party *ev)
{
	ev->began = engine_wall(e, ev->began);
	ev->joined = engine_wall(e, ev->joined);
	ev->ended = engine_wall(e, ev->ended ? ev->ended : e->now);
	ev->answered = engine_wall(e, ev->answered);
	e->io.event(e->io.ctx, TD_EV_PARTY, ev, sizeof(*ev));
}

static void record(struct td_engine *e, const struct party *p, const struct td_leg_stats *stats)
{
	struct td_ev_party ev = {0};

	parties_fill(&ev, p);
	if (stats)
		cdr_media(&ev.media, stats, p->params.codec);
	quality_get(&p->quality, &ev.quality);
	parties_write(e, &ev);
}

bool parties_owe(const struct party *p)
{
	return p->number && !p->recorded && (party_is_caller(p) || p->answered);
}

void parties_end(struct td_engine *e, struct party *p, const struct td_leg_stats *stats)
{
	bool owed = parties_owe(p);

	if (p->recorded || !p->number)
		return;
	p->recorded = true;
	mark_party(e, p);
	if (owed)
		record(e, p, stats);
	else
		tell(e, p, TD_PHASE_END, ends[p->why]);
}

void parties_stop(struct td_engine *e)
{
	for (uint32_t i = 0; i < e->parties.capacity; i++) {
		struct party *p = pool_at(&e->parties, i);

		if (!p->call && !party_is_caller(p))
			parties_end(e, p, NULL);
	}
}
