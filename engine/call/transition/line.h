/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A contact in the line of a queue, whatever its channel: what the distributor is told of it, and
 * what of its stay goes to the journal. Who is rung for it is not known here.
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_LINE_H
#define TANDEM_ENGINE_CALL_TRANSITION_LINE_H

#include <engine/call/events/queuelog.h>
#include <engine/call/transition/driver.h>

/* Into a queue. The distributor says then that it is in line, or that there is no room. */
void line_enter(struct td_engine *e, struct contact *c, struct queue *q);
/* The same, of one that has waited for it since then. */
void line_enter_since(struct td_engine *e, struct contact *c, struct queue *q, uint64_t since);
/* Back into its queue, where its wait and the time-out go on from where they were. */
void line_return(struct td_engine *e, struct contact *c);
/* Its place in line. False: only the place has changed. True: line_entered() follows. */
bool line_place(struct contact *c, const struct td_acd_out *out);
void line_entered(struct td_engine *e, struct contact *c);
/* The distributor has taken it out. How it goes on: into another queue, or to its end. */
struct outcome line_overflow(struct td_engine *e, struct contact *c, const struct td_acd_out *out);
/* Taken out: `by` CALLER is an abandon. */
void line_stop(struct td_engine *e, struct contact *c, enum td_ended_by by);
/* By an operator, out of its line and into another queue's. Nobody is rung for it. */
void line_move(struct td_engine *e, struct contact *c, struct queue *to);
/* An offer to the agent is over: RINGNOANSWER, which counts as missed, or RINGCANCELED. */
void line_offer_over(
	struct td_engine *e, const struct contact *c, struct agent *a, enum td_queue_log event);
/* The agent has it; the distributor knows. */
void line_answered(struct td_engine *e, struct contact *c, struct agent *a);

#endif
