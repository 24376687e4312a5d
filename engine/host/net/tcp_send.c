/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/sockaddr.h>
#include <engine/host/net/tcp_send.h>
#include <string.h>

/* False: it has ended. */
static bool out_send(struct conn *c)
{
	ssize_t n = tcp_out_send(&c->out, c->fd.fd);

	if (n < 0) {
		conn_end(c, &c->conns->stats.broken, strerror((int)-n));
		return false;
	}
	if (n > 0)
		c->moved = loop_now(c->conns->loop);
	c->out_bytes += (uint64_t)n;
	return conn_held_set(c);
}

/* What follows what waits goes with it, when the socket takes more. False: it has ended. */
static bool put(struct conn *c, const char *data, size_t len)
{
	bool first = !c->out.len;

	if (first)
		c->moved = loop_now(c->conns->loop);
	if (c->out.len + len > CONN_OUT_MAX || tcp_out_keep(&c->out, data, len) < 0) {
		conn_end(c, &c->conns->stats.ended_full, "it does not take what we send");
		return false;
	}
	if (first && !c->connecting ? !out_send(c) : !conn_held_set(c))
		return false;
	if (first)
		conn_deadline_set(c);
	conn_watch(c);
	return true;
}

/* One answer for all pings that came meanwhile. False: it has ended. */
bool conn_pong(struct conn *c)
{
	if (!c->pong || c->out.len)
		return true;
	c->pong = false;
	return put(c, "\r\n", 2);
}

/* False: it has ended. */
bool conn_flush(struct conn *c)
{
	if (!c->connecting && (!out_send(c) || !conn_pong(c)))
		return false;
	conn_deadline_set(c);
	conn_watch(c);
	return true;
}

void conn_send(struct conn *c, uint8_t dscp, const char *data, size_t len)
{
	bool v6 = c->flow.remote.family == 6;

	if (conn_ended(c))
		return; /* signalling is about to hear so */
	if (c->dscp != dscp)
		socket_set(c->fd.fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS,
			dscp << 2);
	c->dscp = dscp;
	c->spoken = true;
	if (c->place.kind != PLACE_HALF) /* else its end has been told, or is about to be */
		c->known = true;
	c->conns->stats.out++;
	c->out_count++;
	if (!c->connecting) {
		c->place.active = loop_now(c->conns->loop);
		conn_deadline_set(c);
	}
	put(c, data, len);
}
