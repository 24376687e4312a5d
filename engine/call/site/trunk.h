/* SPDX-License-Identifier: BSD-3-Clause */
/* Who calls, by source address: a trunk, or an agent's registered telephone. */
#ifndef TANDEM_ENGINE_CALL_SITE_TRUNK_H
#define TANDEM_ENGINE_CALL_SITE_TRUNK_H

#include <engine/call/state/state.h>

/*
 * Writes into the flow who the peer is, where it is not there yet: the trunk whose prefix around
 * the source is the longest, else the agent who registered by that flow. False: nobody that we
 * know.
 */
bool trunk_know(const struct td_engine *e, struct td_flow *flow);
/* Who stands in the flow; NULL: nobody. It may have gone from the configuration since. */
struct trunk *trunk_of(const struct td_engine *e, const struct td_flow *flow);
struct agent *trunk_agent_of(const struct td_engine *e, const struct td_flow *flow);
/* How many addresses its server has; 0: resolve_missing() says why. */
unsigned trunk_addresses(const struct trunk *t);
/* A call has got an answer at this address, or none: then it comes last for a minute. */
void trunk_heard(struct td_engine *e, struct trunk *t, const struct td_addr *server, bool heard);
/* The way to one of them, those first that answer: `place` is less than trunk_addresses(). */
struct td_flow trunk_flow(const struct td_engine *e, const struct trunk *t, unsigned place);
/* Its 503 has this Retry-After: no call goes out by it meanwhile, 1 s to 300 s. Returns how many
 * seconds; 0: the text is no time, and it does not rest. RFC 3261 section 21.5.4. */
uint32_t trunk_rest(struct td_engine *e, struct trunk *t, struct str retry_after);
static inline bool trunk_rests(const struct td_engine *e, const struct trunk *t)
{
	return t->rests > e->now;
}
/* Of the trunks of a route those that do not rest, in its order; when all rest, the one that rests
 * the shortest. out has room for TD_CONF_LIST; returns how many. */
uint8_t trunk_targets(const struct td_engine *e, const struct td_conf_route *r, struct target *out);
/* The trunks' prefixes, longest first. `out` has room for all; returns how many. Trunks must be in
 * the table. */
uint32_t trunk_sources(
	const struct td_engine *e, const struct td_conf *conf, struct trunk_source *out);
/* Those who follow live hear that the configuration has the trunk now, or has it no more. */
void trunk_tell(struct td_engine *e, const struct trunk *t, bool configured);

#endif
