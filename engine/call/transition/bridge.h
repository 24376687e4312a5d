/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who hears whom. The caller and the party that joined first are relayed to each other while both
 * want to hear; the others wait and hear the queue's music until their turn comes. When nobody is
 * relayed to the caller, the caller hears music.
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_BRIDGE_H
#define TANDEM_ENGINE_CALL_TRANSITION_BRIDGE_H

#include <engine/call/state/state.h>

/* The CDR's other side from now on. */
void bridge_partner(struct call *c, struct party *p);
/* Brings the workers to what the parties' states ask for, and the recording with them. The talk of
 * the party whose turn has come begins. */
void bridge_update(struct td_engine *e, struct call *c);
void bridge_end(struct td_engine *e, struct call *c); /* the call is over */

#endif
