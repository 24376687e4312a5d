/* SPDX-License-Identifier: BSD-3-Clause */
/* A re-INVITE of a party: hold, resume, another address. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_REINVITE_H
#define TANDEM_ENGINE_CALL_TRANSITION_REINVITE_H

#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>

void reinvite_came(
	struct td_engine *e, struct party *p, struct sip_session *s, const struct sip_msg *m);
/* The answer to the offer that we put in a re-INVITE's 200. False: it is of no use, and the party
 * must leave. */
bool reinvite_confirmed(struct td_engine *e, struct party *p, struct str sdp);

#endif
