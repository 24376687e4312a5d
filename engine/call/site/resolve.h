/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trunks whose server is a host name. The host finds the addresses (struct td_engine_io.resolve).
 * They are asked for again before their time is over. Addresses that were found once stay in force
 * until others are found, however long no answer comes.
 */
#ifndef TANDEM_ENGINE_CALL_SITE_RESOLVE_H
#define TANDEM_ENGINE_CALL_SITE_RESOLVE_H

#include <engine/call/state/state.h>

/* After a change of the trunk's configuration, or of its life. */
void resolve_apply(struct td_engine *e, struct trunk *t);
void resolve_answer(struct td_engine *e, const struct td_resolved *answer);
/* NULL, or why the trunk's server has no address. */
const char *resolve_missing(const struct trunk *t, char text[static TD_TEXT_BYTES]);

#endif
