/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/restart/lost.h>
#include <engine/call/restart/record.h>

/* The agent's stay in its state, as far as no row has told it. */
static void stay_lost(struct td_engine *e, const struct td_checkpoint_agent *r)
{
	struct td_ev_agent_session ev = {.from = engine_wall(e, r->from),
		.to = engine_wall(e, e->now),
		.state = r->acd.state};

	if (!r->from || r->acd.state >= TD_AGENT_STATE_COUNT)
		return;
	memcpy(ev.agent, r->name, sizeof(ev.agent));
	if (r->acd.state == TD_AGENT_PAUSED)
		memcpy(ev.reason, r->acd.pause_reason, sizeof(ev.reason));
	e->io.event(e->io.ctx, TD_EV_AGENT_SESSION, &ev, sizeof(ev));
}

void lost_end(struct td_engine *e)
{
	const struct td_restore *in = &e->restoring.in;
	uint64_t wall_offset = e->params.wall_offset, now = e->now;
	union td_checkpoint_any r;

	e->now = in->ended;
	e->params.wall_offset = in->wall_offset;
	for (uint32_t i = 0; i < in->count; i++)
		if (in->records[i].kind == TD_CHECKPOINT_AGENT && record_take(&in->records[i], &r))
			stay_lost(e, &r.agent);
	e->params.wall_offset = wall_offset;
	e->now = now;
}
