/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the journal is told of the parties of a call. Who talked, and the caller, get a record when
 * their leg is gone (TD_EV_PARTY). Of who was rung in vain there are live events alone.
 */
#ifndef TANDEM_ENGINE_CALL_EVENTS_PARTIES_H
#define TANDEM_ENGINE_CALL_EVENTS_PARTIES_H

#include <engine/call/state/state.h>

void parties_begin(struct td_engine *e, struct party *p);
void parties_joined(struct td_engine *e, struct party *p);
/* Its SIP session ends. */
void parties_left(struct td_engine *e, struct party *p);
/* Once; later calls do nothing. stats: NULL: its worker has not told them. */
void parties_end(struct td_engine *e, struct party *p, const struct td_leg_stats *stats);

#endif
