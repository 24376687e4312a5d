/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of inputs, and time. */
#include <errno.h>
#include <engine/acd/internal.h>

static int limits_check(struct acd *a, const struct td_acd_in *in)
{
	return memcmp(&a->limits, &in->limits, sizeof(a->limits)) == 0 ? 0 : -EINVAL;
}

static int advance(struct acd *a, const struct td_acd_in *in)
{
	return 0; /* as with every input, acd_step() has fired what was due */
}

static int (*const input[])(struct acd *a, const struct td_acd_in *in) = {
	[TD_ACD_IN_ADVANCE] = advance,
	[TD_ACD_IN_QUEUE_SET] = queue_set,
	[TD_ACD_IN_QUEUE_DEL] = queue_del,
	[TD_ACD_IN_AGENT_SET] = agent_set,
	[TD_ACD_IN_AGENT_DEL] = agent_del,
	[TD_ACD_IN_CONTACT_ADD] = contact_add,
	[TD_ACD_IN_CONTACT_DEL] = contact_del,
	[TD_ACD_IN_LOGIN] = agent_login,
	[TD_ACD_IN_LOGOUT] = agent_logout,
	[TD_ACD_IN_PAUSE] = agent_pause,
	[TD_ACD_IN_UNPAUSE] = agent_unpause,
	[TD_ACD_IN_REACHABLE] = agent_reach,
	[TD_ACD_IN_RINGING] = offer_ringing,
	[TD_ACD_IN_ANSWERED] = offer_answer,
	[TD_ACD_IN_OFFER_FAILED] = offer_fail,
	[TD_ACD_IN_TALK_END] = talk_end,
	[TD_ACD_IN_WRAP_UP_END] = agent_wrap_up_end,
	[TD_ACD_IN_LIMITS] = limits_check,
	[TD_ACD_IN_LINK] = link_has_room,
	[TD_ACD_IN_ENGAGED] = agent_engage,
	[TD_ACD_IN_RESTORE] = agent_restore,
};

int acd_step(struct acd *a, const struct td_acd_in *in)
{
	int rc = -EINVAL;

	if (in->now > a->now)
		a->now = in->now;
	timers_advance(&a->timers, a->now);
	if (in->type < sizeof(input) / sizeof(*input) && input[in->type])
		rc = input[in->type](a, in);
	/* A time-out that was shortened may be due now. The loop ends, because what fires sets
	 * timers only for later than now. */
	timers_advance(&a->timers, a->now);
	match(a);
	return rc;
}

uint64_t acd_next(const struct acd *a)
{
	return timers_next(&a->timers);
}
