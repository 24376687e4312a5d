/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SRTP of a leg: whether, and with which keys (RFC 4568 section 5.1, 7.1.4).
 *
 * Our key lives as long as suite and peer stay: when a peer sends another key of its own, our
 * stream to it does not change. Another address gets a new key, with the rollover counter at 0: the
 * host there may know neither the old key nor the counter, and it must not know the key.
 */
#ifndef TANDEM_ENGINE_CALL_MEDIA_KEYS_H
#define TANDEM_ENGINE_CALL_MEDIA_KEYS_H

#include <engine/call/state/state.h>

enum td_srtp_policy keys_policy(const struct party *p);
/* Our offer, in p->ours, gets a key for each suite we have, if the leg may have SRTP. */
void keys_offer(struct td_engine *e, struct party *p);
/* Our answer, in p->ours, gets one. 0 or -EPROTO: the offer has none that we can use. */
int keys_answer(struct td_engine *e, struct party *p, const struct sdp *offer);

struct keys_chosen {
	const struct sdp_crypto *in, *out; /* NULL: RTP */
};
/* What offer and answer agree upon. 0; -EPROTO: they do not, or on less than the leg must have. */
int keys_choose(const struct party *p, const struct sdp *peer, struct keys_chosen *out);
/* It is in force; the worker is to be told. */
void keys_take(struct td_engine *e, struct party *p, const struct keys_chosen *chosen);
void keys_wipe(struct party *p);

/* Octets that a packet is longer by: with this key, with the longest of an offer, of our own. */
uint8_t keys_tag(const struct td_srtp_key *key);
uint8_t keys_tag_chosen(const struct keys_chosen *chosen);
uint8_t keys_tag_offered(const struct sdp *offer);
uint8_t keys_tag_ours(enum td_srtp_policy policy);

/* Why a call cannot be: "no codec in common", or what it lacks for SRTP. */
#define KEYS_TEXT 96
const char *keys_why(int rc, const struct sdp *peer, char text[static KEYS_TEXT]);

#endif
