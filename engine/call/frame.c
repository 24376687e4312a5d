/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/check/check.h>
#include <engine/call/frame.h>
#include <engine/call/restart/tell.h>
#include <engine/call/site/distribute.h>
#include <engine/call/site/full.h>
#include <engine/call/site/reserve.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/medialess.h>
#include <engine/call/transition/step.h>

/* What the distributor says of a contact, as the call has it. */
static const uint8_t events[] = {
	[TD_ACD_OUT_QUEUED] = CALL_EVENT_QUEUED,
	[TD_ACD_OUT_OVERFLOW] = CALL_EVENT_OVERFLOW,
	[TD_ACD_OUT_OFFER] = CALL_EVENT_OFFER,
	[TD_ACD_OUT_CANCEL] = CALL_EVENT_OFFER_OVER,
};

void engine_drain(struct td_engine *e)
{
	struct said said;

	while (distribute_next(e, &said)) {
		const struct td_acd_out *out = &said.out;
		struct contact *c = contact_lookup(e, out->contact);
		struct call_input in = {.event = (enum call_event)events[out->type], .out = out};

		if (c && c->call)
			call_step(e, c->call, &in);
		else if (c)
			medialess_said(e, c, out);
		/* else it has left meanwhile, and the distributor knows */
		if (said.link)
			reserve_rung(e, said.link);
	}
}

/* Two runs may begin within a second, and a wall clock may go back. */
static void start(struct td_engine *e)
{
	e->start_s = engine_wall(e, e->now) / TD_NSEC_PER_SEC;
	if (e->start_s < e->restoring.start_s_least)
		e->start_s = e->restoring.start_s_least;
	mark(e, TD_CHECKPOINT_RUN, 0);
}

void engine_enter(struct td_engine *e, uint64_t now)
{
	if (now > e->now)
		e->now = now;
	if (!e->start_s)
		start(e);
	distribute_due(e);
	engine_drain(e);
	full_look(e);
}

void engine_leave(struct td_engine *e)
{
	engine_drain(e);
	full_look(e);
	tell_marked(e);
	check_step(e);
}
