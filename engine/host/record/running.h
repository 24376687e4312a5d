/* SPDX-License-Identifier: BSD-3-Clause */
/* The recordings that run: begun, ended, and finished a few at a time. The recorder's thread. */
#ifndef TANDEM_ENGINE_HOST_RECORD_RUNNING_H
#define TANDEM_ENGINE_HOST_RECORD_RUNNING_H

#include <engine/host/record/report.h>
#include <engine/host/record/taplog.h>
#include <stdatomic.h>
#include <sys/queue.h>

struct running;

struct recording {
	TAILQ_ENTRY(recording) link;   /* in the order they began */
	TAILQ_ENTRY(recording) ending; /* in the order the engine ended them, until finished */
	struct running *of;
	uint32_t number;
	uint32_t segment;       /* of the log, where it begins */
	uint64_t stop_at;       /* the engine has ended it: finish then; TD_NEVER before */
	bool seen[2], ended[2]; /* by channel */
	struct split *split;    /* NULL: being finished */
};

/*
 * Recordings by number, which the engine gives out one after the other: a place is the number
 * modulo the table's size, and that doubles when two live ones meet. A look-up is one load.
 */
struct places {
	struct recording **at;
	uint32_t count; /* a power of two */
};

TAILQ_HEAD(recordings, recording);

struct running {
	/* the owner's */
	int dirfd;
	struct journal *journal;
	struct disk *disk;
	struct taplog *log;
	uint64_t now; /* monotonic, of this turn */

	struct places places;
	struct recordings all, ending;
	uint64_t log_refused;                /* records that the log had no room for */
	_Atomic uint64_t live, made, failed; /* written here, read by any thread */
};

int running_init(struct running *w); /* 0 or -ENOMEM */
void running_fini(struct running *w);

/* 0 or -errno: there is no recording then, and `failed` has counted it. */
int running_begin(
	struct running *w, uint32_t number, uint8_t codec, uint64_t wall, const char *call);
/* The engine has ended it: it is finished when its channels have ended, at stop_at the latest. */
void running_end(struct running *w, uint32_t number, uint64_t stop_at);
struct recording *running_lookup(const struct running *w, uint32_t number); /* NULL: none runs */
void running_take(struct recording *rec, const struct tap_rec *t);          /* a record of it */

void running_finish_ended(struct running *w); /* some of those that are due */
void running_finish_all(struct running *w);
void running_finish_failed(struct running *w); /* those whose file has an error */
int running_error(const struct running *w);    /* the first error of a file; 0: none */

#endif
