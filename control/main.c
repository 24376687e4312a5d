/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tandemd: one thread, one poll(). The site's file is checked and compiled before anything else;
 * then it serves its socket, follows the journal, and keeps the engine configured whenever there
 * is one.
 */
#include <control/config/config.h>
#include <control/link.h>
#include <control/ops.h>
#include <control/options.h>
#include <control/site.h>
#include <control/store/follow.h>
#include <system/log.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#define EXIT_CONFIG   2
#define TICK_MS       1000
#define PURGE_MS      3600000
#define PURGE_NEXT_MS 1000 /* while there is more to purge */

struct tandemd {
	struct options options;
	struct store *store;
	struct follow follow;
	struct engine_link link;
	struct site site;
	struct ops ops;
	struct api *api;
	int signals;
	uint64_t acked;    /* what the engine was told last */
	uint64_t purge_ms; /* when next */
	int told_error;    /* of the store, in the log */
	bool stop;
};

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void complain(void *ctx, const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static int site_read(struct tandemd *d)
{
	struct config_source source = {.file = d->options.site};
	struct td_conf *conf = NULL;
	const char *log = d->options.log;
	int rc = config_read(&conf, &source, complain, NULL);

	if (rc)
		return rc;
	if (!log)
		log = conf_site(conf)->log;
	rc = log_open(log);
	if (rc)
		fprintf(stderr, "tandemd: log %s: %s; it goes to stderr\n", log, strerror(-rc));
	rc = site_start(&d->site, conf);
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

static void engine_up(void *ctx)
{
	struct tandemd *d = ctx;

	d->acked = 0; /* an engine that has restarted must hear it again */
	site_sync(&d->site);
}

static int signals_open(struct tandemd *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	d->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return d->signals < 0 ? -errno : 0;
}

static void signals_take(struct tandemd *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP) {
			log_reopen();
			ops_reload(&d->ops);
		} else {
			d->stop = true;
		}
	}
}

/* Tells the engine what is stored; it reuses that space. */
static void acknowledge(struct tandemd *d)
{
	uint64_t seq = store_seq(d->store);
	char storage[64];
	struct td_buf body;

	if (seq == d->acked || !d->link.ready)
		return;
	buf_init_fixed(&body, storage, sizeof(storage));
	buf_printf(&body, "{\"seq\":%lu}", seq);
	/* A full table of requests empties soon: the next turn tries again. */
	if (link_send(&d->link, clock_ms(), TD_API_JOURNAL_ACK, &body, NULL, NULL) == 0)
		d->acked = seq;
}

/* A store that cannot write is an operator's matter: said once, and once when it is over. */
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

static void purge(struct tandemd *d, uint64_t now)
{
	int more;

	if (!d->options.keep_days || now < d->purge_ms || store_pending(d->store))
		return;
	more = store_purge(d->store, d->options.keep_days, (uint64_t)time(NULL) * TD_NSEC_PER_SEC);
	d->purge_ms = now + (more == 1 ? PURGE_NEXT_MS : PURGE_MS);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* All work that is due. When to come again, in ms. */
static int turn(struct tandemd *d)
{
	uint64_t now = clock_ms();
	int wait = TICK_MS;

	wait = least(wait, follow_turn(&d->follow, now));
	store_watch(d);
	acknowledge(d);
	wait = least(wait, link_turn(&d->link, now));
	if (ops_turn(&d->ops))
		wait = 0;
	purge(d, now);
	return wait;
}

static void serve(struct tandemd *d)
{
	enum { SIGNALS, API, JOURNAL, ENGINE, COUNT };

	while (!d->stop) {
		int wait = turn(d);
		struct pollfd fds[COUNT] = {
			[SIGNALS] = {.fd = d->signals, .events = POLLIN},
			[API] = {.fd = api_fd(d->api), .events = POLLIN},
			[JOURNAL] = {.fd = follow_fd(&d->follow), .events = POLLIN},
			[ENGINE] = {.fd = link_fd(&d->link), .events = link_events(&d->link)},
		};

		if (poll(fds, COUNT, wait) < 0 && errno != EINTR)
			break;
		if (fds[SIGNALS].revents)
			signals_take(d);
		if (fds[API].revents)
			api_turn(d->api);
	}
}

static int run(struct tandemd *d)
{
	struct api_handlers handlers = ops_handlers;
	const char *journal = d->options.journal;
	struct td_text err;
	int rc;

	d->store = store_open(d->options.store, &err);
	if (!d->store) {
		fprintf(stderr, "tandemd: %s\n", err.s);
		return EXIT_CONFIG;
	}
	follow_init(&d->follow, d->store, journal ? journal : conf_site(d->site.want)->journal_dir);
	ops_init(&d->ops, &d->options, &d->site, d->store, &d->follow);
	handlers.ctx = &d->ops;
	d->api = api_start(d->options.socket, &handlers, &err);
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
	log_line(LOG_NOTICE, "started", "version=%s site=%s store=%s seq=%lu", TD_VERSION,
		d->options.site, d->options.store, store_seq(d->store));
	sd_notify(0, "READY=1");
	serve(d);
	sd_notify(0, "STOPPING=1");
	log_line(LOG_NOTICE, "stopping", "seq=%lu", store_seq(d->store));
	rc = EXIT_SUCCESS;
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
	int rc = options_read(&d.options, argc, argv);

	if (rc)
		return rc - 1;
	umask(0027);
	if (signals_open(&d)) {
		fprintf(stderr, "tandemd: signals: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	link_init(&d.link, d.options.engine, engine_up, &d);
	site_init(&d.site, d.options.compiled, &d.link, clock_ms);
	rc = site_read(&d) ? EXIT_CONFIG : run(&d);
	site_fini(&d.site);
	return rc;
}
