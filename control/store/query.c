/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows as JSON, a bounded number at a time, so that a query over a year does not hold up the
 * journal. */
#include <control/store/internal.h>
#include <control/store/store.h>
#include <errno.h>
#include <stdio.h>

static void row_put(sqlite3_stmt *st, struct td_buf *out)
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

static int step_rows(struct store *s, sqlite3_stmt *st, struct td_buf *out)
{
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		json_object_start(out, NULL);
		row_put(st, out);
		json_object_end(out);
	}
	sqlite3_finalize(st);
	rc = store_errno(rc);
	return rc ? rc : out->error;
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
	buf_printf(&sql, "SELECT rowid, * FROM \"%s\"", event_table(q->event)->name);
	where(q, &sql);
	buf_printf(&sql, " ORDER BY rowid LIMIT %u", max);
	rc = prepare(s, q, &sql, &st);
	json_object_start(out, NULL);
	json_array_start(out, "rows");
	while (rc == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		q->from = sqlite3_column_int64(st, 0) + 1;
		json_object_start(out, NULL);
		row_put(st, out);
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

/* The event's rows of a call, as a statement that the caller finalizes, after an error too. */
static int call_prepare(
	struct store *s, enum td_event_type event, const char *call, sqlite3_stmt **st)
{
	const struct event_table *t = event_table(event);
	char sql[128];
	int rc;

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\" WHERE \"%s\" = ? ORDER BY seq", t->name,
		columns_index(&t->columns, TD_INDEX_CALL)->name);
	rc = sqlite3_prepare_v2(s->db, sql, -1, st, NULL);
	return rc == SQLITE_OK ? sqlite3_bind_text(*st, 1, call, -1, SQLITE_STATIC) : rc;
}

static int rows_of_call(struct store *s, const char *key, enum td_event_type event,
	const char *call, struct td_buf *out)
{
	sqlite3_stmt *st = NULL;
	int rc = call_prepare(s, event, call, &st);

	if (rc != SQLITE_OK) {
		sqlite3_finalize(st);
		return store_errno(rc);
	}
	json_array_start(out, key);
	rc = step_rows(s, st, out);
	json_array_end(out);
	return rc;
}

/* Whether the engine has started anew since the call's first trace: its run is over then. */
static int call_interrupted(struct store *s, const char *call, bool *interrupted)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db,
		"SELECT EXISTS (SELECT 1 FROM start WHERE time > min("
		"(SELECT coalesce(min(time), 9e9) FROM story WHERE call = ?1),"
		"(SELECT coalesce(min(time), 9e9) FROM queue_log WHERE call = ?1)))",
		-1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 1, call, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		*interrupted = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return store_errno(rc);
}

int store_call(struct store *s, const char *call, struct td_buf *out)
{
	sqlite3_stmt *st = NULL;
	size_t before = out->len, empty;
	int rc = call_prepare(s, TD_EV_CDR, call, &st);
	bool found = false, interrupted = false;

	json_object_start(out, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		json_object_start(out, "cdr");
		row_put(st, out);
		json_object_end(out);
		found = true;
	}
	sqlite3_finalize(st);
	rc = store_errno(rc);
	if (rc == 0 && !found) {
		rc = call_interrupted(s, call, &interrupted);
		json_bool(out, "interrupted", interrupted);
	}
	empty = out->len +
		sizeof("\"story\":[],\"queue_log\":[],\"recordings\":[]"); /* and a comma */
	if (rc == 0)
		rc = rows_of_call(s, "story", TD_EV_STORY, call, out);
	if (rc == 0)
		rc = rows_of_call(s, "queue_log", TD_EV_QUEUE_LOG, call, out);
	if (rc == 0)
		rc = rows_of_call(s, "recordings", TD_EV_RECORDING, call, out);
	found |= out->len > empty;
	json_object_end(out);
	if (rc == 0 && !found)
		rc = -ENOENT;
	if (rc)
		out->len = before;
	return rc ? rc : out->error;
}
