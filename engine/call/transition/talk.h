/* SPDX-License-Identifier: BSD-3-Clause */
/* Parties who talk to the caller: how they join, and how they leave. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_TALK_H
#define TANDEM_ENGINE_CALL_TRANSITION_TALK_H

#include <engine/call/state/state.h>

/* Why somebody leaves the talk. */
enum talk_end {
	TALK_OVER,       /* the talk is over for all */
	TALK_TRANSFERRED /* it goes on with others, or the caller waits for them */
};

/* The party has answered, and its SDP is in force. It talks to the caller when its turn comes:
 * bridge_update(). */
void talk_join(struct td_engine *e, struct call *c, struct party *p);
/* The call goes on without it, or ends: told to the distributor; BYE unless its session is over.
 * `to`: who has the caller now, for TALK_TRANSFERRED. */
void talk_leave(struct td_engine *e, struct call *c, struct party *p, enum td_ended_by by,
	enum talk_end why, const char *to);
/* The caller's 200, unless it has been sent. */
void talk_answer(struct td_engine *e, struct call *c);

#endif
