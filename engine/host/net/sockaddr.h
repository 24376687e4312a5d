/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's socket addresses, and options of sockets. */
#ifndef TANDEM_ENGINE_HOST_NET_SOCKADDR_H
#define TANDEM_ENGINE_HOST_NET_SOCKADDR_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <tandem/types.h>

union any_sockaddr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

socklen_t sockaddr_encode(const struct td_addr *a, union any_sockaddr *out); /* its length */
struct td_addr sockaddr_decode(const union any_sockaddr *a);
/* setsockopt() of a number. 0 or -1 with errno. */
int socket_set(int fd, int level, int option, int value);
/* Bound to an address of ours, which its interface may get later. `type`: SOCK_STREAM or
 * SOCK_DGRAM. The descriptor, or a negative errno. */
int socket_bound(const struct td_addr *local, int type);

#endif
