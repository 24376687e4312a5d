/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/routes.h>

static const struct td_conf_route *usable(
	const struct td_engine *e, struct str name, const struct trunk *trunk)
{
	const struct td_conf_route *r = conf_lookup(e->conf, TD_KIND_ROUTE, name);

	if (r && r->trunk[0] && (!trunk || strcmp(r->trunk, trunk->object.name) != 0))
		return NULL;
	return r;
}

struct str route_number(struct str user)
{
	return str_cut(&user, ';');
}

const struct td_conf_route *route_lookup(
	const struct td_engine *e, struct str user, const struct trunk *trunk)
{
	const struct td_conf_route *r = NULL;
	struct str dialled = route_number(user);
	char prefix[TD_NAME_BYTES];

	if (!e->conf || !dialled.n)
		return NULL;
	if (dialled.p[dialled.n - 1] != '*') /* whoever dials a pattern dials no number */
		r = usable(e, dialled, trunk);
	for (size_t left = dialled.n + 1; !r && left-- > 0;) {
		if (left + 1 >= sizeof(prefix))
			continue;
		memcpy(prefix, dialled.p, left);
		prefix[left] = '*';
		r = usable(e, (struct str){prefix, left + 1}, trunk);
	}
	return r;
}
