/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/worker/wake.h>
#include <engine/host/clock.h>
#include <engine/host/record/recorder.h>
#include <engine/host/record/recover.h>
#include <engine/host/spsc.h>
#include <engine/host/record/taplog.h>
#include <system/log.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TURN_NS      (20 * TD_NSEC_PER_MSEC)
#define CHECK_NS     TD_NSEC_PER_SEC /* room on the disk, losses */
#define TAIL_NS      (2 * TD_NSEC_PER_SEC)
#define MIN_FREE     (16ull << 20)
#define COMMAND_RING (256u << 10)
#define NICE         (-5)
#define PLACES_MIN   1024u
#define BATCH        1024 /* records of one tap in a row */
/* Recordings that end together are finished a few at a time: their syncs must not hold up those
 * that go on. */
#define FINISHING_MAX 128

struct command { /* signalling -> recorder */
	uint32_t recording;
	uint8_t codec;
	bool begin;
	uint64_t wall;
	char call[TD_CALL_ID_BYTES];
};

struct recording {
	TAILQ_ENTRY(recording) link;   /* in the order they began */
	TAILQ_ENTRY(recording) ending; /* in the order the engine ended them, until finished */
	struct recorder *recorder;
	uint32_t number;
	uint32_t segment;       /* of the log, where it begins */
	uint64_t stop_at;       /* the engine has ended it: finish then; TD_NEVER before */
	bool seen[2], ended[2]; /* by channel */
	struct split *split;    /* NULL: being finished */
};

/*
 * Recordings by number, which the engine gives out one after the other: a place is the number
 * modulo the table's size, and that doubles when two live ones meet. A look-up is one load.
 */
struct places {
	struct recording **at;
	uint32_t count; /* a power of two */
};

struct recorder {
	int dirfd, logfd;
	struct journal *journal;
	struct spsc *commands;
	struct tap **taps;
	unsigned tap_count;
	uint64_t min_free;
	pthread_t thread, recovery;
	uint32_t *old; /* log segments that recovery reads */
	size_t old_count;
	struct wake wake;
	atomic_bool stop;
	_Atomic uint64_t live, made, failed, taken, writes, written;
	atomic_bool full;

	/* the recorder thread's */
	uint64_t now; /* of this turn */
	struct disk disk;
	struct taplog log;
	struct places places;
	TAILQ_HEAD(recordings, recording) all;
	struct recordings ending;
	uint64_t log_refused, log_told; /* records that the log had no room for */
	unsigned open; /* begun by the engine and not ended, made or refused: legs are tapped */
	uint64_t checked, lost_told, failures; /* of the disk, looked at */
	bool failing;                          /* alarm recording-failed is raised */
};

static struct recording **place_of(const struct places *p, uint32_t number)
{
	return &p->at[number & (p->count - 1)];
}

static struct recording *lookup(const struct recorder *r, uint32_t number)
{
	struct recording *rec = *place_of(&r->places, number);

	return rec && rec->number == number ? rec : NULL;
}

/* False when two meet. */
static bool places_fill(const struct places *p, const struct recorder *r)
{
	const struct recordings *all = &r->all;

	for (struct recording *rec = TAILQ_FIRST(all); rec; rec = TAILQ_NEXT(rec, link)) {
		if (!rec->split)
			continue;
		if (*place_of(p, rec->number))
			return false;
		*place_of(p, rec->number) = rec;
	}
	return true;
}

/* Doubles the table until `number` has a place that is free. 0 or -ENOMEM. */
static int places_grow(struct recorder *r, uint32_t number)
{
	struct places p = {.count = r->places.count};

	do {
		free(p.at);
		p.count *= 2;
		p.at = p.count ? calloc(p.count, sizeof(struct recording *)) : NULL;
		if (!p.at)
			return -ENOMEM;
	} while (!places_fill(&p, r) || *place_of(&p, number));
	free(r->places.at);
	r->places = p;
	return 0;
}

/* There is no file: the call's story says so, since its CDR has the recording's number. */
static void recorder_nothing(
	struct journal *j, enum journal_source source, const char *call, int error)
{
	struct td_ev_story story = {0};

	snprintf(story.call, sizeof(story.call), "%s", call);
	snprintf(story.text, sizeof(story.text), "not recorded: %s", strerror(-error));
	log_line(LOG_ERR, "call not recorded", "call=%s reason=\"%s\"", call, strerror(-error));
	journal_put_now(j, source, TD_EV_STORY, &story, sizeof(story));
}

void recorder_journal(struct journal *j, enum journal_source source, const struct split_info *info,
	const struct split_result *result, bool recovered)
{
	struct td_ev_recording ev = {.recording = info->recording,
		.codec = info->codec,
		.recovered = recovered,
		.samples = result->samples,
		.missing = result->missing};

	if (result->error && !result->samples) {
		recorder_nothing(j, source, info->call, result->error);
		return;
	}
	if (result->error)
		log_line(LOG_ERR, "recording ends early", "call=%s file=%s reason=\"%s\"",
			info->call, info->path, strerror(-result->error));
	memcpy(ev.call, info->call, sizeof(ev.call));
	memcpy(ev.file, info->path, sizeof(ev.file));
	journal_put_now(j, source, TD_EV_RECORDING, &ev, sizeof(ev));
}

static void log_append(struct recorder *r, const struct tap_rec *rec, const void *payload)
{
	/* With no room in the log the file is still made; only a crash now would cost it. */
	if (!taplog_append(&r->log, rec, payload, r->now))
		r->log_refused++;
}

static void recording_done(
	void *ctx, const struct split_info *info, const struct split_result *result)
{
	struct recording *rec = ctx;
	struct recorder *r = rec->recorder;
	struct tap_rec done = {.kind = TAPLOG_DONE, .recording = info->recording};

	/* Counted before it is told: who hears of it may look. */
	atomic_fetch_add(result->error ? &r->failed : &r->made, 1);
	atomic_fetch_sub(&r->live, 1);
	recorder_journal(r->journal, JOURNAL_RECORDER, info, result, false);
	log_append(r, &done, "");
	TAILQ_REMOVE(&r->all, rec, link);
	free(rec);
	rec = TAILQ_FIRST(&r->all);
	taplog_trim(&r->log, rec ? rec->segment : r->log.number);
}

static void recording_finish(struct recorder *r, struct recording *rec)
{
	struct split *split = rec->split;

	rec->split = NULL;
	*place_of(&r->places, rec->number) = NULL;
	if (rec->stop_at != TD_NEVER)
		TAILQ_REMOVE(&r->ending, rec, ending);
	split_finish(split, recording_done, rec);
}

static void disk_failed(struct recorder *r, int error)
{
	bool space = error == -ENOSPC || error == -EDQUOT || error == -EFBIG;

	if (!space) {
		if (!r->failing)
			journal_alarm(r->journal, JOURNAL_RECORDER, "recording-failed", true,
				"%s: look at the recordings' directory", strerror(-error));
		r->failing = true;
	} else if (!atomic_load(&r->full)) {
		journal_alarm(r->journal, JOURNAL_RECORDER, "recording-disk-full", true,
			"recordings stop, calls go on: make room where the recordings are");
		atomic_store(&r->full, true);
	}
	for (struct recording *rec = TAILQ_FIRST(&r->all), *next; rec; rec = next) {
		next = TAILQ_NEXT(rec, link);
		if (rec->split && (space || split_error(rec->split)))
			recording_finish(r, rec);
	}
}

static void begin(struct recorder *r, const struct command *c)
{
	struct split_info info = {.recording = c->recording, .codec = c->codec};
	struct taplog_start start = {0};
	struct tap_rec mark = {.kind = TAPLOG_START,
		.len = sizeof(start),
		.recording = c->recording,
		.codec = c->codec};
	struct recording *rec;
	int rc;

	if (lookup(r, c->recording))
		return;
	if (atomic_load(&r->full)) {
		atomic_fetch_add(&r->failed, 1);
		recorder_nothing(r->journal, JOURNAL_RECORDER, c->call, -ENOSPC);
		return;
	}
	rc = -ENOMEM;
	rec = calloc(1, sizeof(*rec));
	if (!rec)
		goto fail;
	memcpy(info.call, c->call, sizeof(info.call));
	rc = *place_of(&r->places, c->recording) ? places_grow(r, c->recording) : 0;
	if (rc)
		goto free_rec;
	rc = split_path(r->dirfd, c->wall, info.call, info.path);
	if (rc)
		goto free_rec;
	rec->split = split_alloc(&r->disk, r->dirfd, &info);
	if (!rec->split) {
		rc = -errno;
		goto free_rec;
	}
	rec->recorder = r;
	rec->number = c->recording;
	rec->stop_at = TD_NEVER;
	rec->segment = r->log.number;
	memcpy(start.call, info.call, sizeof(start.call));
	memcpy(start.path, info.path, sizeof(start.path));
	log_append(r, &mark, &start);
	*place_of(&r->places, rec->number) = rec;
	TAILQ_INSERT_TAIL(&r->all, rec, link);
	atomic_fetch_add(&r->live, 1);
	return;
free_rec:
	free(rec);
fail:
	atomic_fetch_add(&r->failed, 1);
	recorder_nothing(r->journal, JOURNAL_RECORDER, c->call, rc);
	disk_failed(r, rc);
}

static void take_commands(struct recorder *r)
{
	struct command *c;
	size_t n;

	while ((c = spsc_peek(r->commands, &n))) {
		if (c->begin) {
			r->open++;
			begin(r, c);
		} else {
			struct recording *rec = lookup(r, c->recording);

			r->open -= r->open > 0; /* 0: its beginning found the ring full */
			if (rec && rec->stop_at == TD_NEVER) {
				rec->stop_at = r->now + TAIL_NS;
				TAILQ_INSERT_TAIL(&r->ending, rec, ending);
			}
		}
		spsc_consume(r->commands);
	}
}

static void take_record(struct recorder *r, const struct tap_rec *t)
{
	struct recording *rec = lookup(r, t->recording);
	unsigned channel = t->channel & 1;

	/* The engine said "begin" before it had the leg tapped, so the command is there by now. */
	if (!rec) {
		take_commands(r);
		rec = lookup(r, t->recording);
	}
	if (!rec) /* refused, cut off, or its tail came after 2 s */
		return;
	log_append(r, t, t + 1);
	rec->seen[channel] = true;
	rec->ended[channel] = t->kind == TAP_END;
	if (t->kind == TAP_AUDIO)
		split_audio(rec->split, t, t + 1);
}

/* True when a tap had more than a batch. */
static bool take_taps(struct recorder *r)
{
	bool more = false;

	for (unsigned i = 0; i < r->tap_count; i++) {
		const struct tap_rec *t;
		unsigned n = 0;

		for (; n < BATCH && (t = tap_peek(r->taps[i])); n++) {
			take_record(r, t);
			tap_consume(r->taps[i], t);
		}
		atomic_fetch_add(&r->taken, n);
		more |= n == BATCH;
	}
	return more;
}

static bool ended(const struct recording *rec)
{
	return (rec->seen[0] || rec->seen[1]) && rec->ended[0] == rec->seen[0] &&
	       rec->ended[1] == rec->seen[1];
}

static void finish_ended(struct recorder *r)
{
	for (struct recording *rec = TAILQ_FIRST(&r->ending), *next; rec; rec = next) {
		next = TAILQ_NEXT(rec, ending);
		if (r->disk.flying >= FINISHING_MAX)
			return;
		if (ended(rec) || r->now >= rec->stop_at)
			recording_finish(r, rec);
	}
}

static uint64_t taps_lost(const struct recorder *r)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < r->tap_count; i++)
		lost += tap_lost(r->taps[i]);
	return lost;
}

/* The first error of a recording's file, or of the log. */
static int take_error(struct recorder *r)
{
	int error = r->log.error;

	for (struct recording *rec = TAILQ_FIRST(&r->all); rec && !error;
		rec = TAILQ_NEXT(rec, link))
		error = rec->split ? split_error(rec->split) : 0;
	r->log.error = 0;
	return error;
}

static void tell_losses(struct recorder *r)
{
	uint64_t lost = taps_lost(r);

	if (lost != r->lost_told)
		log_line(LOG_WARNING, "recordings have holes: tap ring full", "packets=%" PRIu64,
			lost - r->lost_told);
	if (r->log_refused != r->log_told)
		log_line(LOG_WARNING, "recording log is behind the disk: a crash would cost them",
			"packets=%" PRIu64, r->log_refused - r->log_told);
	r->lost_told = lost;
	r->log_told = r->log_refused;
}

static void check(struct recorder *r)
{
	bool due = r->now >= r->checked + CHECK_NS;
	struct statvfs fs;
	int error = 0;

	if (due || r->failures != r->disk.failed || r->log.error) {
		r->failures = r->disk.failed;
		error = take_error(r);
	}
	if (error)
		disk_failed(r, error);
	if (!due)
		return;
	r->checked = r->now;
	tell_losses(r);
	if (fstatvfs(r->dirfd, &fs) < 0)
		return;
	uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room < r->min_free)
		disk_failed(r, -ENOSPC);
	/* Twice the mark, so that it does not flutter. */
	if (atomic_load(&r->full) && room >= 2 * r->min_free) {
		atomic_store(&r->full, false);
		journal_alarm(r->journal, JOURNAL_RECORDER, "recording-disk-full", false,
			"new recordings are made again");
	}
	if (r->failing && !error) {
		r->failing = false;
		journal_alarm(
			r->journal, JOURNAL_RECORDER, "recording-failed", false, "tried again");
	}
}

/* The workers wake no one: while legs are tapped their rings are looked at turn by turn, and before
 * one is the engine says so. */
static void rest(struct recorder *r)
{
	bool alarmed = atomic_load(&r->full) || r->failing;
	size_t n;

	if (r->open || !TAILQ_EMPTY(&r->all) || r->disk.flying || r->log.active) {
		clock_nap(TURN_NS);
		return;
	}
	wake_arm(&r->wake);
	if (!spsc_peek(r->commands, &n) && !atomic_load(&r->stop))
		wake_wait(&r->wake, alarmed ? (int)(CHECK_NS / TD_NSEC_PER_MSEC) : -1);
	wake_disarm(&r->wake);
}

static void *run(void *arg)
{
	struct recorder *r = arg;

	/* Before those who can wait; refused, it works too. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	for (;;) {
		bool stop = atomic_load(&r->stop);

		r->now = clock_monotonic();
		take_commands(r);
		bool more = take_taps(r);
		finish_ended(r);
		taplog_turn(&r->log, r->now);
		disk_poll(&r->disk);
		atomic_store(&r->writes, r->disk.done);
		atomic_store(&r->written, r->disk.written);
		check(r);
		if (more)
			continue;
		if (stop)
			break;
		rest(r);
	}
	for (struct recording *rec = TAILQ_FIRST(&r->all), *next; rec; rec = next) {
		next = TAILQ_NEXT(rec, link);
		if (rec->split)
			recording_finish(r, rec);
	}
	disk_drain(&r->disk);
	taplog_flush(&r->log);
	disk_drain(&r->disk);
	/* All are done, so no one needs the log. */
	r->log.number++;
	taplog_trim(&r->log, r->log.number);
	return NULL;
}

static void *run_recovery(void *arg)
{
	struct recorder *r = arg;
	long n = recover_run(r->dirfd, r->logfd, r->old, r->old_count, r->journal);

	if (n < 0)
		log_line(LOG_ERR, "recordings not recovered, the log is kept", "reason=\"%s\"",
			strerror((int)-n));
	else if (n > 0)
		log_line(LOG_NOTICE, "recordings recovered", "count=%ld", n);
	return NULL;
}

static bool command_put(struct recorder *r, const struct command *c)
{
	bool room = spsc_put(r->commands, c, sizeof(*c));

	wake_post(&r->wake);
	return room;
}

bool recorder_begin(struct recorder *r, uint64_t wall, uint32_t recording, const char *call,
	enum td_codec codec)
{
	struct command c = {
		.recording = recording, .codec = (uint8_t)codec, .begin = true, .wall = wall};

	snprintf(c.call, sizeof(c.call), "%s", call);
	return command_put(r, &c);
}

bool recorder_end(struct recorder *r, uint32_t recording)
{
	struct command c = {.recording = recording};

	return command_put(r, &c);
}

void recorder_stats(struct recorder *r, struct recorder_stats *out)
{
	*out = (struct recorder_stats){.live = atomic_load(&r->live),
		.made = atomic_load(&r->made),
		.failed = atomic_load(&r->failed),
		.taken = atomic_load(&r->taken),
		.writes = atomic_load(&r->writes),
		.written = atomic_load(&r->written),
		.lost = taps_lost(r),
		.full = atomic_load(&r->full)};
}

static int directory(int at, const char *path)
{
	int fd;

	if (mkdirat(at, path, 0750) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0) {
		int err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

struct recorder *recorder_start(const struct recorder_params *p, struct td_text *err)
{
	struct recorder *r = calloc(1, sizeof(*r));
	uint32_t first = 1;
	int rc = -ENOMEM;

	if (!r)
		goto fail;
	TAILQ_INIT(&r->all);
	TAILQ_INIT(&r->ending);
	r->journal = p->journal;
	r->min_free = p->min_free ? p->min_free : MIN_FREE;
	r->tap_count = p->tap_count;
	r->taps = calloc(p->tap_count ? p->tap_count : 1, sizeof(struct tap *));
	if (!r->taps)
		goto free_r;
	for (unsigned i = 0; i < p->tap_count; i++)
		r->taps[i] = p->taps[i];
	r->commands = spsc_alloc(COMMAND_RING);
	if (!r->commands)
		goto free_taps;
	rc = wake_init(&r->wake);
	if (rc)
		goto free_commands;
	rc = -ENOMEM;
	r->places.count = PLACES_MIN;
	r->places.at = calloc(PLACES_MIN, sizeof(struct recording *));
	if (!r->places.at)
		goto fini_wake;
	rc = r->dirfd = directory(AT_FDCWD, p->dir);
	if (rc < 0)
		goto free_places;
	rc = r->logfd = directory(r->dirfd, TAPLOG_DIR);
	if (rc < 0)
		goto close_dir;
	long old = recover_list(r->logfd, &r->old);
	if (old < 0) {
		rc = (int)old;
		goto close_log;
	}
	r->old_count = (size_t)old;
	if (old)
		first = r->old[old - 1] + 1;
	disk_init(&r->disk);
	taplog_init(&r->log, &r->disk, r->logfd, first);
	if (!r->disk.uring)
		log_line(LOG_NOTICE, "io_uring refused: recordings are written by plain calls",
			"dir=%s", p->dir);
	rc = -pthread_create(&r->thread, NULL, run, r);
	if (rc)
		goto fini_disk;
	pthread_setname_np(r->thread, "recorder");
	rc = -pthread_create(&r->recovery, NULL, run_recovery, r);
	if (rc)
		goto stop_thread;
	pthread_setname_np(r->recovery, "recovery");
	return r;
stop_thread:
	atomic_store(&r->stop, true);
	wake_post(&r->wake);
	pthread_join(r->thread, NULL);
fini_disk:
	disk_fini(&r->disk);
	free(r->old);
close_log:
	close(r->logfd);
close_dir:
	close(r->dirfd);
free_places:
	free(r->places.at);
fini_wake:
	wake_fini(&r->wake);
free_commands:
	spsc_free(r->commands);
free_taps:
	free(r->taps);
free_r:
	free(r);
fail:
	td_text_set(err, "recordings %s: %s; make it a directory this user can write", p->dir,
		strerror(-rc));
	errno = -rc;
	return NULL;
}

void recorder_stop(struct recorder *r)
{
	if (!r)
		return;
	atomic_store(&r->stop, true);
	wake_post(&r->wake);
	pthread_join(r->thread, NULL);
	pthread_join(r->recovery, NULL);
	wake_fini(&r->wake);
	taplog_fini(&r->log);
	disk_fini(&r->disk);
	free(r->old);
	close(r->logfd);
	close(r->dirfd);
	free(r->places.at);
	spsc_free(r->commands);
	free(r->taps);
	free(r);
}
