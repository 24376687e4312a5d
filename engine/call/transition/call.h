/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The caller's way: INVITE, queue, overflow, end.
 *
 *   NEW --QUEUED--> QUEUED --agent answers--> TALKING --either hangs up--> ENDED --> closed
 *    |                 |
 *    |                 +-- caller hangs up, time-out without another queue --> ENDED
 *    +-- INVITE without SDP --> OFFERED --ACK with SDP--> NEW's end, and so on
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_CALL_H
#define TANDEM_ENGINE_CALL_TRANSITION_CALL_H

#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>

/* SIP: */
void call_invite(struct td_engine *e, struct sip_session *s, const struct sip_msg *m);
void call_cancelled(struct td_engine *e, struct party *l); /* by the caller */
/* The ACK brought an answer to an offer of ours. */
void call_confirmed(struct td_engine *e, struct party *l, struct str sdp);
/* What those say whom we call. */
void call_progress(struct td_engine *e, struct party *l, int code);
void call_answered(struct td_engine *e, struct party *l, const struct sip_msg *m);
void call_failed(struct td_engine *e, struct party *l, int code);
/* An answered session ended: by BYE, or (code) since the peer answers no more. */
void call_over(struct td_engine *e, struct party *l, int code);
void call_digit(struct td_engine *e, struct party *l, char digit, unsigned duration_ms);

/* The distributor: */
void call_queued(struct td_engine *e, const struct td_acd_out *out);
void call_overflow(struct td_engine *e, const struct td_acd_out *out);

/* The worker: */
void call_media(struct td_engine *e, struct party *l, const struct td_media_event *ev);

#endif
