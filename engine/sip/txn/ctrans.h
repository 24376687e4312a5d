/* SPDX-License-Identifier: BSD-3-Clause */
/* Client transactions: RFC 3261 section 17.1. */
#ifndef TANDEM_ENGINE_SIP_TXN_CTRANS_H
#define TANDEM_ENGINE_SIP_TXN_CTRANS_H

#include <engine/sip/msg/cause.h>
#include <engine/sip/txn/txn.h>

/* Sends l->out as a request. NULL: no transaction was free. Then BYE and CANCEL were sent without
 * one, and an INVITE was not sent. spare: the connection to try when the flow fails, or 0. */
struct sip_txn *ctrans_start(struct txn_layer *l, enum sip_method method, uint64_t branch,
	uint32_t cseq, const struct td_flow *flow, uint32_t spare);
/* Sends l->out as the ACK of the 2xx that t has got; t keeps it for more of the same. */
void ctrans_ack(struct sip_txn *t, const struct td_flow *flow, uint32_t spare);
/* After the first provisional response; before it nothing happens. */
void ctrans_cancel(struct sip_txn *t, enum sip_cause cause);
void ctrans_orphan(struct sip_txn *t); /* its user leaves; the transaction ends by its own timers */
void ctrans_response(struct txn_layer *l, const struct sip_msg *m, const struct td_flow *flow);

#endif
