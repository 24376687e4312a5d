/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/events/live.h>
#include <engine/call/events/parties.h>
#include <engine/call/state/calls.h>
#include <string.h>

static const char *name(const struct party *p)
{
	return party_is_caller(p) ? p->call->contact->cdr.caller : party_who(p);
}

static void tell(struct td_engine *e, const struct party *p, enum td_phase phase, const char *state)
{
	live_write(e, TD_OBJECT_PARTY, phase,
		&(struct live){.call = p->call->contact->cdr.id,
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
	tell(e, p, TD_PHASE_BEGIN, "ringing");
}

void parties_joined(struct td_engine *e, struct party *p)
{
	tell(e, p, TD_PHASE_CHANGE, "joined");
}

void parties_left(struct td_engine *e, struct party *p)
{
	if (p->left || !p->number)
		return;
	p->left = e->now;
	tell(e, p, TD_PHASE_CHANGE, "left");
}

static void record(struct td_engine *e, const struct party *p, const struct td_leg_stats *stats)
{
	struct td_ev_party ev = {
		.began = engine_wall(e, p->began),
		.joined = engine_wall(e, p->joined),
		.ended = engine_wall(e, p->left ? p->left : e->now),
		.number = p->number,
		.role = p->role,
	};

	memcpy(ev.call, p->call->contact->cdr.id, sizeof(ev.call));
	memccpy(ev.name, name(p), '\0', sizeof(ev.name) - 1);
	if (stats)
		cdr_media(&ev.media, stats, p->params.codec);
	quality_get(&p->quality, &ev.quality);
	e->io.event(e->io.ctx, TD_EV_PARTY, &ev, sizeof(ev));
}

void parties_end(struct td_engine *e, struct party *p, const struct td_leg_stats *stats)
{
	if (p->recorded || !p->number)
		return;
	p->recorded = true;
	if (party_is_caller(p) || p->talked)
		record(e, p, stats);
	else
		tell(e, p, TD_PHASE_END, "left");
}
