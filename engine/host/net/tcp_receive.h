/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes by a connection: cut into messages, and told to signalling. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_RECEIVE_H
#define TANDEM_ENGINE_HOST_NET_TCP_RECEIVE_H

#include <engine/host/net/tcp_conn.h>

void conn_readable(struct conn *c);
void conn_take_kept(struct conn *c); /* what waited for its turn */

#endif
