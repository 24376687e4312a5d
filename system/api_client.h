/* SPDX-License-Identifier: BSD-3-Clause */
/* The clients of one API socket: reads their requests, gives them to handlers, sends the answers.
 */
#ifndef TANDEM_SYSTEM_API_CLIENT_H
#define TANDEM_SYSTEM_API_CLIENT_H

#include <sys/queue.h>
#include <system/api.h>

struct api_clients {
	TAILQ_HEAD(, api_client) all; /* who was silent for longest is first */
	unsigned count;
	size_t in_bytes; /* of the room that they have for what they send */
	struct api_handlers handlers;
};

/* Takes the descriptor. Of API_CLIENTS_MAX the one that was silent for longest gives way; who waits
 * for an answer is not silent. False: all of them wait, or no memory; it has been closed. */
bool api_client_add(struct api_clients *all, struct loop *loop, int fd);
/* Sends what the sockets take at once, and closes them all. */
void api_clients_end(struct api_clients *all);

#endif
