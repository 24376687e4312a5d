/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The users that have bindings, for registrar.c alone: found by name, by the address that they
 * registered from, and by the time at which a binding runs out. Memory is taken at users_init().
 */
#ifndef TANDEM_ENGINE_SIP_REGISTRAR_USERS_H
#define TANDEM_ENGINE_SIP_REGISTRAR_USERS_H

#include <engine/base/hash.h>
#include <engine/base/pool.h>
#include <engine/base/timer.h>
#include <engine/sip/msg/msg.h>
#include <engine/sip/registrar/binding.h>

struct user;
struct users;

struct binding {
	struct registrar_binding pub;
	struct hash_node source; /* users.sources */
	struct timer timer;
	struct user *user;   /* NULL: not in use */
	bool left;           /* its telephone is reached by another connection now */
	uint64_t call_id[2]; /* two hashes; 0: an earlier run's */
	uint64_t device;     /* users_device(); 0: it has no name */
	uint32_t cseq;
};

struct user {
	struct hash_node node; /* users.names */
	struct users *users;
	unsigned count; /* of bindings in use */
	char name[TD_NAME_BYTES];
	struct binding binding[REGISTRAR_CONTACTS];
};

struct users {
	/* The last binding of a user went; the user is freed. */
	void (*gone)(struct users *us, struct str name);
	/* A binding holds this connection, or none does any more. */
	void (*held)(struct users *us, const struct td_flow *flow, bool held);
	/* A user has another binding, or one less, or one that has changed. */
	void (*bound)(struct users *us, struct str name);
	uint64_t expired; /* bindings that ran out */
	uint64_t order;
	struct timers timers;
	struct pool pool;
	struct hash names, sources;
};

int users_init(struct users *us, uint32_t max, uint64_t seed); /* 0 or -ENOMEM */
void users_fini(struct users *us);

/* 0..n-1, always the same for a name, and nobody can guess it. */
uint32_t users_draw(const struct users *us, struct str name, uint32_t n);
struct user *user_lookup(const struct users *us, struct str name);
struct user *user_alloc(struct users *us, struct str name); /* NULL: all places are taken */
void user_free(struct user *u);                             /* and its bindings; tells nobody */
/* Frees a user that has no binding, and tells. False: it has one. */
bool user_settle(struct user *u);
/* NULL when there is none. */
const struct binding *user_newest(const struct user *u);

/* See registrar_lookup_other(). */
const struct binding *user_other(const struct user *u, const struct td_flow *flow);
/* What tells one device, and of its ways one, from others: +sip.instance and reg-id of a Contact
 * (RFC 5626 section 4). 0: it says no name. */
uint64_t users_device(const struct users *us, struct str instance, struct str reg_id);
/* The telephone of this REGISTER is reached by `flow` now: what it has bound by another connection
 * (this URI, or whatever came by the same Call-ID or from the same device) is left. The
 * connections that it leaves now are added to `left`, which has `n` already; how many it has then.
 * users_settle() is due for each of them. */
unsigned bindings_leave(struct user *u, struct str uri, uint64_t device, const struct sip_msg *m,
	const struct td_flow *flow, struct td_flow left[static REGISTRAR_CONTACTS], unsigned n);
/* Tells when no binding holds the connection of this flow. */
void users_settle(struct users *us, const struct td_flow *flow);

/* u may be NULL. The binding of this URI, by sip_uri_equal(), or NULL. */
struct binding *binding_lookup(struct user *u, struct str uri);
/* Is m a REGISTER of the binding's own Call-ID that does not count up? b may be NULL: no. */
bool binding_is_stale(const struct binding *b, const struct sip_msg *m);
/* Makes or refreshes u's binding to a URI, by the REGISTER m. device: users_device(). expires:
 * monotonic ns. */
void binding_set(struct user *u, struct str uri, uint64_t device, uint64_t expires,
	const struct sip_msg *m, const struct td_flow *flow);
/* A binding of an earlier run goes on, by UDP. -ENOSPC: the user has as many as there can be. */
int binding_restore(struct user *u, const struct registrar_binding *b);
void binding_del(struct binding *b);
/* Takes away what was bound by the connection of this flow; returns how many. */
unsigned users_flow_failed(struct users *us, const struct td_flow *flow);
/* The next binding that was made by this flow after *n, or with *n NULL the first: by its
 * connection, where it has one. The address of our answers is then another: it has the Via's port.
 */
const struct binding *binding_next_of(
	const struct users *us, const struct td_flow *flow, const struct hash_node **n);

#endif
