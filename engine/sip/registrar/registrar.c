/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/base/hash.h>
#include <engine/base/pool.h>
#include <engine/base/prng.h>
#include <engine/base/timer.h>
#include <engine/sip/registrar/registrar.h>

#define NONCES_PER_USER 2    /* a telephone uses one; two where it was started again */
#define ANSWER_BYTES    4096 /* of the Contact lines: 4 of 256 bytes, and what is around them */
#define CHALLENGE_BYTES 512
_Static_assert(ANSWER_BYTES > REGISTRAR_CONTACTS * (REGISTRAR_CONTACT_BYTES + 64), "all contacts");

struct user;

struct binding {
	struct registrar_binding pub;
	struct hash_node source; /* registrar.sources */
	struct timer timer;
	struct user *user;   /* NULL: not in use */
	uint64_t order;      /* of the last refresh: the greatest is the newest */
	uint64_t call_id[2]; /* two hashes */
	uint32_t cseq;
};

struct user {
	struct hash_node node;
	struct registrar *registrar;
	unsigned count; /* of bindings in use */
	char name[TD_NAME_BYTES];
	struct binding binding[REGISTRAR_CONTACTS];
};

struct registrar {
	struct registrar_ops ops;
	struct registrar_stats stats;
	uint64_t life_ns;
	uint32_t min_s, max_s, default_s;
	char realm[TD_NAME_BYTES * 2];
	uint64_t order;
	struct digest *digest;
	struct timers timers;
	struct pool users;
	struct hash names, sources;
};

/* One contact of a REGISTER, checked. */
struct change {
	struct str uri;
	uint32_t expires; /* seconds; 0 remove */
};

void registrar_set(struct registrar *r, const struct registrar_params *p)
{
	r->min_s = p->expires_min_s;
	r->max_s = p->expires_max_s;
	r->default_s = p->expires_default_s ? p->expires_default_s : p->expires_max_s;
	str_copy(r->realm, sizeof(r->realm), p->realm);
	digest_set_life(r->digest, p->nonce_life_ns);
}

struct registrar *registrar_alloc(const struct registrar_params *p, const struct registrar_ops *ops)
{
	struct registrar *r = calloc(1, sizeof(*r));
	uint32_t users = p->max_users ? p->max_users : 1;
	struct prng rng;

	if (!r)
		goto fail;
	prng_init(&rng, p->seed);
	r->ops = *ops;
	r->digest = digest_alloc(p->secret, NONCES_PER_USER * users, p->nonce_life_ns);
	if (!r->digest)
		goto fail_registrar;
	if (timers_init(&r->timers, REGISTRAR_CONTACTS * users) != 0)
		goto fail_digest;
	if (pool_init(&r->users, users, sizeof(struct user)) != 0)
		goto fail_timers;
	if (hash_init(&r->names, users, prng_u64(&rng)) != 0)
		goto fail_users;
	if (hash_init(&r->sources, REGISTRAR_CONTACTS * users, prng_u64(&rng)) != 0)
		goto fail_names;
	registrar_set(r, p);
	return r;

fail_names:
	hash_fini(&r->names);
fail_users:
	pool_fini(&r->users);
fail_timers:
	timers_fini(&r->timers);
fail_digest:
	digest_free(r->digest);
fail_registrar:
	free(r);
fail:
	errno = ENOMEM;
	return NULL;
}

void registrar_free(struct registrar *r)
{
	if (!r)
		return;
	hash_fini(&r->sources);
	hash_fini(&r->names);
	pool_fini(&r->users);
	timers_fini(&r->timers);
	digest_free(r->digest);
	free(r);
}

static struct user *user_lookup(const struct registrar *r, struct str name)
{
	for (struct hash_node *n = hash_first(&r->names, name); n; n = hash_next(n)) {
		struct user *u = container_of(n, struct user, node);

		if (str_eq(str_of(u->name), name))
			return u;
	}
	return NULL;
}

static struct str source_key(const struct td_addr *a, uint8_t out[static 18])
{
	size_t n = a->family == 6 ? 16 : 4;

	memcpy(out, a->ip6, n);
	memcpy(out + n, &a->port, sizeof(a->port));
	return (struct str){(const char *)out, n + sizeof(a->port)};
}

static void binding_del(struct binding *b)
{
	struct registrar *r = b->user->registrar;

	timer_cancel(&r->timers, &b->timer);
	hash_del(&r->sources, &b->source);
	b->user->count--;
	b->user = NULL;
}

static void user_free(struct registrar *r, struct user *u)
{
	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++)
		if (u->binding[i].user)
			binding_del(&u->binding[i]);
	hash_del(&r->names, &u->node);
	pool_free(&r->users, u);
}

/* A user without a binding goes, and is told of. */
static void user_settle(struct registrar *r, struct user *u)
{
	char name[TD_NAME_BYTES];

	if (u->count > 0)
		return;
	memcpy(name, u->name, sizeof(name));
	user_free(r, u);
	r->ops.reachable(r->ops.ctx, str_of(name), false);
}

static void on_expire(struct timer *t, uint64_t now)
{
	struct binding *b = container_of(t, struct binding, timer);
	struct user *u = b->user;
	struct registrar *r = u->registrar;

	r->stats.expired++;
	binding_del(b);
	user_settle(r, u);
}

static struct binding *binding_lookup(struct user *u, struct str uri)
{
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		struct binding *b = &u->binding[i];

		if (b->user && str_eq(str_of(b->pub.contact), uri))
			return b;
	}
	return NULL;
}

static bool is_same_call(
	const struct registrar *r, const struct binding *b, const struct sip_msg *m)
{
	return b->call_id[0] == hash_bytes(&r->names, m->call_id) &&
	       b->call_id[1] == hash_bytes(&r->sources, m->call_id);
}

/* section 10.3 step 7: the same Call-ID must count up */
static bool is_out_of_order(
	const struct registrar *r, const struct binding *b, const struct sip_msg *m)
{
	return b && is_same_call(r, b, m) && m->cseq.number <= b->cseq;
}

/* A free place, that of a telephone started again, or the oldest. */
static struct binding *binding_place(const struct registrar *r, struct user *u,
	const struct sip_msg *m, const struct td_addr *remote)
{
	struct binding *place = NULL;

	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++) {
		struct binding *b = &u->binding[i];

		if (b->user && addr_equal(&b->pub.flow.remote, remote) && !is_same_call(r, b, m))
			return b;
		if (!place || (place->user && (!b->user || b->order < place->order)))
			place = b;
	}
	return place;
}

static void binding_set(struct registrar *r, uint64_t now, struct user *u, const struct change *c,
	const struct sip_msg *m, const struct sip_flow *flow)
{
	struct binding *b = binding_lookup(u, c->uri);
	uint8_t key[18];

	if (!b)
		b = binding_place(r, u, m, &flow->remote);
	if (b->user)
		binding_del(b);
	*b = (struct binding){.pub = {.flow = *flow, .expires = now + c->expires * TD_NSEC_PER_SEC},
		.timer = {.fire = on_expire},
		.user = u,
		.order = ++r->order,
		.call_id = {hash_bytes(&r->names, m->call_id), hash_bytes(&r->sources, m->call_id)},
		.cseq = m->cseq.number};
	str_copy(b->pub.contact, sizeof(b->pub.contact), c->uri);
	hash_add(&r->sources, &b->source, source_key(&flow->remote, key));
	timer_set(&r->timers, &b->timer, b->pub.expires);
	u->count++;
	r->stats.registered++;
}

/* 0, or the status that refuses it. */
static int change_decode(const struct registrar *r, struct user *u, const struct sip_msg *m,
	struct str value, struct change *out)
{
	struct sip_addr a;
	struct str text;
	uint64_t expires = m->expires >= 0 ? (uint64_t)m->expires : r->default_s;

	if (sip_addr_decode(&a, value) != 0 || !a.uri.host.p)
		return 400;
	/* section 20.19: a value that is no number is as if it were not there */
	if (sip_param(a.params, STR("expires"), &text))
		str_u64(text, UINT32_MAX, &expires);
	if (expires > 0 && expires < r->min_s)
		return 423;
	out->expires = (uint32_t)(expires > r->max_s ? r->max_s : expires);
	out->uri = a.uri.text;
	if (a.uri.headers.p) /* not for a Request-URI (section 19.1.1) */
		out->uri.n = (size_t)(a.uri.headers.p - a.uri.text.p) - 1;
	if (out->uri.n >= REGISTRAR_CONTACT_BYTES)
		return 513;
	return is_out_of_order(r, binding_lookup(u, out->uri), m) ? 500 : 0;
}

static void answer(struct registrar *r, uint64_t now, struct sip_request *req, struct user *u)
{
	char text[ANSWER_BYTES];
	struct td_buf b;

	buf_init_fixed(&b, text, sizeof(text));
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		const struct binding *bi = &u->binding[i];

		if (bi->user)
			buf_printf(&b, "Contact: <%s>;expires=%llu\r\n", bi->pub.contact,
				(unsigned long long)((bi->pub.expires - now) / TD_NSEC_PER_SEC));
	}
	sip_respond(req, now, 200, (struct str){b.data, b.len}, STR(""));
}

static void refuse(struct registrar *r, uint64_t now, struct sip_request *req, int code)
{
	char text[64];
	struct td_buf b;

	buf_init_fixed(&b, text, sizeof(text));
	if (code == 423)
		buf_printf(&b, "Min-Expires: %u\r\n", r->min_s);
	sip_respond(req, now, code, (struct str){b.data, b.len}, STR(""));
}

/* "Contact: *": all bindings go (section 10.2.2). */
static void unregister_all(struct registrar *r, uint64_t now, struct sip_request *req,
	const struct sip_msg *m, struct user *u)
{
	struct sip_values it = {0};
	struct str value;
	unsigned count = 0;

	while (sip_msg_value(m, SIP_HDR_CONTACT, &it, &value))
		count++;
	if (count != 1 || m->expires != 0) {
		refuse(r, now, req, 400);
		return;
	}
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		if (u->binding[i].user && is_out_of_order(r, &u->binding[i], m)) {
			refuse(r, now, req, 500);
			return;
		}
	}
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		if (u->binding[i].user) {
			binding_del(&u->binding[i]);
			r->stats.unregistered++;
		}
	}
	answer(r, now, req, NULL);
	if (u)
		user_settle(r, u);
}

static void update(struct registrar *r, uint64_t now, struct sip_request *req,
	const struct sip_msg *m, struct str name, const struct sip_flow *flow)
{
	struct change changes[REGISTRAR_CONTACTS];
	struct user *u = user_lookup(r, name);
	struct sip_values it = {0};
	struct str value;
	unsigned count = 0, adds = 0;
	bool known = u != NULL;

	if (str_eq(m->contact.text, STR("*"))) {
		unregister_all(r, now, req, m, u);
		return;
	}
	/* all is checked before anything changes (section 10.3) */
	while (sip_msg_value(m, SIP_HDR_CONTACT, &it, &value)) {
		int code = count < REGISTRAR_CONTACTS
				   ? change_decode(r, u, m, value, &changes[count])
				   : 513;

		if (code) {
			refuse(r, now, req, code);
			return;
		}
		adds += changes[count++].expires > 0;
	}
	if (adds > 0 && !u) {
		u = pool_alloc(&r->users);
		if (!u) {
			r->stats.full++;
			sip_respond(req, now, 503, STR("Retry-After: 60\r\n"), STR(""));
			return;
		}
		u->registrar = r;
		str_copy(u->name, sizeof(u->name), name);
		hash_add(&r->names, &u->node, name);
	}
	for (unsigned i = 0; i < count; i++) {
		struct binding *old;

		if (changes[i].expires > 0) {
			binding_set(r, now, u, &changes[i], m, flow);
		} else if ((old = binding_lookup(u, changes[i].uri)) != NULL) {
			binding_del(old);
			r->stats.unregistered++;
		}
	}
	answer(r, now, req, u);
	if (!u)
		return;
	if (u->count == 0)
		user_settle(r, u);
	else if (!known)
		r->ops.reachable(r->ops.ctx, name, true);
}

static void challenge(struct registrar *r, uint64_t now, struct sip_request *req,
	enum td_digest algorithm, bool stale)
{
	char text[CHALLENGE_BYTES];
	struct td_buf b;

	r->stats.challenged++;
	r->stats.stale += stale;
	buf_init_fixed(&b, text, sizeof(text));
	digest_challenge(
		r->digest, now, STR("WWW-Authenticate"), str_of(r->realm), algorithm, stale, &b);
	if (b.error)
		sip_respond(req, now, 500, STR(""), STR(""));
	else
		sip_respond(req, now, 401, (struct str){b.data, b.len}, STR(""));
}

/* The credentials for our realm among those of the request. */
static bool credentials(const struct registrar *r, const struct sip_msg *m, struct sip_auth *out)
{
	struct sip_values it = {0};
	struct str value;

	while (sip_msg_value(m, SIP_HDR_AUTHORIZATION, &it, &value))
		if (sip_auth_decode(out, value) == 0 && str_eq(out->realm, str_of(r->realm)))
			return true;
	return false;
}

void registrar_request(struct registrar *r, uint64_t now, struct sip_request *req,
	const struct sip_msg *m, const struct sip_flow *flow)
{
	/* an unknown user is checked against a password that nothing hashes to: no time is saved */
	static const char none[] = "00000000000000000000000000000000";
	struct registrar_user user = {.algorithm = TD_DIGEST_MD5, .ha1 = STR(none)}, found;
	struct str name = m->to.uri.user;
	struct sip_auth a;
	bool known;

	if (!m->to.uri.host.p) { /* not a SIP URI */
		refuse(r, now, req, 400);
		return;
	}
	known = name.n > 0 && name.n < TD_NAME_BYTES && r->ops.user(r->ops.ctx, name, &found);
	if (known)
		user = found;
	if (!credentials(r, m, &a)) {
		challenge(r, now, req, user.algorithm, false);
		return;
	}
	switch (digest_check(
		r->digest, now, &a, m->method_name, str_of(r->realm), user.algorithm, user.ha1)) {
	case DIGEST_OK:
		if (!known || !str_eq(a.username, name)) /* ha1 covers the name it was made for */
			break;
		update(r, now, req, m, name, flow);
		return;
	case DIGEST_STALE:
		challenge(r, now, req, user.algorithm, true);
		return;
	case DIGEST_AGAIN:
		challenge(r, now, req, user.algorithm, false);
		return;
	case DIGEST_WRONG:
		break;
	}
	r->stats.refused++;
	refuse(r, now, req, 403);
}

uint64_t registrar_advance(struct registrar *r, uint64_t now)
{
	timers_advance(&r->timers, now);
	return timers_next(&r->timers);
}

const struct registrar_binding *registrar_lookup(const struct registrar *r, struct str user)
{
	const struct user *u = user_lookup(r, user);
	const struct binding *newest = NULL;

	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		const struct binding *b = &u->binding[i];

		if (b->user && (!newest || b->order > newest->order))
			newest = b;
	}
	return newest ? &newest->pub : NULL;
}

/* The next binding of this source after `n`, or the first. */
static const struct binding *source_next(
	const struct registrar *r, const struct td_addr *remote, const struct hash_node **n)
{
	uint8_t key[18];

	*n = *n ? hash_next(*n) : hash_first(&r->sources, source_key(remote, key));
	for (; *n; *n = hash_next(*n)) {
		const struct binding *b = container_of(*n, struct binding, source);

		if (addr_equal(&b->pub.flow.remote, remote))
			return b;
	}
	return NULL;
}

struct str registrar_lookup_source(const struct registrar *r, const struct td_addr *remote)
{
	const struct hash_node *n = NULL;
	const struct binding *b = source_next(r, remote, &n);

	return b ? str_of(b->user->name) : (struct str){0};
}

bool registrar_is_source(const struct registrar *r, struct str user, const struct td_addr *remote)
{
	const struct hash_node *n = NULL;
	const struct binding *b;

	while ((b = source_next(r, remote, &n)) != NULL)
		if (str_eq(str_of(b->user->name), user))
			return true;
	return false;
}

void registrar_del(struct registrar *r, struct str user)
{
	struct user *u = user_lookup(r, user);

	if (u)
		user_free(r, u);
}

uint32_t registrar_count(const struct registrar *r)
{
	return r->users.capacity - r->users.free_count;
}

const struct registrar_stats *registrar_stats(const struct registrar *r)
{
	return &r->stats;
}
