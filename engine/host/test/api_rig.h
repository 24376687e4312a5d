/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's socket over a dataplane without packets: main and signalling are threads, as in the
 * program, and a test is their client. */
#ifndef TANDEM_ENGINE_HOST_TEST_API_RIG_H
#define TANDEM_ENGINE_HOST_TEST_API_RIG_H

#include <engine/host/api/ops.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <system/api.h>

struct api_rig {
	char dir[32], socket[64], journal_dir[64];
	struct td_text err;
	struct ops ops;
	struct api *api;
	struct loop *loop;
	struct loop_work kick;
	int left; /* a client that stays until the end */
	pthread_t main, signalling;
	atomic_bool stop_main, stop_signalling;
	atomic_bool ended; /* a drain has come to its end */
};

/* Given before setup(): makes what the rig has besides, before its threads run. NULL: nothing. */
extern void (*setup_more)(struct api_rig *f);

int setup(void **state); /* *state: a struct api_rig */
int teardown(void **state);
void *run_signalling(void *rig); /* its thread, until stop_signalling */

int dial(struct api_rig *f);
int dial_hello(struct api_rig *f);
void say(int fd, uint16_t op, uint32_t id, const char *body);
struct td_api_msg hear(int fd, json_t **body); /* NULL body: the empty message */
/* The answer to a request with one; its error text or "" in text. */
int ask(int fd, uint16_t op, const char *request, char text[static 512]);
unsigned show(
	int fd, const char *what, json_t **first); /* how many rows; the first is the caller's */
bool closed(int fd);

#endif
