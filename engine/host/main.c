/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tandem-engine: everything is started in the order in which it is needed and stopped in the
 * reverse one; between the two, main serves the socket and keeps the seconds (serve.c).
 */
#include <dataplane/dataplane.h>
#include <engine/host/api/apply.h>
#include <engine/host/api/connections.h>
#include <engine/host/caps.h>
#include <engine/host/clock.h>
#include <engine/host/host.h>
#include <engine/host/net/kernel_sip.h>
#include <engine/host/net/resolver.h>
#include <engine/host/net/tcp.h>
#include <engine/host/site.h>
#include <engine/host/sounds.h>
#include <system/exit.h>
#include <system/file.h>
#include <system/log.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <systemd/sd-daemon.h>

static void complain(const struct host *h)
{
	char place[PATH_MAX + 16];

	site_place(h->options.config, h->err.s, place, sizeof(place));
	fprintf(stderr, "tandem-engine: %s%s\n", place, h->err.s);
	if (strcmp(h->log, "stderr") != 0) /* where it stands already */
		log_line(LOG_ERR, "not started", "reason=\"%s\"", h->err.s);
}

static void note(void *ctx, const char *line)
{
	log_line(LOG_WARNING, "port", "note=\"%s\"", line);
}

/* Each step: 0, or the program's exit status with the reason in h->err. */

static void journal_begin(struct host *h)
{
	struct td_ev_start ev = {.wall_offset = h->wall_offset};

	snprintf(ev.version, sizeof(ev.version), "%s", TD_VERSION);
	journal_put_now(h->ops.journal, JOURNAL_SIGNALLING, TD_EV_START, &ev, sizeof(ev));
}

/* What the run before has left. Without it the engine begins anew. */
static void image_up(struct host *h, const char *dir)
{
	int rc;

	if (checkpoint_read(dir, &h->image, &h->err) != 0) {
		log_line(LOG_ERR, "nothing is restored: agents log in anew, telephones register",
			"reason=\"%s\"", h->err.s);
		return;
	}
	rc = checkpoint_tail(dir, &h->image);
	if (rc)
		log_line(LOG_ERR, "calls that were lost may be told twice", "reason=\"%s\"",
			strerror(-rc));
}

static int journal_up(struct host *h)
{
	const struct td_conf_site *site = conf_site(h->ops.conf);

	h->ops.journal = journal_start(site->journal_dir, site->journal_reserve, &h->err);
	if (!h->ops.journal)
		return EXIT_CONFIG;
	image_up(h, site->journal_dir);
	return 0;
}

static void journal_down(struct host *h)
{
	checkpoint_image_free(&h->image);
	journal_stop(h->ops.journal, h->served);
}

/* What the next run must know of this one. */
static void checkpoint_up(struct host *h)
{
	uint32_t counts[TD_CHECKPOINT_END] = {0};
	int rc;

	for (unsigned kind = 1; kind < TD_CHECKPOINT_END; kind++)
		counts[kind] = td_engine_checkpoint_count(
			turn_engine(h->ops.turn), (enum td_checkpoint_kind)kind);
	rc = journal_checkpoint_start(h->ops.journal, conf_site(h->ops.conf)->journal_dir, counts);
	if (rc)
		log_line(LOG_ERR, "no checkpoint: a restart would forget", "reason=\"%s\"",
			strerror(-rc));
}

static int turn_up(struct host *h)
{
	const struct td_conf_site *site = conf_site(h->ops.conf);
	struct turn_params p = {.journal = h->ops.journal,
		.loop = h->loop,
		.kick = &h->kick,
		.engine = {.max_calls = site->max_calls, .max = site->max}};

	p.engine.wall_offset = h->wall_offset = host_wall_offset();
	/* A run's records begin here, before the engine makes its first one. */
	journal_begin(h);
	h->ops.turn = turn_alloc(&p);
	if (!h->ops.turn) {
		td_text_set(&h->err,
			"engine: %s; lower max_calls (%u) or max_agents (%u), or add memory",
			strerror(errno), site->max_calls, site->max.agents);
		return EXIT_FAILURE;
	}
	checkpoint_up(h);
	return 0;
}

static void turn_down(struct host *h)
{
	turn_free(h->ops.turn);
}

static int dataplane_up(struct host *h)
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

	if (getrandom(p.key, sizeof(p.key), 0) != sizeof(p.key)) {
		td_text_set(&h->err, "no randomness: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	h->ops.dp = dp_alloc(&p, &h->err);
	explicit_bzero(p.key, sizeof(p.key));
	return h->ops.dp ? 0 : EXIT_CONFIG;
}

static void dataplane_down(struct host *h)
{
	dp_free(h->ops.dp);
}

static int recorder_up(struct host *h)
{
	unsigned workers = dp_worker_count(h->ops.dp);
	struct tap **taps = calloc(workers ? workers : 1, sizeof(struct tap *));
	struct recorder_params p = {.dir = conf_site(h->ops.conf)->recording_dir,
		.taps = taps,
		.tap_count = workers,
		.journal = h->ops.journal};

	if (!taps) {
		td_text_set(&h->err, "recorder: no memory");
		return EXIT_FAILURE;
	}
	for (unsigned i = 0; i < workers; i++)
		taps[i] = dp_tap(h->ops.dp, i);
	h->ops.recorder = recorder_start(&p, &h->err);
	free(taps);
	return h->ops.recorder ? 0 : EXIT_CONFIG;
}

static void recorder_down(struct host *h)
{
	recorder_stop(h->ops.recorder);
}

static int kernel_sip_up(struct host *h)
{
	const struct conf_list *ports = &h->ops.conf->of[TD_KIND_PORT];

	h->kernel_sip = kernel_sip_start(
		ports->port, ports->count, conf_site(h->ops.conf)->sip_port, h->ops.dp, &h->err);
	return h->kernel_sip ? 0 : EXIT_CONFIG;
}

static void kernel_sip_down(struct host *h)
{
	kernel_sip_stop(h->kernel_sip);
}

static int tcp_up(struct host *h)
{
	const struct conf_list *ports = &h->ops.conf->of[TD_KIND_PORT];
	const struct tcp_params p = {.site = conf_site(h->ops.conf),
		.ports = ports->port,
		.port_count = ports->count,
		.dp = h->ops.dp,
		.connect_ns = TCP_CONNECT_NS,
		.stale_ns = TCP_STALE_NS,
		.patience_ns = TCP_PATIENCE_NS,
		.unread_ns = TCP_UNREAD_NS,
		.held_max = TCP_HELD_MAX,
		.main = h->loop,
		.kick = &h->kick};

	h->ops.tcp = tcp_start(&p, &h->err);
	return h->ops.tcp ? 0 : EXIT_CONFIG;
}

static void tcp_down(struct host *h)
{
	tcp_stop(h->ops.tcp);
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

/* One line: what is there again, and what is not. */
static void restored_log(struct host *h)
{
	static const char *const many[TD_CHECKPOINT_END] = {
#define MANY(number, id, name, version, one, many) [number] = (many),
		TD_CHECKPOINTS(MANY)
#undef MANY
	};
	const struct td_restored *r = td_engine_restored(turn_engine(h->ops.turn));
	struct td_buf line;

	uint32_t of;

	if (!h->image.restore.count && !h->image.refused)
		return;
	buf_init(&line);
	for (unsigned kind = 1; kind < TD_CHECKPOINT_END; kind++) {
		of = r->restored[kind] + r->over[kind] + r->dropped[kind];
		if (of)
			buf_printf(&line, "%s=\"%u of %u\" ", many[kind], r->restored[kind], of);
	}
	log_line(LOG_NOTICE, "restored from the run before",
		"%.*srefused=%u lost_calls=%u lost_contacts=%u", (int)line.len, line.data,
		r->refused + h->image.refused, r->lost_calls, r->lost_contacts);
	buf_free(&line);
}

static int site_up(struct host *h)
{
	turn_connect(h->ops.turn, h->ops.dp, h->ops.recorder, h->kernel_sip, h->ops.tcp);
	td_engine_restore(turn_engine(h->ops.turn), &h->image.restore);
	if (sounds_load(h->ops.dp, NULL, h->ops.conf, &h->err) != 0 || engine_config(h) != 0)
		return EXIT_CONFIG;
	restored_log(h);
	journal_checkpoint_commit(h->ops.journal);
	checkpoint_image_free(&h->image);
	return 0;
}

static int resolver_up(struct host *h)
{
	h->resolver = resolver_alloc(h->loop, NULL, host_resolved, h);
	if (h->resolver)
		return 0;
	td_text_set(&h->err, "resolver of host names: %s", strerror(errno));
	return EXIT_FAILURE;
}

static void resolver_down(struct host *h)
{
	resolver_free(h->resolver);
}

static int api_up(struct host *h)
{
	struct api_handlers handlers = ops_handlers;

	if (bandwidth_init(&h->ops.bandwidth, dp_acct_rows(h->ops.dp)) != 0) {
		td_text_set(&h->err, "out of memory; lower max_bandwidth_rows (%u)",
			conf_site(h->ops.conf)->max.bandwidth_rows);
		return EXIT_FAILURE;
	}
	handlers.ctx = &h->ops;
	h->api = api_start(h->loop, h->options.socket, &handlers, &h->err);
	return h->api ? 0 : EXIT_CONFIG;
}

static void api_down(struct host *h)
{
	api_stop(h->api);
}

static int workers_up(struct host *h)
{
	int rc = dp_start(h->ops.dp);

	if (!rc)
		return 0;
	td_text_set(&h->err, "workers not started: %s", strerror(-rc));
	return EXIT_FAILURE;
}

static void workers_down(struct host *h)
{
	dp_stop(h->ops.dp);
	turn_stop(h->ops.turn);
	turn_abort(h->ops.turn);
	connections_abort(&h->ops);
}

static const struct step {
	int (*up)(struct host *h);
	void (*down)(struct host *h); /* NULL: nothing to undo */
} steps[] = {
	{journal_up, journal_down},
	{turn_up, turn_down},
	{dataplane_up, dataplane_down},
	{recorder_up, recorder_down},
	{kernel_sip_up, kernel_sip_down},
	{tcp_up, tcp_down},
	{site_up, NULL},
	{resolver_up, resolver_down},
	{api_up, api_down},
	{workers_up, workers_down},
};

static int serve(struct host *h)
{
	int rc = caps_run();

	if (rc)
		log_line(LOG_WARNING, "capabilities not given up", "reason=\"%s\"", strerror(-rc));
	log_line(LOG_NOTICE, "started", "release=%s config=%s socket=%s", TD_VERSION,
		h->options.config, h->options.socket);
	sd_notify(0, "READY=1");
	h->ops.started = clock_monotonic();
	h->served = true;
	rc = serve_run(h);
	if (rc)
		log_line(LOG_ERR, "stopping: main cannot wait", "reason=\"%s\"", strerror(-rc));
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(struct host *h)
{
	size_t count = sizeof(steps) / sizeof(steps[0]), done = 0;
	int status = 0;

	while (done < count && !status) {
		status = steps[done].up(h);
		done += !status;
	}
	if (status)
		complain(h);
	else
		status = serve(h);
	while (done-- > 0)
		if (steps[done].down)
			steps[done].down(h);
	if (h->served)
		log_line(LOG_NOTICE, "stopped", "%s", "");
	return status;
}

int main(int argc, char **argv)
{
	static struct host h;
	int status = engine_options_read(&h.options, argc, argv);

	if (status >= 0)
		return status;
	ops_init(&h.ops);
	if (site_read(h.options.config, &h.ops.conf, &h.err) != 0) {
		fprintf(stderr, "tandem-engine: %s\n", h.err.s);
		return EXIT_CONFIG;
	}
	h.log = h.options.log ? h.options.log : conf_site(h.ops.conf)->log;
	if (file_same(h.options.config, h.log)) {
		fprintf(stderr,
			"tandem-engine: --config and the log are one file, %s; give each its "
			"own\n",
			h.log);
		status = EXIT_CONFIG;
		goto fini;
	}
	int rc = log_open(h.log);
	if (rc) {
		fprintf(stderr,
			"tandem-engine: log %s: %s; give \"stderr\", \"journal\" or a "
			"file that can be written\n",
			h.log, strerror(-rc));
		status = EXIT_CONFIG;
		goto fini;
	}
	rc = serve_init(&h);
	if (!rc)
		rc = caps_start();
	if (rc) {
		fprintf(stderr, "tandem-engine: not started: %s\n", strerror(-rc));
		status = EXIT_FAILURE;
		goto fini;
	}
	status = run(&h);
fini:
	serve_fini(&h);
	ops_fini(&h.ops);
	return status;
}
