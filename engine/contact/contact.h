/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A contact: what somebody wants of the contact centre, from its first INVITE, or its creation,
 * until its last record is written. A call (struct call) is its voice; a contact of a channel
 * without media has none. Its id is that of its record.
 *
 * Data are attached to it: keys and values, both text, kept together as text.
 */
#ifndef TANDEM_ENGINE_CONTACT_CONTACT_H
#define TANDEM_ENGINE_CONTACT_CONTACT_H

#include <engine/base/hash.h>
#include <tandem/contact.h>
#include <tandem/event.h>

#define CONTACT_DATA_MAX   TD_CONTACT_DATA_MAX
#define CONTACT_DATA_BYTES TD_CONTACT_DATA_BYTES
#define CONTACT_DATA_ROOM  (CONTACT_DATA_BYTES + 2 * CONTACT_DATA_MAX) /* each with its NUL */

struct agent;
struct call;
struct queue;

struct contact_data {
	uint16_t bytes; /* of text, NULs too */
	uint8_t count;
	char text[CONTACT_DATA_ROOM]; /* key, NUL, value, NUL, and so on */
};

/* A segment that is open: engine/call/events/segment.h. */
struct contact_segment {
	uint8_t number; /* in the contact, from 1; 0: none is open */
	uint8_t kind;   /* enum td_segment_kind */
	uint64_t began;
	const struct queue *queue; /* NULL: none */
	char who[TD_NAME_BYTES], from[TD_NAME_BYTES];
};

/* TD_CONTACT_STATES, and NONE: the record is free, or the contact is a call. NONE comes first:
 * unused records of the pool are zero. */
#define CONTACT_STATES(X)         X(NONE, "none") TD_CONTACT_STATES(X)
#define CONTACT_STATE_ID(id, ...) CONTACT_##id,
enum contact_state { CONTACT_STATES(CONTACT_STATE_ID) CONTACT_STATE_COUNT };

/* Who works on a contact without media. */
struct contact_work {
	struct agent *agent; /* OFFERED, HANDLED: to whom, or by whom; else NULL */
	uint32_t number;     /* HANDLED: what the distributor calls it; else 0 */
	uint64_t accepted;
	struct contact_segment segment;
};

struct contact {
	struct hash_node by_id;
	struct hash_node by_number; /* while number is not 0 */
	struct call *call;          /* its voice; NULL: none */
	uint8_t state;              /* enum contact_state, of one without media */
	struct contact_work work;
	uint8_t hops;        /* queues that it went to from another one */
	uint32_t number;     /* what the distributor calls it; 0: not with the distributor */
	struct queue *queue; /* the last one; NULL: none */
	uint32_t position, first_position;
	uint8_t segments;               /* that have begun */
	struct contact_segment waiting; /* in a queue, or for whom a transfer rings */
	char last[TD_NAME_BYTES];       /* the queue or party that had it last */
	uint32_t waited_ms;             /* in earlier queues */
	uint32_t waited_here_ms;        /* of it, in the last one that it left */
	uint64_t entered;               /* the queue it is in; earlier by what it waited there */
	uint64_t rung;                  /* the present or last offer */
	struct contact_data data;
	struct td_ev_cdr cdr; /* filled as things happen */
};

extern const char *const contact_channels[TD_CHANNEL_COUNT]; /* their names */

/* It is used: a call's, or one without media. */
bool contact_is(const struct contact *c);
const char *contact_who(const struct contact *c); /* the caller's number, or else the customer */
const char *contact_channel(const struct contact *c);

/*
 * Attaches a value, or gives the key another one. An empty value takes the key away; nothing
 * happens when there is no such key. 0; -EINVAL: the key is empty or not shorter than
 * TD_NAME_BYTES, or either has a NUL; -ENOSPC: CONTACT_DATA_MAX or CONTACT_DATA_BYTES would be
 * passed. After an error the data are as they were.
 */
int contact_data_set(struct contact_data *d, struct str key, struct str value);
struct str contact_data_get(const struct contact_data *d, struct str key); /* empty: it has none */
/* The first pair, or the one after `key`: false when there is none. */
bool contact_data_next(const struct contact_data *d, struct str *key, struct str *value);

#endif
