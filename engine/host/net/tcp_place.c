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

static void stranger_end(struct conn_places *p, struct conn_place *place)
{
	if (place->half)
		TAILQ_REMOVE(&p->halves, place, link);
	else if (place->stranger)
		TAILQ_REMOVE(&p->strangers, place, link);
	else
		return;
	p->stranger_count--;
	place->stranger = false;
}

void place_stranger(struct conn_places *p, struct conn_place *place, struct conn_source *source)
{
	place->source = source;
	place->stranger = true;
	TAILQ_INSERT_TAIL(&p->strangers, place, link);
	p->stranger_count++;
}

void place_half(struct conn_places *p, struct conn_place *place)
{
	stranger_end(p, place);
	place->half = true;
	TAILQ_INSERT_TAIL(&p->halves, place, link);
	p->stranger_count++;
}

void place_know(struct conn_places *p, struct conn_place *place)
{
	if (!place->half)
		stranger_end(p, place);
}

void place_end(struct conn_places *p, struct conn_place *place)
{
	stranger_end(p, place);
	if (place->source)
		source_put(p, place->source);
	*place = (struct conn_place){0};
}

bool room_of_source(
	struct conn_places *p, const struct conn_source *source, struct conn_place **taken)
{
	struct conn_place *place;

	*taken = NULL;
	if (source->count <= p->max_source)
		return true;
	TAILQ_FOREACH (place, &p->halves, link)
		if (place->source == source)
			break;
	*taken = place;
	return place != NULL;
}

static bool room_made(struct conn_places *p, bool full, struct conn_place **taken)
{
	*taken = NULL;
	if (!full)
		return true;
	*taken = TAILQ_EMPTY(&p->halves) ? TAILQ_FIRST(&p->strangers) : TAILQ_FIRST(&p->halves);
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
	TAILQ_INIT(&p->strangers);
	TAILQ_INIT(&p->halves);
	return hash_init(&p->sources, p->max, seed);
}

void places_fini(struct conn_places *p)
{
	hash_fini(&p->sources);
}
