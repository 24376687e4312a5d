/* SPDX-License-Identifier: BSD-3-Clause */
/* Third parties: somebody joins a talk, takes it over, or leaves it. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_THIRD_H
#define TANDEM_ENGINE_CALL_TRANSITION_THIRD_H

#include <engine/call/state/state.h>
#include <tandem/party.h>

/*
 * 0: it is under way. -ENOENT: there is no such agent, queue, party or route. -EINVAL: it makes no
 * sense of that kind. -EBUSY: nobody talks to the caller, somebody is rung already, or nobody can
 * be rung. *err says so, and the talk goes on as it was.
 */
int third_request(
	struct td_engine *e, struct call *c, const struct td_party_request *r, struct td_text *err);
/* A party has hung up, or is dropped. False: the talk is over for all, and the call is to end. */
bool third_left(struct td_engine *e, struct call *c, struct party *p, enum td_ended_by by);

#endif
