/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/check/rules.h>

const struct check_rule *check_broken(const struct check_rule *rules, const struct check_at *k)
{
	for (; rules->holds; rules++)
		if (!rules->holds(k))
			return rules;
	return NULL;
}

bool check_party_used(const struct party *p)
{
	return p->call || p->session || p->media != PARTY_MEDIA_NONE;
}
