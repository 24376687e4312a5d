/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tandemd: one thread, one loop. It finds what was applied last before anything else; then it
 * serves its socket, follows the journal, and keeps the engine configured whenever there is one.
 */
#include <control/compiled.h>
#include <control/config/config.h>
#include <control/edited.h>
#include <control/link.h>
#include <control/lost.h>
#include <engine/base/alarm.h>
#include <control/ops.h>
#include <control/options.h>
#include <control/site.h>
#include <control/store/follow.h>
#include <system/exit.h>
#include <system/file.h>
#include <system/log.h>
#include <system/loop.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define PURGE_NS      (3600 * TD_NSEC_PER_SEC)
#define PURGE_NEXT_NS TD_NSEC_PER_SEC       /* while there is more to purge */
#define EDITED_NS     (5 * TD_NSEC_PER_SEC) /* until we look at the site's file again */

struct tandemd {
	struct tandemd_options options;
	struct store *store;
	struct follow follow;
	struct engine_link link;
	struct site site;
	struct edited edited;
	struct loop_timer edited_timer;
	enum edited_state told_edited; /* the engine, by alarms */
	bool told;
	struct lost lost;
	uint64_t started;                /* loop time */
	char journal_dir[TD_PATH_BYTES]; /* that the store follows */
	struct tandemd_ops ops;
	struct api *api;
	struct loop *loop;
	struct loop_fd journal; /* the store follows it */
	struct loop_timer follow_timer, purge_timer;
	uint64_t acked;   /* what the engine was told last */
	int told_error;   /* of the store, in the log */
	uint64_t unknown; /* records, when we looked last */
	bool told_unknown;
	uint64_t replaced; /* files of the archive, likewise */
};

static void complain(void *ctx, const struct config_error *e)
{
	fprintf(stderr, "%s\n", e->line);
}

/* One file for both would be overwritten. log NULL: the site says where, and is not read yet. */
static int files_check(const struct tandemd_options *o, const char *log)
{
	char beside[PATH_MAX];
	const struct {
		const char *what, *path;
	} files[] = {{"--site", o->site}, {"--compiled", o->compiled},
		{"the new text of --compiled", beside}, {"--store", o->store}, {"the log", log}};

	if (!compiled_beside(o->compiled, beside))
		beside[0] = '\0'; /* who writes it will say that the name is too long */
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		for (unsigned k = 0; k < i; k++) {
			if (!files[i].path || !file_same(files[i].path, files[k].path))
				continue;
			fprintf(stderr, "tandemd: %s and %s are one file, %s; give each its own\n",
				files[k].what, files[i].what, files[i].path);
			return -EINVAL;
		}
	}
	return 0;
}

/* A site file with an error is no reason not to start: what was applied last counts, and the store
 * answers. */
static int site_load(struct tandemd *d)
{
	const char *log = d->options.log;
	int rc;

	rc = files_check(&d->options, log);
	if (rc)
		return rc;
	site_find(&d->site, d->options.site, complain, NULL);
	if (!log) /* while nothing is applied, nobody has said where */
		log = d->site.want ? site_values(&d->site)->log : "stderr";
	rc = files_check(&d->options, log);
	if (rc)
		return rc;
	rc = log_open(log);
	if (rc)
		fprintf(stderr, "tandemd: log %s: %s; it goes to stderr\n", log, strerror(-rc));
	if (!d->site.want)
		log_line(LOG_ERR, "nothing is applied yet, and the site file has an error",
			"site=%s", d->options.site);
	edited_init(&d->edited, d->options.site, &d->site);
	edited_look(&d->edited, true);
	rc = site_start(&d->site);
	if (rc)
		fprintf(stderr, "tandemd: %s: %s; is its directory there and writable?\n",
			d->options.compiled, strerror(-rc));
	return rc;
}

/* tandemd opens files and Unix sockets: no capability is needed for that, whoever started it. */
static int capabilities_drop(void)
{
	cap_t none = cap_init();
	int rc = 0;

	if (!none)
		return -ENOMEM;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || cap_set_proc(none) < 0)
		rc = -errno;
	cap_free(none);
	return rc;
}

/* An engine that refuses keeps what is stored until its reserve is full: an operator's matter. */
static void acknowledged(void *ctx, int status, const char *reason, size_t len)
{
	struct tandemd *d = ctx;
	bool refused = d->ops.ack_error.s[0];

	if (status == -ECONNRESET || status == -ETIMEDOUT || status == -ESHUTDOWN)
		return; /* engine_up() tells it again */
	if (status && !refused)
		log_line(LOG_ERR, "engine does not free what is stored", "reason=\"%.*s\"",
			(int)len, reason);
	else if (!status && refused)
		log_line(LOG_NOTICE, "engine frees what is stored again", "seq=%lu", d->acked);
	td_text_set(&d->ops.ack_error, "%.*s", status ? (int)len : 0, reason);
}

/* Tells the engine what is stored; it reuses that space. */
static void acknowledge(struct tandemd *d)
{
	uint64_t seq = store_safe(d->store);
	char storage[64];
	struct td_buf body;

	if (seq == d->acked || !d->link.ready)
		return;
	buf_init_fixed(&body, storage, sizeof(storage));
	buf_printf(&body, "{\"seq\":%lu}", seq);
	/* A full table of requests empties soon: the journal's next turn tries again. */
	if (link_send(&d->link, TD_API_JOURNAL_ACK, &body, acknowledged, d) == 0)
		d->acked = seq;
}

static void alarm_send(struct tandemd *d, enum td_alarm alarm, bool raised)
{
	struct td_buf body;

	buf_init(&body);
	json_object_start(&body, NULL);
	json_str(&body, "alarm", str_of(alarm_name(alarm)));
	json_bool(&body, "raised", raised);
	json_str(&body, "text", str_of(raised ? d->edited.why.s : "the site file is applied"));
	json_object_end(&body);
	if (link_send(&d->link, TD_API_ALARM, &body, NULL, NULL))
		d->told = false; /* the next look at the file tries again */
	buf_free(&body);
}

/* The journal is the engine's, so it writes our alarms. It passes over what it has been told. */
static void alarms_tell(struct tandemd *d)
{
	if (!d->link.ready || (d->told && d->told_edited == d->edited.state))
		return;
	d->told = true;
	d->told_edited = d->edited.state;
	alarm_send(d, TD_ALARM_SITE_NOT_APPLIED, d->edited.state == EDITED_DIFFERS);
	alarm_send(d, TD_ALARM_SITE_WRONG, d->edited.state == EDITED_WRONG);
}

static void edited_due(void *ctx, uint64_t now)
{
	struct tandemd *d = ctx;

	edited_look(&d->edited, false);
	alarms_tell(d);
	if (!d->link.ready && !d->lost.wanted && now >= d->started + LOST_START_NS)
		lost_set(&d->lost, "the engine was not reached since tandemd started");
	lost_tell(&d->lost);
	loop_timer_set(&d->edited_timer, now + EDITED_NS);
}

static void engine_up(void *ctx)
{
	struct tandemd *d = ctx;

	d->acked = 0; /* an engine that has restarted must hear it again */
	d->told = false;
	site_sync(&d->site);
	acknowledge(d);
	alarms_tell(d);
	lost_set(&d->lost, NULL);
	lost_tell(&d->lost);
}

static void engine_down(void *ctx, const char *why)
{
	struct tandemd *d = ctx;

	lost_set(&d->lost, why);
	lost_tell(&d->lost);
}

/* A store that cannot write needs an operator. It is told once, and once when it can write again.
 */
static void store_watch(struct tandemd *d)
{
	int error = d->follow.error == -ENOENT ? 0 : d->follow.error; /* no journal yet */

	if (error == d->told_error)
		return;
	if (error)
		log_line(LOG_ERR, "store does not take records; they stay in the journal",
			"store=%s reason=\"%s\"", d->options.store, strerror(-error));
	else
		log_line(LOG_NOTICE, "store takes records again", "seq=%lu", store_seq(d->store));
	d->told_error = error;
}

/* Once: who runs an older tandemd beside a newer engine knows it then. */
static void unknown_watch(struct tandemd *d)
{
	uint64_t unknown = store_unknown(d->store);

	if (unknown > d->unknown && !d->told_unknown) {
		log_line(LOG_WARNING,
			"records that this release does not know are kept in the archive; is the "
			"engine newer than tandemd?",
			"store=%s seq=%lu", d->options.store, store_seq(d->store));
		d->told_unknown = true;
	}
	d->unknown = unknown;
}

/* A copy that was made while we wrote may lack blocks. */
static void replaced_watch(struct tandemd *d)
{
	uint64_t replaced = store_replaced(d->store);

	if (replaced != d->replaced)
		log_line(LOG_WARNING,
			"a file of the archive was replaced while tandemd wrote it; a new one "
			"begins. Does tandemctl replay --verify name blocks that are lost?",
			"store=%s", d->options.store);
	d->replaced = replaced;
}

static void purge_due(void *ctx, uint64_t now)
{
	struct tandemd *d = ctx;
	int more = 1;

	if (!store_pending(d->store))
		more = store_purge(
			d->store, d->options.keep_days, (uint64_t)time(NULL) * TD_NSEC_PER_SEC);
	loop_timer_set(&d->purge_timer, now + (more == 1 ? PURGE_NEXT_NS : PURGE_NS));
}

static void follow_due(void *ctx, uint64_t now)
{
	struct tandemd *d = ctx;
	int wait_ms = follow_turn(&d->follow, now / TD_NSEC_PER_MSEC);

	loop_timer_set(&d->follow_timer, now + (uint64_t)wait_ms * TD_NSEC_PER_MSEC);
	store_watch(d);
	unknown_watch(d);
	replaced_watch(d);
	acknowledge(d);
	lost_tell(&d->lost);
}

static void journal_ready(void *ctx, uint32_t events)
{
	struct tandemd *d = ctx;

	follow_due(d, loop_now(d->loop));
}

/* The journal's reader has another descriptor, or none. Without one the timer looks again. */
static void journal_watch(void *ctx, int fd)
{
	struct tandemd *d = ctx;

	loop_fd_del(&d->journal);
	if (fd >= 0)
		(void)loop_fd_add(d->loop, &d->journal, fd, LOOP_READ, journal_ready, d);
}

static void journal_follow(struct tandemd *d)
{
	follow_init(&d->follow, d->store, d->options.journal ? d->options.journal : d->journal_dir);
	d->follow.watch = journal_watch;
	d->follow.ctx = d;
}

/* The engine that runs writes another journal: what the old one still has is stored first. */
static void journal_move(struct tandemd *d)
{
	if (d->options.journal || strcmp(d->journal_dir, d->site.journal_dir) == 0)
		return;
	while (follow_turn(&d->follow, loop_now(d->loop) / TD_NSEC_PER_MSEC) == 0)
		;
	follow_fini(&d->follow);
	log_line(LOG_NOTICE, "another journal is followed", "dir=%s before=%s", d->site.journal_dir,
		d->journal_dir);
	snprintf(d->journal_dir, sizeof(d->journal_dir), "%s", d->site.journal_dir);
	journal_follow(d);
	loop_timer_set(&d->follow_timer, loop_now(d->loop));
}

static void change_ended(void *ctx)
{
	struct tandemd *d = ctx;

	journal_move(d);
	edited_look(&d->edited, false);
	alarms_tell(d);
}

static void signalled(void *ctx, int number)
{
	struct tandemd *d = ctx;

	if (number == SIGHUP) {
		log_reopen();
		edited_look(&d->edited, true);
		alarms_tell(d);
	} else {
		loop_stop(d->loop);
	}
}

static int loop_open(struct tandemd *d)
{
	sigset_t set;
	int rc;

	d->loop = loop_alloc(NULL);
	if (!d->loop)
		return -errno;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	rc = loop_signals(d->loop, &set, signalled, d);
	if (!rc)
		rc = loop_timer_add(d->loop, &d->follow_timer, follow_due, d);
	if (!rc)
		rc = loop_timer_add(d->loop, &d->purge_timer, purge_due, d);
	if (!rc)
		rc = loop_timer_add(d->loop, &d->edited_timer, edited_due, d);
	if (!rc)
		rc = link_init(&d->link, d->loop, d->options.engine, engine_up, d);
	d->link.down = engine_down;
	return rc;
}

static void loop_close(struct tandemd *d)
{
	loop_timer_del(&d->follow_timer);
	loop_timer_del(&d->purge_timer);
	loop_timer_del(&d->edited_timer);
	loop_free(d->loop);
}

static int serve(struct tandemd *d)
{
	int rc;

	d->started = loop_now(d->loop);
	loop_timer_set(&d->follow_timer, d->started);
	loop_timer_set(&d->edited_timer, d->started);
	if (d->options.keep_days)
		loop_timer_set(&d->purge_timer, loop_now(d->loop));
	rc = loop_run(d->loop);
	if (rc)
		log_line(LOG_ERR, "stopping: no more events", "reason=\"%s\"", strerror(-rc));
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(struct tandemd *d)
{
	struct api_handlers handlers = ops_handlers;
	struct td_text err;
	int rc;

	d->store = store_open(d->options.store, &err);
	if (!d->store) {
		fprintf(stderr, "tandemd: %s\n", err.s);
		return EXIT_CONFIG;
	}
	d->unknown = store_unknown(d->store);
	lost_init(&d->lost, d->store);
	snprintf(d->journal_dir, sizeof(d->journal_dir), "%s", d->site.journal_dir);
	journal_follow(d);
	d->site.ended = change_ended;
	d->site.ended_ctx = d;
	ops_init(&d->ops, d->loop, &d->options, &d->site, &d->edited, d->store, &d->follow);
	handlers.ctx = &d->ops;
	d->api = api_start(d->loop, d->options.socket, &handlers, &err);
	if (!d->api) {
		fprintf(stderr, "tandemd: %s\n", err.s);
		rc = EXIT_CONFIG;
		goto close_store;
	}
	rc = capabilities_drop();
	if (rc) {
		fprintf(stderr, "tandemd: capabilities: %s\n", strerror(-rc));
		rc = EXIT_FAILURE;
		goto stop_api;
	}
	log_line(LOG_NOTICE, "started", "release=%s site=%s store=%s seq=%lu", TD_VERSION,
		d->options.site, d->options.store, store_seq(d->store));
	sd_notify(0, "READY=1");
	rc = serve(d);
	sd_notify(0, "STOPPING=1");
	log_line(LOG_NOTICE, "stopping", "seq=%lu", store_seq(d->store));
stop_api:
	ops_fini(&d->ops);
	/* Ends what waits for the engine, which answers clients: before their socket goes. */
	link_fini(&d->link);
	api_stop(d->api);
	follow_fini(&d->follow);
close_store:
	store_close(d->store);
	return rc;
}

int main(int argc, char **argv)
{
	static struct tandemd d;
	int rc = tandemd_options_read(&d.options, argc, argv);

	if (rc >= 0)
		return rc;
	umask(0027);
	rc = loop_open(&d);
	if (rc) {
		fprintf(stderr, "tandemd: not started: %s\n", strerror(-rc));
		return EXIT_FAILURE;
	}
	site_init(&d.site, d.options.compiled, &d.link);
	rc = site_load(&d) ? EXIT_CONFIG : run(&d);
	link_fini(&d.link);
	site_fini(&d.site);
	loop_close(&d);
	return rc;
}
