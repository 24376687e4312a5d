/* SPDX-License-Identifier: BSD-3-Clause */
/* A request to signalling on behalf of a client: main's thread. */
#ifndef TANDEM_ENGINE_HOST_API_JOB_H
#define TANDEM_ENGINE_HOST_API_JOB_H

#include <engine/host/api/state.h>
#include <jansson.h>

struct job {
	struct request r; /* first: r.done() finds the rest */
	struct ops *ops;
	struct api_client *client;
	json_t *body; /* what r points into, or NULL; the job's */
	uint16_t op;
	uint32_t id;
	TAILQ_ENTRY(job) link;       /* in ops.parked or ops.asked */
	void (*next)(struct job *j); /* SHOW: asks for the next page */
};

/* Of `size` bytes, a struct job first; the caller sets r.done. NULL: the client has been told. */
void *job_alloc(struct ops *o, struct api_client *c, const struct td_api_msg *m, enum request_op op,
	size_t size);
void job_free(struct job *j);
/* Tells the client and frees. why: empty: what rc means. */
void job_fail(struct job *j, int rc, const char *why);
/* Signalling has it now; r.done() comes, or the client is told that there was no room. */
void job_send(struct job *j);
int job_try(struct job *j); /* the same, for who has more to undo; 0 or -errno */
/* A page of SHOW. */
void job_rows(struct api_client *c, uint16_t op, uint32_t id, const struct td_buf *rows);
/* The next page is asked for, now or when the client has room; or all is said. */
void job_more(struct job *j, bool more);
/* For r.done: an empty object, or what is wrong. */
void job_plain_done(struct request *r);
/* The place of the key's word in the list, or -1 after an answer that says what there is. */
int job_word(struct api_client *c, const struct td_api_msg *m, json_t *body, const char *key,
	const char *const *words, const char *list);

#endif
