/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/base/prng.h>
#include <engine/sip/registrar/users.h>

#define SOURCE_KEY_BYTES 18 /* an IPv6 address and a port */

int users_init(struct users *us, uint32_t max, uint64_t seed)
{
	struct prng rng;

	prng_init(&rng, seed);
	*us = (struct users){0};
	if (timers_init(&us->timers, REGISTRAR_CONTACTS * max) != 0)
		goto fail;
	if (pool_init(&us->pool, max, sizeof(struct user)) != 0)
		goto fail_timers;
	if (hash_init(&us->names, max, prng_u64(&rng)) != 0)
		goto fail_pool;
	if (hash_init(&us->sources, REGISTRAR_CONTACTS * max, prng_u64(&rng)) != 0)
		goto fail_names;
	return 0;

fail_names:
	hash_fini(&us->names);
fail_pool:
	pool_fini(&us->pool);
fail_timers:
	timers_fini(&us->timers);
fail:
	return -ENOMEM;
}

void users_fini(struct users *us)
{
	hash_fini(&us->sources);
	hash_fini(&us->names);
	pool_fini(&us->pool);
	timers_fini(&us->timers);
}

uint32_t users_draw(const struct users *us, struct str name, uint32_t n)
{
	return (uint32_t)(hash_bytes(&us->names, name) % n);
}

struct user *user_lookup(const struct users *us, struct str name)
{
	for (struct hash_node *n = hash_first(&us->names, name); n; n = hash_next(n)) {
		struct user *u = container_of(n, struct user, node);

		if (str_eq(str_of(u->name), name))
			return u;
	}
	return NULL;
}

struct user *user_alloc(struct users *us, struct str name)
{
	struct user *u = pool_alloc(&us->pool);

	if (!u)
		return NULL;
	u->users = us;
	str_copy(u->name, sizeof(u->name), name);
	hash_add(&us->names, &u->node, name);
	return u;
}

void user_free(struct user *u)
{
	struct users *us = u->users;

	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++)
		if (u->binding[i].user)
			binding_del(&u->binding[i]);
	hash_del(&us->names, &u->node);
	pool_free(&us->pool, u);
}

bool user_settle(struct user *u)
{
	struct users *us = u->users;
	char name[TD_NAME_BYTES];

	if (u->count > 0)
		return false;
	memcpy(name, u->name, sizeof(name));
	user_free(u);
	us->gone(us, str_of(name));
	return true;
}

const struct binding *user_newest(const struct user *u)
{
	const struct binding *newest = NULL;

	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++) {
		const struct binding *b = &u->binding[i];

		if (b->user && (!newest || b->pub.order > newest->pub.order))
			newest = b;
	}
	return newest;
}

/* Is it by another connection of the same transport? */
static bool is_other(const struct binding *b, const struct td_flow *flow)
{
	const struct td_flow *of = &b->pub.flow;

	return b->user && of->connection && of->connection != flow->connection &&
	       of->transport == flow->transport;
}

const struct binding *user_other(const struct user *u, const struct td_flow *flow)
{
	const struct binding *best = NULL;

	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++) {
		const struct binding *b = &u->binding[i];
		bool near = addr_equal_ip(&b->pub.flow.remote, &flow->remote);

		if (!is_other(b, flow))
			continue;
		if (!best || near > addr_equal_ip(&best->pub.flow.remote, &flow->remote) ||
			(near == addr_equal_ip(&best->pub.flow.remote, &flow->remote) &&
				b->pub.order > best->pub.order))
			best = b;
	}
	return best;
}

struct binding *binding_lookup(struct user *u, struct str uri)
{
	for (unsigned i = 0; u && i < REGISTRAR_CONTACTS; i++) {
		struct binding *b = &u->binding[i];

		if (b->user && sip_uri_equal(str_of(b->pub.contact), uri))
			return b;
	}
	return NULL;
}

static bool is_same_call(const struct binding *b, const struct sip_msg *m)
{
	const struct users *us = b->user->users;

	return b->call_id[0] == hash_bytes(&us->names, m->call_id) &&
	       b->call_id[1] == hash_bytes(&us->sources, m->call_id);
}

uint64_t users_device(const struct users *us, struct str instance, struct str reg_id)
{
	uint64_t id = 0;

	if (!instance.n)
		return 0;
	str_u64(reg_id, UINT32_MAX, &id);
	return hash_bytes(&us->names, instance) + id;
}

unsigned bindings_leave(struct user *u, struct str uri, uint64_t device, const struct sip_msg *m,
	const struct td_flow *flow, struct td_flow left[static REGISTRAR_CONTACTS], unsigned n)
{
	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++) {
		struct binding *b = &u->binding[i];
		bool known = false;

		if (!is_other(b, flow) || b->left ||
			!(sip_uri_equal(str_of(b->pub.contact), uri) || is_same_call(b, m) ||
				(device && b->device == device)))
			continue;
		b->left = true;
		for (unsigned k = 0; k < n; k++)
			known |= left[k].connection == b->pub.flow.connection;
		if (!known)
			left[n++] = b->pub.flow;
	}
	return n;
}

static bool is_held(const struct users *us, const struct td_flow *flow)
{
	const struct hash_node *n = NULL;
	const struct binding *b;

	while ((b = binding_next_of(us, flow, &n)) != NULL)
		if (!b->left)
			return true;
	return false;
}

void users_settle(struct users *us, const struct td_flow *flow)
{
	if (flow->connection && !is_held(us, flow))
		us->held(us, flow, false);
}

/* RFC 3261 section 10.3 step 7 */
bool binding_is_stale(const struct binding *b, const struct sip_msg *m)
{
	return b && is_same_call(b, m) && m->cseq.number <= b->cseq;
}

static bool passed_a_proxy(const struct sip_msg *m)
{
	struct sip_values it = {0};
	struct str via;
	unsigned count = 0;

	while (sip_msg_value(m, SIP_HDR_VIA, &it, &via))
		count++;
	return count > 1;
}

/*
 * Is this REGISTER of the telephone that made b, which was started again and has another Contact?
 * A device that says its name is the one of this name (RFC 5626 section 6). Without a name, one
 * address and port may be that of one telephone, behind a NAT or not, or that of a proxy with many
 * telephones. It is one telephone when its Contact is where it comes from, or names the same host
 * and port as before. A second binding for one telephone does little harm, it is the older one. A
 * telephone that loses its binding to another is not reached.
 */
static bool is_again(const struct binding *b, struct str uri, uint64_t device,
	const struct sip_msg *m, const struct td_flow *flow)
{
	struct sip_uri was, is;
	struct td_addr at;

	if (is_same_call(b, m) && (!device || b->cseq == m->cseq.number))
		return false;
	if (device && b->device)
		return device == b->device;
	if (!addr_equal(&b->pub.flow.remote, &flow->remote) || passed_a_proxy(m) ||
		sip_uri_decode(&was, str_of(b->pub.contact)) != 0 || sip_uri_decode(&is, uri) != 0)
		return false;
	return (sip_uri_addr(&is, &at) && addr_equal(&at, &flow->remote)) ||
	       sip_hostport_equal(&was, &is);
}

/* A free place, the place of a telephone that was started again, or the oldest. */
static struct binding *binding_place(struct user *u, struct str uri, uint64_t device,
	const struct sip_msg *m, const struct td_flow *flow)
{
	struct binding *place = NULL;

	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++) {
		struct binding *b = &u->binding[i];

		if (b->user && is_again(b, uri, device, m, flow))
			return b;
		if (!place || (place->user && (!b->user || b->pub.order < place->pub.order)))
			place = b;
	}
	return place;
}

static struct str source_key(const struct td_flow *flow, uint8_t out[static SOURCE_KEY_BYTES])
{
	const struct td_addr *a = &flow->remote;
	size_t n = a->family == 6 ? 16 : 4;

	if (flow->connection) {
		memcpy(out, &flow->connection, sizeof(flow->connection));
		return (struct str){(const char *)out, sizeof(flow->connection)};
	}
	memcpy(out, a->ip6, n);
	memcpy(out + n, &a->port, sizeof(a->port));
	return (struct str){(const char *)out, n + sizeof(a->port)};
}

static void unbind(struct binding *b)
{
	struct users *us = b->user->users;

	timer_cancel(&us->timers, &b->timer);
	hash_del(&us->sources, &b->source);
	b->user->count--;
	us->bound(us, str_of(b->user->name));
	b->user = NULL;
}

static void on_expire(struct timer *t, uint64_t now)
{
	struct binding *b = container_of(t, struct binding, timer);
	struct user *u = b->user;

	u->users->expired++;
	binding_del(b);
	user_settle(u);
}

static void bind(struct user *u, struct binding *b, const struct binding *as, struct str uri)
{
	struct users *us = u->users;
	uint8_t key[SOURCE_KEY_BYTES];

	*b = *as;
	b->timer.fire = on_expire;
	b->user = u;
	b->pub.order = ++us->order;
	str_copy(b->pub.contact, sizeof(b->pub.contact), uri);
	hash_add(&us->sources, &b->source, source_key(&b->pub.flow, key));
	timer_set(&us->timers, &b->timer, b->pub.expires);
	u->count++;
	us->bound(us, str_of(u->name));
}

int binding_restore(struct user *u, const struct registrar_binding *b)
{
	struct binding *place = NULL;

	for (unsigned i = 0; i < REGISTRAR_CONTACTS && !place; i++)
		place = u->binding[i].user ? NULL : &u->binding[i];
	if (!place)
		return -ENOSPC;
	bind(u, place, &(struct binding){.pub = *b}, str_of(b->contact));
	return 0;
}

void binding_set(struct user *u, struct str uri, uint64_t device, uint64_t expires,
	const struct sip_msg *m, const struct td_flow *flow)
{
	struct users *us = u->users;
	struct binding *b = binding_lookup(u, uri);
	struct td_flow gone = {0};

	if (!b)
		b = binding_place(u, uri, device, m, flow);
	if (b->user && !b->left)
		gone = b->pub.flow;
	if (b->user)
		unbind(b);
	bind(u, b,
		&(struct binding){.pub = {.flow = *flow, .expires = expires},
			.device = device,
			.call_id = {hash_bytes(&us->names, m->call_id),
				hash_bytes(&us->sources, m->call_id)},
			.cseq = m->cseq.number},
		uri);
	if (flow->connection)
		us->held(us, flow, true);
	users_settle(us, &gone);
}

void binding_del(struct binding *b)
{
	struct users *us = b->user->users;

	unbind(b);
	if (!b->left)
		users_settle(us, &b->pub.flow);
}

const struct binding *binding_next_of(
	const struct users *us, const struct td_flow *flow, const struct hash_node **n)
{
	uint8_t key[SOURCE_KEY_BYTES];

	*n = *n ? hash_next(*n) : hash_first(&us->sources, source_key(flow, key));
	for (; *n; *n = hash_next(*n)) {
		const struct binding *b = container_of(*n, struct binding, source);

		if (b->pub.flow.connection == flow->connection &&
			(flow->connection || addr_equal(&b->pub.flow.remote, &flow->remote)))
			return b;
	}
	return NULL;
}

unsigned users_flow_failed(struct users *us, const struct td_flow *flow)
{
	const struct hash_node *n = NULL;
	const struct binding *found;
	unsigned gone = 0;

	while (flow->connection && (found = binding_next_of(us, flow, &n)) != NULL) {
		struct user *u = found->user;

		binding_del(&u->binding[found - u->binding]);
		user_settle(u);
		gone++;
		n = NULL; /* the chain has changed */
	}
	return gone;
}
