/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What signalling knows of TCP connections: which are open, and which of them it made itself, by
 * where they go. So a message gets its connection's number at once, without a word with the
 * thread that has the sockets. What it knows may be older than the truth: a connection that has
 * ended stays here until signalling has read that it has.
 */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_TABLE_H
#define TANDEM_ENGINE_HOST_NET_TCP_TABLE_H

#include <engine/base/hash.h>
#include <engine/base/pool.h>
#include <tandem/flow.h>

struct tcp_table {
	struct pool links;
	struct hash by_number, by_remote;
	uint32_t last; /* the number last given: odd ones, so that the thread has the even ones */
};

int tcp_table_init(struct tcp_table *t, uint32_t connections, uint64_t seed); /* 0 or -ENOMEM */
void tcp_table_fini(struct tcp_table *t);
bool tcp_table_has(const struct tcp_table *t, uint32_t connection);
/* The connection that we made from this address to that one; 0: none. */
uint32_t tcp_table_made(const struct tcp_table *t, const struct td_flow *flow);
/* A new number for a connection to make; 0: the table is full. */
uint32_t tcp_table_make(struct tcp_table *t, const struct td_flow *flow);
void tcp_table_add(struct tcp_table *t, const struct td_flow *flow); /* one that the peer made */
void tcp_table_del(struct tcp_table *t, uint32_t connection);        /* harmless for none */

#endif
