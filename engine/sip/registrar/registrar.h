/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registrar (RFC 3261 section 10): who can be reached where. Memory is taken at
 * registrar_alloc(); nothing is allocated afterwards.
 *
 * A user is challenged by digest with the one algorithm that ops.user names. An unknown user sees
 * exactly what a known one with a wrong password sees: 401, then 403. Its challenge names the
 * algorithm of the one agent or the other, by a hash of the name and as often as agents have it.
 * A call says in its first INVITE nothing of whose it is, and several users may be behind one
 * proxy: then there is a challenge for each of their algorithms (RFC 8760 section 2.4).
 *
 * Who guesses passwords is blocked: guard.h.
 *
 * The digest's `uri` must be what the request asks for: what a telephone has signed for one number
 * serves for no other (RFC 7616 section 3.4.6). Else 400, which counts as a wrong password.
 *
 * Two telephones of a user are two bindings, also when they come from one address and port, by a
 * proxy. A telephone that was started again, and has another contact now, takes its old place: see
 * is_again() in users.c.
 */
#ifndef TANDEM_ENGINE_SIP_REGISTRAR_REGISTRAR_H
#define TANDEM_ENGINE_SIP_REGISTRAR_REGISTRAR_H

#include <engine/base/hash.h>
#include <engine/sip/registrar/binding.h>
#include <engine/sip/registrar/digest.h>
#include <engine/sip/registrar/guard.h>
#include <engine/sip/msg/msg.h>
#include <engine/sip/dialog/ua.h>

struct registrar;

struct registrar_user {
	enum td_digest algorithm;
	struct str ha1; /* hex; borrowed until the request has been answered */
};

/* What becomes of a user's bindings: X(id, name). The last three: none is left. */
#define REGISTRAR_CHANGES(X)                                         \
	X(REGISTERED, "registered") /* the first one came */         \
	X(REFRESHED, "refreshed")   /* one came anew, or one more */ \
	X(UNREGISTERED, "unregistered")                              \
	X(EXPIRED, "expired")                                        \
	X(DISCONNECTED, "disconnected") /* its connection ended */
#define REGISTRAR_CHANGE_ID(id, name) REGISTRAR_##id,
enum registrar_change { REGISTRAR_CHANGES(REGISTRAR_CHANGE_ID) };

struct registrar_ops {
	void *ctx;
	/* False: no such user. */
	bool (*user)(void *ctx, struct str name, struct registrar_user *out);
	/* Told before `changed`: a telephone of the user is reached by this connection, and has
	 * `left` another one (NULL: none that we know). */
	void (*connected)(
		void *ctx, struct str name, const struct td_flow *left, const struct td_flow *flow);
	/* A telephone is registered by this connection: told at each REGISTER. Or none is any more:
	 * the last binding has ended, or is of a telephone that has come by another one. */
	void (*held)(void *ctx, const struct td_flow *flow, bool held);
	void (*changed)(void *ctx, struct str name, enum registrar_change what);
	/* One of the user's bindings is not as it was, whoever else is told. NULL: nobody asks. */
	void (*bound)(void *ctx, struct str name);
	/* Somebody guesses passwords, and is blocked; or nobody is any more, and then the rest says
	 * nothing. */
	void (*guessing)(void *ctx, bool on, struct str name, const struct td_addr *source);
	/* A place of the block list has somebody new. NULL: nobody asks. */
	void (*blocked)(void *ctx, uint32_t place);
};

struct registrar_params {
	uint8_t secret[DIGEST_SECRET_BYTES]; /* of the nonces; must not be guessable */
	uint64_t seed;                       /* of the hash tables */
	uint32_t max_users;
	uint64_t nonce_life_ns;
	uint32_t expires_min_s, expires_max_s, expires_default_s; /* default 0: the maximum */
	struct str realm;                                         /* copied, TD_NAME_BYTES * 2 */
	uint32_t users[TD_DIGEST_COUNT]; /* how many have this algorithm: registrar_request() */
	struct guard_limits guard;
};

/* Counted; X(field, explanation). */
#define REGISTRAR_STATS(X)                                                        \
	X(registered, "bindings made or refreshed")                               \
	X(unregistered, "bindings removed by their user")                         \
	X(expired, "bindings that ran out")                                       \
	X(disconnected, "bindings whose connection ended")                        \
	X(challenged, "requests answered 401")                                    \
	X(stale, "of these, for a nonce too old or used again")                   \
	X(refused, "requests answered 403: wrong password or unknown user")       \
	X(forged, "requests with a nonce that was never issued to their address") \
	X(blocked, "requests answered 403, as their user or source is blocked")   \
	X(blocks, "times that a user or a source was blocked")                    \
	X(full, "registrations refused because the table is full")
struct registrar_stats {
#define REGISTRAR_STATS_FIELD(field, text) uint64_t field;
	REGISTRAR_STATS(REGISTRAR_STATS_FIELD)
#undef REGISTRAR_STATS_FIELD
};

struct registrar *registrar_alloc(
	const struct registrar_params *p, const struct registrar_ops *ops);
void registrar_free(struct registrar *r); /* NULL is fine; no callbacks */
void registrar_set(struct registrar *r, const struct registrar_params *p); /* times and realm */
/* Answers a REGISTER that struct sip_ua_ops.request brought. */
void registrar_request(struct registrar *r, uint64_t now, struct sip_request *req,
	const struct sip_msg *m, const struct td_flow *flow);
/* Is a request that is no REGISTER that of a registered user (RFC 3261 section 22.2)? 0: *name is
 * whose, a part of the message; one of the user's telephones is reached by the flow. Else the
 * status to answer with, and for 401 the header lines are appended to `out`, which has room for
 * REGISTRAR_CHALLENGE_BYTES. */
#define REGISTRAR_CHALLENGE_BYTES 512
int registrar_authenticate(struct registrar *r, uint64_t now, const struct sip_msg *m,
	const struct td_flow *flow, struct str *name, struct td_buf *out);
/* The connection of a flow has ended, and with it the bindings made by it (RFC 5626 section 5.3).
 * Bindings by UDP stay. */
void registrar_flow_failed(struct registrar *r, const struct td_flow *flow);
uint64_t registrar_advance(struct registrar *r, uint64_t now); /* next deadline */
/* The newest binding of a user, NULL when not registered. Valid until the registrar's next input.
 */
const struct registrar_binding *registrar_lookup(const struct registrar *r, struct str user);
/* The binding at a place of the user, of REGISTRAR_CONTACTS; NULL: none. Likewise. */
const struct registrar_binding *registrar_binding(
	const struct registrar *r, struct str user, unsigned place);
/* A binding by UDP, of an earlier run, goes on as the newest one; `changed` is not told. 0, or
 * -ENOSPC: no room. */
int registrar_restore(struct registrar *r, struct str user, const struct registrar_binding *b);
/* The newest binding by a connection of this transport which is not the flow's own; of the flow's
 * address first, as that is most likely the same telephone. NULL: none. */
const struct registrar_binding *registrar_lookup_other(
	const struct registrar *r, struct str user, const struct td_flow *flow);
/* The user who registered by this flow: of UDP from its address and port, of a stream by the very
 * connection. One of them when many did (through a proxy), empty when nobody did. */
struct str registrar_lookup_source(const struct registrar *r, const struct td_flow *flow);
/* All of them: those whose telephones are behind one proxy. *next is NULL at first. False: there is
 * no other. A user with several contacts comes several times. */
bool registrar_next_source(const struct registrar *r, const struct td_flow *flow,
	const struct hash_node **next, struct str *name);
/* Does the request say whose it is, and offer to prove it? */
bool registrar_has_proof(const struct registrar *r, const struct sip_msg *m);
/* Forgets a user's bindings without a callback (the user was deleted). */
void registrar_del(struct registrar *r, struct str user);
uint32_t registrar_count(const struct registrar *r); /* users registered */
/* The block list: a place of GUARD_PLACES; false: nobody is blocked by it. */
bool registrar_blocked(
	const struct registrar *r, uint64_t now, uint32_t place, struct guard_row *out);
/* A block of an earlier run goes on. */
void registrar_block(struct registrar *r, uint64_t now, const struct guard_row *row);
const struct registrar_stats *registrar_stats(const struct registrar *r);

#endif
