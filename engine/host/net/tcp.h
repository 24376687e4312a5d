/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIP over TCP by the kernel's sockets, on the interfaces that the kernel owns: RFC 3261 section
 * 18.2.2, 18.3. A thread of its own has the sockets; signalling and it speak by two rings.
 *
 *     signalling ── messages, by connection ──────────► thread ──► sockets
 *                ◄─ messages, connections that ended ──        ◄──
 *
 * Anybody may connect, up to the limits: who may call, the engine decides, as over UDP.
 */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_H
#define TANDEM_ENGINE_HOST_NET_TCP_H

#include <engine/host/net/tcp_news.h>
#include <engine/host/net/tcp_rows.h>
#include <tandem/config.h>
#include <tandem/text.h>
#include <tandem/view.h>

struct dp;
struct tcp;

struct tcp_params {
	const struct td_conf_site *site; /* sip_port, and the limits of connections */
	const struct td_conf_port *ports;
	unsigned port_count;
	struct dp *dp;        /* is woken when there is news */
	uint64_t connect_ns;  /* a connection that is being made has so long */
	uint64_t patience_ns; /* a connection's first message, and one that has begun, too */
	uint64_t
		unread_ns; /* what waits for the peer, and none of it goes, ends it after so long */
	/* Idle for so long, a stranger's connection ends, and a trunk's may make room. */
	uint64_t stale_ns;
	size_t held_max;        /* octets that wait in all connections, to be sent or taken */
	struct loop *main;      /* kick is posted to it when a page of rows is there; NULL: it is */
	struct loop_work *kick; /* not */
};

/* The kernel sends a SYN again after 1 s and after 3 s: so two may be lost, and the answer to the
 * third has a second. Longer, and callers would wait for the next address in silence. */
#define TCP_CONNECT_NS  (4 * TD_NSEC_PER_SEC)
#define TCP_PATIENCE_NS (10 * TD_NSEC_PER_SEC)
#define TCP_UNREAD_NS   (32 * TD_NSEC_PER_SEC) /* SIP's own Timer B */
/* Timer B and F of RFC 3261: nobody waits for an answer by it any more. */
#define TCP_STALE_NS (32 * TD_NSEC_PER_SEC)
#define TCP_HELD_MAX (64u << 20)

/* NULL with errno and one line in err. `params` is not kept. */
struct tcp *tcp_start(const struct tcp_params *params, struct td_text *err);
void tcp_stop(struct tcp *t); /* NULL is fine */

/*
 * Signalling. As struct td_engine_io.sip says: by flow->connection, else by the one that was made
 * to flow->remote, else by a new one; its number is put into flow->connection. 0; -ENOBUFS: no
 * room; -EADDRNOTAVAIL: the kernel does not own our address; -EHOSTUNREACH: only a new connection
 * would get there, and the peer is neither a trunk nor an agent.
 */
int tcp_send(struct tcp *t, struct td_flow *flow, uint8_t dscp, const void *data, size_t len);
/* A telephone is registered by the connection of this flow, or none is any more: then others get
 * its place. Harmless when it has ended. */
void tcp_hold(struct tcp *t, const struct td_flow *flow, bool held);
/* NULL: none, or no room for what the engine may say to it: dp_signal_wake() when there is. */
const struct tcp_news *tcp_peek(struct tcp *t);
void tcp_consume(struct tcp *t);

void tcp_stats(const struct tcp *t, struct td_section_tcp *out); /* any thread: racy */
/* One more could come, a stranger or a telephone, and nobody would make room for it. Likewise. */
bool tcp_has_room(const struct tcp *t);

/* Main: page->done() comes from tcp_answers(), or from tcp_stop(). 0, or -EBUSY: TCP_FLIGHT pages
 * are on their way. */
int tcp_ask(struct tcp *t, struct tcp_page *page);
void tcp_answers(struct tcp *t);

#endif
