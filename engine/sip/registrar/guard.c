/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <engine/base/hash.h>
#include <engine/base/prng.h>
#include <engine/sip/registrar/guard.h>

#define WAYS      4
#define NET6_BITS 64 /* who has one IPv6 address has its network */

const char *const guard_kinds[GUARD_KIND_COUNT] = {
#define GUARD_KIND_NAME(id, name, times, help) [GUARD_##id] = (name),
	GUARD_KINDS(GUARD_KIND_NAME)
#undef GUARD_KIND_NAME
};

static const uint32_t times_of[GUARD_KIND_COUNT] = {
#define GUARD_KIND_TIMES(id, name, times, help) [GUARD_##id] = (times),
	GUARD_KINDS(GUARD_KIND_TIMES)
#undef GUARD_KIND_TIMES
};

/* A failure is worth block_ns / limit of its kind, and a nanosecond takes one away. So `level`, as
 * of `at`, is block_ns at the limit. */
struct count {
	uint64_t key; /* 0: free */
	uint64_t level, at;
	uint64_t blocked; /* until; 0: not */
	struct guard_row who;
};

struct guard {
	uint64_t seed[2];
	struct guard_limits limits;
	uint64_t until;
	struct count count[GUARD_PLACES];
};

struct guard *guard_alloc(uint64_t seed)
{
	struct guard *g = calloc(1, sizeof(*g));
	struct prng prng;

	if (!g) {
		errno = ENOMEM;
		return NULL;
	}
	prng_init(&prng, seed);
	g->seed[0] = prng_u64(&prng);
	g->seed[1] = prng_u64(&prng);
	return g;
}

void guard_free(struct guard *g)
{
	free(g);
}

void guard_set(struct guard *g, const struct guard_limits *l)
{
	g->limits = *l;
	if (!g->limits.failures)
		g->limits.failures = 1;
}

static struct td_addr network(const struct td_addr *source)
{
	struct td_addr a = *source;

	a.port = 0;
	if (a.family == 6)
		memset(a.ip6 + NET6_BITS / 8, 0, sizeof(a.ip6) - NET6_BITS / 8);
	return a;
}

static uint64_t key_of(
	const struct guard *g, enum guard_kind kind, const struct td_addr *source, struct str user)
{
	struct {
		uint8_t kind, family;
		uint8_t ip[16];
		uint8_t user[16]; /* a hash: a name may be long */
	} key = {.kind = (uint8_t)kind};
	uint64_t name = kind == GUARD_SOURCE ? 0 : hash_keyed(g->seed, user);

	if (kind != GUARD_USER) {
		key.family = source->family;
		memcpy(key.ip, source->ip6, sizeof(key.ip));
	}
	memcpy(key.user, &name, sizeof(name));
	return hash_keyed(g->seed, (struct str){(const char *)&key, sizeof(key)}) | 1;
}

static uint64_t level_now(const struct count *c, uint64_t now)
{
	uint64_t passed = now > c->at ? now - c->at : 0;

	return c->level > passed ? c->level - passed : 0;
}

static struct count *count_lookup(struct guard *g, uint64_t key)
{
	struct count *set = &g->count[(key >> 1) % (GUARD_PLACES / WAYS) * WAYS];

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

/* Whose place is needed: who is blocked stays, then who has guessed most. */
static struct count *count_take(struct guard *g, uint64_t now, uint64_t key)
{
	struct count *set = &g->count[(key >> 1) % (GUARD_PLACES / WAYS) * WAYS];
	struct count *lowest = set;
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t level = level_now(&set[i], now) +
				 (set[i].blocked > now ? set[i].blocked - now + INT64_MAX / 2 : 0);

		if (level < least) {
			least = level;
			lowest = &set[i];
		}
	}
	*lowest = (struct count){.key = key};
	return lowest;
}

static bool blocked(struct guard *g, uint64_t now, enum guard_kind kind,
	const struct td_addr *source, struct str user)
{
	const struct count *c = count_lookup(g, key_of(g, kind, source, user));

	return c && c->blocked > now;
}

bool guard_allows(
	struct guard *g, uint64_t now, const struct td_addr *source, struct str user, bool near)
{
	struct td_addr from = network(source);

	return !blocked(g, now, GUARD_PAIR, &from, user) &&
	       (near || (!blocked(g, now, GUARD_SOURCE, &from, user) &&
				!blocked(g, now, GUARD_USER, &from, user)));
}

static void block(struct guard *g, struct count *c, const struct guard_row *who)
{
	c->level = 0;
	c->blocked = who->until;
	c->who = *who;
	if (g->until < c->blocked)
		g->until = c->blocked;
}

/* The one who has just been blocked by it, or NULL. */
static const struct count *failed(struct guard *g, uint64_t now, enum guard_kind kind,
	const struct td_addr *source, struct str user)
{
	struct guard_row who = {.kind = kind, .until = now + g->limits.block_ns};
	uint64_t key = key_of(g, kind, source, user);
	uint64_t limit = g->limits.failures * (uint64_t)times_of[kind];
	struct count *c = count_lookup(g, key);

	if (!c)
		c = count_take(g, now, key);
	c->level = level_now(c, now) + g->limits.block_ns / limit;
	c->at = now;
	/* The first ones run down while the others come, so half a share may lack. */
	if (c->level + g->limits.block_ns / limit / 2 < g->limits.block_ns || c->blocked > now)
		return NULL;
	if (kind != GUARD_USER)
		who.source = *source;
	if (kind != GUARD_SOURCE)
		str_copy(who.user, sizeof(who.user), user);
	block(g, c, &who);
	return c;
}

unsigned guard_failed(struct guard *g, uint64_t now, const struct td_addr *source, struct str user,
	uint32_t place[static GUARD_KIND_COUNT])
{
	struct td_addr from = network(source);
	unsigned n = 0;

	for (unsigned kind = 0; kind < GUARD_KIND_COUNT; kind++) {
		const struct count *c = failed(g, now, (enum guard_kind)kind, &from, user);

		if (c)
			place[n++] = (uint32_t)(c - g->count);
	}
	return n;
}

uint32_t guard_restore(struct guard *g, uint64_t now, const struct guard_row *row)
{
	uint64_t key = key_of(g, row->kind, &row->source, str_of(row->user));
	struct count *c = count_lookup(g, key);

	if (!c)
		c = count_take(g, now, key);
	block(g, c, row);
	return (uint32_t)(c - g->count);
}

uint64_t guard_until(const struct guard *g)
{
	return g->until;
}

bool guard_row(const struct guard *g, uint64_t now, uint32_t place, struct guard_row *out)
{
	const struct count *c = &g->count[place];

	if (c->blocked <= now)
		return false;
	*out = c->who;
	return true;
}
