/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Goes after a journal directory and puts what it finds into the store. It has no loop and no
 * clock: the owner calls follow_turn() when the journal's descriptor is readable, and when the time
 * that the last turn asked for has come. `watch` tells the owner each change of the descriptor.
 */
#ifndef TANDEM_CONTROL_STORE_FOLLOW_H
#define TANDEM_CONTROL_STORE_FOLLOW_H

#include <control/store/store.h>
#include <system/journal/reader.h>

/* Records are committed so long after the first of them, or when there are so many. */
#define FOLLOW_COMMIT_MS      200
#define FOLLOW_COMMIT_RECORDS 1000
#define FOLLOW_BLOCK_MS                                                          \
	5000 /* a block of the archive is written so long after its first record \
	      */

struct follow {
	struct store *store;
	const char *dir;
	struct journal_reader *reader; /* NULL while the directory is not there */
	uint64_t begun_ms;             /* the open transaction's first record; 0 none */
	uint64_t block_ms;             /* likewise of the block that is not written yet */
	bool stopped;                  /* the engine: no more comes, so the block is written */
	bool behind; /* so it is when we have caught up: the journal may be full until then */
	uint64_t checked_ms; /* when we last saw that the journal is the same one */
	uint64_t damaged;    /* places that could not be read */
	int error;           /* of the last turn that failed; 0 once something is written again */
	/* The owner's, or NULL; set between follow_init() and the first turn. fd >= 0: a new
	 * descriptor to wait for. -1: the one there was is closed when this returns, or there is
	 * none. */
	void (*watch)(void *ctx, int fd);
	void *ctx;
};

void follow_init(struct follow *f, struct store *store, const char *dir);
void follow_fini(struct follow *f); /* commits what is open */
/* Does a bounded amount of work. When to come again, in ms; 0: at once. */
int follow_turn(struct follow *f, uint64_t now_ms);

#endif
