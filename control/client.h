/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client of tandem-engine's and tandemd's sockets (include/tandem/api.h): blocking calls for
 * tandemctl and tests, and the framing alone for programs with a loop of their own.
 */
#ifndef TANDEM_CONTROL_CLIENT_H
#define TANDEM_CONTROL_CLIENT_H

#include <tandem/api.h>
#include <tandem/text.h>

struct client {
	int fd;
	uint32_t next_id;
	uint8_t *in; /* received; the first `taken` bytes were given out */
	size_t in_len, in_cap, taken;
	char *body; /* of the message given out last */
};

/* A message taken off a buffer. `body` has `len` bytes and a NUL behind them. */
struct client_msg {
	struct td_api_msg head;
	char *body; /* borrowed until the next call on this client */
};

/*
 * Connects and says HELLO. 0, or a negative errno with one line in err: "/run/...: no one
 * listens there; is the program running?". `program` is told to the server. timeout_ms > 0: for the
 * connection, for the answer to HELLO, and later while the server takes nothing of a request;
 * -ETIMEDOUT.
 */
int client_open(struct client *c, const char *path, const char *program, int timeout_ms,
	struct td_text *err);
void client_close(struct client *c);

/* Sends a request and returns its id (> 0), or a negative errno. body NULL: "{}". */
int64_t client_send(struct client *c, enum td_api_op op, const char *body, size_t len);
/*
 * One request and all its answers: each non-empty body goes to `row` (may be NULL; returning
 * false stops listening to this request). Ends with the empty message of a stream, or, when
 * `stream` is false, with the first answer. 0, or a negative errno: the server's status or the
 * connection's, with a line of reason in err.
 */
int client_call(struct client *c, enum td_api_op op, const char *body, bool stream,
	bool (*row)(void *ctx, const char *body, size_t len), void *ctx, int timeout_ms,
	struct td_text *err);

/* Framing alone. Writes a header of TD_API_HEAD bytes. */
#define TD_API_HEAD 12
void client_head_encode(uint8_t out[static TD_API_HEAD], const struct td_api_msg *m);
/* A whole message at the start of data: its bytes in all; 0 when more are to come; -EMSGSIZE when
 * its body is longer than TD_API_MAX. */
int64_t client_head_decode(const uint8_t *data, size_t len, struct td_api_msg *m);

#endif
