/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/worker/wake.h>
#include <engine/host/clock.h>
#include <engine/host/journal/journal.h>
#include <engine/host/journal/keep.h>
#include <system/log.h>
#include <engine/host/spsc.h>
#include <system/journal/record.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SYNC_NS (200 * TD_NSEC_PER_MSEC)
/* 280 calls a second, each of some 45 records and 10 kB, and 25 of the checkpoint and 8 kB: 3 s */
#define SIGNALLING_RING (16u << 20)
#define HOST_RING       (256u << 10)
#define BATCH           512 /* records of one ring in a row */
/* While records come, the thread naps and nobody need wake it. After a silence of this length it
 * sleeps. */
#define SILENCE_NS TD_NSEC_PER_SEC

/* At the start, as many records come as there are agents. */
#define ROOM      (SIGNALLING_RING / 4)
#define ROOM_NS   TD_NSEC_PER_MSEC
#define ROOM_NAPS 5000u

/* The type of an entry that is not for the journal: its kind, and this; kind 0: commit. */
#define CHECKPOINT 0x8000u

/* What stands in a ring, the payload behind it. */
struct journal_entry {
	uint64_t wall;
	uint16_t type;
	uint16_t len;
	uint32_t number; /* of a checkpoint's record */
};

struct source {
	struct spsc *ring;
	struct td_ev_gap loss; /* the source's own: not told yet */
};

struct journal {
	struct source source[JOURNAL_SOURCES];
	struct keep keep;
	struct checkpoint *_Atomic checkpoint; /* NULL: there is none */
	atomic_bool pulse;                     /* asked for */
	/* the journal thread's: */
	bool checkpoint_due; /* a record waits for the flush */
	int checkpoint_rc;   /* of the last flush */
	pthread_t thread;
	struct wake wake;
	atomic_bool stop;
	bool in_order;        /* the stop: set before it */
	_Atomic uint64_t ack; /* asked for */

	/* the journal thread's */
	uint64_t synced;
	uint64_t heard; /* when there was something to do last */

	pthread_mutex_t usage_lock; /* host threads only */
	struct journal_usage usage;
	uint64_t usage_lost;
};

static bool entry_put(struct spsc *ring, const struct journal_entry *what, const void *payload)
{
	struct journal_entry *entry = spsc_reserve(ring, sizeof(*entry) + what->len);

	if (!entry)
		return false;
	*entry = *what;
	if (what->len)
		memcpy(entry + 1, payload, what->len);
	spsc_commit(ring);
	return true;
}

static bool ring_put(
	struct spsc *ring, uint64_t wall, uint16_t type, const void *payload, uint16_t len)
{
	return entry_put(
		ring, &(struct journal_entry){.wall = wall, .type = type, .len = len}, payload);
}

int journal_checkpoint_start(
	struct journal *j, const char *dir, const uint32_t counts[static TD_CHECKPOINT_END])
{
	struct checkpoint *c = checkpoint_open(dir, counts);

	if (!c)
		return -errno;
	atomic_store(&j->checkpoint, c);
	return 0;
}

bool journal_checkpoint_put(struct journal *j, enum td_checkpoint_kind kind, uint32_t number,
	const void *record, uint16_t len)
{
	struct journal_entry entry = {
		.type = (uint16_t)(CHECKPOINT | kind), .len = len, .number = number};
	bool put = entry_put(j->source[JOURNAL_SIGNALLING].ring, &entry, record);

	wake_post(&j->wake);
	return put;
}

void journal_checkpoint_commit(struct journal *j)
{
	journal_wait_room(j, JOURNAL_SIGNALLING);
	journal_checkpoint_put(j, (enum td_checkpoint_kind)0, 0, NULL, 0);
}

void journal_pulse(struct journal *j)
{
	atomic_store(&j->pulse, true);
	wake_post(&j->wake);
}

bool journal_wait_room(struct journal *j, enum journal_source source)
{
	bool room = spsc_room(j->source[source].ring) >= ROOM;

	for (unsigned i = 0; i < ROOM_NAPS && !room; i++) {
		wake_post(&j->wake);
		clock_nap(ROOM_NS);
		room = spsc_room(j->source[source].ring) >= ROOM;
	}
	return room;
}

void journal_tell_losses(struct journal *j, enum journal_source source)
{
	struct source *s = &j->source[source];

	if (!s->loss.lost || !ring_put(s->ring, s->loss.to, TD_EV_GAP, &s->loss, sizeof(s->loss)))
		return;
	s->loss = (struct td_ev_gap){0};
	wake_post(&j->wake);
}

void journal_put(struct journal *j, enum journal_source source, uint64_t wall, uint16_t type,
	const void *payload, uint16_t len)
{
	struct source *s = &j->source[source];

	journal_tell_losses(j, source);
	if (s->loss.lost || !ring_put(s->ring, wall, type, payload, len))
		loss_add(&s->loss, wall, type, payload);
	wake_post(&j->wake);
}

void journal_put_now(struct journal *j, enum journal_source source, uint16_t type,
	const void *payload, uint16_t len)
{
	journal_put(j, source, clock_wall(), type, payload, len);
}

void journal_alarm(struct journal *j, enum journal_source source, enum td_alarm alarm, bool raised,
	const char *format, ...)
{
	struct td_ev_alarm ev;
	va_list args;

	va_start(args, format);
	alarm_fill(&ev, alarm, raised, format, args);
	va_end(args);
	journal_put_now(j, source, TD_EV_ALARM, &ev, sizeof(ev));
}

int journal_ack(struct journal *j, uint64_t seq, uint64_t *last)
{
	uint64_t old = atomic_load(&j->ack);

	*last = atomic_load(&j->keep.last);
	if (seq > *last && seq > old && (old || seq > JOURNAL_AHEAD_MAX))
		return -ERANGE;
	while (old < seq && !atomic_compare_exchange_weak(&j->ack, &old, seq))
		;
	wake_post(&j->wake);
	return 0;
}

void journal_usage(struct journal *j, struct journal_usage *u, uint64_t *lost)
{
	pthread_mutex_lock(&j->usage_lock);
	*u = j->usage;
	*lost = j->usage_lost;
	pthread_mutex_unlock(&j->usage_lock);
}

static bool waiting(struct journal *j)
{
	size_t n;

	for (int i = 0; i < JOURNAL_SOURCES; i++)
		if (spsc_peek(j->source[i].ring, &n))
			return true;
	return false;
}

/* What is told of the earlier run has reached the journal. */
static void commit(struct journal *j, struct checkpoint *c)
{
	struct journal_usage u;
	int rc = journal_writer_flush(j->keep.writer);

	journal_writer_usage(j->keep.writer, &u);
	if (!rc)
		rc = checkpoint_flush(c, u.written);
	if (!rc)
		rc = checkpoint_commit(c);
	if (rc)
		log_line(LOG_ERR, "checkpoint not taken over", "reason=\"%s\"", strerror(-rc));
}

static void checkpoint_take(struct journal *j, const struct journal_entry *entry)
{
	struct checkpoint *c = atomic_load(&j->checkpoint);
	uint16_t kind = entry->type & (CHECKPOINT - 1);

	if (!c)
		return;
	j->checkpoint_due = true;
	if (kind)
		checkpoint_put(c, kind, entry->number, entry + 1, entry->len);
	else
		commit(j, c);
}

/* Behind the journal: a call that it lacks is not free here. */
static void checkpoint_write(struct journal *j)
{
	struct checkpoint *c = atomic_load(&j->checkpoint);
	struct journal_usage u;
	int rc;

	if (!c || !(atomic_exchange(&j->pulse, false) || j->checkpoint_due))
		return;
	j->checkpoint_due = false;
	journal_writer_usage(j->keep.writer, &u);
	rc = checkpoint_flush(c, u.written);
	if (rc && rc != j->checkpoint_rc)
		log_line(LOG_ERR, "checkpoint not written: a restart would forget", "reason=\"%s\"",
			strerror(-rc));
	j->checkpoint_rc = rc;
}

/* One batch from each ring. True when a ring had more. */
static bool take(struct journal *j, uint64_t now)
{
	bool more = false;

	if (waiting(j))
		j->heard = now;

	for (int i = 0; i < JOURNAL_SOURCES; i++) {
		size_t n;
		struct journal_entry *entry;
		unsigned k = 0;

		for (; k < BATCH && (entry = spsc_peek(j->source[i].ring, &n)); k++) {
			if (entry->type & CHECKPOINT)
				checkpoint_take(j, entry);
			else
				keep_put(&j->keep, entry->wall, entry->type, entry + 1, entry->len,
					now);
			spsc_consume(j->source[i].ring);
		}
		more |= k == BATCH;
	}
	return more;
}

static void publish_usage(struct journal *j)
{
	struct journal_usage u;

	journal_writer_usage(j->keep.writer, &u);
	pthread_mutex_lock(&j->usage_lock);
	j->usage = u;
	j->usage_lost = j->keep.lost;
	pthread_mutex_unlock(&j->usage_lock);
}

static void sync_if_due(struct journal *j, uint64_t now, bool at_once)
{
	if (!at_once && now < j->synced + SYNC_NS)
		return;
	int rc = journal_writer_sync(j->keep.writer);
	if (rc)
		log_line(LOG_ERR, "journal not synced", "reason=\"%s\"", strerror(-rc));
	j->synced = now;
}

/* Sleeps until someone posts, once there is nothing left to write, sync or tell. */
static void rest(struct journal *j, uint64_t now, uint64_t acked)
{
	if (!keep_rests(&j->keep) || now < j->heard + SILENCE_NS) {
		clock_nap(CLOCK_BEAT_NS);
		return;
	}
	wake_arm(&j->wake);
	if (!waiting(j) && !atomic_load(&j->stop) && !atomic_load(&j->pulse) &&
		atomic_load(&j->ack) == acked)
		wake_wait(&j->wake, -1);
	wake_disarm(&j->wake);
}

static void *run(void *arg)
{
	struct journal *j = arg;
	uint64_t acked = 0;

	for (;;) {
		/* Read before the rings are looked at, so that what was put before the stop is
		 * seen. */
		bool stop = atomic_load(&j->stop);
		uint64_t now = clock_monotonic(), ack = atomic_load(&j->ack);

		if (ack != acked) {
			int rc = journal_writer_ack(j->keep.writer, ack);
			keep_last(&j->keep);
			if (rc)
				log_line(LOG_ERR, "journal segment not removed", "reason=\"%s\"",
					strerror(-rc));
			else
				acked = ack;
		}
		keep_turn(&j->keep, now);
		bool more = take(j, now);
		if (stop && !more && j->in_order) /* all rings are empty */
			keep_stop(&j->keep, now);
		int rc = journal_writer_flush(j->keep.writer);
		if (rc)
			log_line(LOG_ERR, "journal not written", "reason=\"%s\"", strerror(-rc));
		checkpoint_write(j);
		sync_if_due(j, now, stop);
		publish_usage(j);
		if (more && !rc)
			continue;
		if (stop)
			return NULL;
		if (rc)
			clock_nap(KEEP_RETRY_NS);
		else
			rest(j, now, acked);
	}
}

struct journal *journal_start(const char *dir, uint64_t reserve, struct td_text *err)
{
	struct journal *j = calloc(1, sizeof(*j));
	int rc = -ENOMEM;

	td_text_set(err, "journal %s: no memory", dir);
	if (!j)
		goto fail;
	pthread_mutex_init(&j->usage_lock, NULL);
	rc = wake_init(&j->wake);
	if (rc)
		goto free_j;
	rc = -ENOMEM;
	for (int i = 0; i < JOURNAL_SOURCES; i++) {
		j->source[i].ring =
			spsc_alloc(i == JOURNAL_SIGNALLING ? SIGNALLING_RING : HOST_RING);
		if (!j->source[i].ring)
			goto free_rings;
	}
	j->keep.writer = journal_writer_open(dir, reserve, err);
	if (!j->keep.writer) {
		rc = -errno;
		goto free_rings;
	}
	standing_open(&j->keep.standing, dir);
	keep_last(&j->keep);
	publish_usage(j);
	rc = -pthread_create(&j->thread, NULL, run, j);
	if (rc) {
		td_text_set(err, "journal thread: %s", strerror(-rc));
		goto close_writer;
	}
	pthread_setname_np(j->thread, "journal");
	return j;
close_writer:
	standing_close(&j->keep.standing);
	journal_writer_close(j->keep.writer);
free_rings:
	for (int i = 0; i < JOURNAL_SOURCES; i++)
		spsc_free(j->source[i].ring);
	wake_fini(&j->wake);
free_j:
	free(j);
fail:
	errno = -rc;
	return NULL;
}

void journal_stop(struct journal *j, bool in_order)
{
	if (!j)
		return;
	j->in_order = in_order;
	atomic_store(&j->stop, true);
	wake_post(&j->wake);
	pthread_join(j->thread, NULL);
	wake_fini(&j->wake);
	journal_writer_close(j->keep.writer);
	checkpoint_close(atomic_load(&j->checkpoint));
	standing_close(&j->keep.standing);
	for (int i = 0; i < JOURNAL_SOURCES; i++)
		spsc_free(j->source[i].ring);
	pthread_mutex_destroy(&j->usage_lock);
	free(j);
}
