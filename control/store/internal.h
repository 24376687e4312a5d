/* SPDX-License-Identifier: BSD-3-Clause */
/* Only for the files of this folder. */
#ifndef TANDEM_CONTROL_STORE_INTERNAL_H
#define TANDEM_CONTROL_STORE_INTERNAL_H

#include <control/store/archive.h>
#include <control/store/sql.h>
#include <engine/base/event.h>
#include <sqlite3.h>

struct store_position {
	uint64_t seq, wall, missing, unknown;
};

struct store {
	int lock; /* the file, held while it is ours; -1 not yet */
	sqlite3 *db;
	sqlite3_stmt *insert[EVENT_TABLES], *insert_missing, *update_meta;
	sqlite3_stmt *insert_part, *delete_parts; /* lists.c */
	struct archive archive;
	bool old[EVENT_TABLES]; /* an older release kept these records as rows, */
	uint64_t old_seq;       /* up to this number */
	/* now: with the open transaction; safe: what outlives the process. The records between safe
	 * and committed that go to the archive wait for their block. */
	struct store_position now, committed, safe, before_waiting;
	unsigned pending;
	bool open; /* a transaction is */
};

/* Records of these go to the archive. */
static inline bool event_archived(unsigned table)
{
	return event_tables[table].journal || table == EVENT_TABLES - 1;
}

/* query.c: the columns of the row where a statement stands, within an object. */
void store_row_json(sqlite3_stmt *st, struct td_buf *out);
void store_columns(const struct event_table *t, struct td_buf *sql); /* their names */

/* schema.c: 0 or a negative errno */

/* Reads only: the file may be another program's, which counts its versions too. -EPROTO: it is. */
int schema_check(struct store *s, int64_t *version);
int schema_update(struct store *s, int64_t version);
int schema_old_tables(struct store *s);

/* row.c */
int row_bind_wall(sqlite3_stmt *st, int i, uint64_t wall, bool optional);      /* SQLite's result */
int row_bind(sqlite3_stmt *st, const struct td_rec *rec, const void *payload); /* likewise */
/* A TEXT or WORD; empty: an older engine's record lacks it. */
struct str row_text(const struct td_column *c, const struct td_rec *rec, const void *payload);
/* Another column. False: NULL. */
bool row_number(
	const struct td_column *c, const struct td_rec *rec, const void *payload, int64_t *value);
/* The columns of the record's table, within an object, as a row of SQLite would give them, and
 * `layout`, the version of the record. */
void row_json(const struct td_rec *rec, const void *payload, struct td_buf *out);

/* lists.c: a call's segments and parties */
int lists_update(struct store *s); /* of the schema: the table, columns of `cdr`, and the views */
int lists_put(struct store *s, unsigned table, const struct td_rec *rec, const void *payload);
/* What the INSERT of a cdr has more: columns and their values. `call`: the parameter of its id. */
void lists_insert(struct td_buf *names, struct td_buf *values, unsigned call);
int lists_close(struct store *s, const struct td_rec *rec, const void *payload); /* after it */

#endif
