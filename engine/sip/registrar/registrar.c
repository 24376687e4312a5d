/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/sip/msg/encode.h>
#include <engine/sip/registrar/registrar.h>
#include <engine/sip/registrar/users.h>

#define NONCES_PER_USER 2    /* a telephone uses one; two where it was started again */
#define ANSWER_BYTES    4096 /* of the Contact lines: 4 of 256 bytes, and what is around them */
#define CHALLENGE_LINE  192  /* of a challenge, without the realm */
_Static_assert(REGISTRAR_CHALLENGE_BYTES >= TD_DIGEST_COUNT * (CHALLENGE_LINE + TD_NAME_BYTES * 2),
	"a challenge for each algorithm");
_Static_assert(ANSWER_BYTES > REGISTRAR_CONTACTS * (REGISTRAR_CONTACT_BYTES + 64), "all contacts");

struct registrar {
	struct registrar_ops ops;
	struct registrar_stats stats;
	uint32_t min_s, max_s, default_s;
	char realm[TD_NAME_BYTES * 2];
	struct digest *digest;
	struct guard *guard;
	bool guessing; /* somebody is blocked, and it was told */
	uint32_t of_algorithm[TD_DIGEST_COUNT];
	struct users users;
	enum registrar_change why; /* a user's last binding goes */
};

/* A REGISTER at hand. */
struct registration {
	struct registrar *r;
	uint64_t now;
	struct sip_request *req;
	const struct sip_msg *m;
	const struct td_flow *flow;
	unsigned algorithms; /* 1 << enum td_digest, of those who may be meant; 0: only the user */
	/* by which the telephone came before */
	struct td_flow left[REGISTRAR_CONTACTS];
	unsigned left_count;
};

/* One contact of a REGISTER, checked. */
struct change {
	struct str uri;
	uint64_t device;
	uint32_t expires; /* seconds; 0 remove */
};

static void on_gone(struct users *us, struct str name)
{
	struct registrar *r = container_of(us, struct registrar, users);

	r->ops.changed(r->ops.ctx, name, r->why);
}

static void on_held(struct users *us, const struct td_flow *flow, bool held)
{
	struct registrar *r = container_of(us, struct registrar, users);

	if (r->ops.held)
		r->ops.held(r->ops.ctx, flow, held);
}

static void on_bound(struct users *us, struct str name)
{
	struct registrar *r = container_of(us, struct registrar, users);

	if (r->ops.bound)
		r->ops.bound(r->ops.ctx, name);
}

/* True: no binding is left. Bindings that run out, by their timers, are told as EXPIRED. */
static bool user_left(struct registrar *r, struct user *u, enum registrar_change why)
{
	bool left;

	r->why = why;
	left = user_settle(u);
	r->why = REGISTRAR_EXPIRED;
	return left;
}

void registrar_set(struct registrar *r, const struct registrar_params *p)
{
	r->min_s = p->expires_min_s;
	r->max_s = p->expires_max_s;
	r->default_s = p->expires_default_s ? p->expires_default_s : p->expires_max_s;
	str_copy(r->realm, sizeof(r->realm), p->realm);
	digest_set_life(r->digest, p->nonce_life_ns);
	guard_set(r->guard, &p->guard);
	memcpy(r->of_algorithm, p->users, sizeof(r->of_algorithm));
}

struct registrar *registrar_alloc(const struct registrar_params *p, const struct registrar_ops *ops)
{
	struct registrar *r = calloc(1, sizeof(*r));
	uint32_t users = p->max_users ? p->max_users : 1;

	if (!r)
		goto fail;
	r->ops = *ops;
	r->why = REGISTRAR_EXPIRED;
	r->digest = digest_alloc(p->secret, NONCES_PER_USER * users, p->nonce_life_ns);
	if (!r->digest)
		goto fail_registrar;
	r->guard = guard_alloc(p->seed);
	if (!r->guard)
		goto fail_digest;
	if (users_init(&r->users, users, p->seed) != 0)
		goto fail_guard;
	r->users.gone = on_gone;
	r->users.held = on_held;
	r->users.bound = on_bound;
	registrar_set(r, p);
	return r;

fail_guard:
	guard_free(r->guard);
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
	users_fini(&r->users);
	guard_free(r->guard);
	digest_free(r->digest);
	free(r);
}

/* 0, or the status that refuses it. */
static int change_decode(
	const struct registration *reg, struct user *u, struct str value, struct change *out)
{
	const struct registrar *r = reg->r;
	const struct sip_msg *m = reg->m;
	struct sip_addr a;
	struct str text, instance = {0}, reg_id = {0};
	uint64_t expires = m->expires >= 0 ? (uint64_t)m->expires : r->default_s;

	if (sip_addr_decode(&a, value) != 0 || !a.uri.host.p)
		return 400;
	int found = sip_param_once(a.params, STR("expires"), &text);

	if (found < 0)
		return 400;
	if (found) /* section 20.19: a value that is no number counts as absent */
		str_u64(text, UINT32_MAX, &expires);
	if (expires > 0 && expires < r->min_s)
		return 423;
	out->expires = (uint32_t)(expires > r->max_s ? r->max_s : expires);
	sip_param(a.params, STR("+sip.instance"), &instance);
	sip_param(a.params, STR("reg-id"), &reg_id);
	out->device = users_device(&r->users, instance, reg_id);
	out->uri = a.uri.text;
	if (a.uri.headers.p) /* not for a Request-URI (section 19.1.1) */
		out->uri.n = (size_t)(a.uri.headers.p - a.uri.text.p) - 1;
	if (out->uri.n >= REGISTRAR_CONTACT_BYTES)
		return 513;
	return binding_is_stale(binding_lookup(u, out->uri), m) ? 500 : 0;
}

/* All contacts of the REGISTER. Their number, or minus the status that refuses one. */
static int changes_decode(const struct registration *reg, struct user *u,
	struct change changes[static REGISTRAR_CONTACTS])
{
	struct sip_values it = {0};
	struct str value;
	int count = 0;

	while (sip_msg_value(reg->m, SIP_HDR_CONTACT, &it, &value)) {
		int code = count < REGISTRAR_CONTACTS
				   ? change_decode(reg, u, value, &changes[count])
				   : 513;

		if (code)
			return -code;
		count++;
	}
	return count;
}

static void answer(const struct registration *reg, struct user *u)
{
	char text[ANSWER_BYTES];
	struct td_buf b;

	buf_init_fixed(&b, text, sizeof(text));
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		const struct binding *bi = &u->binding[i];

		if (bi->user)
			buf_printf(&b, SIP_HEADER_LINE(CONTACT, "<%s>;expires=%llu"),
				bi->pub.contact,
				(unsigned long long)((bi->pub.expires - reg->now) /
						     TD_NSEC_PER_SEC));
	}
	sip_respond(reg->req, reg->now, 200, (struct str){b.data, b.len}, STR(""));
}

static void refuse(const struct registration *reg, int code)
{
	char text[64];
	struct td_buf b;

	buf_init_fixed(&b, text, sizeof(text));
	if (code == 423)
		buf_printf(&b, SIP_HEADER_LINE(MIN_EXPIRES, "%u"), reg->r->min_s);
	sip_respond(reg->req, reg->now, code, (struct str){b.data, b.len}, STR(""));
}

/* "Contact: *": all bindings go (section 10.2.2). */
static void unregister_all(const struct registration *reg, struct user *u)
{
	struct sip_values it = {0};
	struct str value;
	unsigned count = 0;

	while (sip_msg_value(reg->m, SIP_HDR_CONTACT, &it, &value))
		count++;
	if (count != 1 || reg->m->expires != 0) {
		refuse(reg, 400);
		return;
	}
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		if (u->binding[i].user && binding_is_stale(&u->binding[i], reg->m)) {
			refuse(reg, 500);
			return;
		}
	}
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		if (u->binding[i].user) {
			binding_del(&u->binding[i]);
			reg->r->stats.unregistered++;
		}
	}
	answer(reg, NULL);
	if (u)
		user_left(reg->r, u, REGISTRAR_UNREGISTERED);
}

static void change(struct registration *reg, struct user *u, const struct change *c)
{
	struct registrar_stats *st = &reg->r->stats;
	struct binding *old;

	if (c->expires > 0) {
		reg->left_count = bindings_leave(
			u, c->uri, c->device, reg->m, reg->flow, reg->left, reg->left_count);
		binding_set(u, c->uri, c->device, reg->now + c->expires * TD_NSEC_PER_SEC, reg->m,
			reg->flow);
		st->registered++;
	} else if ((old = binding_lookup(u, c->uri)) != NULL) {
		binding_del(old);
		st->unregistered++;
	}
}

static void tell(const struct registration *reg, struct str name, bool known)
{
	const struct registrar_ops *ops = &reg->r->ops;

	for (unsigned i = 0; i < reg->left_count; i++)
		ops->connected(ops->ctx, name, &reg->left[i], reg->flow);
	if (reg->flow->connection && !reg->left_count)
		ops->connected(ops->ctx, name, NULL, reg->flow);
	ops->changed(ops->ctx, name, known ? REGISTRAR_REFRESHED : REGISTRAR_REGISTERED);
}

static void update(struct registration *reg, struct str name)
{
	struct change changes[REGISTRAR_CONTACTS];
	struct registrar *r = reg->r;
	struct user *u = user_lookup(&r->users, name);
	bool known = u != NULL, adds = false;

	if (str_eq(reg->m->contact.text, STR("*"))) {
		unregister_all(reg, u);
		return;
	}
	/* all is checked before anything changes (section 10.3) */
	int count = changes_decode(reg, u, changes);

	if (count < 0) {
		refuse(reg, -count);
		return;
	}
	for (int i = 0; i < count; i++)
		adds |= changes[i].expires > 0;
	if (adds && !u) {
		u = user_alloc(&r->users, name);
		if (!u) {
			r->stats.full++;
			sip_respond(reg->req, reg->now, 503,
				STR(SIP_HEADER_LINE(RETRY_AFTER, "60")), STR(""));
			return;
		}
	}
	for (int i = 0; i < count; i++)
		change(reg, u, &changes[i]);
	for (unsigned i = 0; i < reg->left_count; i++)
		users_settle(&r->users, &reg->left[i]);
	answer(reg, u);
	if (u && !user_left(r, u, REGISTRAR_UNREGISTERED) && adds)
		tell(reg, name, known);
}

/* The status to answer with. A telephone takes the first algorithm that it knows, so the strongest
 * one comes first (RFC 8760 section 2.4): TD_DIGESTS has it last. */
static int challenge(
	const struct registration *reg, unsigned algorithms, bool stale, struct td_buf *out)
{
	struct registrar *r = reg->r;

	r->stats.challenged++;
	for (unsigned i = TD_DIGEST_COUNT; i-- > 0;)
		if (algorithms >> i & 1)
			digest_challenge(r->digest, reg->now, &reg->flow->remote,
				SIP_HDR_WWW_AUTHENTICATE, str_of(r->realm), (enum td_digest)i,
				stale, out);
	return out->error ? 500 : 401;
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

/* Is the user registered from the address of this request? */
static bool is_near(const struct registration *reg, struct str name)
{
	const struct user *u = user_lookup(&reg->r->users, name);

	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++)
		if (u->binding[i].user &&
			addr_equal_ip(&u->binding[i].pub.flow.remote, &reg->flow->remote))
			return true;
	return false;
}

static void blocked(
	struct registrar *r, struct str name, const struct td_addr *source, uint32_t place)
{
	if (r->ops.blocked)
		r->ops.blocked(r->ops.ctx, place);
	if (r->ops.guessing && !r->guessing)
		r->ops.guessing(r->ops.ctx, true, name, source);
	r->guessing = true;
}

void registrar_block(struct registrar *r, uint64_t now, const struct guard_row *row)
{
	blocked(r, str_of(row->user), &row->source, guard_restore(r->guard, now, row));
}

static int wrong(const struct registration *reg, struct str name, int code)
{
	struct registrar *r = reg->r;
	uint32_t place[GUARD_KIND_COUNT];
	unsigned n = guard_failed(r->guard, reg->now, &reg->flow->remote, name, place);

	r->stats.refused++;
	r->stats.blocks += n > 0;
	for (unsigned i = 0; i < n; i++)
		blocked(r, name, &reg->flow->remote, place[i]);
	return code;
}

/*
 * What a name that is no user's is checked against: a hash that no password has, so that the answer
 * takes the same time. The algorithm stays with the name while the site stays as it is.
 */
static struct registrar_user stranger(const struct registrar *r, struct str name)
{
	static const char none[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	uint32_t md5 = r->of_algorithm[TD_DIGEST_MD5], sha = r->of_algorithm[TD_DIGEST_SHA256];
	bool is_sha = sha && users_draw(&r->users, name, md5 + sha) < sha;

	return (struct registrar_user){is_sha ? TD_DIGEST_SHA256 : TD_DIGEST_MD5,
		{none, is_sha ? sizeof(none) - 1 : (sizeof(none) - 1) / 2}};
}

/*
 * Is what the telephone has signed what the request asks for (RFC 7616 section 3.4.6)? Else whoever
 * sits in between could send a telephone's call to a number of its own choice. It is the user of
 * the URI that decides whom we call. A proxy on the way may write another host, port, parameters or
 * scheme (RFC 3261 section 22.3), and that changes nothing here. A proxy that writes another number
 * cannot stand between a telephone and us. A URI without a user, as that of REGISTER and as SIPp
 * writes it for any request, names a server: it must be ours. One that nobody can read is taken
 * from REGISTER alone, whose URI chooses nothing: SIPp writes an IPv6 address without brackets.
 */
static bool is_meant(const struct registration *reg, struct str text)
{
	const struct sip_uri *asked = &reg->m->uri;
	struct td_addr at;
	struct sip_uri is;

	if (sip_uri_decode(&is, text) != 0)
		return reg->m->method == SIP_REGISTER;
	if (is.user.n > 0)
		return sip_user_equal(is.user, asked->user);
	return is.host.n > 0 &&
	       (str_caseeq(is.host, asked->host) || str_caseeq(is.host, str_of(reg->r->realm)) ||
		       (sip_uri_addr(&is, &at) && addr_equal_ip(&at, &reg->flow->local)));
}

static int judge(const struct registration *reg, struct str name, const struct registrar_user *user,
	bool known, const struct sip_auth *a, struct td_buf *out)
{
	unsigned algorithms = 1u << user->algorithm;
	bool meant = is_meant(reg, a->uri);
	struct registrar *r = reg->r;

	switch (digest_check(r->digest, reg->now, &reg->flow->remote, a, reg->m->method_name,
		str_of(r->realm), user->algorithm, user->ha1)) {
	case DIGEST_OK:
		if (known && meant &&
			str_eq(a->username, name)) /* ha1 covers the name it was made for */
			return 0;
		break;
	case DIGEST_STALE:
		r->stats.stale++;
		return challenge(reg, algorithms, true, out);
	case DIGEST_FORGED:
		r->stats.forged++;
		return challenge(reg, algorithms, false, out);
	case DIGEST_AGAIN:
		/* It has chosen another algorithm of several, which we offered for somebody else.
		 * `stale` has it try again with the same password. */
		return challenge(reg, algorithms, reg->algorithms & ~algorithms, out);
	case DIGEST_WRONG:
		break;
	}
	return wrong(reg, name, meant ? 403 : 400); /* whatever the password is */
}

/* Has the request the password of this name? 0, or the status to answer with, and 401's line. `a`:
 * the credentials; NULL: there are none. */
static int authenticate(const struct registration *reg, struct str name, const struct sip_auth *a,
	struct td_buf *out)
{
	struct registrar *r = reg->r;
	struct registrar_user user, found;
	bool known = name.n > 0 && name.n < TD_NAME_BYTES && r->ops.user(r->ops.ctx, name, &found);

	user = known ? found : stranger(r, name);
	if (!a)
		return challenge(
			reg, reg->algorithms ? reg->algorithms : 1u << user.algorithm, false, out);
	if (!guard_allows(r->guard, reg->now, &reg->flow->remote, name, is_near(reg, name))) {
		r->stats.blocked++;
		return 403;
	}
	return judge(reg, name, &user, known, a, out);
}

/* Is one of the user's telephones reached by this flow? */
static bool has_flow(const struct registrar *r, struct str name, const struct td_flow *flow)
{
	const struct hash_node *n = NULL;
	const struct binding *b;

	while ((b = binding_next_of(&r->users, flow, &n)) != NULL)
		if (b->pub.flow.transport == flow->transport && str_eq(str_of(b->user->name), name))
			return true;
	return false;
}

static unsigned algorithms_of(const struct registrar *r, const struct td_flow *flow)
{
	const struct hash_node *next = NULL;
	struct registrar_user user;
	unsigned algorithms = 0;
	struct str name;

	while (registrar_next_source(r, flow, &next, &name))
		if (r->ops.user(r->ops.ctx, name, &user))
			algorithms |= 1u << user.algorithm;
	return algorithms;
}

bool registrar_has_proof(const struct registrar *r, const struct sip_msg *m)
{
	struct sip_auth a;

	return credentials(r, m, &a);
}

int registrar_authenticate(struct registrar *r, uint64_t now, const struct sip_msg *m,
	const struct td_flow *flow, struct str *name, struct td_buf *out)
{
	const struct registration reg = {
		.r = r, .now = now, .m = m, .flow = flow, .algorithms = algorithms_of(r, flow)};
	struct sip_auth a;
	bool has = credentials(r, m, &a);
	int code;

	*name = has ? a.username : registrar_lookup_source(r, flow);
	code = authenticate(&reg, *name, has ? &a : NULL, out);
	return code || has_flow(r, *name, flow) ? code : 403;
}

void registrar_request(struct registrar *r, uint64_t now, struct sip_request *req,
	const struct sip_msg *m, const struct td_flow *flow)
{
	struct registration reg = {.r = r, .now = now, .req = req, .m = m, .flow = flow};
	struct str name = m->to.uri.user;
	char plain[TD_NAME_BYTES];
	char text[REGISTRAR_CHALLENGE_BYTES];
	struct sip_auth a;
	struct td_buf b;
	bool has;
	int code;

	if (!m->to.uri.host.p) { /* not a SIP URI */
		sip_respond_again(req, now, 400, STR(""));
		return;
	}
	if (sip_user_plain(
		    name, plain, sizeof(plain))) /* section 10.3 step 5; else it is nobody's */
		name = str_of(plain);
	buf_init_fixed(&b, text, sizeof(text));
	has = credentials(r, m, &a);
	code = authenticate(&reg, name, has ? &a : NULL, &b);
	if (code)
		sip_respond_again(
			req, now, code, code == 401 ? (struct str){b.data, b.len} : STR(""));
	else
		update(&reg, name);
}

void registrar_flow_failed(struct registrar *r, const struct td_flow *flow)
{
	r->why = REGISTRAR_DISCONNECTED;
	r->stats.disconnected += users_flow_failed(&r->users, flow);
	r->why = REGISTRAR_EXPIRED;
}

uint64_t registrar_advance(struct registrar *r, uint64_t now)
{
	timers_advance(&r->users.timers, now);
	r->stats.expired = r->users.expired;
	if (r->guessing && guard_until(r->guard) <= now) {
		r->guessing = false;
		if (r->ops.guessing)
			r->ops.guessing(r->ops.ctx, false, STR(""), NULL);
	}
	uint64_t next = timers_next(&r->users.timers);

	return r->guessing && guard_until(r->guard) < next ? guard_until(r->guard) : next;
}

const struct registrar_binding *registrar_lookup(const struct registrar *r, struct str user)
{
	const struct user *u = user_lookup(&r->users, user);
	const struct binding *b = u ? user_newest(u) : NULL;

	return b ? &b->pub : NULL;
}

const struct registrar_binding *registrar_binding(
	const struct registrar *r, struct str user, unsigned place)
{
	const struct user *u = user_lookup(&r->users, user);

	return u && u->binding[place].user ? &u->binding[place].pub : NULL;
}

int registrar_restore(struct registrar *r, struct str user, const struct registrar_binding *b)
{
	struct user *u = user_lookup(&r->users, user);

	if (!u)
		u = user_alloc(&r->users, user);
	return u ? binding_restore(u, b) : -ENOSPC;
}

const struct registrar_binding *registrar_lookup_other(
	const struct registrar *r, struct str user, const struct td_flow *flow)
{
	const struct user *u = user_lookup(&r->users, user);
	const struct binding *b = u ? user_other(u, flow) : NULL;

	return b ? &b->pub : NULL;
}

/* The address of a UDP packet is easily forged, and so may be that of a telephone's connection. */
bool registrar_next_source(const struct registrar *r, const struct td_flow *flow,
	const struct hash_node **next, struct str *name)
{
	const struct binding *b;

	while ((b = binding_next_of(&r->users, flow, next)) != NULL) {
		*name = str_of(b->user->name);
		if (b->pub.flow.transport == flow->transport)
			return true;
	}
	return false;
}

struct str registrar_lookup_source(const struct registrar *r, const struct td_flow *flow)
{
	const struct hash_node *next = NULL;
	struct str name;

	return registrar_next_source(r, flow, &next, &name) ? name : (struct str){0};
}

void registrar_del(struct registrar *r, struct str user)
{
	struct user *u = user_lookup(&r->users, user);

	if (u)
		user_free(u);
}

uint32_t registrar_count(const struct registrar *r)
{
	return r->users.pool.capacity - r->users.pool.free_count;
}

bool registrar_blocked(
	const struct registrar *r, uint64_t now, uint32_t place, struct guard_row *out)
{
	return guard_row(r->guard, now, place, out);
}

const struct registrar_stats *registrar_stats(const struct registrar *r)
{
	return &r->stats;
}
