/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/call/events/alarm.h>
#include <engine/call/media/place.h>
#include <engine/conf/conf.h>

#define CLEAR_NS (600 * TD_NSEC_PER_SEC) /* whoever forges cannot raise it more often */

static bool among(const struct td_addr *a, const struct td_prefix *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (prefix_contains(&list[i], a))
			return true;
	return false;
}

static bool in_any(const struct td_addr *a, const char *const *list, size_t n)
{
	struct td_prefix p;

	for (size_t i = 0; i < n; i++)
		if (prefix_decode(&p, str_of(list[i])) == 0 && prefix_contains(&p, a))
			return true;
	return false;
}

/* RFC 3927. IPv6's are no hosts' for sdp_leg() already, and so are those of nobody. */
static bool is_link_local(const struct td_addr *a)
{
	static const char *const list[] = {"169.254.0.0/16"};

	return in_any(a, list, 1);
}

/* RFC 1918, 6598, 4193. */
static bool is_private(const struct td_addr *a)
{
	static const char *const list[] = {
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"};

	return in_any(a, list, sizeof(list) / sizeof(list[0]));
}

/* `from`: the party's local address. */
static bool is_ours(
	const struct td_engine *e, const struct td_addr *a, const struct td_addr *from, bool *edge)
{
	const struct conf_list *ports = &e->conf->of[TD_KIND_PORT];
	bool ours = false;

	*edge = false;
	for (uint32_t i = 0; i < ports->count; i++)
		for (unsigned n = 0; n < ports->port[i].address_count; n++) {
			const struct td_prefix *p = &ports->port[i].address[n];

			if (!prefix_contains(p, a))
				continue;
			*edge |= prefix_is_edge(p, a);
			ours |= !prefix_contains(p, from);
		}
	return ours;
}

static bool trunk_allows(const struct trunk *t, const struct td_addr *to, bool ours)
{
	const struct td_conf_trunk *c = &t->conf;

	if (among(to, c->address, c->address_count) || among(to, c->media, c->media_count))
		return true;
	return !c->media_count && !is_private(to) && !ours;
}

static void tell(struct td_engine *e, struct trunk *t, const struct td_addr *to, bool allowed)
{
	char text[ADDR_TEXT];

	if (!allowed) {
		if (!t->media_refused)
			alarm_write(e, TD_ALARM_MEDIA_REFUSED, t->object.name, true,
				"trunk %s: no media to %s, which SDP names: see its key media",
				t->object.name, addr_encode_ip(to, text));
		t->media_refused = e->now;
	} else if (t->media_refused && e->now - t->media_refused > CLEAR_NS) {
		t->media_refused = 0;
		alarm_write(e, TD_ALARM_MEDIA_REFUSED, t->object.name, false,
			"trunk %s: media goes where SDP says", t->object.name);
	}
}

bool place_allowed(struct td_engine *e, const struct party *p, const struct td_addr *to)
{
	struct trunk *t = p->trunk ? p->trunk : p->agent ? NULL : p->call->trunk;
	struct td_addr from = ports_rtp(&e->ports, p->leg);
	bool edge, ours = is_ours(e, to, &from, &edge), allowed = !edge && !is_link_local(to);

	if (!t || !to->family) /* on hold from the beginning */
		return allowed;
	/* whom we called is there */
	allowed = allowed && (addr_equal_ip(to, &p->server) || trunk_allows(t, to, ours));
	tell(e, t, to, allowed);
	return allowed;
}
