/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this folder ask of SQLite. */
#ifndef TANDEM_CONTROL_STORE_SQL_H
#define TANDEM_CONTROL_STORE_SQL_H

#include <sqlite3.h>
#include <stdint.h>

/* A result of SQLite as 0 or a negative errno. */
int store_errno(int sqlite_rc);
int store_run(sqlite3 *db, const char *sql); /* 0 or a negative errno */
/* The one number of a query, 0 when it has no row. 0 or a negative errno. */
int store_number_get(sqlite3 *db, const char *sql, int64_t *value);
/* The end of a statement without rows, whose parameters are bound with SQLite's result `rc`. */
int store_finish(sqlite3_stmt *st, int rc);
/* A time as columns have it, of nanoseconds. */
double store_seconds(uint64_t wall);

#endif
