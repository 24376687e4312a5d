/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's side of INVITE. */
#ifndef TANDEM_ENGINE_SIP_DIALOG_UAC_H
#define TANDEM_ENGINE_SIP_DIALOG_UAC_H

#include <engine/sip/dialog/session.h>

/* What the transactions of our INVITEs tell: see struct txn_ops. */
void uac_provisional(struct sip_tu *tu, const struct sip_msg *m, const struct td_flow *flow);
void uac_accepted(
	struct sip_tu *tu, struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow);
/* Acknowledges the dialog of another branch and, with `bye`, ends it. */
void uac_fork(struct txn_layer *l, struct sip_txn *t, const struct sip_msg *m,
	const struct td_flow *flow, bool bye);
void uac_failed(struct sip_tu *tu, int code, const struct sip_msg *m);

#endif
