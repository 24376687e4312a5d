/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/live.h>
#include <engine/call/events/segment.h>
#include <engine/call/media/party.h>
#include <engine/call/media/silence.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/bridge.h>
#include <stdio.h>

#define OTHER_CHANNEL 1 /* of a recording: right; the caller is left */

/* Who is to be relayed to the caller; NULL: nobody. A caller who holds is left as it was: it hears
 * nothing from us, and the other side hears silence. One who may not be there has no leg yet. */
static struct party *wanted(const struct call *c)
{
	struct party *p = c->state == CALL_TALKING ? call_talker(c) : NULL;

	return p && !p->held && c->caller->media == PARTY_MEDIA_ADDED ? p : NULL;
}

/* A party's turn begins when those who joined before it have left. Only its leaving ends it: a hold
 * is a part of the talk. */
static void turn(struct td_engine *e, struct call *c)
{
	struct party *p = c->state == CALL_TALKING ? call_talker(c) : NULL;

	if (!p || p->talked)
		return;
	p->talked = true;
	mark_party(e, p);
	segment_begin(e, c->contact, &p->talk, TD_SEGMENT_TALK, party_who(p), NULL);
}

static void record(struct td_engine *e, struct call *c, struct party *p)
{
	if (!c->contact->cdr.recording || c->taped == p)
		return;
	if (c->taped && c->taped->media == PARTY_MEDIA_ADDED)
		party_untap(e, c->taped);
	party_tap(e, p, c->contact->cdr.recording, OTHER_CHANNEL);
	c->taped = p;
}

void bridge_partner(struct call *c, struct party *p)
{
	struct td_ev_cdr *cdr = &c->contact->cdr;

	c->partner = p;
	if (p->agent)
		memcpy(cdr->agent, p->agent->object.name, sizeof(cdr->agent));
	snprintf(cdr->to_trunk, sizeof(cdr->to_trunk), "%s", p->trunk ? p->trunk->object.name : "");
}

static void tell(struct td_engine *e, const struct call *c, enum td_phase phase)
{
	live_write(e, TD_OBJECT_BRIDGE, phase,
		&(struct live){.call = c->contact->cdr.id,
			.name = c->contact->cdr.caller,
			.other = party_who(c->bridged)});
}

/* Bridges of two workers are counted. */
static void set(struct td_engine *e, struct call *c, struct party *p)
{
	e->bridges_apart -= c->bridged && c->bridged->apart;
	c->bridged = p;
	if (!p || !p->apart)
		return;
	e->bridges_apart++;
	e->bridges_apart_total++;
}

void bridge_end(struct td_engine *e, struct call *c)
{
	if (c->bridged)
		tell(e, c, TD_PHASE_END);
	set(e, c, NULL);
}

static void relay(struct td_engine *e, struct call *c, struct party *p)
{
	if (c->bridged) {
		tell(e, c, TD_PHASE_END);
		party_unbridge(e, c->caller, c->bridged);
		if (!p)
			party_play(e, c->caller, c->contact->queue);
	}
	set(e, c, p);
	if (!p)
		return;
	bridge_partner(c, p);
	record(e, c, p);
	tell(e, c, TD_PHASE_BEGIN);
	party_bridge(e, c->caller, p); /* ends the music */
}

void bridge_update(struct td_engine *e, struct call *c)
{
	struct party *p = wanted(c);

	turn(e, c);
	if (p != c->bridged)
		relay(e, c, p);
}
