/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What operators see of connections. Main asks for a page, the thread of TCP fills it, and main has
 * it again: so nobody but the thread looks at a connection.
 */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_ROWS_H
#define TANDEM_ENGINE_HOST_NET_TCP_ROWS_H

#include <system/loop.h>
#include <tandem/flow.h>
#include <tandem/view.h>

#define TCP_ROWS   64 /* of a page */
#define TCP_FLIGHT 16 /* pages on their way at once */

struct conns;
struct spsc;

struct tcp_row {
	struct td_flow flow; /* trunk and agent as the engine has said: 0, it has not */
	enum td_connection_state state;
	bool made; /* by us */
	uint64_t age_ns, idle_ns;
	uint64_t in, in_bytes, out, out_bytes, queued;
};

/* Zeroed before the first page; between tcp_ask() and done() it is the thread's. */
struct tcp_page {
	struct tcp_row row[TCP_ROWS];
	unsigned count;
	bool more;
	int rc; /* -ESHUTDOWN: the thread has ended */
	void (*done)(struct tcp_page *p);
	/* Where the next page begins: behind this connection. One that has come since the first
	 * page is on none, so that there is an end. */
	uint32_t number;
	uint64_t order, last;
};

/* Pages on their way; in struct tcp. */
struct tcp_pages {
	struct conns *conns;
	struct spsc *asked, *filled;
	struct loop_work work; /* the thread's */
	struct loop *main;     /* NULL: nobody is woken */
	struct loop_work *kick;
	unsigned flight; /* main */
};

int tcp_pages_init(
	struct tcp_pages *p, struct conns *conns, struct loop *main, struct loop_work *kick);
void tcp_pages_fini(struct tcp_pages *p); /* the thread has ended: what is on its way is over */
int tcp_pages_ask(struct tcp_pages *p, struct tcp_page *page); /* 0 or -EBUSY */
void tcp_pages_filled(struct tcp_pages *p);                    /* done() of each that is */

#endif
