/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables, columns and indexes, which follow from engine/base/event.h; older stores brought up to
 * date. */
#include <control/store/internal.h>
#include <engine/base/buf.h>
#include <errno.h>
#include <stdio.h>

#define SCHEMA_VERSION 6

#define STRING(x)  STRING_(x)
#define STRING_(x) #x

static const char *sql_type(const struct td_column *c)
{
	switch (c->type) {
	case TD_COLUMN_TEXT:
	case TD_COLUMN_WORD:
		return "TEXT";
	case TD_COLUMN_TIME:
	case TD_COLUMN_SCORE:
		return "REAL";
	case TD_COLUMN_BYTES:
		return "BLOB";
	default:
		return "INTEGER";
	}
}

static void column_encode(const struct td_column *c, struct td_buf *sql)
{
	buf_printf(
		sql, "\"%s\" %s%s", c->name, sql_type(c), column_is_optional(c) ? "" : " NOT NULL");
}

/* Runs the SQL and frees it. */
static int run_buf(struct store *s, struct td_buf *sql)
{
	int rc;

	buf_put(sql, "", 1);
	rc = sql->error ? sql->error : store_run(s->db, sql->data);
	buf_free(sql);
	return rc;
}

static int table_create(struct store *s, const struct event_table *t)
{
	struct td_buf sql;

	buf_init(&sql);
	buf_printf(&sql, "CREATE TABLE IF NOT EXISTS \"%s\" (", t->name);
	for (unsigned i = 0; i < t->columns.count; i++) {
		column_encode(&t->columns.column[i], &sql);
		buf_str(&sql, STR(", "));
	}
	buf_str(&sql, STR("UNIQUE (seq, time))"));
	return run_buf(s, &sql);
}

static int column_add(struct store *s, const struct event_table *t, const struct td_column *c)
{
	struct td_buf sql;
	char there_sql[128];
	int64_t there;
	int rc;

	snprintf(there_sql, sizeof(there_sql),
		"SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%s'", t->name, c->name);
	rc = store_number_get(s->db, there_sql, &there);
	if (rc || there)
		return rc;
	buf_init(&sql);
	buf_printf(&sql, "ALTER TABLE \"%s\" ADD COLUMN ", t->name);
	column_encode(c, &sql);
	return run_buf(s, &sql);
}

static int index_create(struct store *s, const struct event_table *t, unsigned i)
{
	const struct td_column *c = t->columns.column, *end = c + t->columns.count;
	struct td_buf sql;

	c += i;
	buf_init(&sql);
	buf_printf(&sql, "CREATE %sINDEX IF NOT EXISTS \"%s_%s\" ON \"%s\" (\"%s\"",
		c->index == TD_INDEX_UNIQUE ? "UNIQUE " : "", t->name, c->name, t->name, c->name);
	for (c++; c < end && (c->index == TD_INDEX_NONE || c->index == TD_INDEX_THEN); c++)
		if (c->index == TD_INDEX_THEN)
			buf_printf(&sql, ", \"%s\"", c->name);
	buf_str(&sql, STR(")"));
	return run_buf(s, &sql);
}

static int indexes_create(struct store *s, const struct event_table *t)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < t->columns.count; i++)
		if (t->columns.column[i].index != TD_INDEX_NONE &&
			t->columns.column[i].index != TD_INDEX_THEN)
			rc = index_create(s, t, i);
	return rc;
}

/* All of a new store; of an older one what its release did not have: events, columns that their
 * later versions brought, and indexes. Tables of records that go to the archive stay as an older
 * release left them. */
static int tables_update(struct store *s)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < EVENT_TABLES; i++) {
		const struct event_table *t = &event_tables[i];

		if (event_archived(i) || t->list)
			continue;
		rc = table_create(s, t);
		for (unsigned k = 0; rc == 0 && k < t->columns.count; k++)
			if (t->columns.column[k].since > 1)
				rc = column_add(s, t, &t->columns.column[k]);
		if (rc == 0)
			rc = indexes_create(s, t);
	}
	return rc;
}

/* What no event brings. */
static const char own_tables[] =
	"CREATE TABLE IF NOT EXISTS missing (seq INTEGER NOT NULL, time REAL NOT NULL, "
	"count INTEGER NOT NULL, UNIQUE (seq, time));"
	"CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) "
	"WITHOUT ROWID;"
	"INSERT OR IGNORE INTO meta VALUES ('seq', 0), ('seq_wall', 0);";

/* Version 0: a new store. Version 1: a recording's file could have two rows; the later one is
 * right. What versions 2 to 4 brought are columns, version 5 the archive,
 * version 6 the lists of a call. Each release may bring
 * indexes. */
int schema_update(struct store *s, int64_t version)
{
	int rc = store_run(s->db, "BEGIN IMMEDIATE");

	if (rc == 0 && version == 1)
		rc = store_run(s->db, "DELETE FROM recording WHERE rowid NOT IN"
				      " (SELECT max(rowid) FROM recording GROUP BY file)");
	if (rc == 0)
		rc = tables_update(s);
	if (rc == 0)
		rc = store_run(s->db, own_tables);
	if (rc == 0)
		rc = store_run(s->db, archive_tables);
	if (rc == 0)
		rc = lists_update(s);
	if (rc == 0 && version < SCHEMA_VERSION)
		rc = store_run(s->db, "PRAGMA user_version = " STRING(SCHEMA_VERSION));
	if (rc == 0)
		rc = store_run(s->db, "COMMIT");
	if (rc)
		store_run(s->db, "ROLLBACK");
	return rc;
}

/* Tables with records that go to the archive today, in a store that an older release made. */
int schema_old_tables(struct store *s)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < EVENT_TABLES; i++) {
		int64_t there = 0;
		char sql[128];

		snprintf(sql, sizeof(sql),
			"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '%s'",
			event_tables[i].name);
		if (event_archived(i) || i == TD_EV_AGENT_SESSION - 1)
			rc = store_number_get(s->db, sql, &there);
		s->old[i] = there;
		if (rc || !there)
			continue;
		snprintf(sql, sizeof(sql), "SELECT max(seq) FROM \"%s\"", event_tables[i].name);
		rc = store_number_get(s->db, sql, &there);
		if ((uint64_t)there > s->old_seq)
			s->old_seq = (uint64_t)there;
	}
	return rc;
}

int schema_check(struct store *s, int64_t *version)
{
	int64_t all, ours;
	int rc = store_number_get(s->db, "PRAGMA user_version", version);

	if (rc == 0)
		rc = store_number_get(s->db, "SELECT count(*) FROM sqlite_master", &all);
	if (rc == 0)
		rc = store_number_get(s->db,
			"SELECT count(*) FROM sqlite_master WHERE type = 'table'"
			" AND name IN ('cdr', 'meta', 'missing')",
			&ours);
	if (rc)
		return rc;
	if (*version == 0)
		return all ? -EPROTO : 0;
	return *version > 0 && *version <= SCHEMA_VERSION && ours == 3 ? 0 : -EPROTO;
}
