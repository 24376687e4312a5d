/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a contact without media, from its creation to its CDR. It waits in line as a call
 * does (line.h); who has the offer accepts it by a request, as it has no telephone that could
 * answer.
 *
 *   WAITING -offer-> OFFERED -accept-> HANDLED -conclude, withdraw-> its CDR
 *      ^                |
 *      +- decline, no answer, withdrawn by the distributor
 *
 *   overflow: another queue's line, or its end; withdraw, hang-up: the end, from any state;
 *   requeue: another queue's line, from any state
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_MEDIALESS_H
#define TANDEM_ENGINE_CALL_TRANSITION_MEDIALESS_H

#include <engine/call/state/state.h>

/* Into the queue. NULL: as many as max_calls are there. */
struct contact *medialess_create(struct td_engine *e, const struct td_contact_request *r,
	struct queue *q, const struct contact_data *d);
/* The distributor's word. */
void medialess_said(struct td_engine *e, struct contact *c, const struct td_acd_out *out);
void medialess_accept(struct td_engine *e, struct contact *c);  /* OFFERED */
void medialess_decline(struct td_engine *e, struct contact *c); /* OFFERED */
/* From any state, WAITING from then on. */
void medialess_requeue(struct td_engine *e, struct contact *c, struct queue *to);
/* From any state; `c` is gone then. code: as a call's, for the cause. */
void medialess_end(struct td_engine *e, struct contact *c, enum td_ended_by by,
	enum td_disposition disposition, int code);

#endif
