/* SPDX-License-Identifier: BSD-3-Clause */
/* Only for the files of this folder. */
#ifndef TANDEM_CONTROL_STORE_INTERNAL_H
#define TANDEM_CONTROL_STORE_INTERNAL_H

#include <engine/base/event.h>
#include <sqlite3.h>

struct store_position {
	uint64_t seq, wall, missing;
};

struct store {
	int lock; /* the file, held while it is ours; -1 not yet */
	sqlite3 *db;
	sqlite3_stmt *insert[EVENT_TABLES], *insert_missing, *update_meta;
	struct store_position now, committed; /* now: with the open transaction */
	unsigned pending;
};

/* sql.c: 0 or a negative errno */
int store_errno(int sqlite_rc);
int store_run(struct store *s, const char *sql);
/* The one number of a query, 0 when it has no row. */
int store_number_get(struct store *s, const char *sql, int64_t *value);

/* schema.c: 0 or a negative errno */

/* Reads only: the file may be another program's, which counts its versions too. -EPROTO: it is. */
int schema_check(struct store *s, int64_t *version);
int schema_update(struct store *s, int64_t version);

#endif
