/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of a call that waits in a queue. The distributor says who is rung and how long; what
 * the telephone answers goes back to it:
 *     180..183 RINGING · 2xx with usable SDP ANSWERED · 486, 600 BUSY · 480, 603 DECLINED · all
 *     else, time-outs and a 2xx that we cannot use FAILED
 * It stays on the stack while they talk: a transfer that finds nobody comes back to it, and it puts
 * the caller into the queue again, with the time waited so far.
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_WAIT_H
#define TANDEM_ENGINE_CALL_TRANSITION_WAIT_H

#include <engine/call/state/state.h>

/* The distributor answers with QUEUED or OVERFLOW, which wait until the input has been worked off.
 */
void wait_start(struct td_engine *e, struct call *c, struct queue *q);
/* UNCONFIRMED: the caller is there. Its wait counts from wait_start(). */
void wait_confirmed(struct td_engine *e, struct call *c);

/* Nobody is moved into a queue that sends them away. 0, or -EBUSY with one line of reason. */
int wait_room(const struct td_engine *e, const struct queue *q, struct td_text *err);

/* By an operator, to another queue: the caller waits there. */
void wait_move(struct td_engine *e, struct call *c, struct queue *to);

/* The distributor's words. */
void wait_queued(struct td_engine *e, struct call *c, const struct td_acd_out *out);
void wait_overflow(struct td_engine *e, struct call *c, const struct td_acd_out *out);
void wait_offer(struct td_engine *e, struct call *c, const struct td_acd_out *out);
void wait_cancel(struct td_engine *e, struct call *c, const struct td_acd_out *out);

#endif
