/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/routes.h>
#include <engine/base/phone_number.h>
#include <engine/sip/msg/msg.h>
#include <stdio.h>

#define AGENTS (1u << TD_CALLER_AGENTS)
#define TRUNKS (1u << TD_CALLER_TRUNKS)

#define SPACED_BYTES (3 * TD_NUMBER_BYTES) /* a number with all its separators */

/* A route that leads out costs money. So a trunk's calls take it when it says so, and not else. */
static unsigned from(const struct td_conf_route *r)
{
	if (r->from)
		return r->from;
	if (r->trunk[0])
		return TRUNKS;
	return r->trunk_count ? AGENTS : AGENTS | TRUNKS;
}

static bool serves(const struct td_conf_route *r, const struct trunk *trunk)
{
	if (!trunk)
		return from(r) & AGENTS;
	return from(r) & TRUNKS && (!r->trunk[0] || strcmp(r->trunk, trunk->object.name) == 0);
}

static const struct td_conf_route *named(const struct td_engine *e, struct str name)
{
	return conf_lookup(e->conf, TD_KIND_ROUTE, name);
}

bool route_number(struct str user, char out[static TD_NUMBER_BYTES])
{
	struct str name = str_cut(&user, ';');
	char spaced[SPACED_BYTES];

	if (sip_user_plain(name, spaced, sizeof(spaced)) && phone_number_clean(spaced))
		return str_copy(out, TD_NUMBER_BYTES, str_of(spaced));
	return sip_user_plain(name, out, TD_NUMBER_BYTES);
}

bool route_user(struct str user, char out[static TD_NUMBER_BYTES])
{
	struct str params = user;
	size_t n;

	str_cut(&params, ';');
	if (!route_number(user, out))
		return false;
	n = strlen(out);
	if (params.n && n + 1 + params.n >= TD_NUMBER_BYTES)
		return false;
	if (params.n)
		snprintf(out + n, TD_NUMBER_BYTES - n, ";%.*s", STR_FMT(params));
	return true;
}

const struct td_conf_route *route_lookup(const struct td_engine *e, const char *number,
	const struct trunk *trunk, const struct td_conf_route **closed)
{
	const struct td_conf_route *r = NULL;
	struct str dialled = str_of(number);
	char prefix[TD_NAME_BYTES];

	*closed = NULL;
	if (!e->conf || !dialled.n)
		return NULL;
	if (dialled.p[dialled.n - 1] != '*') /* whoever dials a pattern dials no number */
		r = named(e, dialled);
	for (size_t left = dialled.n + 1; !r && left-- > 0;) {
		if (left + 1 >= sizeof(prefix))
			continue;
		memcpy(prefix, dialled.p, left);
		prefix[left] = '*';
		r = named(e, (struct str){prefix, left + 1});
	}
	/* The longest match decides, also when it is not for the caller: a call to a number that
	 * the site has closed must not leave by a shorter one. */
	if (!r || (serves(r, trunk) && !r->refuse))
		return r;
	*closed = r;
	return NULL;
}
