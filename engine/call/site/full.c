/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/alarm.h>
#include <engine/call/site/full.h>
#include <engine/base/addr.h>
#include <stdio.h>

#define CROWDED_TENTHS 9

static const char *const names[SITE_LIMIT_COUNT] = {
#define NAME(id, name, help) [SITE_LIMIT_##id] = (name),
	SITE_LIMITS(NAME)
#undef NAME
};

static const char *const helps[SITE_LIMIT_COUNT] = {
#define HELP(id, name, help) [SITE_LIMIT_##id] = (help),
	SITE_LIMITS(HELP)
#undef HELP
};

struct use {
	uint32_t used, of;
};

static bool crowded(struct use u)
{
	return (uint64_t)u.used * 10 > (uint64_t)u.of * CROWDED_TENTHS;
}

static struct use pool_use(const struct pool *p)
{
	return (struct use){p->capacity - p->free_count, p->capacity};
}

static bool more(struct use a, struct use b)
{
	return (uint64_t)a.used * b.of > (uint64_t)b.used * a.of;
}

/* The address with the fewest numbers left. */
static struct use ports_use(const struct ports *p, uint32_t *at)
{
	struct use most = {0, 1};

	*at = 0;
	for (uint32_t a = 0; a < p->addresses; a++) {
		struct use u = {p->per_address, p->per_address};

		for (uint32_t w = 0; w < p->workers; w++)
			u.used -= ports_room(p, a, w);
		if (!more(u, most))
			continue;
		most = u;
		*at = a;
	}
	return most;
}

/* A call that has ended has its record until its media has ended, too. */
static struct use records_use(const struct td_engine *e)
{
	struct use calls = pool_use(&e->calls), parties = pool_use(&e->parties);

	return more(parties, calls) ? parties : calls;
}

static struct use limit_use(const struct td_engine *e, enum site_limit limit)
{
	uint32_t at;

	switch (limit) {
	case SITE_LIMIT_CALLS:
		return (struct use){e->calls_running, e->params.max_calls};
	case SITE_LIMIT_CONTACTS:
		return (struct use){e->contact_count, e->params.max_calls};
	case SITE_LIMIT_RECORDS:
		return records_use(e);
	default:
		return ports_use(&e->ports, &at);
	}
}

bool full_crowded(const struct td_engine *e, enum site_limit limit)
{
	return crowded(limit_use(e, limit));
}

static void tell(struct td_engine *e, enum site_limit limit, bool raised)
{
	struct use u = limit_use(e, limit);
	char address[ADDR_TEXT] = "";
	uint32_t at;

	e->full ^= 1u << limit;
	if (limit == SITE_LIMIT_RTP_PORTS && e->ports.addresses) {
		ports_use(&e->ports, &at);
		addr_encode_ip(&e->ports.address[at], address);
	}
	alarm_write(e, TD_ALARM_SITE_FULL, names[limit], raised, "%s: %s%s%s: %u of %u %s in use",
		names[limit], raised ? "the site is full" : "there is room again",
		address[0] ? ", address " : "", address, u.used, u.of, helps[limit]);
}

void full_refused(struct td_engine *e, enum site_limit limit)
{
	if (!(e->full >> limit & 1))
		tell(e, limit, true);
}

void full_look(struct td_engine *e)
{
	for (unsigned limit = 0; e->full >> limit; limit++)
		if (e->full >> limit & 1 && !full_crowded(e, limit))
			tell(e, limit, false);
}
