/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which call a traced SIP message belongs to: a memory of the latest Call-IDs, also of dialogs that
 * are over, since the answer to the last BYE comes after the call's end.
 */
#ifndef TANDEM_ENGINE_CALL_EVENTS_TRACE_H
#define TANDEM_ENGINE_CALL_EVENTS_TRACE_H

#include <engine/call/state/state.h>

/* The call's id by SIP Call-ID; "" when it is none we remember. */
const char *trace_call(const struct td_engine *e, struct str call_id);
void trace_remember(struct td_engine *e, struct str call_id, const char *call);

#endif
