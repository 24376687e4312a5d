/* SPDX-License-Identifier: BSD-3-Clause */
/* How connections come to be, and their set. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_OPEN_H
#define TANDEM_ENGINE_HOST_NET_TCP_OPEN_H

#include <engine/host/net/tcp_conn.h>

int conns_init(struct conns *s, uint64_t seed); /* loop, limits and so on are set. 0 or -ENOMEM */
void conns_fini(struct conns *s);
/* fd: has just been accepted; it is this call's to close. */
void conn_accept(
	struct conns *s, int fd, const struct td_addr *local, const struct td_addr *remote);
/* Makes the one that flow->connection names. What becomes of it, signalling is told. */
void conn_make(struct conns *s, const struct td_flow *flow);
/* One that we made and that goes where `flow` does, else a new one, which counts for the peer's
 * address. Signalling has not asked for it. NULL: there is none; the reason is counted. */
struct conn *conn_make_anew(struct conns *s, const struct td_flow *flow);
/* A connection has found no place: counts, for the alarm. At most one line in 10 s, whoever comes.
 */
void conns_full(struct conns *s);
/* Those that wait for signalling have their turn, one after the other. */
void conns_retry(struct conns *s);

#endif
