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
	if (place->source)
		TAILQ_REMOVE(&place->source->of[place->kind], place, own);
	if (place->kind == PLACE_KNOWN)
		return;
	TAILQ_REMOVE(&p->of[place->kind], place, link);
	p->stranger_count--;
}

static void join(struct conn_places *p, struct conn_place *place, enum place_kind kind)
{
	place->kind = kind;
	if (place->source)
		TAILQ_INSERT_TAIL(&place->source->of[kind], place, own);
	if (kind == PLACE_KNOWN)
		return;
	TAILQ_INSERT_TAIL(&p->of[kind], place, link);
	p->stranger_count++;
}

void place_stranger(struct conn_places *p, struct conn_place *place, struct conn_source *source)
{
	place->source = source;
	join(p, place, PLACE_STRANGER);
}

void place_count(struct conn_place *place, struct conn_source *source)
{
	place->source = source;
	TAILQ_INSERT_TAIL(&source->of[PLACE_KNOWN], place, own);
}

void place_half(struct conn_places *p, struct conn_place *place)
{
	leave(p, place);
	join(p, place, PLACE_HALF);
}

void place_know(struct conn_places *p, struct conn_place *place, bool agent)
{
	place->agent |= agent;
	if (place->kind != PLACE_STRANGER)
		return;
	leave(p, place);
	join(p, place, PLACE_KNOWN);
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
	const struct conn_places *p, const struct conn_source *source, uint64_t now)
{
	struct conn_place *place, *found = NULL;

	TAILQ_FOREACH (place, &source->of[PLACE_KNOWN], own)
		if (!place->agent && now >= place->active + p->stale_ns &&
			(!found || place->active < found->active))
			found = place;
	return found;
}

bool room_of_source(const struct conn_places *p, const struct conn_source *source, uint64_t now,
	struct conn_place **taken)
{
	*taken = NULL;
	if (source->count <= p->max_source)
		return true;
	*taken = TAILQ_FIRST(&source->of[PLACE_HALF]);
	if (!*taken)
		*taken = TAILQ_FIRST(&source->of[PLACE_STRANGER]);
	if (!*taken)
		*taken = longest_idle(p, source, now);
	return *taken != NULL;
}

static bool room_made(struct conn_places *p, bool full, struct conn_place **taken)
{
	*taken = NULL;
	if (!full)
		return true;
	*taken = TAILQ_FIRST(&p->of[PLACE_HALF]);
	if (!*taken)
		*taken = TAILQ_FIRST(&p->of[PLACE_STRANGER]);
	return *taken != NULL;
}

/* Half of all is for peers that the engine knows, and an eighth for connections that we make. */
bool room_to_accept(struct conn_places *p, uint64_t open, struct conn_place **taken)
{
	return room_made(
		p, open >= p->max - p->max / 8 || p->stranger_count >= (p->max + 1) / 2, taken);
}

bool room_to_make(struct conn_places *p, uint64_t open, struct conn_place **taken)
{
	return room_made(p, open >= p->max, taken);
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
