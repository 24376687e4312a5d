/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Unix socket: framing and clients (include/tandem/api.h). One thread, main. No client can
 * hold up another: input is taken 64 KB at a time, output waits in memory, and a client that does
 * not read API_OUT_MAX of it is closed. It may have API_REQUESTS_MAX requests under way. A client
 * that has shut down its writing side is closed when it has its answers: when none waits to be
 * sent, and nobody else has a reference. While the process has no descriptor left, the next clients
 * wait in the listener's backlog. When all API_CLIENTS_MAX places are taken, a new client gets that
 * of the client which was silent for longest and waits for no answer. A socket whose file was
 * removed is made again within API_LOOK_NS.
 */
#ifndef TANDEM_SYSTEM_API_H
#define TANDEM_SYSTEM_API_H

#include <engine/base/buf.h>
#include <tandem/api.h>
#include <tandem/text.h>
#include <system/loop.h>

#define API_CLIENTS_MAX 64
/* Of a client, waiting for their answers; tandemd has half as many. */
#define API_REQUESTS_MAX 32
#define API_IN_MAX       (64u << 20) /* of all clients, while a long message is read */
#define API_OUT_MAX      (8u << 20)
#define API_OUT_PAUSE    (256u << 10) /* whoever makes long answers waits above this */
/* How often it is looked whether the path is still ours, and accept() is tried that has failed. */
#define API_LOOK_NS TD_NSEC_PER_SEC

struct api;
struct api_client;

struct api_handlers {
	void *ctx;
	/* A request after HELLO. body: NUL-terminated, m->len bytes. */
	void (*request)(
		void *ctx, struct api_client *c, const struct td_api_msg *m, const char *body);
	/* The client went away; what still points to it holds a reference. */
	void (*closed)(void *ctx, struct api_client *c);
	/* Its output has come below API_OUT_PAUSE again. */
	void (*drained)(void *ctx, struct api_client *c);
};

/* Takes the path over when no one listens there; the loop serves it from then on. NULL with errno
 * and one line in err. */
struct api *api_start(struct loop *loop, const char *path, const struct api_handlers *handlers,
	struct td_text *err);
void api_stop(struct api *a); /* NULL is fine; before loop_free() */

/* Whoever owes the client an answer holds a reference. It keeps the struct, and the connection only
 * until the client has closed it. */
void api_client_get(struct api_client *c);
void api_client_put(struct api_client *c);
bool api_client_gone(const struct api_client *c);
bool api_client_full(const struct api_client *c); /* above API_OUT_PAUSE */

/* Nothing happens when the client is gone. Status 0 or a negative errno. */
void api_reply(struct api_client *c, uint16_t op, uint32_t id, const void *body, size_t len);
void api_reply_buf(struct api_client *c, uint16_t op, uint32_t id, const struct td_buf *body);
void api_error(struct api_client *c, uint16_t op, uint32_t id, int status, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

#endif
