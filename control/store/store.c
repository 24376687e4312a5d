/* SPDX-License-Identifier: BSD-3-Clause */
/* The file, and rows going in. */
#include <engine/base/event.h>
#include <control/store/internal.h>
#include <control/store/store.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define BUSY_MS    2000 /* someone else reads or copies the file */
#define PURGE_ROWS 5000 /* of one transaction: tens of milliseconds */
#define NSEC       1000000000

const char *store_error(const struct store *s)
{
	return sqlite3_errmsg(s->db);
}

static int statement(struct store *s, sqlite3_stmt **st, const char *sql)
{
	return store_errno(sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL));
}

static int insert_prepare(struct store *s, unsigned i)
{
	const struct event_table *t = &event_tables[i];
	const char *comma = "";
	struct td_buf sql;
	int rc;

	buf_init(&sql);
	/* UNIQUE: of a recording that is recovered after a crash, though its first record was
	 * journaled just before, the later record tells what the file is now. */
	buf_printf(&sql, "INSERT OR %s INTO \"%s\" (",
		columns_index(&t->columns, TD_INDEX_UNIQUE) ? "REPLACE" : "IGNORE", t->name);
	for (unsigned c = 0; c < t->columns.count; c++, comma = ", ")
		buf_printf(&sql, "%s\"%s\"", comma, t->columns.column[c].name);
	buf_str(&sql, STR(") VALUES (?"));
	for (unsigned c = 1; c < t->columns.count; c++)
		buf_str(&sql, STR(", ?"));
	buf_str(&sql, STR(")"));
	buf_put(&sql, "", 1);
	rc = sql.error ? sql.error : statement(s, &s->insert[i], sql.data);
	buf_free(&sql);
	return rc;
}

static int prepare(struct store *s)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < EVENT_TABLES; i++)
		rc = insert_prepare(s, i);
	if (rc == 0)
		rc = statement(
			s, &s->insert_missing, "INSERT OR IGNORE INTO missing VALUES (?, ?, ?)");
	if (rc == 0)
		rc = statement(s, &s->update_meta, "UPDATE meta SET value = ? WHERE key = ?");
	return rc;
}

static int position_read(struct store *s)
{
	int64_t seq = 0, wall = 0, missing = 0;
	int rc = store_number_get(s, "SELECT value FROM meta WHERE key = 'seq'", &seq);

	if (rc == 0)
		rc = store_number_get(s, "SELECT value FROM meta WHERE key = 'seq_wall'", &wall);
	if (rc == 0)
		rc = store_number_get(s, "SELECT coalesce(sum(count), 0) FROM missing", &missing);
	s->now = s->committed =
		(struct store_position){(uint64_t)seq, (uint64_t)wall, (uint64_t)missing};
	return rc;
}

/*
 * synchronous=FULL: an acknowledged record's segment is deleted by the engine, so a commit must
 * outlive a power cut. It costs one fsync for up to 200 ms of records.
 */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
			      "PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;";

/*
 * One tandemd writes a store: two would acknowledge each other's records. The descriptor outlives
 * SQLite's own, since closing any of a file drops the process's POSIX locks on it.
 */
static int lock_take(struct store *s, const char *path)
{
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (s->lock < 0)
		return -errno;
	return flock(s->lock, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

static const char *open_error(const struct store *s, int rc)
{
	switch (rc) {
	case -EWOULDBLOCK:
		return "another tandemd writes it; stop that, or give each its own";
	case -EPROTO:
		return "made by another version of tandemd, or no store of tandemd's";
	default:
		return s->db ? sqlite3_errmsg(s->db) : strerror(-rc);
	}
}

struct store *store_open(const char *path, struct td_text *err)
{
	struct store *s = calloc(1, sizeof(*s));
	int64_t version;
	int rc;

	if (!s) {
		td_text_set(err, "%s: out of memory", path);
		errno = ENOMEM;
		return NULL;
	}
	s->lock = -1;
	rc = lock_take(s, path);
	if (rc == 0)
		rc = store_errno(sqlite3_open_v2(
			path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
	if (rc == 0)
		rc = store_errno(sqlite3_busy_timeout(s->db, BUSY_MS));
	if (rc == 0)
		rc = schema_check(s, &version);
	if (rc == 0)
		rc = store_run(s, pragmas);
	if (rc == 0)
		rc = schema_update(s, version);
	if (rc == 0)
		rc = position_read(s);
	if (rc == 0)
		rc = prepare(s);
	if (rc == 0)
		return s;
	td_text_set(err, "%s: %s", path, open_error(s, rc));
	store_close(s);
	errno = -rc;
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < EVENT_TABLES; i++)
		sqlite3_finalize(s->insert[i]);
	sqlite3_finalize(s->insert_missing);
	sqlite3_finalize(s->update_meta);
	sqlite3_close_v2(s->db); /* rolls back what is open */
	if (s->lock >= 0)
		close(s->lock);
	free(s);
}

static uint64_t uint_of(const uint8_t *field, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, field, size); /* little endian, as the machine */
	return v;
}

static double seconds_of(uint64_t wall)
{
	/* Whole microseconds, so that a time is the same double wherever it comes from. */
	uint64_t us = wall / 1000;

	return (double)us / 1e6;
}

static int bind_wall(sqlite3_stmt *st, int i, uint64_t wall, bool optional)
{
	if (!wall && optional)
		return sqlite3_bind_null(st, i);
	return sqlite3_bind_double(st, i, seconds_of(wall));
}

/* `from`: what the column lies in, of `len` bytes. */
static int bind_column(
	sqlite3_stmt *st, int i, const struct td_column *c, const uint8_t *from, size_t len)
{
	const uint8_t *field = from + c->offset;
	const char *word;
	uint64_t v;

	if (c->offset + c->size > len)
		return sqlite3_bind_null(st, i); /* an older engine's */
	switch (c->type) {
	case TD_COLUMN_TEXT:
		return sqlite3_bind_text(st, i, (const char *)field,
			(int)strnlen((const char *)field, c->size), SQLITE_STATIC);
	case TD_COLUMN_TIME:
		return bind_wall(st, i, uint_of(field, 8), column_is_optional(c));
	case TD_COLUMN_INT:
		return sqlite3_bind_int64(st, i,
			c->size == 4 ? (int32_t)uint_of(field, 4) : (int64_t)uint_of(field, 8));
	case TD_COLUMN_SCORE:
		v = uint_of(field, c->size);
		return v ? sqlite3_bind_double(st, i, (double)v / 100) : sqlite3_bind_null(st, i);
	case TD_COLUMN_WORD:
		word = word_get(c->words, uint_of(field, c->size));
		return sqlite3_bind_text(st, i, word ? word : "unknown", -1, SQLITE_STATIC);
	case TD_COLUMN_BYTES:
		return sqlite3_bind_blob(
			st, i, len ? (const void *)from : "", (int)len, SQLITE_STATIC);
	default:
		return sqlite3_bind_int64(st, i, (int64_t)uint_of(field, c->size));
	}
}

static int finish(struct store *s, sqlite3_stmt *st, int rc)
{
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return store_errno(rc);
}

static int missing_put(struct store *s, const struct td_rec *rec)
{
	uint64_t count = rec->seq - s->now.seq - 1;
	int rc = sqlite3_bind_int64(s->insert_missing, 1, (int64_t)(s->now.seq + 1));

	if (rc == SQLITE_OK)
		rc = bind_wall(s->insert_missing, 2, rec->wall, false);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s->insert_missing, 3, (int64_t)count);
	rc = finish(s, s->insert_missing, rc);
	if (rc == 0)
		s->now.missing += count;
	return rc;
}

static int row_put(struct store *s, const struct td_rec *rec, const void *payload)
{
	unsigned i = event_table_of(rec);
	const struct td_columns *columns = &event_tables[i].columns;
	sqlite3_stmt *st = s->insert[i];
	int rc = SQLITE_OK;

	for (unsigned k = 0; rc == SQLITE_OK && k < columns->count; k++) {
		const struct td_column *c = &columns->column[k];

		rc = c->since ? bind_column(st, (int)k + 1, c, payload, rec->len)
			      : bind_column(st, (int)k + 1, c, (const uint8_t *)rec, sizeof(*rec));
	}
	return finish(s, st, rc);
}

int store_put(struct store *s, const struct td_rec *rec, const void *payload)
{
	int rc = 0;

	if (!s->pending)
		rc = store_run(s, "BEGIN IMMEDIATE");
	if (rc)
		return rc;
	s->pending++;
	/* A new store does not count records from before it as missing. */
	if (s->now.seq && rec->seq > s->now.seq + 1)
		rc = missing_put(s, rec);
	if (rc == 0)
		rc = row_put(s, rec, payload);
	if (rc == 0) {
		s->now.seq = rec->seq;
		s->now.wall = rec->wall;
	}
	return rc;
}

static int meta_put(struct store *s, const char *key, uint64_t value)
{
	int rc = sqlite3_bind_int64(s->update_meta, 1, (int64_t)value);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s->update_meta, 2, key, -1, SQLITE_STATIC);
	return finish(s, s->update_meta, rc);
}

int store_commit(struct store *s)
{
	int rc;

	if (!s->pending)
		return 0;
	rc = meta_put(s, "seq", s->now.seq);
	if (rc == 0)
		rc = meta_put(s, "seq_wall", s->now.wall);
	if (rc == 0)
		rc = store_run(s, "COMMIT");
	if (rc) {
		store_rollback(s);
		return rc;
	}
	s->pending = 0;
	s->committed = s->now;
	return 0;
}

void store_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		store_run(s, "ROLLBACK");
	s->pending = 0;
	s->now = s->committed;
}

unsigned store_pending(const struct store *s)
{
	return s->pending;
}

uint64_t store_seq(const struct store *s)
{
	return s->committed.seq;
}

uint64_t store_seq_wall(const struct store *s)
{
	return s->committed.wall;
}

uint64_t store_missing(const struct store *s)
{
	return s->now.missing;
}

void store_restart(struct store *s)
{
	s->now.seq = s->committed.seq = 0;
	s->now.wall = s->committed.wall = 0;
}

int store_purge(struct store *s, unsigned days, uint64_t wall_now)
{
	int64_t before = (int64_t)(wall_now / NSEC) - (int64_t)days * 86400;
	bool more = false;

	for (unsigned i = 0; i < EVENT_TABLES; i++) {
		const char *name = event_tables[i].name;
		char sql[256];
		int rc;

		if (!event_tables[i].journal)
			continue;
		snprintf(sql, sizeof(sql),
			"DELETE FROM %s WHERE rowid IN (SELECT rowid FROM %s WHERE time < %ld "
			"LIMIT %d)",
			name, name, before, PURGE_ROWS);
		rc = store_run(s, sql);
		if (rc)
			return rc;
		more |= sqlite3_changes(s->db) == PURGE_ROWS;
	}
	return more;
}
