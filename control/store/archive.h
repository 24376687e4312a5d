/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The archive: records that are read by call or in their order, and never asked for by SQL, in
 * segment files beside the store: `STORE-archive/NNNNNNNNNNNNNNNNNNNN.archive`, the number being
 * that of the segment's first block. A segment is a sequence of blocks (control/store/block.h).
 *
 * The store's table `archive` has a row for each block: where it lies, and which calls have records
 * in it. The row is written in the store's transaction after the block is synced. So a block is
 * there as a whole or not at all, and what lies behind the last one in a file is no part of it.
 *
 * Records wait in memory until their block is written. The journal still has them.
 */
#ifndef TANDEM_CONTROL_STORE_ARCHIVE_H
#define TANDEM_CONTROL_STORE_ARCHIVE_H

#include <control/store/block.h>
#include <sqlite3.h>
#include <tandem/text.h>

#define ARCHIVE_NAME    32          /* "NNNNNNNNNNNNNNNNNNNN.archive" and NUL */
#define ARCHIVE_SEGMENT (64u << 20) /* bytes of a segment, and at most one block more */
#define ARCHIVE_DAY     86400 /* seconds: a segment's blocks begin within a day of its first */

/* Where a block lies: a row of the table. */
struct archive_place {
	int64_t block, segment, offset, bytes, records;
	double since, until;
};

/* Reads blocks. It needs no more than a connection to the store, which may be another's. */
struct archive_reader {
	sqlite3 *db;
	char *dir;
	int fd; /* of `segment`; -1 none */
	int64_t segment;
	struct td_buf bytes;
	int64_t block; /* what `decoded` has; 0 nothing */
	struct block decoded;
	uint64_t blocks;    /* read so far */
	struct td_text err; /* of the last block that could not be read: what, where, what to do */
};

/* Hashes of calls, as often as they were put. */
struct archive_calls {
	uint32_t *hash;
	size_t count, cap;
};

struct archive {
	struct archive_reader reader;
	int dirfd, fd; /* fd: of the segment that is written; -1 none */
	int64_t block, segment,
		offset;    /* of the next block; block 0: not known, segment 0: begin one */
	int64_t created;   /* a segment of this transaction; 0 none */
	uint64_t replaced; /* how often the open segment was replaced by another file, or taken away
			    */
	double segment_since;
	uint64_t known;             /* the greatest number in a block, */
	double known_until;         /* and the latest time */
	struct block waiting;       /* the records of the next block, */
	struct archive_calls calls; /* and whose they are */
	void *zstd;
	sqlite3_stmt *insert;
};

typedef void archive_visit(void *ctx, const struct td_rec *rec, const void *payload);
/* A block cannot be read; `why` is one line about it. */
typedef void archive_lost(void *ctx, const struct archive_place *place, const char *why);

/* The table, for the schema. */
extern const char archive_tables[];

/* Of the store at `path`, whose tables are there. 0 or a negative errno; then close it too. */
int archive_open(struct archive *a, sqlite3 *db, const char *path);
void archive_close(struct archive *a);

/* Adds a record to those that wait. 0 or -ENOMEM. */
int archive_put(struct archive *a, const struct td_rec *rec, const void *payload);
bool archive_full(const struct archive *a); /* those that wait fill a block */
/* Writes those that wait as a block, and its row within the transaction that is open. 0 or a
 * negative errno: then roll back. */
int archive_seal(struct archive *a);
void archive_commit(struct archive *a); /* the transaction was committed */
/* The transaction was rolled back: forgets those that wait, and their blocks that no row knows. */
void archive_rollback(struct archive *a);
/* A block has this record already: 1, 0 or a negative errno. */
int archive_has(struct archive *a, const struct td_rec *rec);
/* Deletes the oldest segment if all of it is older than `before`, seconds since 1970: 1 when it
 * did, 0, or a negative errno. Not within a transaction. */
int archive_purge(struct archive *a, double before);
/* Each record of a call that waits. */
int archive_waiting(struct archive *a, const char *call, archive_visit *visit, void *ctx);

/* archive_read.c */
int archive_reader_init(struct archive_reader *r, sqlite3 *db, const char *path);
void archive_reader_fini(struct archive_reader *r);
/* Into r->decoded. 0; -EBADMSG, -ENOENT and the like with a line in r->err; -ENOMEM. */
int archive_read(struct archive_reader *r, const struct archive_place *place);
/* Each record of a call in one block. */
int archive_visit_block(const struct block *b, const char *call, archive_visit *visit, void *ctx);
/* Each record of a call in blocks with records of `from` to `to`, in their order. */
int archive_call(struct archive_reader *r, const char *call, double from, double to,
	archive_visit *visit, archive_lost *lost, void *ctx);

/* Goes through all records, block after block. */
struct archive_walk {
	struct archive_reader *reader;
	sqlite3_stmt *places;
	bool in_block;
	struct block_cursor at;
};
int archive_walk_start(
	struct archive_walk *w, struct archive_reader *r); /* 0 or a negative errno */
/* 1: the record is w->at's. 0: no more. -EBADMSG: a block is lost, and r->err says which; go on. */
int archive_walk_next(struct archive_walk *w);
void archive_walk_end(struct archive_walk *w);

/* The call that a record belongs to, in its payload; NULL: none. It may lack a NUL. */
const char *archive_call_of(const struct td_rec *rec, const void *payload);
uint32_t archive_hash(const char *call);
const char *archive_name(int64_t segment, char out[static ARCHIVE_NAME]);
/* Where a SELECT of ARCHIVE_PLACE stands. */
#define ARCHIVE_PLACE "block, segment, \"offset\", bytes, records, since, until"
void archive_place_get(sqlite3_stmt *st, struct archive_place *out);

#endif
