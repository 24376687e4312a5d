/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <engine/base/hash.h>
#include <dataplane/net/fib.h>
#include <dataplane/net/way.h>

struct ways *ways_alloc(void)
{
	struct ways *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	if (getrandom(w->seed, sizeof(w->seed), 0) != sizeof(w->seed)) {
		free(w);
		errno = EIO;
		return NULL;
	}
	return w;
}

void ways_free(struct ways *w)
{
	free(w);
}

static uint32_t place_of(const struct ways *w, const struct td_addr *ip)
{
	const struct str bytes = {
		(const char *)ip->ip6, ip->family == 6 ? sizeof(ip->ip6) : sizeof(ip->ip4)};

	return (uint32_t)hash_keyed(w->seed, bytes) % WAY_PLACES;
}

void way_learn(struct ways *w, const struct td_addr *from, unsigned port, const uint8_t mac[6],
	uint64_t now)
{
	struct way *way = &w->way[place_of(w, from)];

	*way = (struct way){.ip = *from, .word = nexthop_make(port, mac), .when = now};
}

uint64_t way_lookup(const struct ways *w, const struct td_addr *to, uint64_t now)
{
	const struct way *way = &w->way[place_of(w, to)];

	return way->word && addr_equal_ip(&way->ip, to) && now - way->when < WAY_NS ? way->word : 0;
}
