/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver that rings somebody without the distributor: trunks one after the other for a number
 * that leads out, or whom an operator names. Who answers talks to the caller; then its work is
 * done.
 *
 * An answer that concerns the trunk leads to the next one, an answer that concerns the number or
 * the called person is the outcome: may_succeed() in dial.c has both.
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_DIAL_H
#define TANDEM_ENGINE_CALL_TRANSITION_DIAL_H

#include <engine/call/state/state.h>
#include <engine/call/transition/attempt.h>

/* When nobody can be rung, the driver returns at once. */
void dial_start(struct td_engine *e, struct call *c, const struct attempt_plan *plan);
/* The caller talks meanwhile, and who answers joins; when nobody does, nothing changes. 0: somebody
 * is rung. -EBUSY: nobody can be rung, and *err says why the last one cannot. */
int dial_join(
	struct td_engine *e, struct call *c, const struct attempt_plan *plan, struct td_text *err);
/* Those who talked have left while somebody is rung: the caller waits for that one alone. */
void dial_alone(struct call *c);
/* Whoever rings is hung up, and the driver returns. */
void dial_cancel(struct td_engine *e, struct call *c, enum sip_cause cause);
void dial_no_answer(struct td_engine *e, struct call *c); /* its time is over */
bool dial_rings(struct call *c);                          /* this driver is on top */

#endif
