/* SPDX-License-Identifier: BSD-3-Clause */
/* Outputs, and agents' states: each change of a state is an output. */
#include <engine/acd/internal.h>

struct td_acd_out out_begin(const struct acd *a, enum td_acd_out_type type, uint32_t queue,
	uint32_t agent, const struct acd_contact *c)
{
	struct td_acd_out out = {.now = a->now, .type = type, .queue = queue, .agent = agent};

	if (c) {
		out.contact = c->number;
		out.wait_ms = contact_wait_ms(a, c);
	}
	return out;
}

void out_end(struct acd *a, const struct td_acd_out *out)
{
	a->out(a->ctx, out);
}

void agent_enter(struct acd_agent *ag, enum td_agent_state state, enum td_acd_reason reason)
{
	struct acd *a = ag->acd;

	ag->state = (uint8_t)state;
	ag->reason = (uint8_t)reason;
	ag->since = a->now;
	if (state != TD_AGENT_PAUSED && state != TD_AGENT_TALKING)
		ag->pause_reason[0] = '\0';
	struct td_acd_out out = out_begin(a, TD_ACD_OUT_AGENT, ag->queue, ag->number, ag->offer);

	out.contact = ag->contact;
	out.state = ag->state;
	out.reason = ag->reason;
	out_end(a, &out);
}
