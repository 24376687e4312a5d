/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legs with SRTP. They take the general way, and so does what is relayed to one: LEG_SRTP keeps
 * both out of the fast lane. An incoming packet is decrypted after the source check and before
 * everything that counts, records and relays. An outgoing packet is encrypted last. Without a key,
 * nothing passes.
 *
 * With TD_SOURCE_LATCH it is decrypted first: an authentic packet proves its source by itself.
 */
#ifndef TANDEM_DATAPLANE_LEG_SECURE_H
#define TANDEM_DATAPLANE_LEG_SECURE_H

#include <dataplane/leg/state.h>
#include <dataplane/rtp/srtp.h>

/* Memory is taken where there are such legs. */
struct leg_secure {
	struct srtp_stream in, out;
	struct srtp_stream before; /* the peer's key before this one: packets on their way use it */
	uint32_t changed;          /* when the first packet came with the new one */
	bool confirmed;            /* it did */
};

void secure_set(struct legs *r, uint32_t id, bool on); /* LEG_ADD, LEG_SET, the end */
void secure_key(struct legs *r, uint32_t id, bool in, const struct td_srtp_key *key);

/* A media packet of the leg in its struct pkt becomes plain. False: it was taken. */
bool secure_open(struct legs *r, struct rte_mbuf *m, bool rtcp, uint32_t time);
/* A frame of ours to the leg's peer becomes SRTP, its lengths right. False: it was taken. */
bool secure_seal(struct legs *r, uint32_t id, struct rte_mbuf *m, bool rtcp);
unsigned secure_more(const struct legs *r, uint32_t id); /* octets of a packet of RTP */

#endif
