/* SPDX-License-Identifier: BSD-3-Clause */
/* Caller and agent talk: bridge, recording, hold, and its end. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_BRIDGE_H
#define TANDEM_ENGINE_CALL_TRANSITION_BRIDGE_H

#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>

/* c->agent has answered and negotiated. */
void bridge_start(struct td_engine *e, struct call *c);
/* Tells the distributor, and hangs up on the agent unless the BYE was the agent's. */
void bridge_end(struct td_engine *e, struct call *c, enum td_ended_by by);
/* A re-INVITE of either side: hold, resume, another address. */
void bridge_reinvite(
	struct td_engine *e, struct party *l, struct sip_session *s, const struct sip_msg *m);
/* The answer to the offer that we put in a re-INVITE's 200. False: it is of no use, and the call
 * must end. */
bool bridge_confirmed(struct td_engine *e, struct party *l, struct str sdp);

#endif
