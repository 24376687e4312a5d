/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows as JSON, a bounded number at a time, so that a query over a year does not hold up the
 * journal. */
#include <control/store/internal.h>
#include <control/store/store.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>

#define LOOK_ROWS 20000 /* looked at in one turn: some ms */

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

const char *const store_keys[STORE_KEY_COUNT] = {
#define NAME(key) #key,
	STORE_KEYS(NAME)
#undef NAME
};

static bool goes_by(const struct td_column *c, enum store_key key)
{
	return key == STORE_BY_call ? c->index == TD_INDEX_CALL : column_is_of(c, store_keys[key]);
}

bool store_query_has(enum td_event_type event, enum store_key key)
{
	const struct td_columns *columns = &event_table(event)->columns;

	for (unsigned i = 0; i < columns->count; i++)
		if (goes_by(&columns->column[i], key))
			return true;
	return false;
}

const struct td_words *store_query_words(enum td_event_type event, enum store_key key)
{
	const struct td_columns *columns = &event_table(event)->columns;

	for (unsigned i = 0; i < columns->count; i++)
		if (goes_by(&columns->column[i], key))
			return columns->column[i].words;
	return NULL;
}

/* The time that the table shows to people. */
static const char *time_of(const struct store_query *q)
{
	const struct td_columns *columns = &event_table(q->event)->columns;
	const struct td_column *found = NULL;

	for (unsigned i = 0; i < columns->count; i++) {
		const struct td_column *c = &columns->column[i];

		if (c->type == TD_COLUMN_TIME && c->place && (!found || c->place < found->place))
			found = c;
	}
	return found ? found->name : "time";
}

/* Parameters of all statements: the ids, a key each, the times. */
enum { LOW = 1, HIGH, BY, SINCE = BY + STORE_KEY_COUNT, UNTIL };

static void where_key(const struct store_query *q, enum store_key key, struct td_buf *sql)
{
	const struct td_columns *columns = &event_table(q->event)->columns;
	const char *before = " AND (";

	if (!q->by[key][0])
		return;
	for (unsigned i = 0; i < columns->count; i++)
		if (goes_by(&columns->column[i], key)) {
			buf_printf(
				sql, "%s\"%s\" = ?%u", before, columns->column[i].name, BY + key);
			before = " OR ";
		}
	if (before[1] == 'O')
		buf_str(sql, STR(")"));
}

/* The condition of a query: what is not asked by is not in it, and so spoils no index. The times'
 * index is not used (+): ids are, which are given in order. */
static void where(const struct store_query *q, struct td_buf *sql)
{
	buf_printf(sql, " WHERE rowid BETWEEN ?%u AND ?%u", LOW, HIGH);
	for (unsigned key = 0; key < STORE_KEY_COUNT; key++)
		where_key(q, key, sql);
	if (q->since > 0)
		buf_printf(sql, " AND +\"%s\" >= ?%u", time_of(q), SINCE);
	if (q->until > 0)
		buf_printf(sql, " AND +\"%s\" < ?%u", time_of(q), UNTIL);
}

/* A parameter that the statement does not have is none of its condition. */
static bool has(sqlite3_stmt *st, int parameter)
{
	char name[16];

	snprintf(name, sizeof(name), "?%d", parameter);
	return sqlite3_bind_parameter_index(st, name) > 0;
}

static int bind(sqlite3_stmt *st, const struct store_query *q, int64_t low, int64_t high)
{
	int rc = has(st, LOW) ? sqlite3_bind_int64(st, LOW, low) : SQLITE_OK;

	if (rc == SQLITE_OK && has(st, HIGH))
		rc = sqlite3_bind_int64(st, HIGH, high);
	for (int key = 0; rc == SQLITE_OK && key < STORE_KEY_COUNT; key++)
		if (has(st, BY + key))
			rc = sqlite3_bind_text(st, BY + key, q->by[key], -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && has(st, SINCE))
		rc = sqlite3_bind_double(st, SINCE, q->since);
	if (rc == SQLITE_OK && has(st, UNTIL))
		rc = sqlite3_bind_double(st, UNTIL, q->until > 0 ? q->until : HUGE_VAL);
	return store_errno(rc);
}

/* Frees the SQL. low, high: ids. */
static int prepare(struct store *s, const struct store_query *q, int64_t low, int64_t high,
	struct td_buf *sql, sqlite3_stmt **st)
{
	int rc;

	buf_put(sql, "", 1);
	if (sql->error) {
		rc = sql->error;
		buf_free(sql);
		return rc;
	}
	rc = store_errno(sqlite3_prepare_v2(s->db, sql->data, -1, st, NULL));
	buf_free(sql);
	return rc ? rc : bind(*st, q, low, high);
}

int store_query_start(struct store *s, struct store_query *q, uint32_t limit)
{
	char sql[64];
	int rc;

	snprintf(sql, sizeof(sql), "SELECT max(rowid) FROM \"%s\"", event_table(q->event)->name);
	rc = store_number_get(s->db, sql, &q->at);
	q->low = 1;
	q->left = limit;
	q->from = 1;
	q->to = 0;
	q->first = INT64_MAX;
	q->last = 0;
	q->span = LOOK_ROWS;
	q->reached = q->since > 0 ? q->since : HUGE_VAL;
	/* A stretch of time may lie far back. Without its end, what is wanted most often is found
	 * at once: the newest. */
	q->phase = q->since > 0 && q->until > 0 ? STORE_SPAN : STORE_FIND;
	return rc;
}

/* Of the next rows by their time, the first and the last id. Rows lie nearly in the order of their
 * times, but not quite: a call that came before another one may end behind it. */
static int span_step(struct store *s, struct store_query *q)
{
	const char *time = time_of(q);
	sqlite3_stmt *st = NULL;
	struct store_query from = *q;
	struct td_buf sql;
	int64_t count = 0;
	double end = 0;
	int rc;

	from.since = q->reached;
	buf_init(&sql);
	buf_printf(&sql,
		"SELECT count(*), min(id), max(id), max(t) FROM (SELECT rowid AS id, \"%s\" AS t "
		"FROM \"%s\" WHERE \"%s\" >= ?%u AND \"%s\" < ?%u ORDER BY \"%s\" LIMIT %u)",
		time, event_table(q->event)->name, time, SINCE, time, UNTIL, time, q->span);
	rc = prepare(s, &from, 0, 0, &sql, &st);
	if (rc == 0)
		rc = store_errno(sqlite3_step(st));
	if (rc == 0) {
		count = sqlite3_column_int64(st, 0);
		end = sqlite3_column_double(st, 3);
	}
	if (count && sqlite3_column_int64(st, 1) < q->first)
		q->first = sqlite3_column_int64(st, 1);
	if (count && sqlite3_column_int64(st, 2) > q->last)
		q->last = sqlite3_column_int64(st, 2);
	sqlite3_finalize(st);
	if (end <= q->reached)
		q->span *= 2; /* all of one time */
	q->reached = count < q->span ? HUGE_VAL : end;
	if (q->reached < HUGE_VAL)
		return rc;
	q->low = q->first;
	if (q->phase == STORE_SPAN)
		q->at = q->last;
	q->phase = STORE_FIND;
	return rc;
}

/* The next ids, downwards. A call's rows have an index, and are few: they are looked for at once.
 */
static int find_step(struct store *s, struct store_query *q)
{
	bool few = q->by[STORE_BY_call][0] && store_query_has(q->event, STORE_BY_call);
	int64_t low = few || q->at - q->low < LOOK_ROWS ? q->low : q->at - LOOK_ROWS + 1;
	sqlite3_stmt *st = NULL;
	struct td_buf sql;
	int rc;

	buf_init(&sql);
	buf_printf(&sql, "SELECT count(*), min(rowid), max(rowid) FROM (SELECT rowid FROM \"%s\"",
		event_table(q->event)->name);
	where(q, &sql);
	buf_printf(&sql, " ORDER BY rowid DESC LIMIT %u)", q->left);
	rc = prepare(s, q, low, q->at, &sql, &st);
	if (rc == 0)
		rc = store_errno(sqlite3_step(st));
	if (rc == 0 && sqlite3_column_int64(st, 0)) {
		q->left -= (uint32_t)sqlite3_column_int64(st, 0);
		q->from = sqlite3_column_int64(st, 1);
		if (q->to == 0)
			q->to = sqlite3_column_int64(st, 2);
	}
	sqlite3_finalize(st);
	q->at = low - 1;
	return rc;
}

/* Some of the ids, then some of the time, so that the search ends where the time does. */
static int look(struct store *s, struct store_query *q)
{
	int rc = find_step(s, q);

	if (rc == 0 && q->left && q->reached < HUGE_VAL)
		rc = span_step(s, q);
	if (q->left == 0 || q->at < q->low)
		q->phase = STORE_GIVE;
	return rc;
}

static int rows_put(sqlite3_stmt *st, struct store_query *q, unsigned *rows, struct td_buf *out)
{
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		q->from = sqlite3_column_int64(st, 0) + 1;
		json_object_start(out, NULL);
		store_row_json(st, out);
		json_object_end(out);
		++*rows;
	}
	return store_errno(rc);
}

static int give_step(struct store *s, struct store_query *q, unsigned max, struct td_buf *out)
{
	int64_t high = q->to - q->from < LOOK_ROWS ? q->to : q->from + LOOK_ROWS - 1;
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
	rc = prepare(s, q, q->from, high, &sql, &st);
	if (rc == 0)
		rc = rows_put(st, q, &rows, out);
	sqlite3_finalize(st);
	if (rows < max)
		q->from = high + 1;
	return rc;
}

int store_query_next(struct store *s, struct store_query *q, unsigned max, struct td_buf *out)
{
	int rc = 0;

	if (q->phase == STORE_SPAN)
		rc = span_step(s, q);
	else if (q->phase == STORE_FIND)
		rc = look(s, q);
	if (rc || q->phase != STORE_GIVE)
		return rc ? rc : 1;
	json_object_start(out, NULL);
	json_array_start(out, "rows");
	if (q->from <= q->to)
		rc = give_step(s, q, max, out);
	json_array_end(out);
	json_object_end(out);
	if (rc || out->error)
		return rc ? rc : out->error;
	return q->from <= q->to;
}
