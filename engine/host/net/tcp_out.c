/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_out.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM_FIRST 1024

int tcp_out_keep(struct tcp_out *o, const char *data, size_t len)
{
	size_t room = o->room ? o->room : ROOM_FIRST;
	char *more;

	if (o->at && o->at + o->len + len > o->room &&
		o->at >= o->len) { /* at least half of it is free */
		memcpy(o->data, o->data + o->at, o->len);
		o->at = 0;
	}
	while (room < o->at + o->len + len)
		room *= 2;
	if (room != o->room) {
		more = realloc(o->data, room);
		if (!more)
			return -ENOMEM;
		o->data = more;
		o->room = room;
	}
	memcpy(o->data + o->at + o->len, data, len);
	o->len += len;
	return 0;
}

ssize_t tcp_out_send(struct tcp_out *o, int fd)
{
	ssize_t all = 0;

	while (o->len) {
		ssize_t n = send(fd, o->data + o->at, o->len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return all;
		if (n < 0)
			return -errno;
		o->at += (size_t)n;
		o->len -= (size_t)n;
		all += n;
	}
	tcp_out_fini(o);
	return all;
}

void tcp_out_fini(struct tcp_out *o)
{
	free(o->data);
	*o = (struct tcp_out){0};
}
