/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_letter.h>
#include <engine/host/net/tcp_open.h>
#include <engine/host/net/tcp_send.h>

/*
 * Signalling has not heard of the end yet. A response goes by the connection while the peer may
 * read (RFC 3261 section 18.2.2), else by a new one. So does an ACK, for which nobody waits. Who
 * waits for an answer to a request hears of the end, and decides anew. NULL: it is not sent.
 */
static struct conn *late_conn(struct conns *s, struct conn *c, const struct letter *m)
{
	struct str message = {(const char *)(m + 1), m->len};
	bool response = str_has_prefix(message, STR("SIP/2.0 "));

	if (response && c && !conn_ended(c))
		return c;
	if (!response && !str_has_prefix(message, STR("ACK "))) {
		s->stats.unsent++;
		return NULL;
	}
	if (!tcp_letter_known(&m->flow)) {
		s->stats.unsent_stranger++;
		return NULL;
	}
	s->stats.anew++;
	return conn_make_anew(s, &m->flow);
}

static void letter_send(struct conns *s, const struct letter *m)
{
	struct conn *c = conn_lookup(s, m->flow.connection);

	if (!c && m->fresh) {
		conn_make(s, &m->flow);
		c = conn_lookup(s, m->flow.connection);
	} else if (!c || c->place.kind == PLACE_HALF || conn_ended(c)) {
		c = late_conn(s, c, m);
	}
	if (!c)
		return;
	if (tcp_letter_known(&m->flow)) {
		c->trunk = m->flow.trunk;
		c->agent = m->flow.agent;
	}
	if (m->flow.trunk)
		place_trunk(&s->places, &c->place);
	conn_send(c, m->dscp, (const char *)(m + 1), m->len);
}

static void letter_hold(struct conns *s, const struct letter *m)
{
	struct conn *c = conn_lookup(s, m->flow.connection);

	if (!c || conn_ended(c))
		return;
	if (m->kind == LETTER_RELEASE)
		place_release(&s->places, &c->place);
	else if (!place_hold(&s->places, &c->place))
		conns_full(s);
	conn_deadline_set(c);
}

void letter_take(struct conns *s, const struct letter *m)
{
	if (m->kind == LETTER_MESSAGE)
		letter_send(s, m);
	else
		letter_hold(s, m);
}
