/* SPDX-License-Identifier: BSD-3-Clause */
/* Dialogs (RFC 3261 section 12): what is known of the peer, and what both sides do in one. */
#include <errno.h>
#include <arpa/inet.h>
#include <engine/base/addr.h>
#include <engine/sip/dialog/session.h>
#include <engine/sip/transport/flow.h>
#include <engine/sip/txn/ctrans.h>
#include <engine/sip/txn/strans.h>

struct str session_field(const struct sip_session *s, enum session_field f)
{
	uint16_t start = f ? s->end[f - 1] : 0;

	return (struct str){s->text + start, (size_t)(s->end[f] - start)};
}

bool session_field_set(struct sip_session *s, enum session_field f, struct str value)
{
	struct str old = session_field(s, f);
	size_t used = s->end[FIELD_COUNT - 1], after = used - s->end[f];

	if (used - old.n + value.n > sizeof(s->text))
		return false;
	char *at = s->text + (old.p - s->text);

	memmove(at + value.n, at + old.n, after);
	if (value.n > 0)
		memcpy(at, value.p, value.n);
	for (unsigned i = f; i < FIELD_COUNT; i++)
		s->end[i] = (uint16_t)(s->end[i] - old.n + value.n);
	return true;
}
_Static_assert(SESSION_TEXT <= UINT16_MAX, "offsets are 16 bits");

static struct str connection_key(const uint32_t *connection)
{
	return (struct str){(const char *)connection, sizeof(*connection)};
}

/* The session is found by the connection of its last message. */
static void source_set(struct sip_session *s, const struct td_flow *flow)
{
	struct hash *h = &s->ua->sessions_by_connection;

	if (s->source.connection)
		hash_del(h, &s->by_connection);
	s->source = *flow;
	if (s->source.connection)
		hash_add(h, &s->by_connection, connection_key(&s->source.connection));
}

struct sip_session *session_alloc(struct sip_ua *ua, const struct td_flow *flow)
{
	struct sip_session *s = pool_alloc(&ua->sessions);

	if (!s)
		return NULL;
	s->ua = ua;
	s->flow = *flow;
	source_set(s, flow);
	id_encode(txn_layer_id(&ua->txns, RANDOM_TAG), s->local_tag);
	hash_add(&ua->sessions_by_tag, &s->node, str_of(s->local_tag));
	return s;
}

void session_free(struct sip_session *s)
{
	struct sip_ua *ua = s->ua;
	struct sip_txn *t = s->tu.invite;

	if (t && t->kind == TXN_CLIENT_INVITE)
		ctrans_orphan(t);
	else if (t)
		txn_part(t);
	hash_del(&ua->sessions_by_tag, &s->node);
	if (s->source.connection)
		hash_del(&ua->sessions_by_connection, &s->by_connection);
	pool_free(&ua->sessions, s);
}

static uint64_t tag_hash(const struct sip_session *s, struct str tag)
{
	return hash_bytes(&s->ua->txns.second, tag);
}

static unsigned early_place(const struct sip_session *s, struct str tag)
{
	unsigned i = 0;

	while (i < s->early_count && s->early[i] != tag_hash(s, tag))
		i++;
	return i;
}

void session_early_add(struct sip_session *s, struct str tag)
{
	if (!tag.n)
		return;
	session_field_set(s, FIELD_REMOTE_TAG, tag);
	if (early_place(s, tag) == s->early_count && s->early_count < SIP_FORKS)
		s->early[s->early_count++] = tag_hash(s, tag);
}

static bool is_early(const struct sip_session *s, struct str tag)
{
	return s->state == SESSION_CALLING && early_place(s, tag) < s->early_count;
}

bool session_early_end(struct sip_session *s, struct str tag)
{
	unsigned i = early_place(s, tag);

	if (i < s->early_count)
		s->early[i] = s->early[--s->early_count];
	return s->early_count > 0;
}

struct sip_session *session_lookup(
	struct sip_ua *ua, struct str call_id, struct str local_tag, struct str remote_tag)
{
	for (struct hash_node *n = hash_first(&ua->sessions_by_tag, local_tag); n;
		n = hash_next(n)) {
		struct sip_session *s = container_of(n, struct sip_session, node);

		if (str_eq(str_of(s->local_tag), local_tag) &&
			str_eq(session_field(s, FIELD_CALL_ID), call_id) &&
			(str_eq(session_field(s, FIELD_REMOTE_TAG), remote_tag) ||
				is_early(s, remote_tag)))
			return s;
	}
	return NULL;
}

bool session_routes_set(struct sip_session *s, const struct sip_msg *m, bool reverse)
{
	struct td_buf b;
	struct sip_values it = {0};
	struct str value, line;
	unsigned count = 0;

	while (sip_msg_value(m, SIP_HDR_RECORD_ROUTE, &it, &value))
		if (++count > SESSION_ROUTES)
			return false;
	buf_init_fixed(&b, s->ua->txns.scratch, SESSION_TEXT);
	for (unsigned i = 0; i < count; i++) { /* few: a square is nothing */
		unsigned at = reverse ? count - 1 - i : i;

		it = (struct sip_values){0};
		for (unsigned k = 0; k <= at; k++)
			sip_msg_value(m, SIP_HDR_RECORD_ROUTE, &it, &value);
		buf_str(&b, i ? STR(",") : STR(""));
		value_encode(&b, value);
	}
	line = (struct str){b.data, b.len};
	return !b.error && session_field_set(s, FIELD_ROUTES, line);
}

/* Addresses that the Internet does not route (RFC 1918, 6598, 3927, 4193): behind a NAT. */
static bool is_private(const struct td_addr *a)
{
	static const struct {
		uint32_t net, mask;
	} nets[] = {{0x0a000000, 0xff000000}, {0xac100000, 0xfff00000}, {0xc0a80000, 0xffff0000},
		{0x64400000, 0xffc00000}, {0xa9fe0000, 0xffff0000}, {0x7f000000, 0xff000000}};

	if (a->family == 6)
		return (a->ip6[0] & 0xfe) == 0xfc ||
		       (a->ip6[0] == 0xfe && (a->ip6[1] & 0xc0) == 0x80);
	for (unsigned i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if ((ntohl(a->ip4) & nets[i].mask) == nets[i].net)
			return true;
	return false;
}

/* Where the URI says that requests go. False: no IP literal of our family, or no transport that
 * can be chosen here. */
static bool literal_flow(const struct sip_session *s, const struct sip_uri *uri, struct td_flow *to)
{
	struct str transport = STR("udp"); /* of a literal: RFC 3263 section 4.1 */
	bool stream = flow_is_reliable(&s->source);

	*to = (struct td_flow){.local = s->flow.local};
	flow_know(to, &s->flow);
	if (!str_caseeq(uri->scheme, STR("sip")) || !sip_uri_addr(uri, &to->remote) ||
		to->remote.family != to->local.family)
		return false;
	if (!sip_param(uri->params, STR("transport"), &transport) && !stream)
		return true;
	to->transport = s->source.transport;
	if (str_caseeq(transport, flow_uri_name(to)))
		return true;
	to->transport = TD_TRANSPORT_UDP;
	return stream && str_caseeq(transport, STR("udp"));
}

/*
 * The connection by which the peer's last message came, while it lives and its other end has the
 * address that the URI names; else where the URI says. The port tells nothing: that of a connection
 * which the peer made is any. Nor does a missing transport: many that come by TCP leave it away.
 */
static void route_stream(struct sip_session *s, const struct td_flow *to)
{
	const struct td_addr *from = &s->source.remote;

	if (is_private(&to->remote) && !is_private(from))
		return;
	if (s->reached.family && addr_equal(&to->remote, &s->reached) &&
		!addr_equal_ip(&to->remote, &s->reached_by))
		s->flow.remote = s->reached_by;
	else if (s->source.connection && addr_equal_ip(&to->remote, from))
		s->flow.remote = to->remote; /* of a new connection */
	else
		s->flow = *to;
}

static void route_datagram(struct sip_session *s, const struct td_flow *to)
{
	if (s->reached.family && addr_equal(&to->remote, &s->reached))
		s->flow.remote = s->reached_by;
	else if (!is_private(&to->remote) || is_private(&s->source.remote))
		s->flow.remote = to->remote;
}

/* A name says no address, so requests go to where the peer is; a new connection of a stream goes to
 * the URI's port there, unless we have connected to where the peer is: nobody listens at the port
 * that a peer connected from. */
static void route_name(struct sip_session *s, const struct sip_uri *uri)
{
	bool ours = !s->flow.agent && addr_equal(&s->source.remote, &s->reached_by);
	struct td_addr literal;

	if (!flow_is_reliable(&s->source) || ours || !str_caseeq(uri->scheme, STR("sip")) ||
		sip_uri_addr(uri, &literal))
		return;
	s->flow.remote.port = uri->port ? uri->port : flow_default_port(&s->flow);
}

/*
 * Where requests in the dialog go: to the first route or the target when that is an IP literal,
 * else to where the peer's last message came from. The peer's last address is also taken when the
 * literal is private and the peer comes from a public address (NAT), and when our first request
 * reached the contact by another address than the contact says.
 */
static void route(struct sip_session *s)
{
	struct str routes = session_field(s, FIELD_ROUTES), first;
	struct sip_addr a;
	struct td_flow to;

	session_source_only(s);
	if (sip_list_next(&routes, &first)) {
		if (sip_addr_decode(&a, first) != 0)
			return;
	} else if (sip_uri_decode(&a.uri, session_field(s, FIELD_TARGET)) != 0) {
		return;
	}
	if (!literal_flow(s, &a.uri, &to)) {
		route_name(s, &a.uri);
		return;
	}
	if (flow_is_reliable(&s->source))
		route_stream(s, &to);
	else
		route_datagram(s, &to);
}

/* The peer comes by this flow now, without a word in the dialog. */
static void source_move(struct sip_session *s, const struct td_flow *flow)
{
	struct sip_txn *t = s->tu.invite;

	source_set(s, flow);
	route(s);
	if (t && t->kind == TXN_SERVER_INVITE) /* its responses */
		strans_move(t, flow);
}

void session_reach(struct sip_session *s)
{
	struct td_flow to;

	if (!s->source.connection && txn_layer_reach(&s->ua->txns, &s->flow, &to) &&
		addr_equal_ip(&to.remote, &s->source.remote))
		source_move(s, &to);
}

void session_flow_moved(struct sip_ua *ua, const struct td_flow *left, const struct td_flow *flow)
{
	struct str key = connection_key(&left->connection);
	struct hash_node *n = hash_first(&ua->sessions_by_connection, key), *next;

	for (; n; n = next) {
		struct sip_session *s = container_of(n, struct sip_session, by_connection);

		next = hash_next(n);
		if (s->source.connection == left->connection && s->flow.agent == flow->agent)
			source_move(s, flow);
	}
}

void session_flow_failed(struct sip_ua *ua, const struct td_flow *flow)
{
	struct str key = connection_key(&flow->connection);
	struct hash_node *n = hash_first(&ua->sessions_by_connection, key), *next;

	for (; flow->connection && n; n = next) {
		struct sip_session *s = container_of(n, struct sip_session, by_connection);
		struct td_flow gone = s->source;

		next = hash_next(n);
		if (s->source.connection != flow->connection)
			continue;
		gone.connection = 0;
		source_set(s, &gone);
		route(s);
	}
}

void session_source_only(struct sip_session *s)
{
	s->flow.remote = s->source.remote;
	s->flow.transport = s->source.transport;
	s->flow.connection = s->source.connection;
}

void session_target_set(struct sip_session *s, const struct sip_msg *m)
{
	/* one that does not fit, or is no SIP URI, leaves the old one in force */
	if (m->contact.uri.host.p)
		session_field_set(s, FIELD_TARGET, m->contact.uri.text);
	route(s);
}

void session_heard(struct sip_session *s, const struct td_flow *flow)
{
	source_set(s, flow);
	if (flow_is_reliable(flow)) /* a new connection replaces the old one */
		route(s);
}

uint32_t session_spare(const struct sip_session *s)
{
	return flow_is_reliable(&s->flow) && s->flow.connection != s->source.connection
		       ? s->source.connection
		       : 0;
}

void session_end(struct sip_session *s, int code)
{
	s->state = SESSION_OVER;
	if (!s->silent)
		s->ua->ops.ended(s->ua->ops.ctx, s, code);
	session_free(s);
}

void *sip_session_user(const struct sip_session *s)
{
	return s->user;
}

void sip_session_set_user(struct sip_session *s, void *user)
{
	s->user = user;
}

struct str sip_session_call_id(const struct sip_session *s)
{
	return session_field(s, FIELD_CALL_ID);
}

const struct td_flow *sip_session_flow(const struct sip_session *s)
{
	return &s->flow;
}

struct sip_session *sip_session_came_back(const struct sip_session *s)
{
	struct str tag = session_field(s, FIELD_REMOTE_TAG), id = session_field(s, FIELD_CALL_ID);

	if (s->uac)
		return NULL;
	for (struct hash_node *n = hash_first(&s->ua->sessions_by_tag, tag); n; n = hash_next(n)) {
		struct sip_session *out = container_of(n, struct sip_session, node);

		if (out->uac && str_eq(str_of(out->local_tag), tag) &&
			str_eq(session_field(out, FIELD_CALL_ID), id))
			return out;
	}
	return NULL;
}

const struct td_addr *sip_session_source(const struct sip_session *s)
{
	return &s->source.remote;
}

const struct td_addr *sip_session_local(const struct sip_session *s)
{
	return &s->flow.local;
}
