/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may have one more connection, and whose place it takes: the place of one that is closed on
 * the peer's side, else of one that its telephone has left, else that of the oldest stranger, else
 * that of the trunk's that has been idle for longest. One more of an address that has all it may
 * have takes the place of one of the same address. A telephone's connection gives its place to
 * nobody while the telephone is registered by it; but telephones have a part of the places only.
 */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_PLACE_H
#define TANDEM_ENGINE_HOST_NET_TCP_PLACE_H

#include <engine/base/hash.h>
#include <sys/queue.h>
#include <tandem/types.h>

TAILQ_HEAD(place_list, conn_place);

enum place_kind {
	PLACE_NONE,
	PLACE_TRUNK,    /* a trunk's, or one that we made: there is another way to its peer */
	PLACE_AGENT,    /* a telephone is registered by it, and reached by no other connection */
	PLACE_STRANGER, /* it has come, and the engine has not said that it knows the peer */
	PLACE_LEFT,     /* a telephone was registered by it, and is not any more */
	PLACE_HALF,     /* the peer has closed its side: it only reads, and not for long */
	PLACE_KINDS
};

struct conn_source { /* an address, of IPv6 a /64, with connections that it made */
	struct hash_node node;
	struct td_addr ip;
	unsigned count;
	struct place_list of[PLACE_KINDS]; /* its places, those that became so first come first */
};

/* A connection's; zeroed at first. */
struct conn_place {
	TAILQ_ENTRY(conn_place) link; /* in conn_places.of */
	TAILQ_ENTRY(conn_place) own;  /* in source->of */
	struct conn_source *source;   /* NULL: it counts for nobody */
	enum place_kind kind;
	bool trunk;      /* a trunk's, whoever else is registered by it */
	uint64_t active; /* a message came or went, or a ping came after one */
};

struct conn_places {
	uint32_t max, max_source;
	uint64_t stale_ns;                 /* as struct tcp_params has it */
	struct place_list of[PLACE_KINDS]; /* those that became so first come first */
	unsigned count[PLACE_KINDS];
	struct hash sources;
};

int places_init(struct conn_places *p, uint64_t seed); /* max is set. 0 or -ENOMEM */
void places_fini(struct conn_places *p);

/* One connection more of the address; its record stays while it has one. NULL: no memory. */
struct conn_source *source_get(struct conn_places *p, const struct td_addr *remote);
void source_put(struct conn_places *p, struct conn_source *source);

void place_stranger(struct conn_places *p, struct conn_place *place, struct conn_source *source);
/* One that we make. source: it counts for; or NULL. */
void place_made(struct conn_places *p, struct conn_place *place, struct conn_source *source);
/* Whoever its peer is, it is given away before a stranger's. */
void place_half(struct conn_places *p, struct conn_place *place);
/* The peer is a trunk. */
void place_trunk(struct conn_places *p, struct conn_place *place);
/* A telephone is registered by it. False: telephones have all that they may have, and it stays what
 * it was. */
bool place_hold(struct conn_places *p, struct conn_place *place);
/* No telephone is any more. */
void place_release(struct conn_places *p, struct conn_place *place);
/* Those whom nobody knows, or not any more: they give their places away. */
unsigned places_loose(const struct conn_places *p);
/* Could one more come, a stranger or a telephone, without taking another one's place? */
bool places_free(const struct conn_places *p, uint64_t open);
void place_end(struct conn_places *p, struct conn_place *place);

/*
 * True: there is room for one more, if need be in the place *taken, which the caller ends; else it
 * is NULL. `open`: places that are in use.
 */
bool room_of_source(const struct conn_places *p, const struct conn_source *source, uint64_t now,
	struct conn_place **taken); /* counted */
bool room_to_accept(
	const struct conn_places *p, uint64_t open, uint64_t now, struct conn_place **taken);
bool room_to_make(
	const struct conn_places *p, uint64_t open, uint64_t now, struct conn_place **taken);

#endif
