/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/worker/wake.h>
#include <engine/host/clock.h>
#include <engine/host/record/health.h>
#include <engine/host/record/recorder.h>
#include <engine/host/record/recover.h>
#include <engine/host/record/running.h>
#include <engine/host/spsc.h>
#include <system/log.h>
#include <tandem/config.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_NS      (2 * TD_NSEC_PER_SEC)
#define COMMAND_RING (256u << 10)
#define NICE         (-5)
#define BATCH        1024 /* records of one tap in a row */
struct command {          /* signalling -> recorder */
	uint32_t recording;
	uint8_t codec;
	bool begin;
	uint64_t wall;
	char call[TD_CALL_ID_BYTES];
};

struct recorder {
	int dirfd, logfd;
	struct journal *journal;
	struct spsc *commands;
	struct tap **taps;
	unsigned tap_count;
	pthread_t thread, recovery;
	uint64_t *old; /* log segments that recovery reads */
	size_t old_count;
	struct wake wake;
	atomic_bool stop;
	_Atomic uint64_t taken, writes, written;

	/* the recorder thread's */
	struct disk disk;
	struct taplog log;
	struct running running;
	struct health health;
	unsigned open; /* begun by the engine and not ended, made or refused: legs are tapped */
};

static void begin(struct recorder *r, const struct command *c)
{
	int rc;

	if (health_is_full(&r->health)) {
		atomic_fetch_add(&r->running.failed, 1);
		report_nothing(r->journal, JOURNAL_RECORDER, c->call, -ENOSPC);
		return;
	}
	rc = running_begin(&r->running, c->recording, c->codec, c->wall, c->call);
	if (rc == 0)
		return;
	report_nothing(r->journal, JOURNAL_RECORDER, c->call, rc);
	health_failed(&r->health, rc);
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
			r->open -= r->open > 0; /* 0: its beginning found the ring full */
			running_end(&r->running, c->recording, r->running.now + TAIL_NS);
		}
		spsc_consume(r->commands);
	}
}

static void take_record(struct recorder *r, const struct tap_rec *t)
{
	struct recording *rec = running_lookup(&r->running, t->recording);

	/* The engine sent "begin" before it tapped the leg, so that command is here by now. */
	if (!rec) {
		take_commands(r);
		rec = running_lookup(&r->running, t->recording);
	}
	if (rec) /* else refused, cut off, or its tail came after 2 s */
		running_take(rec, t);
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

static uint64_t taps_lost(const struct recorder *r)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < r->tap_count; i++)
		lost += tap_lost(r->taps[i]);
	return lost;
}

/* Workers wake nobody. While legs are tapped, this thread looks at their rings in each turn;
 * before a leg is tapped, the engine says so. */
static void rest(struct recorder *r)
{
	bool alarmed = health_is_bad(&r->health);
	size_t n;

	if (r->open || !TAILQ_EMPTY(&r->running.all) || r->disk.flying || r->log.active) {
		clock_nap(CLOCK_BEAT_NS);
		return;
	}
	wake_arm(&r->wake);
	if (!spsc_peek(r->commands, &n) && !atomic_load(&r->stop))
		wake_wait(&r->wake, alarmed ? (int)(HEALTH_CHECK_NS / TD_NSEC_PER_MSEC) : -1);
	wake_disarm(&r->wake);
}

static void *run(void *arg)
{
	struct recorder *r = arg;

	/* So that this thread runs before those that can wait. It also works when the kernel
	 * refuses this. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	for (;;) {
		bool stop = atomic_load(&r->stop);

		r->running.now = clock_monotonic();
		take_commands(r);
		bool more = take_taps(r);
		running_finish_ended(&r->running);
		taplog_turn(&r->log, r->running.now);
		disk_poll(&r->disk);
		atomic_store(&r->writes, r->disk.done);
		atomic_store(&r->written, r->disk.written);
		health_check(&r->health, r->running.now, taps_lost(r));
		if (more)
			continue;
		if (stop)
			break;
		rest(r);
	}
	running_finish_all(&r->running);
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

static int command_put(struct recorder *r, const struct command *c)
{
	bool room = spsc_put(r->commands, c, sizeof(*c));

	wake_post(&r->wake);
	return room ? 0 : -EAGAIN;
}

int recorder_begin(struct recorder *r, uint64_t wall, uint32_t recording, const char *call,
	enum td_codec codec)
{
	struct command c = {
		.recording = recording, .codec = (uint8_t)codec, .begin = true, .wall = wall};

	if (health_is_full(&r->health)) {
		atomic_fetch_add(&r->running.failed, 1);
		return -ENOSPC;
	}
	snprintf(c.call, sizeof(c.call), "%s", call);
	return command_put(r, &c);
}

int recorder_end(struct recorder *r, uint32_t recording)
{
	struct command c = {.recording = recording};

	return command_put(r, &c);
}

void recorder_stats(struct recorder *r, struct recorder_stats *out)
{
	*out = (struct recorder_stats){
		.shown =
			{
				.live = atomic_load(&r->running.live),
				.made = atomic_load(&r->running.made),
				.failed = atomic_load(&r->running.failed),
				.packets_lost = taps_lost(r),
				.disk_full = health_is_full(&r->health),
			},
		.taken = atomic_load(&r->taken),
		.writes = atomic_load(&r->writes),
		.written = atomic_load(&r->written),
	};
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

/* What needs memory only. NULL with errno. */
static struct recorder *recorder_alloc(const struct recorder_params *p)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	if (!r)
		goto fail;
	r->journal = p->journal;
	r->health.min_free = p->min_free ? p->min_free : TD_RECORDING_FREE_MIN;
	r->tap_count = p->tap_count;
	r->taps = calloc(p->tap_count ? p->tap_count : 1, sizeof(struct tap *));
	if (!r->taps)
		goto free_r;
	for (unsigned i = 0; i < p->tap_count; i++)
		r->taps[i] = p->taps[i];
	r->commands = spsc_alloc(COMMAND_RING);
	if (!r->commands)
		goto free_taps;
	rc = running_init(&r->running);
	if (rc)
		goto free_commands;
	rc = wake_init(&r->wake);
	if (rc)
		goto fini_running;
	return r;
fini_running:
	running_fini(&r->running);
free_commands:
	spsc_free(r->commands);
free_taps:
	free(r->taps);
free_r:
	free(r);
fail:
	errno = -rc;
	return NULL;
}

static void recorder_free(struct recorder *r)
{
	wake_fini(&r->wake);
	running_fini(&r->running);
	spsc_free(r->commands);
	free(r->taps);
	free(r);
}

/* The directory, and the log behind what a crash left of it. 0 or -errno. */
static int recorder_open(struct recorder *r, const char *dir)
{
	long old;
	int rc = r->dirfd = directory(AT_FDCWD, dir);

	if (rc < 0)
		return rc;
	rc = r->logfd = directory(r->dirfd, TAPLOG_DIR);
	if (rc < 0)
		goto close_dir;
	old = recover_list(r->logfd, &r->old);
	if (old < 0) {
		rc = (int)old;
		goto close_log;
	}
	r->old_count = (size_t)old;
	disk_init(&r->disk);
	taplog_init(&r->log, &r->disk, r->logfd, old ? (uint32_t)r->old[old - 1] + 1 : 1);
	r->running.dirfd = r->dirfd;
	r->running.journal = r->journal;
	r->running.disk = &r->disk;
	r->running.log = &r->log;
	r->health.dirfd = r->dirfd;
	r->health.journal = r->journal;
	r->health.disk = &r->disk;
	r->health.log = &r->log;
	r->health.running = &r->running;
	if (!r->disk.uring)
		log_line(LOG_NOTICE, "io_uring refused: recordings are written by plain calls",
			"dir=%s", dir);
	return 0;
close_log:
	close(r->logfd);
close_dir:
	close(r->dirfd);
	return rc;
}

static void recorder_close(struct recorder *r)
{
	taplog_fini(&r->log);
	disk_fini(&r->disk);
	free(r->old);
	close(r->logfd);
	close(r->dirfd);
}

static void thread_stop(struct recorder *r)
{
	atomic_store(&r->stop, true);
	wake_post(&r->wake);
	pthread_join(r->thread, NULL);
}

/* The recorder's thread, and the one that recovers. 0 or -errno. */
static int threads_start(struct recorder *r)
{
	int rc = -pthread_create(&r->thread, NULL, run, r);

	if (rc)
		return rc;
	pthread_setname_np(r->thread, "recorder");
	rc = -pthread_create(&r->recovery, NULL, run_recovery, r);
	if (rc)
		thread_stop(r);
	else
		pthread_setname_np(r->recovery, "recovery");
	return rc;
}

struct recorder *recorder_start(const struct recorder_params *p, struct td_text *err)
{
	struct recorder *r = recorder_alloc(p);
	int rc = r ? 0 : -errno;

	if (!r)
		goto fail;
	rc = recorder_open(r, p->dir);
	if (rc)
		goto free_r;
	rc = threads_start(r);
	if (rc)
		goto close_r;
	return r;
close_r:
	recorder_close(r);
free_r:
	recorder_free(r);
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
	thread_stop(r);
	pthread_join(r->recovery, NULL);
	recorder_close(r);
	recorder_free(r);
}
