/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tandem-engine: everything is started in the order in which it is needed and stopped in the
 * reverse one; between the two, main serves the socket and keeps the seconds.
 */
#include <dataplane/dataplane.h>
#include <system/api.h>
#include <engine/host/api/apply.h>
#include <engine/host/api/ops.h>
#include <engine/host/caps.h>
#include <engine/host/clock.h>
#include <engine/host/net/kernel_sip.h>
#include <engine/host/options.h>
#include <engine/host/site.h>
#include <engine/host/sounds.h>
#include <system/log.h>
#include <system/loop.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <systemd/sd-daemon.h>

#define EXIT_CONFIG   2
#define DRAIN_LOOK_NS (200 * TD_NSEC_PER_MSEC)
/* A stop at once takes no longer: BYEs and the workers' last words on each leg take a few ms. */
#define HANGUP_NS      (500 * TD_NSEC_PER_MSEC)
#define HANGUP_LOOK_NS (10 * TD_NSEC_PER_MSEC)
#define WALL_STEP_NS                                                                 \
	(10 * TD_NSEC_PER_MSEC) /* less is the two clocks' drift: told once a minute \
				 */
#define WALL_TELL_S 60

struct host {
	struct options options;
	const char *log;
	struct ops ops; /* dp, turn, journal, recorder, conf */
	struct kernel_sip *kernel_sip;
	struct api *api;
	struct loop *loop;
	struct loop_work kick; /* signalling has an answer or a trace for us */
	struct loop_fd dataplane;
	struct loop_timer second;
	struct loop_timer look; /* while draining: is there a call left? */
	struct loop_timer end;  /* the latest, once a stop at once is asked for */
	uint64_t look_interval; /* ns */
	uint64_t wall_offset;   /* as last told */
	uint64_t wall_told;
	bool counting; /* a REQUEST_CALLS is under way */
	bool told;     /* a signal has told to end; the next one to end at once */
	struct td_text err;
};

static int complain(const struct host *h, int status)
{
	char place[PATH_MAX + 16];

	site_place(h->options.config, h->err.s, place, sizeof(place));
	fprintf(stderr, "tandem-engine: %s%s\n", place, h->err.s);
	if (strcmp(h->log, "stderr") != 0) /* where it stands already */
		log_line(LOG_ERR, "not started", "reason=\"%s\"", h->err.s);
	return status;
}

static void note(void *ctx, const char *line)
{
	log_line(LOG_WARNING, "port", "note=\"%s\"", line);
}

static uint64_t wall_offset(void)
{
	return clock_wall() - dp_now();
}

/* The engine takes lines of "set", as differences are; this is the difference from nothing. */
static int engine_config(struct host *h)
{
	struct td_buf lines;
	struct conf_count count;
	int rc;

	buf_init(&lines);
	count = conf_diff(NULL, h->ops.conf, &lines);
	rc = lines.error;
	if (!rc)
		rc = td_engine_config(
			turn_engine(h->ops.turn), dp_now(), lines.data, lines.len, &h->err);
	else
		td_text_set(&h->err, "no memory for the configuration");
	buf_free(&lines);
	if (!rc)
		apply_journal(&h->ops, JOURNAL_SIGNALLING, count);
	return rc;
}

static void journal_started(struct host *h, uint64_t seed)
{
	struct td_ev_start ev = {.wall_offset = h->wall_offset, .seed = seed};

	snprintf(ev.version, sizeof(ev.version), "%s", TD_VERSION);
	journal_put_now(h->ops.journal, JOURNAL_SIGNALLING, TD_EV_START, &ev, sizeof(ev));
}

static int turn_start(struct host *h)
{
	const struct td_conf_site *site = conf_site(h->ops.conf);
	struct turn_params p = {.journal = h->ops.journal,
		.loop = h->loop,
		.kick = &h->kick,
		.engine = {.max_calls = site->max_calls, .max = site->max}};

	if (getrandom(&p.engine.seed, sizeof(p.engine.seed), 0) != sizeof(p.engine.seed)) {
		td_text_set(&h->err, "no randomness: %s", strerror(errno));
		return -EIO;
	}
	p.engine.wall_offset = h->wall_offset = wall_offset();
	/* A run's records begin here, before the engine says its first word. */
	journal_started(h, p.engine.seed);
	h->ops.turn = turn_alloc(&p);
	if (!h->ops.turn) {
		td_text_set(&h->err,
			"engine: %s; lower max_calls (%u) or max_agents (%u), or add memory",
			strerror(errno), site->max_calls, site->max.agents);
		return -errno;
	}
	return 0;
}

static struct dp *dataplane_alloc(struct host *h)
{
	const struct conf_list *ports = &h->ops.conf->of[TD_KIND_PORT];
	struct dp_params p = {.site = conf_site(h->ops.conf),
		.ports = ports->port,
		.port_count = ports->count,
		.turn = turn_run,
		.turn_ctx = h->ops.turn,
		.wall_offset = h->wall_offset,
		.tap = true,
		.note = note,
		.file_prefix = h->options.file_prefix};

	return dp_alloc(&p, &h->err);
}

static int recorder_open(struct host *h)
{
	unsigned workers = dp_worker_count(h->ops.dp);
	struct tap **taps = calloc(workers ? workers : 1, sizeof(struct tap *));
	struct recorder_params p = {.dir = conf_site(h->ops.conf)->recording_dir,
		.taps = taps,
		.tap_count = workers,
		.journal = h->ops.journal};

	if (!taps)
		return -ENOMEM;
	for (unsigned i = 0; i < workers; i++)
		taps[i] = dp_tap(h->ops.dp, i);
	h->ops.recorder = recorder_start(&p, &h->err);
	free(taps);
	return h->ops.recorder ? 0 : -errno;
}

static void calls_counted(struct request *r)
{
	struct host *h = r->ctx;

	h->counting = false;
	if (r->rc == 0 && r->cursor == 0) {
		log_line(LOG_NOTICE, "drained: the last call has ended", "%s", "");
		ops_drained(&h->ops);
		loop_stop(h->loop);
	}
	free(r);
}

static void look_due(void *ctx, uint64_t now)
{
	struct host *h = ctx;
	struct request *r = h->counting ? NULL : calloc(1, sizeof(*r));

	loop_timer_set(&h->look, now + h->look_interval);
	if (!r)
		return;
	r->op = REQUEST_CALLS;
	r->done = calls_counted;
	r->ctx = h;
	h->counting = turn_request(h->ops.turn, r) == 0;
	if (!h->counting)
		free(r);
}

static void drain_begun(void *ctx)
{
	struct host *h = ctx;

	loop_timer_set(&h->look, loop_now(h->loop));
}

static void end_due(void *ctx, uint64_t now)
{
	struct host *h = ctx;

	loop_stop(h->loop);
}

static void stop_at_once(struct host *h)
{
	if (timer_is_set(&h->end.timer))
		return;
	h->look_interval = HANGUP_LOOK_NS;
	loop_timer_set(&h->end, loop_now(h->loop) + HANGUP_NS);
	if (ops_hangup_all(&h->ops) != 0)
		loop_stop(h->loop);
}

static void signalled(void *ctx, int number)
{
	struct host *h = ctx;

	if (number == SIGHUP) {
		if (log_reopen() < 0)
			log_line(LOG_ERR, "log not opened anew", "%s", "");
	} else if (h->told) {
		log_line(LOG_NOTICE, "stopping at once", "signal=%d", number);
		stop_at_once(h);
	} else {
		h->told = true;
		sd_notify(0, "STOPPING=1");
		log_line(LOG_NOTICE, "draining: no new calls", "signal=%d", number);
		if (ops_drain(&h->ops) != 0)
			loop_stop(h->loop);
	}
}

static void second_due(void *ctx, uint64_t now)
{
	struct host *h = ctx;
	uint64_t offset = wall_offset();
	uint64_t step = offset > h->wall_offset ? offset - h->wall_offset : h->wall_offset - offset;

	loop_timer_set(&h->second, now + TD_NSEC_PER_SEC);
	dp_main_turn(h->ops.dp);
	ops_second(&h->ops, now);
	if (step >= WALL_STEP_NS || now >= h->wall_told + WALL_TELL_S * TD_NSEC_PER_SEC) {
		h->wall_offset = offset;
		h->wall_told = now;
		turn_wall(h->ops.turn, offset);
		if (step >= WALL_STEP_NS)
			dp_wall(h->ops.dp, offset);
	}
}

static void kicked(void *ctx)
{
	struct host *h = ctx;

	if (ops_traces(&h->ops))
		loop_post(h->loop, &h->kick); /* others are served between */
	turn_answers(h->ops.turn);
}

static void dataplane_ready(void *ctx, uint32_t events)
{
	struct host *h = ctx;

	dp_main_turn(h->ops.dp);
}

static int loop_open(struct host *h)
{
	sigset_t set;
	int rc;

	h->loop = loop_alloc(NULL);
	if (!h->loop)
		return -errno;
	h->kick = (struct loop_work){.run = kicked, .ctx = h};
	h->look_interval = DRAIN_LOOK_NS;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* Before any thread is made: all inherit it, so only the loop gets them. */
	rc = loop_signals(h->loop, &set, signalled, h);
	if (!rc)
		rc = loop_timer_add(h->loop, &h->second, second_due, h);
	if (!rc)
		rc = loop_timer_add(h->loop, &h->look, look_due, h);
	if (!rc)
		rc = loop_timer_add(h->loop, &h->end, end_due, h);
	return rc;
}

static void loop_close(struct host *h)
{
	loop_timer_del(&h->second);
	loop_timer_del(&h->look);
	loop_timer_del(&h->end);
	loop_free(h->loop);
}

static int run(struct host *h)
{
	const struct td_conf_site *site = conf_site(h->ops.conf);
	const struct conf_list *ports = &h->ops.conf->of[TD_KIND_PORT];
	struct api_handlers handlers = ops_handlers;
	int status;

	h->ops.journal = journal_start(site->journal_dir, site->journal_reserve, &h->err);
	if (!h->ops.journal)
		return complain(h, EXIT_CONFIG);
	if (turn_start(h) != 0) {
		status = complain(h, EXIT_FAILURE);
		goto stop_journal;
	}
	h->ops.dp = dataplane_alloc(h);
	if (!h->ops.dp) {
		status = complain(h, EXIT_CONFIG);
		goto free_turn;
	}
	if (recorder_open(h) != 0) {
		status = complain(h, EXIT_CONFIG);
		goto free_dp;
	}
	h->kernel_sip =
		kernel_sip_start(ports->port, ports->count, site->sip_port, h->ops.dp, &h->err);
	if (!h->kernel_sip) {
		status = complain(h, EXIT_CONFIG);
		goto stop_recorder;
	}
	turn_connect(h->ops.turn, h->ops.dp, h->ops.recorder, h->kernel_sip);
	if (sounds_load(h->ops.dp, NULL, h->ops.conf, &h->err) != 0 || engine_config(h) != 0) {
		status = complain(h, EXIT_CONFIG);
		goto stop_kernel_sip;
	}
	handlers.ctx = &h->ops;
	h->api = api_start(h->loop, h->options.socket, &handlers, &h->err);
	if (!h->api) {
		status = complain(h, EXIT_CONFIG);
		goto stop_kernel_sip;
	}
	int rc = loop_fd_add(
		h->loop, &h->dataplane, dp_main_fd(h->ops.dp), LOOP_READ, dataplane_ready, h);
	if (!rc)
		rc = dp_start(h->ops.dp);
	if (rc) {
		td_text_set(&h->err, "workers not started: %s", strerror(-rc));
		status = complain(h, EXIT_FAILURE);
		goto stop_api;
	}
	rc = caps_run();
	if (rc)
		log_line(LOG_WARNING, "capabilities not given up", "reason=\"%s\"", strerror(-rc));
	log_line(LOG_NOTICE, "started", "release=%s config=%s socket=%s", TD_VERSION,
		h->options.config, h->options.socket);
	sd_notify(0, "READY=1");
	h->ops.started = clock_monotonic();
	loop_timer_set(&h->second, h->ops.started);
	rc = loop_run(h->loop);
	if (rc)
		log_line(LOG_ERR, "stopping: main cannot wait", "reason=\"%s\"", strerror(-rc));
	status = EXIT_SUCCESS;
	dp_stop(h->ops.dp);
	turn_stop(h->ops.turn);
	turn_abort(h->ops.turn);
stop_api:
	loop_fd_del(&h->dataplane);
	api_stop(h->api);
stop_kernel_sip:
	kernel_sip_stop(h->kernel_sip);
stop_recorder:
	recorder_stop(h->ops.recorder);
free_dp:
	dp_free(h->ops.dp);
free_turn:
	turn_free(h->ops.turn);
stop_journal:
	journal_stop(h->ops.journal, status == EXIT_SUCCESS);
	if (status == EXIT_SUCCESS)
		log_line(LOG_NOTICE, "stopped", "%s", "");
	return status;
}

int main(int argc, char **argv)
{
	static struct host h; /* 100 KB of bandwidth's samples */
	int status = options_parse(&h.options, argc, argv);

	if (status >= 0)
		return status;
	ops_init(&h.ops);
	h.ops.drain_begun = drain_begun;
	h.ops.ctx = &h;
	if (site_read(h.options.config, &h.ops.conf, &h.err) != 0) {
		fprintf(stderr, "tandem-engine: %s\n", h.err.s);
		return EXIT_CONFIG;
	}
	h.log = h.options.log ? h.options.log : conf_site(h.ops.conf)->log;
	int rc = log_open(h.log);
	if (rc) {
		fprintf(stderr,
			"tandem-engine: log %s: %s; give \"stderr\", \"journal\" or a "
			"file that can be written\n",
			h.log, strerror(-rc));
		status = EXIT_CONFIG;
		goto fini;
	}
	rc = loop_open(&h);
	if (!rc)
		rc = caps_start();
	if (rc) {
		fprintf(stderr, "tandem-engine: not started: %s\n", strerror(-rc));
		status = EXIT_FAILURE;
		goto fini;
	}
	status = run(&h);
fini:
	loop_close(&h);
	ops_fini(&h.ops);
	return status;
}
