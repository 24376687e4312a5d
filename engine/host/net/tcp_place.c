/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/host/net/tcp_place.h>
#include <stdlib.h>
#include <string.h>

static struct str ip_key(const struct td_addr *ip)
{
	return (struct str){(const char *)ip, sizeof(*ip)};
}

struct conn_source *source_get(struct conn_places *p, const struct td_addr *remote)
{
	struct td_addr ip = *remote;
	struct conn_source *source;

	ip.port = 0;
	if (ip.family == 6) /* who has one address has all of its /64 */
		memset(ip.ip6 + 8, 0, 8);
	for (struct hash_node *n = hash_first(&p->sources, ip_key(&ip)); n; n = hash_next(n)) {
		source = container_of(n, struct conn_source, node);
		if (addr_equal(&source->ip, &ip)) {
			source->count++;
			return source;
		}
	}
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	source->ip = ip;
	source->count = 1;
	for (unsigned kind = 0; kind < PLACE_KINDS; kind++)
		TAILQ_INIT(&source->of[kind]);
	hash_add(&p->sources, &source->node, ip_key(&source->ip));
	return source;
}

void source_put(struct conn_places *p, struct conn_source *source)
{
	if (--source->count)
		return;
	hash_del(&p->sources, &source->node);
	free(source);
}

static void leave(struct conn_places *p, struct conn_place *place)
{
	if (!place->kind)
		return;
	if (place->source)
		TAILQ_REMOVE(&place->source->of[place->kind], place, own);
	TAILQ_REMOVE(&p->of[place->kind], place, link);
	p->count[place->kind]--;
}

static void become(struct conn_places *p, struct conn_place *place, enum place_kind kind)
{
	leave(p, place);
	place->kind = kind;
	if (place->source)
		TAILQ_INSERT_TAIL(&place->source->of[kind], place, own);
	TAILQ_INSERT_TAIL(&p->of[kind], place, link);
	p->count[kind]++;
}

void place_stranger(struct conn_places *p, struct conn_place *place, struct conn_source *source)
{
	place->source = source;
	become(p, place, PLACE_STRANGER);
}

void place_made(struct conn_places *p, struct conn_place *place, struct conn_source *source)
{
	place->source = source;
	place->trunk = true;
	become(p, place, PLACE_TRUNK);
}

void place_half(struct conn_places *p, struct conn_place *place)
{
	become(p, place, PLACE_HALF);
}

void place_trunk(struct conn_places *p, struct conn_place *place)
{
	place->trunk = true;
	if (place->kind == PLACE_STRANGER || place->kind == PLACE_LEFT)
		become(p, place, PLACE_TRUNK);
}

/* An eighth is for connections that we make, and an eighth for trunks that come. */
static unsigned agents_max(const struct conn_places *p)
{
	return p->max - p->max / 4;
}

bool place_hold(struct conn_places *p, struct conn_place *place)
{
	if (place->kind == PLACE_AGENT || place->kind == PLACE_HALF)
		return true;
	if (p->count[PLACE_AGENT] >= agents_max(p))
		return false;
	become(p, place, PLACE_AGENT);
	return true;
}

void place_release(struct conn_places *p, struct conn_place *place)
{
	if (place->kind == PLACE_AGENT)
		become(p, place, place->trunk ? PLACE_TRUNK : PLACE_LEFT);
}

void place_end(struct conn_places *p, struct conn_place *place)
{
	leave(p, place);
	if (place->source)
		source_put(p, place->source);
	*place = (struct conn_place){0};
}

/* A trunk is reached by another connection as well, once nobody waits for an answer by this one. */
static struct conn_place *longest_idle(
	const struct conn_places *p, const struct place_list *list, bool own, uint64_t now)
{
	struct conn_place *place = TAILQ_FIRST(list), *found = NULL;

	for (; place; place = own ? TAILQ_NEXT(place, own) : TAILQ_NEXT(place, link))
		if (now >= place->active + p->stale_ns && (!found || place->active < found->active))
			found = place;
	return found;
}

/* The first to give its place away. `of`: of an address (own), or of all. */
static struct conn_place *first_to_go(const struct place_list of[static PLACE_KINDS])
{
	static const enum place_kind order[] = {PLACE_HALF, PLACE_LEFT, PLACE_STRANGER};
	struct conn_place *place = NULL;

	for (unsigned i = 0; !place && i < sizeof(order) / sizeof(order[0]); i++)
		place = TAILQ_FIRST(&of[order[i]]);
	return place;
}

bool room_of_source(const struct conn_places *p, const struct conn_source *source, uint64_t now,
	struct conn_place **taken)
{
	*taken = NULL;
	if (source->count <= p->max_source)
		return true;
	*taken = first_to_go(source->of);
	if (!*taken)
		*taken = longest_idle(p, &source->of[PLACE_TRUNK], true, now);
	return *taken != NULL;
}

static bool room_made(
	const struct conn_places *p, bool full, uint64_t now, struct conn_place **taken)
{
	*taken = NULL;
	if (!full)
		return true;
	*taken = first_to_go(p->of);
	if (!*taken)
		*taken = longest_idle(p, &p->of[PLACE_TRUNK], false, now);
	return *taken != NULL;
}

unsigned places_loose(const struct conn_places *p)
{
	return p->count[PLACE_HALF] + p->count[PLACE_LEFT] + p->count[PLACE_STRANGER];
}

/* Half of all is for peers that the engine knows, and an eighth for connections that we make. */
static bool accept_full(const struct conn_places *p, uint64_t open)
{
	return open >= p->max - p->max / 8 || places_loose(p) >= (p->max + 1) / 2;
}

bool places_free(const struct conn_places *p, uint64_t open)
{
	return !accept_full(p, open) && p->count[PLACE_AGENT] < agents_max(p);
}

bool room_to_accept(
	const struct conn_places *p, uint64_t open, uint64_t now, struct conn_place **taken)
{
	return room_made(p, accept_full(p, open), now, taken);
}

bool room_to_make(
	const struct conn_places *p, uint64_t open, uint64_t now, struct conn_place **taken)
{
	return room_made(p, open >= p->max, now, taken);
}

int places_init(struct conn_places *p, uint64_t seed)
{
	for (unsigned kind = 0; kind < PLACE_KINDS; kind++)
		TAILQ_INIT(&p->of[kind]);
	return hash_init(&p->sources, p->max, seed);
}

void places_fini(struct conn_places *p)
{
	hash_fini(&p->sources);
}
