/* SPDX-License-Identifier: BSD-3-Clause */
/* The number dialled -> where the call goes. */
#ifndef TANDEM_ENGINE_CALL_SITE_ROUTES_H
#define TANDEM_ENGINE_CALL_SITE_ROUTES_H

#include <engine/call/state/state.h>

/* The number of a SIP user: without its parameters, which say how it was found (RFC 4694), without
 * escapes, and without the separators of a telephone number. False: it is too long, and was cut. */
bool route_number(struct str user, char out[static TD_NUMBER_BYTES]);
/* The same with its parameters, as it stands in a CDR and leaves by a trunk. False: the number is
 * too long, and was cut; or its parameters do not fit, and all of them are left out. */
bool route_user(struct str user, char out[static TD_NUMBER_BYTES]);

/* The route of a number: the exact number first, then the longest prefix before a '*'. A
 * route serves those whom its `from` and its `trunk` name. `trunk` NULL: an agent calls. NULL:
 * there is none, 404, or the one that there is, *closed, does not serve the caller, 404, or it
 * refuses whoever calls, 403. Valid until the next configuration. */
const struct td_conf_route *route_lookup(const struct td_engine *e, const char *number,
	const struct trunk *trunk, const struct td_conf_route **closed);

#endif
