/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the journal is told of the parties of a call. The caller, and whoever answered, get a record
 * when their leg is gone (TD_EV_PARTY). Of who was rung in vain there are live events alone; the
 * last one says why. A party whose CANCEL is under way may still answer: its end is told when its
 * SIP session is over, which may be after its call.
 */
#ifndef TANDEM_ENGINE_CALL_EVENTS_PARTIES_H
#define TANDEM_ENGINE_CALL_EVENTS_PARTIES_H

#include <engine/call/state/state.h>
#include <engine/sip/msg/cause.h>

void parties_begin(struct td_engine *e, struct party *p);
void parties_joined(struct td_engine *e, struct party *p);
/* A 200 has come, wanted or not. */
void parties_answered(struct td_engine *e, struct party *p);
/* Why it is given up, or does not join. The first reason stays, but a 200 that comes later is late.
 */
void parties_given_up(struct party *p, enum sip_cause cause);
void parties_failed(struct party *p, int code);
/* Its SIP session ends. */
void parties_left(struct td_engine *e, struct party *p);
/* Once; later calls do nothing. stats: NULL: its worker has not told them. */
void parties_end(struct td_engine *e, struct party *p, const struct td_leg_stats *stats);
/* It gets a record at its end, which has not come. */
bool parties_owe(const struct party *p);
/* That record, with times of the engine's clock, in *ev, which is zero. `ended` 0: it has not left;
 * what its leg carried is left out. */
void parties_fill(struct td_ev_party *ev, const struct party *p);
void parties_write(struct td_engine *e, struct td_ev_party *ev); /* the journal gets it */
void parties_stop(struct td_engine *e); /* those whose CANCEL is not answered */

#endif
