/* SPDX-License-Identifier: BSD-3-Clause */
/* Server transactions: RFC 3261 section 17.2. */
#ifndef TANDEM_ENGINE_SIP_TXN_STRANS_H
#define TANDEM_ENGINE_SIP_TXN_STRANS_H

#include <engine/sip/txn/txn.h>

struct sip_txn *strans_lookup(struct txn_layer *l, const struct sip_msg *m, enum sip_method method);
bool strans_merged(struct txn_layer *l, const struct sip_msg *m);
/* Does this CANCEL say of the INVITE what only its sender knows (section 9.1), and come from the
 * same address? A new connection has another port. */
bool strans_cancels(const struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow);
/* The INVITE whose 2xx this ACK is for, when no dialog knows it any more. NULL: none waits. */
struct sip_txn *strans_accepted(struct txn_layer *l, const struct sip_msg *ack);
struct sip_txn *strans_alloc(
	struct txn_layer *l, const struct sip_msg *m, const struct td_flow *flow);
/* extra: whole header lines with CRLF, may be empty. */
void strans_respond(struct sip_txn *t, int code, struct str extra, struct str sdp);
/* A response from a new transaction. It goes without a transaction when none is free, or when the
 * same request would get the same answer again, so that nothing need be kept (section 8.2.7). */
void strans_reply(struct txn_layer *l, const struct sip_msg *m, const struct td_flow *flow,
	int code, struct str extra, struct str body, bool stateless);
void strans_retransmission(struct sip_txn *t);
void strans_ack(struct sip_txn *t);
/* The peer is reached by this flow's connection from now on. */
void strans_move(struct sip_txn *t, const struct td_flow *flow);

#endif
