/* SPDX-License-Identifier: BSD-3-Clause */
/* The server's side: requests. */
#ifndef TANDEM_ENGINE_SIP_DIALOG_UAS_H
#define TANDEM_ENGINE_SIP_DIALOG_UAS_H

#include <engine/sip/dialog/session.h>

void uas_request(struct sip_ua *ua, const struct sip_msg *m, const struct td_flow *flow);
/* see struct txn_ops */
void uas_expired(struct sip_tu *tu);
void uas_no_ack(struct sip_tu *tu);
void uas_lost(struct sip_tu *tu);

#endif
