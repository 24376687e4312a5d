/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A small contact centre at work: an engine, and one SIP user agent that plays all its peers. What
 * either side sends, the other has at once. Workers never answer, so media stays until CLOSE_NS.
 *
 *     acme calls 4989100: queue sales, whose agents are alice, who answers, and bob, who rings
 *     acme calls 0301:    out by the trunk far, which rings
 *     carol, of no queue, rings
 */
#ifndef TANDEM_ENGINE_CALL_CHECK_TEST_FLOOR_H
#define TANDEM_ENGINE_CALL_CHECK_TEST_FLOOR_H

#include <engine/call/state/state.h>

#define FLOOR_MESSAGES 64

struct floor_message {
	struct td_flow flow; /* the receiver's */
	bool to_engine;
	size_t len;
	uint8_t data[SIP_MSG_MAX];
};

struct floor {
	struct td_engine *engine;
	struct sip_ua *peers;
	uint64_t now;
	struct floor_message message[FLOOR_MESSAGES]; /* a ring */
	unsigned head, count;
	bool silent;              /* ACKs are lost */
	unsigned raised, cleared; /* alarms `check-failed` */
	char text[TD_TEXT_BYTES]; /* of the last one */
};

void floor_open(struct floor *f);
void floor_close(struct floor *f);
/* Acme's INVITE, and all that follows from it; sdp: with an offer; without it,
 * the answer to ours does not come. The call. */
struct call *floor_call(struct floor *f, const char *number, bool sdp);
/* A message for queue mail, whose agents are erin and frank: it is offered to one who is free. */
struct contact *floor_contact(struct floor *f);
void floor_run(struct floor *f, uint64_t ns); /* this time passes */

struct agent *floor_agent(const struct floor *f, const char *name);

#endif
