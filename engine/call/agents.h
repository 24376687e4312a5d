/* SPDX-License-Identifier: BSD-3-Clause */
/* Agents: what the distributor says of them, where their telephones are, what operators ask. */
#ifndef TANDEM_ENGINE_CALL_AGENTS_H
#define TANDEM_ENGINE_CALL_AGENTS_H

#include <engine/call/state.h>

/* The distributor's AGENT output: ends a stay, begins another. */
void agent_state(struct td_engine *e, const struct td_acd_out *out);
const char *agent_state_name(uint8_t state);

/* A telephone registered, or the last registration went. */
void agent_reachable(struct td_engine *e, struct agent *a, bool reachable);

/* Where to send an INVITE. False: nowhere. Slices live until the registrar's next input. */
struct agent_target {
	struct td_addr local, remote;
	struct str uri;
	char uri_text[TD_NAME_BYTES + 64];
};
bool agent_target(const struct td_engine *e, const struct agent *a, struct agent_target *out);

#endif
