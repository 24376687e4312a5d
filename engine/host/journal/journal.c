/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/worker/wake.h>
#include <engine/base/alarm.h>
#include <engine/host/clock.h>
#include <engine/host/journal/journal.h>
#include <system/log.h>
#include <engine/host/spsc.h>
#include <system/journal/record.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYNC_NS         (200 * TD_NSEC_PER_MSEC)
#define RETRY_NS        TD_NSEC_PER_SEC /* a full disk is looked at again */
#define SIGNALLING_RING (4u << 20)      /* 280 calls a second, 15 records of 300 B each: 3 s */
#define HOST_RING       (256u << 10)
#define BATCH           512 /* records of one ring in a row */
/* While records come, the thread naps and nobody need wake it. After a silence of this length it
 * sleeps. */
#define SILENCE_NS TD_NSEC_PER_SEC

/* What stands in a ring, the payload behind it. */
struct journal_entry {
	uint64_t wall;
	uint16_t type;
	uint16_t len;
	uint32_t unused;
};

struct source {
	struct spsc *ring;
	struct td_ev_gap loss; /* the source's own: not told yet */
};

struct journal {
	struct source source[JOURNAL_SOURCES];
	struct journal_writer *writer;
	pthread_t thread;
	struct wake wake;
	atomic_bool stop;
	bool in_order;         /* the stop: set before it */
	_Atomic uint64_t ack;  /* asked for */
	_Atomic uint64_t last; /* record: no reader has seen a later one */

	/* the journal thread's */
	struct td_ev_gap loss;
	bool full;           /* nothing is kept until there is room again */
	bool shedding;       /* diagnostics are not kept */
	uint64_t full_until; /* full by the disk's fault: try again then */
	uint64_t gap_told, synced;
	uint64_t heard; /* when there was something to do last */
	uint64_t lost;

	pthread_mutex_t usage_lock; /* host threads only */
	struct journal_usage usage;
	uint64_t usage_lost;
};

static void loss_add(struct td_ev_gap *loss, uint64_t wall, uint16_t type, const void *payload)
{
	struct td_ev_gap more = {
		.lost = 1, .lost_diag = td_event_shed(type), .from = wall, .to = wall};

	if (type == TD_EV_GAP) /* itself lost: what it told of still is */
		memcpy(&more, payload, sizeof(more));
	if (!loss->lost)
		loss->from = more.from;
	loss->lost += more.lost;
	loss->lost_diag += more.lost_diag;
	loss->to = more.to;
}

static bool ring_put(
	struct spsc *ring, uint64_t wall, uint16_t type, const void *payload, uint16_t len)
{
	struct journal_entry *entry = spsc_reserve(ring, sizeof(*entry) + len);

	if (!entry)
		return false;
	*entry = (struct journal_entry){.wall = wall, .type = type, .len = len};
	if (len)
		memcpy(entry + 1, payload, len);
	spsc_commit(ring);
	return true;
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

static void alarm_fill(
	struct td_ev_alarm *ev, enum td_alarm alarm, bool raised, const char *format, va_list args)
{
	alarm_init(ev, alarm, raised);
	vsnprintf(ev->text, sizeof(ev->text), format, args);
	log_line(raised ? LOG_ERR : LOG_NOTICE, raised ? "alarm raised" : "alarm cleared",
		"name=%s text=\"%s\"", ev->name, ev->text);
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

	*last = atomic_load(&j->last);
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

static void publish_last(struct journal *j)
{
	struct journal_usage u;

	journal_writer_usage(j->writer, &u);
	atomic_store(&j->last, u.last);
}

/* The record waits for a flush, be it by the next put, and until then nobody reads it. */
static int writer_put(
	struct journal *j, uint64_t wall, uint16_t type, const void *payload, uint32_t len)
{
	int rc = journal_writer_put(j->writer, wall, type, payload, len);

	publish_last(j);
	return rc;
}

/* The journal thread's own alarms go straight to the file. They are about missing room, so they
 * may fail for the same reason; then the log has the line. */
__attribute__((format(printf, 3, 4))) static void own_alarm(
	struct journal *j, bool raised, const char *format, ...)
{
	struct td_ev_alarm ev;
	va_list args;

	va_start(args, format);
	alarm_fill(&ev, TD_ALARM_JOURNAL_RESERVE, raised, format, args);
	va_end(args);
	writer_put(j, clock_wall(), TD_EV_ALARM, &ev, sizeof(ev));
}

static void shed_start(struct journal *j)
{
	if (j->shedding)
		return;
	j->shedding = true;
	own_alarm(j, true,
		"3/4 of journal_reserve is used, the steps of calls and live events are no "
		"longer kept: is tandemd running and its store writable?");
}

/* Room again? Hysteresis of a segment (1/16), so that it does not flutter at the mark. */
static void look_for_room(struct journal *j, uint64_t now)
{
	struct journal_usage u;

	journal_writer_usage(j->writer, &u);
	if (j->full && u.used <= u.reserve - u.reserve / 16 && now >= j->full_until) {
		j->full = false;
		log_line(LOG_NOTICE, "journal has room again", "lost=%" PRIu64, j->loss.lost);
	}
	if (j->shedding && u.used <= u.reserve / 4 * 3 - u.reserve / 16) {
		j->shedding = false;
		own_alarm(j, false, "the steps of calls and live events are kept again");
	}
}

/* The writer refused a record: since when, and until when nothing is tried again. */
static void refused(struct journal *j, int rc, uint16_t type, uint64_t now)
{
	if (rc == -ENOBUFS && td_event_shed(type)) {
		shed_start(j);
		return;
	}
	j->full = true;
	j->full_until = rc == -ENOBUFS ? 0 : now + RETRY_NS;
	log_line(LOG_ERR, "journal full, records are lost and counted", "reason=\"%s\"",
		rc == -ENOBUFS ? "journal_reserve is used up: start tandemd" : strerror(-rc));
}

static void tell_gap(struct journal *j, uint64_t now)
{
	if (!j->loss.lost || j->full || (j->shedding && now < j->gap_told + TD_NSEC_PER_SEC))
		return;
	int rc = writer_put(j, clock_wall(), TD_EV_GAP, &j->loss, sizeof(j->loss));
	if (rc) {
		refused(j, rc, TD_EV_GAP, now);
		return;
	}
	j->gap_told = now;
	j->loss = (struct td_ev_gap){0};
}

static void keep(struct journal *j, const struct journal_entry *entry, uint64_t now)
{
	int rc = -ENOBUFS;

	tell_gap(j, now);
	if (!j->full && !(j->shedding && td_event_shed(entry->type))) {
		rc = writer_put(j, entry->wall, entry->type, entry + 1, entry->len);
		if (rc == 0)
			return;
		refused(j, rc, entry->type, now);
	}
	uint64_t before = j->loss.lost;
	loss_add(&j->loss, entry->wall, entry->type, entry + 1);
	j->lost += j->loss.lost - before;
}

static bool waiting(struct journal *j)
{
	size_t n;

	for (int i = 0; i < JOURNAL_SOURCES; i++)
		if (spsc_peek(j->source[i].ring, &n))
			return true;
	return false;
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
			keep(j, entry, now);
			spsc_consume(j->source[i].ring);
		}
		more |= k == BATCH;
	}
	return more;
}

static void publish_usage(struct journal *j)
{
	struct journal_usage u;

	journal_writer_usage(j->writer, &u);
	pthread_mutex_lock(&j->usage_lock);
	j->usage = u;
	j->usage_lost = j->lost;
	pthread_mutex_unlock(&j->usage_lock);
}

static void sync_if_due(struct journal *j, uint64_t now, bool at_once)
{
	if (!at_once && now < j->synced + SYNC_NS)
		return;
	int rc = journal_writer_sync(j->writer);
	if (rc)
		log_line(LOG_ERR, "journal not synced", "reason=\"%s\"", strerror(-rc));
	j->synced = now;
}

/* Here all rings are empty, so this is the last record of the run. */
static void stopped(struct journal *j, uint64_t now)
{
	tell_gap(j, now);
	if (!j->full)
		writer_put(j, clock_wall(), TD_EV_STOP, "", 0);
}

/* Sleeps until someone posts, once there is nothing left to write, sync or tell. */
static void rest(struct journal *j, uint64_t now, uint64_t acked)
{
	if (j->full || j->shedding || j->loss.lost || now < j->heard + SILENCE_NS) {
		clock_nap(CLOCK_BEAT_NS);
		return;
	}
	wake_arm(&j->wake);
	if (!waiting(j) && !atomic_load(&j->stop) && atomic_load(&j->ack) == acked)
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
			int rc = journal_writer_ack(j->writer, ack);
			publish_last(j);
			if (rc)
				log_line(LOG_ERR, "journal segment not removed", "reason=\"%s\"",
					strerror(-rc));
			else
				acked = ack;
		}
		look_for_room(j, now);
		tell_gap(j, now);
		bool more = take(j, now);
		if (stop && !more && j->in_order)
			stopped(j, now);
		int rc = journal_writer_flush(j->writer);
		if (rc)
			log_line(LOG_ERR, "journal not written", "reason=\"%s\"", strerror(-rc));
		sync_if_due(j, now, stop);
		publish_usage(j);
		if (more && !rc)
			continue;
		if (stop)
			return NULL;
		if (rc)
			clock_nap(RETRY_NS);
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
	j->writer = journal_writer_open(dir, reserve, err);
	if (!j->writer) {
		rc = -errno;
		goto free_rings;
	}
	publish_last(j);
	publish_usage(j);
	rc = -pthread_create(&j->thread, NULL, run, j);
	if (rc) {
		td_text_set(err, "journal thread: %s", strerror(-rc));
		goto close_writer;
	}
	pthread_setname_np(j->thread, "journal");
	return j;
close_writer:
	journal_writer_close(j->writer);
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
	journal_writer_close(j->writer);
	for (int i = 0; i < JOURNAL_SOURCES; i++)
		spsc_free(j->source[i].ring);
	pthread_mutex_destroy(&j->usage_lock);
	free(j);
}
