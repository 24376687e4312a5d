/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's reservations: before a leg is offered or accepted it takes what its streams need of
 * its trunk and its link, and gives it back when its media ends (party.c).
 *
 * A relayed packet keeps its length, so both parties of a call take what the shortest ptime on
 * either needs. A hold keeps what it has: resuming must not fail. Agents behind a link with a limit
 * are rung only while it has room: the distributor is told how many more calls it takes.
 */
#ifndef TANDEM_ENGINE_CALL_SITE_RESERVE_H
#define TANDEM_ENGINE_CALL_SITE_RESERVE_H

#include <engine/call/state/state.h>

/* What a stream of ours takes of a line: `local` is our media address, `srtp` the policy of trunk
 * or agent. Where SRTP may be, it is counted with the longest tag. */
struct rate reserve_rate(const struct td_engine *e, const struct td_addr *local, uint8_t tag,
	uint8_t codec, uint8_t ptime_ms);

/* For a leg with a trunk, or an agent's telephone; out: one that we call. NULL, and *g holds it; or
 * who has no room. */
const struct budget *reserve_take(struct td_engine *e, struct grant *g, struct trunk *t,
	const struct agent *a, const struct rate *rate, bool out);
/* One more call, as calls usually are, would be refused; or the alarm of that still stands. */
bool reserve_none_left(const struct budget *b);
/* What reserve_take() would say of a leg with a trunk, and nothing changes. */
struct budget *reserve_check(struct trunk *t, const struct rate *rate);
/* Someone was refused for it: the alarm. */
void reserve_refused(struct td_engine *e, struct budget *b);
/* The party has described itself anew: 0, or -EDQUOT and all is as it was. */
int reserve_change(
	struct td_engine *e, struct party *p, const struct td_leg_params *to, uint8_t tag);
void reserve_release(struct td_engine *e, struct grant *g);

/* "link dsl is full" */
#define RESERVE_TEXT 64
const char *reserve_text(const struct budget *b, char text[static RESERVE_TEXT]);

/* The OFFER that took room off the link has been tried: that room is free or in use. */
void reserve_rung(struct td_engine *e, struct link *k);
/* The link refused the call that the distributor had for this agent. True: the distributor has
 * been told, and NO_ROOM may follow. False: the link can never carry such a call. */
bool reserve_full(struct td_engine *e, const struct agent *a, const struct rate *rate);

/* Limits have changed, or who is behind which link. The distributor's outputs wait. */
void reserve_config(struct td_engine *e);

/* The numbers of links as the distributor knows them: a link without a limit is none to it. */
uint32_t reserve_link(const struct link *k);

#endif
