/* SPDX-License-Identifier: BSD-3-Clause */
/* Unix stream sockets by their path: to serve one, and to reach whoever serves one. */
#ifndef TANDEM_SYSTEM_SOCKET_H
#define TANDEM_SYSTEM_SOCKET_H

/*
 * A listener that does not block; only owner and group may connect. A socket that no program serves
 * any more is replaced, and nothing else is. The descriptor, or a negative errno; -EADDRINUSE:
 * another program serves the path, -EEXIST: what has the path is no socket.
 */
int socket_listen(const char *path, int backlog);
/* The end of serving it; nothing but a socket is removed. 0 or a negative errno. */
int socket_unlink(const char *path);

/*
 * The connected descriptor, or a negative errno. -EAGAIN: the program that serves the path takes no
 * one within timeout_ms; later the descriptor's send() fails in the same way. timeout_ms 0: the
 * descriptor does not block, and neither does this.
 */
int socket_connect(const char *path, int timeout_ms);

#endif
