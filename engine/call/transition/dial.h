/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A call that leads out: the first trunk of its route that has room is called, and the next one
 * when it does not take the call; who answers is bridged to the caller. No queue and no
 * distributor.
 *
 *   NEW --a trunk is called--> DIALLING --200--> TALKING --either hangs up--> ENDED
 *                               |   ^ |
 *             5xx, no room, none  +-+ +-- 4xx, 6xx, no trunk left: passed on to the caller
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_DIAL_H
#define TANDEM_ENGINE_CALL_TRANSITION_DIAL_H

#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>

/* The trunks that a route names. False: none of them has room for so much. Then *full is what was
 * full of the last one; NULL when the route has no trunk at all. */
bool dial_possible(struct td_engine *e, const struct td_conf_route *r, const struct rate *caller,
	const struct budget **full);
/*
 * The functions below return 0, or the SIP code with which the call ends because no trunk is left.
 * Their caller ends the call.
 */

/* The caller's side is known; `r` is the route. */
int dial_start(struct td_engine *e, struct call *c, const struct td_conf_route *r);
int dial_answered(struct td_engine *e, struct party *l, const struct sip_msg *m);
/* *by: who ended it, when it ends. */
int dial_failed(struct td_engine *e, struct party *l, int code, enum td_ended_by *by);

void dial_progress(struct td_engine *e, struct party *l, int code);
/* The call ends while a trunk is being called. */
void dial_stop(struct td_engine *e, struct call *c);

#endif
