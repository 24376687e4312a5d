/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One side of a call: its SIP session, its RTP port and what the worker is told about it.
 *
 * The worker's command ring holds TD_LEG_CREDITS a leg. Setting up and ending a call takes less;
 * only re-INVITEs could exceed it, so those must ask call_leg_can() first. A command is taken for
 * carried out WINDOW_NS after it was sent.
 */
#ifndef TANDEM_ENGINE_CALL_MEDIA_LEG_H
#define TANDEM_ENGINE_CALL_MEDIA_LEG_H

#include <engine/call/media/keys.h>
#include <engine/call/state/state.h>

/* A leg with an RTP port on our address `local`. When the peer's SDP has another `family` (0: that
 * of `local`), on our address of that family on the same port. NULL: errno ENOENT when there is
 * none of ours, ENOBUFS when ports or legs are all in use. */
struct call_leg *call_leg_alloc(struct td_engine *e, struct call *c, struct agent *a,
	const struct td_addr *local, uint8_t family);
/* SIP is over, whichever side ended it. The session must not be touched any more. */
void call_leg_session_over(struct td_engine *e, struct call_leg *l);
/* The call has no use for the leg any more: its media ends; it frees itself when all is over. */
void call_leg_detach(struct td_engine *e, struct call_leg *l);

/* What we offer: our address, the codecs (0-terminated), telephone-event. */
void call_leg_describe(struct td_engine *e, struct call_leg *l, const uint8_t *codecs,
	uint8_t dtmf_pt, uint8_t ptime_ms);
/* What we answer to an offer, or -ENOENT when no codec (of those, preferred first) is common,
 * -EPROTO when it has not the SRTP that it must have. */
int call_leg_answer(
	struct td_engine *e, struct call_leg *l, const uint8_t *codecs, const struct sdp *offer);
/* Takes the peer's description against ours. 0; -ENOENT: nothing in common, or no port; -EPROTO: no
 * SRTP in common; -EDQUOT: it
 * needs more than its link, its trunk or the other leg's link has; then all is as it was. */
int call_leg_negotiate(struct td_engine *e, struct call_leg *l, const struct sdp *peer);
/* The same of an answer, which cannot be refused: the ptime is its author's wish (RFC 3264 section
 * 6.1), and where there is no room for it, packets keep the length of our offer. */
int call_leg_accept(struct td_engine *e, struct call_leg *l, const struct sdp *peer);
/* The same of the answer's text, which came in a 200 or an ACK. When it fails, `why` says the
 * reason in words. */
int call_leg_take(
	struct td_engine *e, struct call_leg *l, struct str text, char why[static KEYS_TEXT]);
/* Renders `ours` into `text`; the slice lasts as long as the storage. */
#define LEG_SDP_BYTES 2048
struct str call_leg_sdp(const struct call_leg *l, char text[static LEG_SDP_BYTES]);

void call_leg_add(struct td_engine *e, struct call_leg *l);
void call_leg_set(struct td_engine *e, struct call_leg *l);
void call_leg_account(struct td_engine *e, struct call_leg *l); /* the call's queue has changed */
void call_leg_del(struct td_engine *e, struct call_leg *l);     /* only what the worker knows of */
void call_leg_play(struct td_engine *e, struct call_leg *l, const struct queue *q);
void call_leg_bridge(struct td_engine *e, struct call_leg *l, const struct call_leg *peer);
void call_leg_unbridge(struct td_engine *e, struct call_leg *l);
void call_leg_tap(struct td_engine *e, struct call_leg *l, uint32_t recording, uint32_t channel);
bool call_leg_can(const struct td_engine *e, const struct call_leg *l, unsigned commands);
/* The worker has answered LEG_DEL: the port goes back. */
void call_leg_gone(struct td_engine *e, struct call_leg *l);

#endif
