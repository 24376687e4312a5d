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

/* "1732220776.12" */
void call_id_format(const struct td_engine *e, uint64_t number, char out[static TD_CALL_ID_BYTES]);
void call_invite(struct td_engine *e, struct sip_session *s, const struct sip_msg *m);
/* The ACK brought the answer to our offer. */
void call_confirmed(struct td_engine *e, struct call *c, struct str sdp);
void call_queued(struct td_engine *e, const struct td_acd_out *out);
void call_overflow(struct td_engine *e, const struct td_acd_out *out);
struct call *call_by_id(const struct td_engine *e, const char *id); /* NULL: its CDR is written */
struct call *call_lookup(const struct td_engine *e, uint32_t contact); /* NULL: it has left */
/* No longer with the distributor: it has told us, or is told by the caller of this. */
void call_leave(struct td_engine *e, struct call *c);
/* Ends everything; the CDR follows when the media's last numbers have come. */
void call_end(struct td_engine *e, struct call *c, enum ended_by by,
	enum td_disposition disposition, int code);
void call_digit(struct td_engine *e, struct call_leg *l, char digit, unsigned duration_ms);
void call_media(struct td_engine *e, struct call_leg *l, const struct td_media_event *ev);
void call_close(struct td_engine *e, struct call *c); /* one that has ended; writes its CDR */
void call_gone(struct td_engine *e, struct call_leg *l, const struct td_leg_stats *stats);

#endif
