/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection to tandem-engine: made again whenever it breaks, at growing intervals. It blocks
 * nowhere; the owner's loop serves it.
 */
#ifndef TANDEM_CONTROL_LINK_H
#define TANDEM_CONTROL_LINK_H

#include <engine/base/buf.h>
#include <tandem/api.h>
#include <system/loop.h>

#define LINK_REQUESTS  16    /* under way at once */
#define LINK_ANSWER_MS 10000 /* an engine that takes longer is taken for dead */
#define LINK_RETRY_MS  100   /* at first; doubled up to */
#define LINK_RETRY_MAX 1000

struct link_request {
	uint32_t id; /* 0: free */
	uint64_t deadline;
	/* status 0: body is the answer; else a negative errno: body is one line of reason. */
	void (*done)(void *ctx, int status, const char *body, size_t len);
	void *ctx;
};

struct engine_link {
	const char *path;
	void (*up)(void *ctx); /* the engine has said HELLO */
	/* It is gone; not by link_fini(). Set after link_init(); NULL: no one wants to know. */
	void (*down)(void *ctx, const char *why);
	void *ctx;
	struct loop *loop;
	struct loop_fd watch;
	struct loop_timer timer; /* connect again; an answer is overdue */
	int fd;                  /* -1: not connected */
	bool ready;
	uint32_t next_id;
	unsigned retry_ms;
	struct link_request requests[LINK_REQUESTS];
	struct td_buf in, out;
	size_t sent;
};

/* Connects in the loop's next turn. 0 or -ENOMEM. */
int link_init(struct engine_link *l, struct loop *loop, const char *path, void (*up)(void *ctx),
	void *ctx);
void link_fini(struct engine_link *l);
/* `done` (NULL: no one wants to know) is called exactly once, by the loop or by link_fini(). 0, or
 * a negative errno: then it is not called. */
int link_send(struct engine_link *l, enum td_api_op op, const struct td_buf *body,
	void (*done)(void *ctx, int status, const char *body, size_t len), void *ctx);

#endif
