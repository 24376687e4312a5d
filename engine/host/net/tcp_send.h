/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes out by a connection. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_SEND_H
#define TANDEM_ENGINE_HOST_NET_TCP_SEND_H

#include <engine/host/net/tcp_conn.h>

void conn_send(struct conn *c, uint8_t dscp, const char *data, size_t len);

/* For tcp*.c. False: the connection has ended. */
bool conn_pong(struct conn *c);  /* answers the pings that wait for it */
bool conn_flush(struct conn *c); /* its socket takes more */

#endif
