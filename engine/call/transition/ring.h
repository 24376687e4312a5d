/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ringing one agent for one call, as the distributor said. The distributor counts the ring time;
 * what the telephone answers goes back to it:
 *     180..183 RINGING · 2xx with usable SDP ANSWERED · 486, 600 BUSY · 480, 603 DECLINED · all
 *     else, time-outs and a 2xx that we cannot use FAILED
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_RING_H
#define TANDEM_ENGINE_CALL_TRANSITION_RING_H

#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>

void ring_start(struct td_engine *e, const struct td_acd_out *out);
void ring_cancel(struct td_engine *e, const struct td_acd_out *out);
/* Hangs the ringing agent up; c->agent is none afterwards. event: RINGNOANSWER or RINGCANCELED. */
void ring_stop(struct td_engine *e, struct call *c, const char *event);

void ring_progress(struct td_engine *e, struct party *l, int code);
void ring_answered(struct td_engine *e, struct party *l, const struct sip_msg *m);
void ring_failed(struct td_engine *e, struct party *l, int code);

#endif
