/* SPDX-License-Identifier: BSD-3-Clause */
/* Where agents' telephones are. */
#ifndef TANDEM_ENGINE_CALL_SITE_AGENTS_H
#define TANDEM_ENGINE_CALL_SITE_AGENTS_H

#include <engine/call/state/state.h>

/* The agent is configured, for the first time or anew. */
void agents_init(struct td_engine *e, struct agent *a);
/* It has a telephone by configuration, or none. */
void agents_reachable(struct td_engine *e, struct agent *a, bool reachable);
/* An operator has logged the agent out, or has done something else with it. */
void agents_by_hand(struct agent *a, bool out);
/* What became of its registration. */
void agents_registered(struct td_engine *e, struct agent *a, enum registrar_change what);

/* It has come back from an earlier run, in which it was reachable or not; away: until when a lost
 * telephone had time to come back, 0: none was lost. */
void agents_back(struct td_engine *e, struct agent *a, bool was_reachable, uint64_t away);

/* A call of its own begins, or ends: one that no queue gave it. It gets no offers meanwhile. */
void agents_own_add(struct td_engine *e, struct agent *a, struct party *p);
void agents_own_del(struct td_engine *e, struct agent *a, struct party *p);

/* Our address on the network of an agent or trunk that does not register; any of ours when it is
 * on none of our networks. Of a stream: an address that the kernel has too. Family 0: there is
 * none. */
struct td_addr agents_local(
	const struct td_engine *e, const struct td_addr *remote, enum td_transport transport);

/* Where to send an INVITE. False: nowhere. Slices live until the registrar's next input. */
struct agents_target {
	struct td_flow flow;
	struct str uri;
	char uri_text[TD_NAME_BYTES + 64];
};
bool agents_target(const struct td_engine *e, const struct agent *a, struct agents_target *out);

#endif
