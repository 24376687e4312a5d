/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver at the bottom of a call: where its number leads, and what comes next.
 *
 *     trunks: dial; when nobody takes the call, the route's queue, if it has one
 *     a queue: the caller waits; when it overflows, the next queue
 * What leads nowhere ends the call.
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_ROUTE_H
#define TANDEM_ENGINE_CALL_TRANSITION_ROUTE_H

#include <engine/call/state/state.h>

/* r: NULL when it is known that it has no trunks. */
void route_start(
	struct td_engine *e, struct call *c, const struct td_conf_route *r, struct queue *q);

#endif
