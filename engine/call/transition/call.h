/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What SIP and the worker tell of a call.
 *
 *   CONNECTING --somebody answers--> TALKING --either hangs up--> ENDED --> closed
 *    |   ^                            |
 *    |   +-- all others leave, one is rung yet
 *    +-- the caller hangs up, nobody is left to be tried --> ENDED
 *   INVITE without SDP, or a queue for a caller who may not be there --> UNCONFIRMED --ACK-->
 *   CONNECTING
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_CALL_H
#define TANDEM_ENGINE_CALL_TRANSITION_CALL_H

#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>

/* SIP: */
void call_invite(struct td_engine *e, struct sip_session *s, const struct sip_msg *m);
void call_cancelled(struct td_engine *e, struct party *p); /* by the caller */
/* ACK to a 200: a caller is there, or an answer to an offer of ours has come. */
void call_confirmed(struct td_engine *e, struct party *p, struct str sdp);
/* An answered session ended: by BYE, or (code) since the peer answers no more. */
void call_over(struct td_engine *e, struct party *p, int code);
void call_digit(struct td_engine *e, struct party *p, char digit, unsigned duration_ms);

/* The worker: */
void call_media(struct td_engine *e, struct party *p, const struct td_media_event *ev);

#endif
