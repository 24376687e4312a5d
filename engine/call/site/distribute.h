/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one way to the distributor: each input is journaled, then stepped; each output is journaled,
 * then done. Agents' states are taken over at once; the rest waits in a ring until the engine's
 * present input has been worked off, so the distributor is never entered from within itself.
 */
#ifndef TANDEM_ENGINE_CALL_SITE_DISTRIBUTE_H
#define TANDEM_ENGINE_CALL_SITE_DISTRIBUTE_H

#include <engine/call/state/state.h>

int distribute_init(struct td_engine *e); /* 0 or -ENOMEM */
void distribute_fini(struct td_engine *e);
void distribute_start(struct td_engine *e);

/* Sets in->now. The distributor's verdict: 0 or a negative errno (engine/acd/acd.h). Clear *in with
 * memset: it is journaled byte for byte. */
int distribute(struct td_engine *e, struct td_acd_in *in);
/* The same for what is only about one agent and contact; 0 where there is none. */
int distribute_event(struct td_engine *e, enum td_acd_in_type type, const struct agent *a,
	uint32_t contact, uint32_t reason);
void distribute_due(struct td_engine *e); /* fires the distributor's own deadlines */
/* The oldest output that waits; false: none waits. */
bool distribute_next(struct td_engine *e, struct said *out);
/* The agent's link as the distributor knows it; NULL: none. While a configuration takes effect, it
 * may differ from a->link. */
struct link *distribute_link(const struct td_engine *e, const struct agent *a);

#endif
