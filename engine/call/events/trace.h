/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which call a traced SIP message belongs to: a memory of Call-IDs, also of dialogs that are over,
 * since the answer to the last BYE comes after the call's end.
 *
 * The Call-ID of a leg is known for as long as the leg lives. There is room for TRACES_PER_PARTY
 * times as many Call-IDs as there can be parties, so at least one more for each possible party is
 * known of those that are over or were refused: the latest ones. Nothing is allocated after
 * traces_init().
 */
#ifndef TANDEM_ENGINE_CALL_EVENTS_TRACE_H
#define TANDEM_ENGINE_CALL_EVENTS_TRACE_H

#include <engine/call/state/state.h>

#define TRACES_PER_PARTY 2

int traces_init(struct traces *t, uint32_t parties, uint64_t seed); /* 0 or -ENOMEM */
void traces_fini(struct traces *t);                                 /* harmless when zeroed */

/* The call's id by SIP Call-ID; "" when it is none we remember. */
const char *trace_call(const struct traces *t, struct str call_id);
void trace_remember(struct traces *t, struct str call_id, const char *call);

/* The leg has this Call-ID, which was the last to be remembered, until trace_release(). */
void trace_hold(struct traces *t, struct str call_id, struct party *p);
void trace_release(struct party *p);

#endif
