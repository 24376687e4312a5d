/* SPDX-License-Identifier: BSD-3-Clause */
/* What waits to be sent by a connection: a buffer that grows by doubling. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_OUT_H
#define TANDEM_ENGINE_HOST_NET_TCP_OUT_H

#include <stddef.h>
#include <sys/types.h>

struct tcp_out {
	char *data;
	size_t at, len, room; /* data + at: len octets wait */
};

int tcp_out_keep(struct tcp_out *o, const char *data, size_t len); /* 0 or -ENOMEM */
/* Sends what the socket takes: so many octets, or -errno. No memory is kept once all has gone. */
ssize_t tcp_out_send(struct tcp_out *o, int fd);
void tcp_out_fini(struct tcp_out *o);

#endif
