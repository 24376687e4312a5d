/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/frame.h>
#include <engine/call/site/distribute.h>
#include <engine/call/site/reserve.h>
#include <engine/call/transition/wait.h>

void engine_drain(struct td_engine *e)
{
	struct td_acd_out out;

	while (distribute_next(e, &out)) {
		switch (out.type) {
		case TD_ACD_OUT_QUEUED:
			wait_queued(e, &out);
			break;
		case TD_ACD_OUT_OVERFLOW:
			wait_overflow(e, &out);
			break;
		case TD_ACD_OUT_OFFER:
			wait_offer(e, &out);
			reserve_rung(e, objects_get(&e->agents, out.agent));
			break;
		case TD_ACD_OUT_CANCEL:
			wait_cancel(e, &out);
			break;
		}
	}
}

void engine_enter(struct td_engine *e, uint64_t now)
{
	if (now > e->now)
		e->now = now;
	if (!e->start_s)
		e->start_s = engine_wall(e, e->now) / TD_NSEC_PER_SEC;
	distribute_due(e);
	engine_drain(e);
}

void engine_leave(struct td_engine *e)
{
	engine_drain(e);
}
