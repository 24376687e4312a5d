/* SPDX-License-Identifier: BSD-3-Clause */
/* Call detail records: one a call that a trunk or an agent has asked for, written when it ended. */
#ifndef TANDEM_ENGINE_CALL_CDR_H
#define TANDEM_ENGINE_CALL_CDR_H

#include <engine/call/state.h>

void cdr_media(struct td_ev_media *out, const struct td_leg_stats *stats, uint8_t codec);
void cdr_write(struct td_engine *e, const struct td_ev_cdr *cdr);

#endif
