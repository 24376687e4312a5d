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
	const struct td_column *call = columns_index(&t->columns, TD_INDEX_CALL);
	struct td_buf sql, values;
	const char *comma = "";
	int rc;

	buf_init(&sql);
	buf_init(&values);
	/* UNIQUE: of a recording that is recovered after a crash, though its first record was
	 * journaled just before, the later record tells what the file is now. */
	buf_printf(&sql, "INSERT OR %s INTO \"%s\" (",
		columns_index(&t->columns, TD_INDEX_UNIQUE) ? "REPLACE" : "IGNORE", t->name);
	store_columns(t, &sql);
	for (unsigned c = 0; c < t->columns.count; c++, comma = ", ")
		buf_printf(&values, "%s?", comma);
	if (i == TD_EV_CDR - 1)
		lists_insert(&sql, &values, (unsigned)(call - t->columns.column) + 1);
	buf_str(&sql, STR(") VALUES ("));
	buf_put(&sql, values.data, values.len);
	buf_put(&sql, ")", 2);
	rc = values.error ? values.error : sql.error;
	if (rc == 0)
		rc = statement(s, &s->insert[i], sql.data);
	buf_free(&sql);
	buf_free(&values);
	return rc;
}

static int prepare(struct store *s)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < EVENT_TABLES; i++)
		rc = event_archived(i) || event_tables[i].list ? 0 : insert_prepare(s, i);
	if (rc == 0)
		rc = statement(
			s, &s->insert_missing, "INSERT OR IGNORE INTO missing VALUES (?, ?, ?)");
	if (rc == 0)
		rc = statement(s, &s->update_meta,
			"INSERT OR REPLACE INTO meta (value, key) VALUES (?, ?)");
	if (rc == 0)
		rc = statement(
			s, &s->insert_part, "INSERT OR IGNORE INTO part VALUES (?, ?, ?, ?, ?)");
	if (rc == 0)
		rc = statement(s, &s->delete_parts, "DELETE FROM part WHERE call = ?");
	return rc;
}

static int position_read(struct store *s)
{
	int64_t seq = 0, wall = 0, missing = 0, unknown = 0;
	int rc = store_number_get(s->db, "SELECT value FROM meta WHERE key = 'seq'", &seq);

	if (rc == 0)
		rc = store_number_get(
			s->db, "SELECT value FROM meta WHERE key = 'seq_wall'", &wall);
	if (rc == 0)
		rc = store_number_get(
			s->db, "SELECT coalesce(sum(count), 0) FROM missing", &missing);
	if (rc == 0)
		rc = store_number_get(
			s->db, "SELECT value FROM meta WHERE key = 'unknown'", &unknown);
	s->now = s->committed = s->safe = (struct store_position){
		(uint64_t)seq, (uint64_t)wall, (uint64_t)missing, (uint64_t)unknown};
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
	bool told = false;
	int64_t version;
	int rc;

	if (!s) {
		td_text_set(err, "%s: out of memory", path);
		errno = ENOMEM;
		return NULL;
	}
	s->lock = s->archive.fd = s->archive.dirfd = s->archive.reader.fd = -1;
	rc = lock_take(s, path);
	if (rc == 0)
		rc = store_errno(sqlite3_open_v2(
			path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
	if (rc == 0)
		rc = store_errno(sqlite3_busy_timeout(s->db, BUSY_MS));
	if (rc == 0)
		rc = schema_check(s, &version);
	if (rc == 0)
		rc = store_run(s->db, pragmas);
	if (rc == 0)
		rc = schema_update(s, version);
	if (rc == 0)
		rc = schema_old_tables(s);
	if (rc == 0)
		rc = position_read(s);
	if (rc == 0)
		rc = prepare(s);
	if (rc == 0) {
		rc = archive_open(&s->archive, s->db, path);
		if (rc)
			td_text_set(err, "%s-archive: %s", path, strerror(-rc));
		told = rc != 0;
	}
	if (rc == 0)
		return s;
	if (!told)
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
	archive_close(&s->archive);
	sqlite3_finalize(s->insert_missing);
	sqlite3_finalize(s->update_meta);
	sqlite3_finalize(s->insert_part);
	sqlite3_finalize(s->delete_parts);
	sqlite3_close_v2(s->db); /* rolls back what is open */
	if (s->lock >= 0)
		close(s->lock);
	free(s);
}

/* What is read again after a crash was counted then. */
static int missing_put(struct store *s, const struct td_rec *rec)
{
	uint64_t count = rec->seq - s->now.seq - 1;
	int rc = sqlite3_bind_int64(s->insert_missing, 1, (int64_t)(s->now.seq + 1));

	if (rc == SQLITE_OK)
		rc = row_bind_wall(s->insert_missing, 2, rec->wall, false);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s->insert_missing, 3, (int64_t)count);
	rc = store_finish(s->insert_missing, rc);
	if (rc == 0 && sqlite3_changes(s->db) == 1)
		s->now.missing += count;
	return rc;
}

static int begin(struct store *s)
{
	int rc = s->open ? 0 : store_run(s->db, "BEGIN IMMEDIATE");

	s->open |= rc == 0;
	return rc;
}

/* The row of an older release, or the block that has the record already: 1, 0 or -errno. Only after
 * the journal began anew can there be one. */
static int archive_knows(struct store *s, unsigned table, const struct td_rec *rec)
{
	char sql[160];
	int64_t there;
	int rc = archive_has(&s->archive, rec);

	if (rc || !s->old[table] || rec->seq > s->old_seq)
		return rc;
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM \"%s\" WHERE seq = %lu AND time = %.17g",
		event_tables[table].name, rec->seq, store_seconds(rec->wall));
	rc = store_number_get(s->db, sql, &there);
	return rc ? rc : there != 0;
}

static int archived_put(
	struct store *s, unsigned table, const struct td_rec *rec, const void *payload)
{
	int rc = archive_knows(s, table, rec);

	if (rc)
		return rc < 0 ? rc : 0;
	if (!store_waits(s))
		s->before_waiting = s->now;
	s->now.unknown += table == EVENT_TABLES - 1;
	return archive_put(&s->archive, rec, payload);
}

static int row_put(struct store *s, unsigned table, const struct td_rec *rec, const void *payload)
{
	sqlite3_stmt *st = s->insert[table];
	int rc = begin(s);

	if (rc == 0 && event_tables[table].list)
		return lists_put(s, table, rec, payload);
	if (rc == 0)
		rc = store_finish(st, row_bind(st, rec, payload));
	if (rc == 0 && rec->type == TD_EV_CDR && table == TD_EV_CDR - 1)
		rc = lists_close(s, rec, payload);
	return rc;
}

/*
 * A call has two stays of an agent whom it only reaches, reserved and ringing. They are no rows:
 * the call's record has their length, and with them a call would have more rows than a store of
 * some years can bear.
 */
static bool is_archived(unsigned table, const struct td_rec *rec, const void *payload)
{
	const struct td_ev_agent_session *stay = payload;

	if (event_archived(table))
		return true;
	return rec->type == TD_EV_AGENT_SESSION &&
	       (stay->state == TD_AGENT_RESERVED || stay->state == TD_AGENT_RINGING);
}

int store_put(struct store *s, const struct td_rec *rec, const void *payload)
{
	unsigned table = event_table_of(rec);
	int rc = 0;

	s->pending++;
	/* A new store does not count records from before it as missing. */
	if (s->now.seq && rec->seq > s->now.seq + 1) {
		rc = begin(s);
		if (rc == 0)
			rc = missing_put(s, rec);
	}
	if (rc == 0)
		rc = is_archived(table, rec, payload) ? archived_put(s, table, rec, payload)
						      : row_put(s, table, rec, payload);
	if (rc)
		return rc;
	s->now.seq = rec->seq;
	s->now.wall = rec->wall;
	if (!archive_full(&s->archive))
		return 0;
	rc = begin(s);
	return rc ? rc : archive_seal(&s->archive);
}

static int meta_put(struct store *s, const char *key, uint64_t value)
{
	int rc = sqlite3_bind_int64(s->update_meta, 1, (int64_t)value);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s->update_meta, 2, key, -1, SQLITE_STATIC);
	return store_finish(s->update_meta, rc);
}

/* What is safe once the open transaction is committed. */
static int safe_put(struct store *s, const struct store_position *safe)
{
	int rc = meta_put(s, "seq", safe->seq);

	if (rc == 0)
		rc = meta_put(s, "seq_wall", safe->wall);
	if (rc == 0 && safe->unknown)
		rc = meta_put(s, "unknown", safe->unknown);
	return rc;
}

int store_commit(struct store *s)
{
	const struct store_position safe = store_waits(s) ? s->before_waiting : s->now;
	int rc = 0;

	/* Records that only wait change nothing on disk. */
	if (s->pending && !store_waits(s))
		rc = begin(s);
	if (rc == 0 && s->open) {
		rc = safe_put(s, &safe);
		if (rc == 0)
			rc = store_run(s->db, "COMMIT");
		if (rc == 0) {
			s->open = false;
			s->safe = safe;
			archive_commit(&s->archive);
		}
	}
	if (rc) {
		store_rollback(s);
		return rc;
	}
	s->pending = 0;
	s->committed = s->now;
	return 0;
}

int store_seal(struct store *s)
{
	int rc = store_waits(s) ? begin(s) : 0;

	if (rc == 0)
		rc = archive_seal(&s->archive);
	if (rc == 0)
		return store_commit(s);
	store_rollback(s);
	return rc;
}

void store_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		store_run(s->db, "ROLLBACK");
	s->open = false;
	s->pending = 0;
	archive_rollback(&s->archive);
	s->safe.missing = s->committed.missing; /* their rows stay */
	s->now = s->committed = s->safe;
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

uint64_t store_safe(const struct store *s)
{
	return s->safe.seq;
}

bool store_waits(const struct store *s)
{
	return s->archive.waiting.head.records > 0;
}

uint64_t store_missing(const struct store *s)
{
	return s->now.missing;
}

uint64_t store_unknown(const struct store *s)
{
	return s->now.unknown;
}

uint64_t store_replaced(const struct store *s)
{
	return s->archive.replaced;
}

void store_restart(struct store *s)
{
	s->now.seq = s->committed.seq = s->safe.seq = 0;
	s->now.wall = s->committed.wall = s->safe.wall = 0;
}

/* Rows that a release without an archive left. */
static int rows_purge(struct store *s, unsigned table, int64_t before)
{
	const char *name = event_tables[table].name;
	char sql[256];
	int rc;

	snprintf(sql, sizeof(sql),
		"DELETE FROM %s WHERE rowid IN (SELECT rowid FROM %s WHERE time < %ld LIMIT %d)",
		name, name, before, PURGE_ROWS);
	rc = store_run(s->db, sql);
	return rc ? rc : sqlite3_changes(s->db) == PURGE_ROWS;
}

int store_purge(struct store *s, unsigned days, uint64_t wall_now)
{
	int64_t before = (int64_t)(wall_now / NSEC) - (int64_t)days * 86400;
	int rc = archive_purge(&s->archive, (double)before);
	bool more = rc == 1;

	for (unsigned i = 0; rc >= 0 && i < EVENT_TABLES; i++) {
		if (!s->old[i] || !event_tables[i].journal)
			continue;
		rc = rows_purge(s, i, before);
		more |= rc == 1;
	}
	return rc < 0 ? rc : more;
}
