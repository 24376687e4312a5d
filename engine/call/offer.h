/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ringing one agent for one call, as the distributor said. The distributor counts the ring time;
 * what the telephone answers goes back to it:
 *     180..183 RINGING · 2xx with usable SDP ANSWERED · 486, 600 BUSY · 480, 603 DECLINED · all
 *     else, time-outs and a 2xx that we cannot use FAILED
 */
#ifndef TANDEM_ENGINE_CALL_OFFER_H
#define TANDEM_ENGINE_CALL_OFFER_H

#include <engine/call/state.h>
#include <engine/sip/msg.h>

void offer_start(struct td_engine *e, const struct td_acd_out *out);
void offer_cancel(struct td_engine *e, const struct td_acd_out *out);
/* Hangs the ringing agent up; c->agent is none afterwards. event: RINGNOANSWER or RINGCANCELED. */
void offer_stop(struct td_engine *e, struct call *c, const char *event);

void offer_progress(struct td_engine *e, struct leg *l, int code);
void offer_answered(struct td_engine *e, struct leg *l, const struct sip_msg *m);
void offer_failed(struct td_engine *e, struct leg *l, int code);

#endif
