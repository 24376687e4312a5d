/* SPDX-License-Identifier: BSD-3-Clause */
/* An agent's stays in a state, as the distributor says; one row of the journal each. */
#ifndef TANDEM_ENGINE_CALL_SITE_STAY_H
#define TANDEM_ENGINE_CALL_SITE_STAY_H

#include <engine/call/state/state.h>

/* The distributor's AGENT output: ends a stay, begins another. */
void stay_begin(struct td_engine *e, const struct td_acd_out *out);
/* The stays in progress end here, for the journal. */
void stay_end_all(struct td_engine *e);

#endif
