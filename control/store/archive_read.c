/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding and reading blocks of the archive. */
#include <control/store/archive.h>
#include <control/store/sql.h>
#include <engine/base/event.h>
#include <system/journal/crc32c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int archive_reader_init(struct archive_reader *r, sqlite3 *db, const char *path)
{
	*r = (struct archive_reader){.db = db, .fd = -1};
	buf_init(&r->bytes);
	block_init(&r->decoded);
	return asprintf(&r->dir, "%s-archive", path) < 0 ? -ENOMEM : 0;
}

void archive_reader_fini(struct archive_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	free(r->dir);
	r->dir = NULL;
	buf_free(&r->bytes);
	block_free(&r->decoded);
}

const char *archive_name(int64_t segment, char out[static ARCHIVE_NAME])
{
	snprintf(out, ARCHIVE_NAME, "%020lld.archive", (long long)segment);
	return out;
}

void archive_place_get(sqlite3_stmt *st, struct archive_place *out)
{
	*out = (struct archive_place){.block = sqlite3_column_int64(st, 0),
		.segment = sqlite3_column_int64(st, 1),
		.offset = sqlite3_column_int64(st, 2),
		.bytes = sqlite3_column_int64(st, 3),
		.records = sqlite3_column_int64(st, 4),
		.since = sqlite3_column_double(st, 5),
		.until = sqlite3_column_double(st, 6)};
}

static const char *clock_of(double seconds, char out[static 32])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm);
	return out;
}

/* One line: what, where, what it costs and what to do. */
static int lost(struct archive_reader *r, const struct archive_place *p, int rc, const char *why)
{
	char name[ARCHIVE_NAME], since[32], until[32];

	td_text_set(&r->err,
		"%s/%s: block %lld at byte %lld: %s; its %lld records of %s to %s cannot be read; "
		"%s",
		r->dir, archive_name(p->segment, name), (long long)p->block, (long long)p->offset,
		why, (long long)p->records, clock_of(p->since, since), clock_of(p->until, until),
		strstr(why, "newer release") ? "read it with that release"
					     : "restore the file from a backup");
	return rc;
}

static int segment_open(struct archive_reader *r, int64_t segment)
{
	char name[ARCHIVE_NAME], *path;

	if (r->fd >= 0 && r->segment == segment)
		return 0;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	if (asprintf(&path, "%s/%s", r->dir, archive_name(segment, name)) < 0)
		return -ENOMEM;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	r->segment = segment;
	return r->fd < 0 ? -errno : 0;
}

static int bytes_read(struct archive_reader *r, const struct archive_place *p)
{
	char part[64 << 10];

	buf_reset(&r->bytes);
	while ((int64_t)r->bytes.len < p->bytes) {
		size_t want = (size_t)p->bytes - r->bytes.len;
		ssize_t n = pread(r->fd, part, want < sizeof(part) ? want : sizeof(part),
			p->offset + (off_t)r->bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break; /* block_check() says what that means */
		buf_put(&r->bytes, part, (size_t)n);
	}
	return r->bytes.error;
}

int archive_read(struct archive_reader *r, const struct archive_place *p)
{
	const char *why;
	int rc;

	if (r->block == p->block)
		return 0;
	r->block = 0;
	rc = segment_open(r, p->segment);
	if (rc == 0)
		rc = bytes_read(r, p);
	if (rc == -ENOMEM)
		return rc;
	if (rc)
		return lost(r, p, rc, strerror(-rc));
	why = block_check(r->bytes.data, r->bytes.len);
	if (why)
		return lost(r, p, -EBADMSG, why);
	rc = block_decode(&r->decoded, r->bytes.data);
	if (rc == -EBADMSG)
		return lost(r, p, rc, "it cannot be decompressed");
	if (rc == 0) {
		r->block = p->block;
		r->blocks++;
	}
	return rc;
}

const char *archive_call_of(const struct td_rec *rec, const void *payload)
{
	const struct event_table *t = &event_tables[event_table_of(rec)];
	const struct td_column *c = columns_index(&t->columns, TD_INDEX_CALL);

	if (!c || c->offset + TD_CALL_ID_BYTES > rec->len)
		return NULL;
	return (const char *)payload + c->offset;
}

uint32_t archive_hash(const char *call)
{
	return crc32c(0, call, strnlen(call, TD_CALL_ID_BYTES));
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int archive_visit_block(const struct block *b, const char *call, archive_visit *visit, void *ctx)
{
	struct block_cursor c;
	int rc;

	block_cursor_init(&c, b);
	while ((rc = block_next(&c)) == 1) {
		const char *whose = archive_call_of(&c.rec, c.payload);

		if (whose && strncmp(whose, call, TD_CALL_ID_BYTES) == 0)
			visit(ctx, &c.rec, c.payload);
	}
	return rc;
}

static int block_of_call(struct archive_reader *r, const struct archive_place *p, const char *call,
	archive_visit *visit, archive_lost *tell, void *ctx)
{
	int rc = archive_read(r, p);

	if (rc == 0 && archive_visit_block(&r->decoded, call, visit, ctx))
		rc = lost(r, p, -EBADMSG, "its records are cut");
	if (rc == 0 || rc == -ENOMEM)
		return rc;
	tell(ctx, p, r->err.s);
	return 0;
}

static bool block_has_call(sqlite3_stmt *st, uint32_t hash)
{
	const void *calls = sqlite3_column_blob(st, 7);
	size_t count = (size_t)sqlite3_column_bytes(st, 7) / sizeof(hash);

	return count && bsearch(&hash, calls, count, sizeof(hash), compare);
}

/* A block whose row says that the call is not there is not read. Blocks begin in the order of their
 * ends, unless the clock was put back. */
int archive_call(struct archive_reader *r, const char *call, double from, double to,
	archive_visit *visit, archive_lost *tell, void *ctx)
{
	uint32_t hash = archive_hash(call);
	struct archive_place place;
	sqlite3_stmt *st = NULL;
	int step = SQLITE_DONE,
	    rc = sqlite3_prepare_v2(r->db,
		    "SELECT " ARCHIVE_PLACE ", calls FROM archive WHERE until >= ? ORDER BY until",
		    -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_double(st, 1, from);
	rc = store_errno(rc);
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
		archive_place_get(st, &place);
		if (place.since > to)
			break;
		if (block_has_call(st, hash))
			rc = block_of_call(r, &place, call, visit, tell, ctx);
	}
	if (rc == 0)
		rc = store_errno(step);
	sqlite3_finalize(st);
	return rc;
}

int archive_walk_start(struct archive_walk *w, struct archive_reader *r)
{
	*w = (struct archive_walk){.reader = r};
	return store_errno(sqlite3_prepare_v2(r->db,
		"SELECT " ARCHIVE_PLACE " FROM archive ORDER BY block", -1, &w->places, NULL));
}

int archive_walk_next(struct archive_walk *w)
{
	struct archive_place place;
	int rc, step;

	for (;;) {
		if (w->in_block) {
			rc = block_next(&w->at);
			w->in_block = rc == 1;
			if (rc == -EBADMSG)
				td_text_set(&w->reader->err, "block %lld: its records are cut",
					(long long)w->reader->block);
			if (rc)
				return rc;
		}
		step = sqlite3_step(w->places);
		if (step != SQLITE_ROW)
			return store_errno(step);
		archive_place_get(w->places, &place);
		rc = archive_read(w->reader, &place);
		if (rc)
			return rc == -ENOMEM ? rc : -EBADMSG;
		block_cursor_init(&w->at, &w->reader->decoded);
		w->in_block = true;
	}
}

void archive_walk_end(struct archive_walk *w)
{
	sqlite3_finalize(w->places);
	w->places = NULL;
}
