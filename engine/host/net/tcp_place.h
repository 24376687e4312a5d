/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may have one more connection, and whose place it takes: the place of one that is closed on
 * the peer's side, else that of the oldest stranger. One more of an address that has all it may
 * have takes the place of one of the same address: as above, else that of the trunk's connection
 * that has been idle for longest.
 */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_PLACE_H
#define TANDEM_ENGINE_HOST_NET_TCP_PLACE_H

#include <engine/base/hash.h>
#include <sys/queue.h>
#include <tandem/types.h>

TAILQ_HEAD(place_list, conn_place);

enum place_kind {
	PLACE_KNOWN,    /* a trunk's or an agent's, or one that we made */
	PLACE_STRANGER, /* it has come, and the engine has not said that it knows the peer */
	PLACE_HALF,     /* the peer has closed its side: it only reads, and not for long */
	PLACE_KINDS
};

struct conn_source { /* an address, of IPv6 a /64, with connections that it made */
	struct hash_node node;
	struct td_addr ip;
	unsigned count;
	struct place_list of[PLACE_KINDS]; /* its places, those that became so first come first */
};

/* A connection's; zeroed for one that we make. */
struct conn_place {
	TAILQ_ENTRY(conn_place) link; /* in conn_places.of, while it is a stranger's or half */
	TAILQ_ENTRY(conn_place) own;  /* in source->of */
	struct conn_source *source;   /* NULL: it counts for nobody */
	enum place_kind kind;
	bool agent;      /* a telephone's: it is reached by no other connection */
	uint64_t active; /* a message came or went, or a ping came after one */
};

struct conn_places {
	uint32_t max, max_source;
	uint64_t stale_ns;                 /* as struct tcp_params has it */
	struct place_list of[PLACE_KINDS]; /* of strangers and halves; the oldest first */
	unsigned stranger_count;           /* of both */
	struct hash sources;
};

int places_init(struct conn_places *p, uint64_t seed); /* max is set. 0 or -ENOMEM */
void places_fini(struct conn_places *p);

/* One connection more of the address; its record stays while it has one. NULL: no memory. */
struct conn_source *source_get(struct conn_places *p, const struct td_addr *remote);
void source_put(struct conn_places *p, struct conn_source *source);

void place_stranger(struct conn_places *p, struct conn_place *place, struct conn_source *source);
/* Whoever its peer is, it is given away before a stranger's. */
void place_half(struct conn_places *p, struct conn_place *place);
/* The engine knows its peer: it is a trunk's, or a registered telephone's (agent). */
void place_know(struct conn_places *p, struct conn_place *place, bool agent);
/* One that we make counts for this source. */
void place_count(struct conn_place *place, struct conn_source *source);
void place_end(struct conn_places *p, struct conn_place *place);

/*
 * True: there is room for one more, if need be in the place *taken, which the caller ends; else it
 * is NULL. `open`: places that are in use.
 */
bool room_of_source(const struct conn_places *p, const struct conn_source *source, uint64_t now,
	struct conn_place **taken); /* counted */
bool room_to_accept(struct conn_places *p, uint64_t open, struct conn_place **taken);
bool room_to_make(struct conn_places *p, uint64_t open, struct conn_place **taken);

#endif
