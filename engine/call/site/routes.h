/* SPDX-License-Identifier: BSD-3-Clause */
/* The number dialled -> where the call goes. */
#ifndef TANDEM_ENGINE_CALL_SITE_ROUTES_H
#define TANDEM_ENGINE_CALL_SITE_ROUTES_H

#include <engine/call/state/state.h>

/* The route of a number: the exact number first, then the longest prefix before a '*'. A route for
 * one trunk does not serve others. `trunk` NULL: an agent calls. NULL: there is none, 404. Valid
 * until the next configuration. */
const struct td_conf_route *route_lookup(
	const struct td_engine *e, struct str dialled, const struct trunk *trunk);

#endif
