/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <engine/host/net/sockaddr.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

socklen_t sockaddr_encode(const struct td_addr *a, union any_sockaddr *out)
{
	*out = (union any_sockaddr){0};
	if (a->family == 6) {
		out->in6.sin6_family = AF_INET6;
		out->in6.sin6_port = htons(a->port);
		memcpy(&out->in6.sin6_addr, a->ip6, sizeof(a->ip6));
		return sizeof(out->in6);
	}
	out->in.sin_family = AF_INET;
	out->in.sin_port = htons(a->port);
	out->in.sin_addr.s_addr = a->ip4;
	return sizeof(out->in);
}

struct td_addr sockaddr_decode(const union any_sockaddr *a)
{
	struct td_addr out = {.family = 4};

	if (a->sa.sa_family == AF_INET6) {
		out.family = 6;
		out.port = ntohs(a->in6.sin6_port);
		memcpy(out.ip6, &a->in6.sin6_addr, sizeof(out.ip6));
	} else {
		out.port = ntohs(a->in.sin_port);
		out.ip4 = a->in.sin_addr.s_addr;
	}
	return out;
}

int socket_set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

int socket_bound(const struct td_addr *local, int type)
{
	union any_sockaddr a;
	socklen_t len = sockaddr_encode(local, &a);
	int fd = socket(a.sa.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	if (local->family == 6)
		err = socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) ||
		      socket_set(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	else
		err = socket_set(fd, IPPROTO_IP, IP_FREEBIND, 1);
	/* A restart does not wait for connections of the run before. */
	if (!err && type == SOCK_STREAM)
		err = socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	/* Of a connection that we make: its port is chosen when it is known where it goes. */
	if (!err && type == SOCK_STREAM && !local->port)
		err = socket_set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (err || bind(fd, &a.sa, len) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}
