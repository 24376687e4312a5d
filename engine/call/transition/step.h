/* SPDX-License-Identifier: BSD-3-Clause */
/* One step of a call, by the table of transitions (table.h). */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_STEP_H
#define TANDEM_ENGINE_CALL_TRANSITION_STEP_H

#include <engine/call/transition/table.h>
#include <engine/sip/msg/msg.h>
#include <tandem/party.h>

/* An event and what came with it; the rest is zero. */
struct call_input {
	enum call_event event;
	struct party *party;
	int code;                /* RINGS, FAILED; *_LEFT: 0 for a BYE; HANG_UP: for the caller */
	const struct sip_msg *m; /* RINGS, ANSWERED, REINVITE, FAILED (NULL: no answer came) */
	struct sip_session *s;   /* REINVITE */
	struct str sdp;          /* CONFIRMED */
	char digit;              /* DIGIT */
	unsigned ms;             /* DIGIT: how long */
	const char *why;         /* HANG_UP: for the story */
	const struct td_acd_out *out;           /* QUEUED, OFFER, OFFER_OVER, OVERFLOW */
	const struct td_media_event *media;     /* MEDIA, GONE */
	struct queue *queue;                    /* MOVE: to which */
	const struct td_party_request *request; /* PARTY */
	struct td_text *err;                    /* PARTY: filled when it is refused */
	int rc;                                 /* PARTY: the answer */
};

/* False: the call's state has no such transition. It is counted and told, and nothing has changed.
 */
bool call_step(struct td_engine *e, struct call *c, struct call_input *in);
/* The same of a party, which may have left its call: then its session ends in order. */
void party_step(struct td_engine *e, struct call_input *in);
/* For struct call.timer. */
void call_due(struct timer *t, uint64_t now);
void life_due(struct timer *t, uint64_t now);

#endif
