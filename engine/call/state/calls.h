/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding a call by its id, and by its contact with the distributor. */
#ifndef TANDEM_ENGINE_CALL_STATE_CALLS_H
#define TANDEM_ENGINE_CALL_STATE_CALLS_H

#include <engine/call/state/state.h>

/* "1732220776.12" */
void call_id_format(const struct td_engine *e, uint64_t number, char out[static TD_CALL_ID_BYTES]);
struct call *call_by_id(const struct td_engine *e, const char *id); /* NULL: its CDR is written */
struct call *call_lookup(const struct td_engine *e, uint32_t contact); /* NULL: it has left */

#endif
