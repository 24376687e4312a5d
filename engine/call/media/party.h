/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One side of a call: its SIP session, its RTP port and what the worker is told about it.
 *
 * The worker's command ring holds TD_LEG_CREDITS a leg. Setting up and ending a call takes less;
 * only re-INVITEs could exceed it, so those must ask party_can() first. A command is taken for
 * carried out WINDOW_NS after it was sent.
 */
#ifndef TANDEM_ENGINE_CALL_MEDIA_PARTY_H
#define TANDEM_ENGINE_CALL_MEDIA_PARTY_H

#include <engine/call/media/keys.h>
#include <engine/call/state/state.h>

/* A party of the call, the caller (t NULL) or whom we ring, with an RTP port on our address
 * `local`. When the peer's SDP has another `family` (0: that of `local`), on our address of that
 * family on the same port. NULL: errno ENOENT when there is none of ours, EUSERS when the call has
 * PARTIES_MAX, ENOBUFS when ports or parties are all in use. */
struct party *party_alloc(struct td_engine *e, struct call *c, const struct target *t,
	const struct td_addr *local, uint8_t family);
/* SIP is over, whichever side ended it. The session must not be touched any more. */
void party_session_over(struct td_engine *e, struct party *p);
/* The call has no use for the leg any more: its media ends; it frees itself when all is over. */
void party_detach(struct td_engine *e, struct party *p);

/* What we offer: our address, the codecs (0-terminated), telephone-event. */
void party_describe(struct td_engine *e, struct party *p, const uint8_t *codecs, uint8_t dtmf_pt,
	uint8_t ptime_ms);
/* What we answer to an offer, or -ENOENT when no codec (of those, preferred first) is common,
 * -EPROTO when it has not the SRTP that it must have. */
int party_answer(
	struct td_engine *e, struct party *p, const uint8_t *codecs, const struct sdp *offer);
/* Takes the peer's description against ours. 0; -ENOENT: nothing in common, or no port; -EPROTO: no
 * SRTP in common; -EDQUOT: it
 * needs more than its link, its trunk or the other leg's link has; then all is as it was. */
int party_negotiate(struct td_engine *e, struct party *p, const struct sdp *peer);
/* The same of the answer's text, which came in a 200 or an ACK. When it fails, `why` says the
 * reason in words. */
int party_take(struct td_engine *e, struct party *p, struct str text, char why[static KEYS_TEXT]);
/* Keeps what an answer in a provisional response says, and nothing of it is in force yet; one that
 * is of no use is not kept. `dialog`: not 0, and of each dialog another one. Of one dialog the last
 * answer counts, of different ones (forks) each counts for itself. */
void party_keep_early(struct td_engine *e, struct party *p, struct str text, uint64_t dialog);
/* Takes it, now that this dialog's 2xx has come without any, and forgets the others'. -ENOENT:
 * there is none. */
int party_take_early(struct td_engine *e, struct party *p, uint64_t dialog);
/* Renders `ours` into `text`; the slice lasts as long as the storage. */
#define PARTY_SDP_BYTES 2048
struct str party_sdp(const struct party *p, char text[static PARTY_SDP_BYTES]);

void party_add(struct td_engine *e, struct party *p);
void party_set(struct td_engine *e, struct party *p);
void party_account(struct td_engine *e, struct party *p); /* the call's queue has changed */
void party_del(struct td_engine *e, struct party *p);     /* only what the worker knows of */
/* The queue's music. One that plays already goes on, also where another queue has the same. */
void party_play(struct td_engine *e, struct party *p, const struct queue *q);
/* The worker says that a play is over. False: it is not the party's last one, or a bridge has ended
 * that one; it is counted and means nothing. */
bool party_played(struct td_engine *e, struct party *p, uint32_t number);
void party_bridge(struct td_engine *e, struct party *p, struct party *peer);
void party_unbridge(struct td_engine *e, struct party *p, struct party *peer);
void party_untap(struct td_engine *e, struct party *p);
void party_tap(struct td_engine *e, struct party *p, uint32_t recording, uint32_t channel);
bool party_can(const struct td_engine *e, const struct party *p, unsigned commands);
/* The worker has answered LEG_DEL: the port goes back. */
void party_gone(struct td_engine *e, struct party *p);

#endif
