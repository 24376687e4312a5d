/* SPDX-License-Identifier: BSD-3-Clause */
/* Ringing one agent, or one number by a trunk: a party, its port, its limits and its INVITE. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_TARGET_H
#define TANDEM_ENGINE_CALL_TRANSITION_TARGET_H

#include <engine/call/site/reserve.h>
#include <engine/call/state/state.h>

/* Why somebody is not rung. */
struct target_refusal {
	const char *why;           /* in words */
	const struct budget *full; /* what has no room for `rate`; NULL: another reason */
	struct rate rate;
	int code; /* what the caller is told, if nobody is left; 0: no matter */
	char text[TD_TEXT_BYTES];
};

/* The party that rings now: an agent is taken for the call from here on. NULL, and *no says why
 * not. `number` is what a trunk is asked for. */
struct party *target_ring(struct td_engine *e, struct call *c, const struct target *t,
	const char *number, struct target_refusal *no);
/* False: it has no address now, is in a call or lacks the codec, and `why` says so. What nobody
 * has room for shows when it is rung. */
bool target_reachable(const struct td_engine *e, const struct call *c, const struct target *t,
	const char *number, char why[static TD_TEXT_BYTES]);
/* The agent is free of the call again. It has no effect on a trunk. */
void target_release(struct td_engine *e, struct party *p);

/* Whether one of the trunks that a route names has room for so much. False: *full is what was full
 * of the last one; NULL when the route has no trunk at all. */
bool target_possible(struct td_engine *e, const struct td_conf_route *r, const struct rate *caller,
	const struct budget **full);

/* "agent alice", "trunk acme", for a story. */
#define TARGET_TEXT (TD_NAME_BYTES + 8)
const char *target_text(const struct target *t, char text[static TARGET_TEXT]);

#endif
