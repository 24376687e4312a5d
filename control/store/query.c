/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows as JSON, a bounded number at a time, so that a query over a year does not hold up the
 * journal. */
#include <control/store/internal.h>
#include <control/store/store.h>
#include <errno.h>
#include <stdio.h>

void store_row_json(sqlite3_stmt *st, struct td_buf *out)
{
	for (int i = 0, n = sqlite3_column_count(st); i < n; i++) {
		const char *key = sqlite3_column_name(st, i);

		switch (sqlite3_column_type(st, i)) {
		case SQLITE_INTEGER:
			json_i64(out, key, sqlite3_column_int64(st, i));
			break;
		case SQLITE_FLOAT:
			json_f64(out, key, sqlite3_column_double(st, i));
			break;
		case SQLITE_TEXT:
			json_str(out, key,
				(struct str){(const char *)sqlite3_column_text(st, i),
					(size_t)sqlite3_column_bytes(st, i)});
			break;
		default: /* NULL: it did not happen */
			break;
		}
	}
}

void store_columns(const struct event_table *t, struct td_buf *sql)
{
	for (unsigned c = 0; c < t->columns.count; c++)
		buf_printf(sql, "%s\"%s\"", c ? ", " : "", t->columns.column[c].name);
}

/* The condition of a query: an empty parameter fits all rows, without spoiling the index. */
static void where(const struct store_query *q, struct td_buf *sql)
{
	const struct td_columns *columns = &event_table(q->event)->columns;
	const struct td_column *call = columns_index(columns, TD_INDEX_CALL);
	const struct td_column *queue = columns_index(columns, TD_INDEX_QUEUE);

	buf_str(sql, STR(" WHERE rowid BETWEEN ?1 AND ?2"));
	if (call && q->call[0])
		buf_printf(sql, " AND \"%s\" = ?3", call->name);
	if (queue && q->queue[0])
		buf_printf(sql, " AND \"%s\" = ?4", queue->name);
}

/* A parameter that the statement does not have is none of its condition. */
static int bind_name(sqlite3_stmt *st, const char *parameter, const char *name)
{
	int i = sqlite3_bind_parameter_index(st, parameter);

	return i ? sqlite3_bind_text(st, i, name, -1, SQLITE_STATIC) : SQLITE_OK;
}

/* Frees the SQL. */
static int prepare(
	struct store *s, const struct store_query *q, struct td_buf *sql, sqlite3_stmt **st)
{
	int rc;

	buf_put(sql, "", 1);
	if (sql->error) {
		rc = sql->error;
		buf_free(sql);
		return rc;
	}
	rc = sqlite3_prepare_v2(s->db, sql->data, -1, st, NULL);
	buf_free(sql);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(*st, 1, q->from);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(*st, 2, q->to);
	if (rc == SQLITE_OK)
		rc = bind_name(*st, "?3", q->call);
	if (rc == SQLITE_OK)
		rc = bind_name(*st, "?4", q->queue);
	return store_errno(rc);
}

int store_query_start(struct store *s, struct store_query *q, uint32_t limit)
{
	sqlite3_stmt *st = NULL;
	struct td_buf sql;
	int rc;

	q->from = 0;
	q->to = INT64_MAX;
	buf_init(&sql);
	buf_printf(&sql, "SELECT min(rowid), max(rowid) FROM (SELECT rowid FROM \"%s\"",
		event_table(q->event)->name);
	where(q, &sql);
	buf_printf(&sql, " ORDER BY rowid DESC LIMIT %u)", limit);
	rc = prepare(s, q, &sql, &st);
	if (rc == 0)
		rc = store_errno(sqlite3_step(st));
	q->from = 1;
	q->to = 0;
	if (rc == 0 && sqlite3_column_type(st, 0) == SQLITE_INTEGER) {
		q->from = sqlite3_column_int64(st, 0);
		q->to = sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return rc;
}

int store_query_next(struct store *s, struct store_query *q, unsigned max, struct td_buf *out)
{
	sqlite3_stmt *st = NULL;
	unsigned rows = 0;
	struct td_buf sql;
	int rc;

	buf_init(&sql);
	buf_str(&sql, STR("SELECT rowid, "));
	store_columns(event_table(q->event), &sql);
	buf_printf(&sql, " FROM \"%s\"", event_table(q->event)->name);
	where(q, &sql);
	buf_printf(&sql, " ORDER BY rowid LIMIT %u", max);
	rc = prepare(s, q, &sql, &st);
	json_object_start(out, NULL);
	json_array_start(out, "rows");
	while (rc == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		q->from = sqlite3_column_int64(st, 0) + 1;
		json_object_start(out, NULL);
		store_row_json(st, out);
		json_object_end(out);
		rows++;
		rc = 0;
	}
	json_array_end(out);
	json_object_end(out);
	sqlite3_finalize(st);
	if (rc < 0)
		return rc;
	rc = store_errno(rc);
	if (rc || out->error)
		return rc ? rc : out->error;
	return rows == max && q->from <= q->to;
}
