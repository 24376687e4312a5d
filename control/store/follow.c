/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/store/follow.h>
#include <errno.h>

#define RETRY_MS 1000 /* no directory, disk full: look again */
#define CHECK_MS 5000 /* while nothing comes: is it still the journal we know? */

void follow_init(struct follow *f, struct store *store, const char *dir)
{
	*f = (struct follow){.store = store, .dir = dir};
}

static void watch(struct follow *f, int fd)
{
	if (f->watch)
		f->watch(f->ctx, fd);
}

static void reader_close(struct follow *f)
{
	if (!f->reader)
		return;
	watch(f, -1);
	journal_reader_close(f->reader);
	f->reader = NULL;
}

void follow_fini(struct follow *f)
{
	if (store_seal(f->store) == 0)
		f->begun_ms = f->block_ms = 0;
	reader_close(f);
}

/* The first record that is there with a number from `seq` on: 1, 0 none, or a negative errno. */
static int probe(const char *dir, uint64_t seq, struct td_rec *rec)
{
	struct journal_reader *r = journal_reader_open(dir);
	const void *payload;
	int rc;

	if (!r)
		return -errno;
	rc = journal_reader_seek(r, seq);
	if (rc == 0)
		rc = journal_reader_next(r, rec, &payload);
	journal_reader_close(r);
	return rc;
}

/*
 * A journal that was deleted, or that lost its end in a power cut, begins again with numbers that
 * the store has passed. To wait for the next number would be to wait for ever. We know such a
 * journal by two signs: the last record that we know has another time, or there are only older
 * records. Then all of it is read again; rows that are there already stay as they are.
 */
static bool journal_is_new(struct follow *f)
{
	uint64_t seq = store_seq(f->store);
	struct td_rec rec = {0};
	int rc;

	if (!seq)
		return false;
	rc = probe(f->dir, seq, &rec);
	if (rc == 1)
		return rec.seq == seq && rec.wall != store_seq_wall(f->store);
	return rc == 0 && probe(f->dir, 0, &rec) == 1 && rec.seq < seq;
}

static int reader_open(struct follow *f)
{
	int rc;

	if (journal_is_new(f))
		store_restart(f->store);
	f->reader = journal_reader_open(f->dir);
	if (!f->reader)
		return -errno;
	rc = journal_reader_seek(f->reader, store_seq(f->store) + 1);
	watch(f, journal_reader_fd(f->reader));
	if (rc)
		reader_close(f);
	return rc;
}

/* The store has forgotten what was not committed: go back to where it stands. */
static int start_over(struct follow *f, int error)
{
	store_rollback(f->store);
	reader_close(f);
	f->begun_ms = f->block_ms = 0;
	f->error = error;
	return RETRY_MS;
}

static bool block_due(struct follow *f, uint64_t now_ms, bool more)
{
	bool caught_up = f->behind && !more;

	f->behind = more;
	if (!store_waits(f->store))
		f->block_ms = 0;
	else if (!f->block_ms)
		f->block_ms = now_ms;
	return f->block_ms && (f->stopped || caught_up || now_ms - f->block_ms >= FOLLOW_BLOCK_MS);
}

static int commit_when_due(struct follow *f, uint64_t now_ms, bool more)
{
	int rc;

	if (block_due(f, now_ms, more)) {
		f->begun_ms = f->block_ms = 0;
		return store_seal(f->store);
	}
	if (!store_pending(f->store))
		return 0;
	if (store_pending(f->store) < FOLLOW_COMMIT_RECORDS &&
		now_ms - f->begun_ms < FOLLOW_COMMIT_MS)
		return 0;
	rc = store_commit(f->store);
	if (rc == 0)
		f->begun_ms = 0;
	return rc;
}

/* Records until the commit is due. 1: there may be more; 0: none now; a negative errno. */
static int read_some(struct follow *f, uint64_t now_ms)
{
	while (store_pending(f->store) < FOLLOW_COMMIT_RECORDS) {
		const void *payload;
		struct td_rec rec;
		int rc = journal_reader_next(f->reader, &rec, &payload);

		if (rc == -EBADMSG) {
			f->damaged++;
			continue;
		}
		if (rc <= 0)
			return rc;
		if (!store_pending(f->store))
			f->begun_ms = now_ms;
		rc = store_put(f->store, &rec, payload);
		if (rc)
			return rc;
		f->stopped = rec.type == TD_EV_STOP;
	}
	return 1;
}

int follow_turn(struct follow *f, uint64_t now_ms)
{
	uint64_t safe = store_safe(f->store);
	int more, rc;

	if (!f->reader) {
		f->checked_ms = now_ms;
		rc = reader_open(f);
		if (rc) {
			f->error = rc;
			return RETRY_MS;
		}
	}
	journal_reader_clear(f->reader);
	more = read_some(f, now_ms);
	if (more < 0)
		return start_over(f, more);
	rc = commit_when_due(f, now_ms, more);
	if (rc)
		return start_over(f, rc);
	/* Records that were only read may still meet a full disk. */
	if (store_safe(f->store) != safe || (!store_pending(f->store) && !store_waits(f->store)))
		f->error = 0;
	if (more)
		return 0;
	if (store_pending(f->store))
		return (int)(FOLLOW_COMMIT_MS - (now_ms - f->begun_ms));
	if (now_ms - f->checked_ms >= CHECK_MS) {
		f->checked_ms = now_ms;
		/* What waits for its block is in the old journal alone. */
		if (journal_is_new(f))
			return start_over(f, store_seal(f->store));
	}
	if (f->block_ms)
		return (int)(FOLLOW_BLOCK_MS - (now_ms - f->block_ms));
	return CHECK_MS;
}
