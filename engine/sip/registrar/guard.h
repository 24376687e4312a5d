/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who guesses passwords. Wrong passwords are counted by user and source together, by source and by
 * user; unknown names count as known ones. Whoever has reached a limit is on the block list: until
 * `block_ns` are over nobody looks whether its password is right.
 *
 * Counts run down by themselves, within `block_ns` from the limit to nothing. A telephone that is
 * registered from the very address is not held up by what others do: by counts of its user with
 * its source alone. So a guesser can log nobody out.
 *
 * Memory is taken at guard_alloc(). When a place is needed, the lowest count of four goes.
 */
#ifndef TANDEM_ENGINE_SIP_REGISTRAR_GUARD_H
#define TANDEM_ENGINE_SIP_REGISTRAR_GUARD_H

#include <engine/base/str.h>
#include <tandem/config.h>

#define GUARD_PLACES 4096u

/* X(ID, name, times, help): what is counted, and its limit as a multiple of `failures`. */
#define GUARD_KINDS(X)                                                                \
	X(PAIR, "user and source", 1, "wrong passwords for one user from one source") \
	X(SOURCE, "source", 5, "wrong passwords from one source")                     \
	X(USER, "user", 5, "wrong passwords for one user, from everywhere")
#define GUARD_KIND_ID(id, name, times, help) GUARD_##id,
enum guard_kind { GUARD_KINDS(GUARD_KIND_ID) GUARD_KIND_COUNT };
extern const char *const guard_kinds[GUARD_KIND_COUNT];

struct guard;

struct guard_limits {
	uint32_t failures; /* in block_ns; 1 at least */
	uint64_t block_ns;
};

/* One of the block list. */
struct guard_row {
	enum guard_kind kind;
	char user[TD_NAME_BYTES];
	struct td_addr source; /* without port */
	uint64_t until;        /* monotonic ns */
};

struct guard *guard_alloc(uint64_t seed); /* NULL: ENOMEM */
void guard_free(struct guard *g);         /* NULL is fine */
void guard_set(struct guard *g, const struct guard_limits *l);
/* Is the password to be looked at? `near`: the user is registered from this source. */
bool guard_allows(
	struct guard *g, uint64_t now, const struct td_addr *source, struct str user, bool near);
/* A password was wrong. How many have just been blocked by that; `place` gets their places. */
unsigned guard_failed(struct guard *g, uint64_t now, const struct td_addr *source, struct str user,
	uint32_t place[static GUARD_KIND_COUNT]);
/* A block of an earlier run goes on. Its place. */
uint32_t guard_restore(struct guard *g, uint64_t now, const struct guard_row *row);
/* When nobody will be blocked any more, monotonic ns; 0: nobody was. */
uint64_t guard_until(const struct guard *g);
/* A place of GUARD_PLACES; false: nobody is blocked by it. */
bool guard_row(const struct guard *g, uint64_t now, uint32_t place, struct guard_row *out);

#endif
