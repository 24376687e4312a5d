/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who calls and what for, before there is a call. A caller who is refused costs a transaction and
 * nothing else.
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_INTENT_H
#define TANDEM_ENGINE_CALL_TRANSITION_INTENT_H

#include <engine/call/site/reserve.h>
#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>

struct intent {
	struct trunk *trunk; /* who calls: a trunk, or */
	struct agent *agent; /* an agent; NULL both: nobody known */
	const struct td_conf_route *route;
	struct queue *queue; /* NULL: the route leads out */
	struct sdp sdp;
	bool late; /* no SDP: we offer */
	struct grant grant;
	int code; /* what to refuse with */
	uint16_t cause;
	const char *why;
	char text[RESERVE_TEXT];
};

#define INTENT_PTIME_MS 20 /* of our offer */

/* By the source address of the session. */
void intent_init(const struct td_engine *e, const struct sip_session *s, struct intent *i);
const char *intent_who(const struct intent *i);
/* True: i->grant holds what the caller's leg takes. False: i->code and i->why say what is wrong. */
bool intent_decide(struct td_engine *e, const struct sip_session *s, const struct sip_msg *m,
	struct intent *i);
/* Counts it; false, for the caller to return. */
bool intent_refuse(struct intent *i, uint64_t *counter, int code, const char *why);
/* The same for a limit of the whole site: 503. */
bool intent_full(struct td_engine *e, struct intent *i, const char *why);
/* Those of the caller's side, 0-terminated, preferred first. */
const uint8_t *intent_codecs(const struct intent *i);

#endif
