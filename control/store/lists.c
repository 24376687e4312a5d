/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A call's lists: its segments and its parties. While the call lives each is a row of the table
 * `part`. With the call's record they become lists in its row of `cdr`, and the rows of `part` go.
 * The views `segment` and `party` show both as rows.
 *
 * An element is an array of JSON: the columns of the event but the call, in the order in which
 * later versions of the event only add some. Times are whole microseconds and scores hundredths, so
 * that what a view computes is the same number that a column would have.
 */
#include <control/store/internal.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_COLUMNS 64 /* of an event; asserted when a store is opened */

static bool is_call(const struct td_column *c)
{
	return c->index == TD_INDEX_CALL;
}

/* Columns of the record itself come first, the others as they lie in the payload: new fields are
 * only ever added at its end. */
static int by_place(const void *a, const void *b)
{
	const struct td_column *x = *(const struct td_column *const *)a,
			       *y = *(const struct td_column *const *)b;

	if (!x->since != !y->since)
		return x->since ? 1 : -1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The elements of a list, in their order. */
static unsigned elements(
	const struct event_table *t, const struct td_column *out[static LIST_COLUMNS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->columns.count && n < LIST_COLUMNS; i++)
		if (!is_call(&t->columns.column[i]))
			out[n++] = &t->columns.column[i];
	qsort(out, n, sizeof(*out), by_place);
	return n;
}

static void view_column(const struct event_table *t, const struct td_column *c, const char *from,
	struct td_buf *sql)
{
	const struct td_column *order[LIST_COLUMNS];
	unsigned n = elements(t, order), i = 0;

	while (i < n && order[i] != c)
		i++;
	buf_printf(sql, "json_extract(%s, '$[%u]')%s", from, i,
		c->type == TD_COLUMN_TIME    ? " / 1e6"
		: c->type == TD_COLUMN_SCORE ? " / 100.0"
					     : "");
}

/* One arm of a view: the elements that lie in `from`. */
static void view_select(
	const struct event_table *t, const char *call, const char *from, struct td_buf *sql)
{
	const char *comma = "SELECT ";

	for (unsigned i = 0; i < t->columns.count; i++, comma = ", ") {
		const struct td_column *c = &t->columns.column[i];

		buf_str(sql, str_of(comma));
		if (is_call(c))
			buf_str(sql, str_of(call));
		else
			view_column(t, c, from, sql);
		buf_printf(sql, " AS \"%s\"", c->name);
	}
}

/* Unless it is there as it should be: to open a store is no reason to write to it. */
static int view_replace(struct store *s, const char *name, const char *sql)
{
	char drop[64];
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db,
		"SELECT 1 FROM sqlite_master WHERE type = 'view' AND sql = ?", -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 1, sql, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	sqlite3_finalize(st);
	if (rc == SQLITE_ROW)
		return 0;
	if (rc != SQLITE_DONE)
		return store_errno(rc);
	snprintf(drop, sizeof(drop), "DROP VIEW IF EXISTS \"%s\"", name);
	rc = store_run(s->db, drop);
	return rc ? rc : store_run(s->db, sql);
}

static int view_create(struct store *s, unsigned table)
{
	const struct event_table *t = &event_tables[table];
	struct td_buf sql;
	int rc;

	buf_init(&sql);
	buf_printf(&sql, "CREATE VIEW \"%s\" AS ", t->name);
	view_select(t, "cdr.id", "list.value", &sql);
	buf_printf(&sql, " FROM cdr, json_each(cdr.\"%s_list\") AS list UNION ALL ", t->name);
	view_select(t, "part.call", "part.element", &sql);
	buf_printf(&sql, " FROM part WHERE part.event = %u", table + 1);
	buf_put(&sql, "", 1);
	rc = sql.error ? sql.error : view_replace(s, t->name, sql.data);
	buf_free(&sql);
	return rc;
}

/* Rows as a store had them in which these events had tables of their own. */
static int table_convert(struct store *s, unsigned table)
{
	const struct event_table *t = &event_tables[table];
	const struct td_column *order[LIST_COLUMNS];
	unsigned n = elements(t, order);
	const char *comma = "";
	struct td_buf sql;
	int rc;

	buf_init(&sql);
	buf_printf(&sql, "INSERT INTO part SELECT call, %u, seq, time, json_array(", table + 1);
	for (unsigned i = 0; i < n; i++, comma = ", ") {
		bool time = order[i]->type == TD_COLUMN_TIME,
		     score = order[i]->type == TD_COLUMN_SCORE;

		buf_printf(&sql,
			time || score ? "%sCAST(round(\"%s\" * %s) AS INTEGER)" : "%s\"%s\"", comma,
			order[i]->name, time ? "1e6" : "100");
	}
	buf_printf(&sql,
		") FROM \"%s\"; UPDATE cdr SET \"%s_list\" = (SELECT '[' || group_concat(element) "
		"|| ']' FROM part WHERE call = cdr.id AND event = %u);"
		"DELETE FROM part WHERE event = %u AND call IN (SELECT id FROM cdr);"
		"DROP TABLE \"%s\"",
		t->name, t->name, table + 1, table + 1, t->name);
	buf_put(&sql, "", 1);
	rc = sql.error ? sql.error : store_run(s->db, sql.data);
	buf_free(&sql);
	return rc;
}

static int there(struct store *s, const char *what, const char *name, int64_t *count)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s AND name = '%s'", what, name);
	return store_number_get(s->db, sql, count);
}

static int list_update(struct store *s, unsigned table)
{
	const char *name = event_tables[table].name;
	char column[64], sql[128];
	int64_t old = 0, has = 0;
	int rc;

	if (event_tables[table].columns.count > LIST_COLUMNS)
		return -E2BIG;
	snprintf(column, sizeof(column), "%s_list", name);
	rc = there(s, "pragma_table_info('cdr') WHERE true", column, &has);
	snprintf(sql, sizeof(sql), "ALTER TABLE cdr ADD COLUMN \"%s\" TEXT", column);
	if (rc == 0 && !has)
		rc = store_run(s->db, sql);
	if (rc == 0)
		rc = there(s, "sqlite_master WHERE type = 'table'", name, &old);
	if (rc == 0 && old)
		rc = table_convert(s, table);
	return rc ? rc : view_create(s, table);
}

int lists_update(struct store *s)
{
	int rc = store_run(s->db,
		"CREATE TABLE IF NOT EXISTS part (call TEXT NOT NULL, event INTEGER NOT NULL, "
		"seq INTEGER NOT NULL, time REAL NOT NULL, element TEXT NOT NULL, "
		"PRIMARY KEY (call, event, seq, time)) WITHOUT ROWID");

	for (unsigned i = 0; rc == 0 && i < EVENT_TABLES; i++)
		if (event_tables[i].list)
			rc = list_update(s, i);
	return rc;
}

static void element_put(const struct td_column *c, const struct td_rec *rec, const void *payload,
	struct td_buf *out)
{
	int64_t v;

	if (c->type == TD_COLUMN_TEXT || c->type == TD_COLUMN_WORD) {
		json_str(out, NULL, row_text(c, rec, payload));
		return;
	}
	if (!row_number(c, rec, payload, &v))
		json_f64(out, NULL, NAN); /* null */
	else
		json_i64(out, NULL, c->type == TD_COLUMN_TIME ? v / 1000 : v);
}

int lists_put(struct store *s, unsigned table, const struct td_rec *rec, const void *payload)
{
	const struct td_columns *columns = &event_tables[table].columns;
	struct str call = row_text(columns_index(columns, TD_INDEX_CALL), rec, payload);
	const struct td_column *order[LIST_COLUMNS];
	unsigned n = elements(&event_tables[table], order);
	sqlite3_stmt *st = s->insert_part;
	struct td_buf json;
	int rc;

	buf_init(&json);
	json_array_start(&json, NULL);
	for (unsigned i = 0; i < n; i++)
		element_put(order[i], rec, payload, &json);
	json_array_end(&json);
	rc = sqlite3_bind_text(st, 1, call.p, (int)call.n, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(st, 2, (int)table + 1);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(st, 3, (int64_t)rec->seq);
	if (rc == SQLITE_OK)
		rc = row_bind_wall(st, 4, rec->wall, false);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 5, json.data, (int)json.len, SQLITE_STATIC);
	rc = json.error ? json.error : store_finish(st, rc);
	buf_free(&json);
	return rc;
}

void lists_insert(struct td_buf *names, struct td_buf *values, unsigned call)
{
	for (unsigned i = 0; i < EVENT_TABLES; i++) {
		if (!event_tables[i].list)
			continue;
		buf_printf(names, ", \"%s_list\"", event_tables[i].name);
		buf_printf(values,
			", (SELECT '[' || group_concat(element) || ']' FROM part"
			" WHERE call = ?%u AND event = %u)",
			call, i + 1);
	}
}

int lists_close(struct store *s, const struct td_rec *rec, const void *payload)
{
	struct str call = row_text(
		columns_index(&event_table(TD_EV_CDR)->columns, TD_INDEX_CALL), rec, payload);
	int rc = sqlite3_bind_text(s->delete_parts, 1, call.p, (int)call.n, SQLITE_STATIC);

	return store_finish(s->delete_parts, rc);
}
