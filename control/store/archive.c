/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing the archive. */
#include <control/store/archive.h>
#include <control/store/sql.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL 3 /* of zstd: the next one costs twice the time for 3 % */

const char archive_tables[] =
	"CREATE TABLE IF NOT EXISTS archive (block INTEGER PRIMARY KEY, segment INTEGER NOT NULL, "
	"\"offset\" INTEGER NOT NULL, bytes INTEGER NOT NULL, records INTEGER NOT NULL, "
	"first INTEGER NOT NULL, last INTEGER NOT NULL, since REAL NOT NULL, until REAL NOT NULL, "
	"calls BLOB NOT NULL);"
	"CREATE INDEX IF NOT EXISTS archive_last ON archive (last);"
	"CREATE INDEX IF NOT EXISTS archive_until ON archive (until);"
	"CREATE INDEX IF NOT EXISTS archive_segment ON archive (segment);";

/* Where the next block goes, by the rows that are committed. */
static int position_read(struct archive *a)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(a->reader.db,
		"SELECT block + 1, segment, \"offset\" + bytes, (SELECT max(last) FROM archive),"
		" (SELECT max(until) FROM archive),"
		" (SELECT since FROM archive WHERE segment = a.segment ORDER BY block LIMIT 1)"
		" FROM archive a ORDER BY block DESC LIMIT 1",
		-1, &st, NULL);

	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->block = 1;
	a->segment = a->offset = 0;
	a->known = 0;
	a->known_until = 0;
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		a->block = sqlite3_column_int64(st, 0);
		a->segment = sqlite3_column_int64(st, 1);
		a->offset = sqlite3_column_int64(st, 2);
		a->known = (uint64_t)sqlite3_column_int64(st, 3);
		a->known_until = sqlite3_column_double(st, 4);
		a->segment_since = sqlite3_column_double(st, 5);
	}
	sqlite3_finalize(st);
	rc = store_errno(rc);
	if (rc)
		a->block = 0;
	return rc;
}

static int dir_open(struct archive *a)
{
	if (mkdir(a->reader.dir, 0750) < 0 && errno != EEXIST)
		return -errno;
	a->dirfd = open(a->reader.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return a->dirfd < 0 ? -errno : 0;
}

int archive_open(struct archive *a, sqlite3 *db, const char *path)
{
	int rc;

	*a = (struct archive){.dirfd = -1, .fd = -1};
	block_init(&a->waiting);
	rc = archive_reader_init(&a->reader, db, path);
	if (rc)
		return rc;
	rc = dir_open(a);
	if (rc)
		return rc;
	a->zstd = ZSTD_createCCtx();
	if (!a->zstd ||
		ZSTD_isError(ZSTD_CCtx_setParameter(a->zstd, ZSTD_c_compressionLevel, LEVEL)))
		return -ENOMEM;
	rc = store_errno(
		sqlite3_prepare_v3(db, "INSERT INTO archive VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			-1, SQLITE_PREPARE_PERSISTENT, &a->insert, NULL));
	return rc ? rc : position_read(a);
}

void archive_close(struct archive *a)
{
	sqlite3_finalize(a->insert);
	if (a->fd >= 0)
		close(a->fd);
	if (a->dirfd >= 0)
		close(a->dirfd);
	ZSTD_freeCCtx(a->zstd);
	block_free(&a->waiting);
	free(a->calls.hash);
	archive_reader_fini(&a->reader);
}

static int call_put(struct archive_calls *calls, uint32_t hash)
{
	if (calls->count && calls->hash[calls->count - 1] == hash)
		return 0;
	if (calls->count == calls->cap) {
		size_t cap = calls->cap ? 2 * calls->cap : 1024;
		uint32_t *more = realloc(calls->hash, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		calls->hash = more;
		calls->cap = cap;
	}
	calls->hash[calls->count++] = hash;
	return 0;
}

int archive_put(struct archive *a, const struct td_rec *rec, const void *payload)
{
	const char *call = archive_call_of(rec, payload);
	int rc = 0;

	if (call && call[0])
		rc = call_put(&a->calls, archive_hash(call));
	return rc ? rc : block_put(&a->waiting, rec, payload);
}

bool archive_full(const struct archive *a)
{
	return a->waiting.raw.len >= BLOCK_RAW;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void calls_sort(struct archive_calls *calls)
{
	size_t kept = 0;

	if (!calls->count)
		return;
	qsort(calls->hash, calls->count, sizeof(*calls->hash), compare);
	for (size_t i = 1; i < calls->count; i++)
		if (calls->hash[i] != calls->hash[kept])
			calls->hash[++kept] = calls->hash[i];
	calls->count = kept + 1;
}

static void segment_close(struct archive *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->segment = 0;
}

/* A file that no row knows is none of ours: one of a store that was deleted, or of a crash. */
static int segment_create(struct archive *a, double since)
{
	char name[ARCHIVE_NAME];

	a->segment = a->block;
	while ((a->fd = openat(a->dirfd, archive_name(a->segment, name),
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640)) < 0) {
		if (errno != EEXIST)
			return -errno;
		a->segment++;
	}
	a->created = a->segment;
	a->offset = 0;
	a->segment_since = since;
	return fsync(a->dirfd) < 0 ? -errno : 0;
}

/* Does the path still lead to what is open? A restore or rsync puts a copy in its place; what we
 * write then goes to a file that nobody can open any more. */
static bool is_there(const struct archive *a, int fd, const char *name)
{
	struct stat open, there;

	return fstat(fd, &open) == 0 &&
	       (name ? fstatat(a->dirfd, name, &there, 0) : stat(a->reader.dir, &there)) == 0 &&
	       open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

static bool segment_is_there(const struct archive *a)
{
	char name[ARCHIVE_NAME];

	return is_there(a, a->dirfd, NULL) && is_there(a, a->fd, archive_name(a->segment, name));
}

/* Nothing is written into what was put in the place of the open segment: it may be shorter. */
static int segment_leave(struct archive *a)
{
	a->replaced++;
	segment_close(a);
	if (is_there(a, a->dirfd, NULL))
		return 0;
	if (a->dirfd >= 0)
		close(a->dirfd);
	a->dirfd = -1;
	return dir_open(a);
}

/* The segment of the last block, to go on with. It is missing, ends before that block, or has more
 * behind it than a crash leaves: then another store's blocks may be there, and we begin a new one.
 */
static int segment_open(struct archive *a)
{
	char name[ARCHIVE_NAME];
	struct stat st;

	a->fd = openat(a->dirfd, archive_name(a->segment, name), O_WRONLY | O_CLOEXEC);
	if (a->fd < 0 && errno != ENOENT)
		return -errno;
	if (a->fd < 0 || fstat(a->fd, &st) < 0 || st.st_size < a->offset ||
		st.st_size > a->offset + (off_t)ZSTD_COMPRESSBOUND(BLOCK_RAW_MAX))
		segment_close(a);
	return 0;
}

/* A segment that is full or a day old is followed by the next. */
static int segment_choose(struct archive *a, double since)
{
	int rc = 0;

	if (a->fd >= 0 ? !segment_is_there(a) : !is_there(a, a->dirfd, NULL))
		rc = segment_leave(a);
	if (a->offset >= ARCHIVE_SEGMENT || since >= a->segment_since + ARCHIVE_DAY)
		segment_close(a);
	if (rc == 0 && a->segment && a->fd < 0)
		rc = segment_open(a);
	if (rc == 0 && !a->segment)
		rc = segment_create(a, since);
	return rc;
}

/* What a crash left behind the last block is written over. */
static int bytes_write(struct archive *a, const struct td_buf *bytes)
{
	for (size_t done = 0; done < bytes->len;) {
		ssize_t n = pwrite(a->fd, bytes->data + done, bytes->len - done,
			(off_t)a->offset + (off_t)done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return fdatasync(a->fd) < 0 ? -errno : 0;
}

static int row_insert(struct archive *a, size_t bytes)
{
	const struct block_head *h = &a->waiting.head;
	const int64_t numbers[] = {a->block, a->segment, a->offset, (int64_t)bytes, h->records,
		(int64_t)h->first, (int64_t)h->last};
	int rc = SQLITE_OK, i = 0;

	for (; rc == SQLITE_OK && i < (int)(sizeof(numbers) / sizeof(numbers[0])); i++)
		rc = sqlite3_bind_int64(a->insert, i + 1, numbers[i]);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_double(a->insert, ++i, store_seconds(h->since));
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_double(a->insert, ++i, store_seconds(h->until));
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(a->insert, ++i, a->calls.count ? (void *)a->calls.hash : "",
			(int)(a->calls.count * sizeof(*a->calls.hash)), SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(a->insert);
	sqlite3_reset(a->insert);
	sqlite3_clear_bindings(a->insert);
	return store_errno(rc);
}

static void waiting_forget(struct archive *a)
{
	block_reset(&a->waiting);
	a->calls.count = 0;
}

static void known_grow(struct archive *a, const struct block_head *h)
{
	double until = store_seconds(h->until);

	a->known = h->last > a->known ? h->last : a->known;
	a->known_until = until > a->known_until ? until : a->known_until;
}

int archive_seal(struct archive *a)
{
	struct td_buf bytes;
	int rc;

	if (!a->waiting.head.records)
		return 0;
	rc = a->block ? 0 : position_read(a);
	if (rc)
		return rc;
	buf_init(&bytes);
	rc = block_encode(&a->waiting, a->zstd, &bytes);
	if (rc == 0)
		rc = segment_choose(a, store_seconds(a->waiting.head.since));
	if (rc == 0)
		rc = bytes_write(a, &bytes);
	if (rc == 0 && !segment_is_there(a)) { /* just now: rolled back, and tried again */
		a->replaced++;
		rc = -ESTALE;
	}
	if (rc == 0) {
		calls_sort(&a->calls);
		rc = row_insert(a, bytes.len);
	}
	if (rc == 0) {
		a->offset += (int64_t)bytes.len;
		a->block++;
		known_grow(a, &a->waiting.head);
		waiting_forget(a);
	}
	buf_free(&bytes);
	return rc;
}

void archive_commit(struct archive *a)
{
	a->created = 0;
}

void archive_rollback(struct archive *a)
{
	char name[ARCHIVE_NAME];

	waiting_forget(a);
	if (a->created)
		unlinkat(a->dirfd, archive_name(a->created, name), 0);
	a->created = 0;
	(void)position_read(a); /* archive_seal() tries again */
}

static bool block_has(const struct block *b, const struct td_rec *rec)
{
	struct block_cursor c;

	block_cursor_init(&c, b);
	while (block_next(&c) == 1)
		if (c.rec.seq == rec->seq && c.rec.wall == rec->wall)
			return true;
	return false;
}

/* A record that is new has a greater number than all, or, after the journal began anew, a later
 * time. So hardly one is looked up. */
int archive_has(struct archive *a, const struct td_rec *rec)
{
	double time = store_seconds(rec->wall);
	struct archive_place place;
	sqlite3_stmt *st = NULL;
	bool has = false;
	int rc, step = SQLITE_DONE;

	if (rec->seq > a->known || time > a->known_until)
		return 0;
	rc = sqlite3_prepare_v2(a->reader.db,
		"SELECT " ARCHIVE_PLACE " FROM archive"
		" WHERE until >= ?1 AND since <= ?1 AND +last >= ?2 AND first <= ?2",
		-1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_double(st, 1, time);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(st, 2, (int64_t)rec->seq);
	rc = store_errno(rc);
	while (rc == 0 && !has && (step = sqlite3_step(st)) == SQLITE_ROW) {
		archive_place_get(st, &place);
		rc = archive_read(&a->reader, &place);
		if (rc == 0)
			has = block_has(&a->reader.decoded, rec);
		else if (rc != -ENOMEM)
			rc = 0; /* it cannot be read: then this record is written again */
	}
	if (rc == 0)
		rc = store_errno(step);
	sqlite3_finalize(st);
	return rc ? rc : has;
}

int archive_waiting(struct archive *a, const char *call, archive_visit *visit, void *ctx)
{
	return archive_visit_block(&a->waiting, call, visit, ctx);
}

/* The file goes before its rows: a crash between leaves rows without a file, which go next time. */
int archive_purge(struct archive *a, double before)
{
	char name[ARCHIVE_NAME], sql[96];
	int64_t segment;
	int rc;

	snprintf(sql, sizeof(sql),
		"SELECT segment FROM archive GROUP BY segment HAVING max(until) < %.0f LIMIT 1",
		before);
	rc = store_number_get(a->reader.db, sql, &segment);
	if (rc || !segment || segment == a->segment)
		return rc;
	if (unlinkat(a->dirfd, archive_name(segment, name), 0) < 0 && errno != ENOENT)
		return -errno;
	snprintf(sql, sizeof(sql), "DELETE FROM archive WHERE segment = %lld", (long long)segment);
	rc = store_errno(sqlite3_exec(a->reader.db, sql, NULL, NULL, NULL));
	return rc ? rc : 1;
}
