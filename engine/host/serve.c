/* SPDX-License-Identifier: BSD-3-Clause */
/* What wakes main while the engine runs: clients, signalling, signals, the dataplane, the clock. */
#include <dataplane/dataplane.h>
#include <engine/host/clock.h>
#include <engine/host/host.h>
#include <engine/host/net/resolver.h>
#include <engine/host/net/tcp.h>
#include <system/log.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define DRAIN_LOOK_NS (200 * TD_NSEC_PER_MSEC)
/* A stop at once takes no longer than this: BYEs and the workers' last statistics take a few ms. */
#define HANGUP_NS      (500 * TD_NSEC_PER_MSEC)
#define HANGUP_LOOK_NS (10 * TD_NSEC_PER_MSEC)
/* A smaller step is the two clocks' drift: told once a minute. */
#define WALL_STEP_NS (10 * TD_NSEC_PER_MSEC)
#define WALL_TELL_NS (60 * TD_NSEC_PER_SEC)

static void calls_counted(struct request *r)
{
	struct host *h = r->ctx;

	h->counting = false;
	if (r->rc == 0 && ops_counted(&h->ops, r->calls, r->contacts)) {
		log_line(LOG_NOTICE, "drained: the last call has ended", "%s", "");
		loop_stop(h->loop);
	}
	free(r);
}

static void look_due(void *ctx, uint64_t now)
{
	struct host *h = ctx;
	bool count = ops_counts(&h->ops);
	struct request *r = !count || h->counting ? NULL : calloc(1, sizeof(*r));

	if (count)
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

uint64_t host_wall_offset(void)
{
	return clock_wall() - dp_now();
}

static void connections_look(struct host *h, uint64_t now)
{
	struct td_section_tcp tcp;

	if (!h->ops.tcp)
		return;
	tcp_stats(h->ops.tcp, &tcp);
	if (tcp_full_changed(&h->tcp_full, &tcp, tcp_has_room(h->ops.tcp), now))
		journal_alarm(h->ops.journal, JOURNAL_MAIN, TD_ALARM_CONNECTIONS_FULL,
			h->tcp_full.raised,
			"SIP connections %s: open=%" PRIu64 " refused=%" PRIu64
			" strangers that made room=%" PRIu64,
			h->tcp_full.raised ? "are full" : "have room again", tcp.open,
			tcp.refused_full, tcp.ended_stranger);
}

static void second_due(void *ctx, uint64_t now)
{
	struct host *h = ctx;
	uint64_t offset = host_wall_offset();
	uint64_t step = offset > h->wall_offset ? offset - h->wall_offset : h->wall_offset - offset;

	loop_timer_set(&h->second, now + TD_NSEC_PER_SEC);
	dp_main_turn(h->ops.dp);
	journal_pulse(h->ops.journal);
	ops_second(&h->ops, now);
	connections_look(h, now);
	if (step >= WALL_STEP_NS || now >= h->wall_told + WALL_TELL_NS) {
		h->wall_offset = offset;
		h->wall_told = now;
		turn_wall(h->ops.turn, offset);
		if (step >= WALL_STEP_NS)
			dp_wall(h->ops.dp, offset);
	}
}

void host_resolved(void *ctx, const struct td_resolved *r)
{
	struct host *h = ctx;

	turn_resolved(h->ops.turn, r);
}

static void names_asked(struct host *h)
{
	const struct name_question *q;

	while ((q = turn_question_peek(h->ops.turn))) {
		resolver_ask(h->resolver, q->request, q->name);
		turn_question_consume(h->ops.turn);
	}
}

static void kicked(void *ctx)
{
	struct host *h = ctx;

	if (ops_traces(&h->ops))
		loop_post(h->loop, &h->kick); /* others are served between */
	turn_answers(h->ops.turn);
	if (h->ops.tcp)
		tcp_answers(h->ops.tcp);
	names_asked(h);
}

static void dataplane_ready(void *ctx, uint32_t events)
{
	struct host *h = ctx;

	dp_main_turn(h->ops.dp);
}

int serve_init(struct host *h)
{
	sigset_t set;
	int rc;

	h->loop = loop_alloc(NULL);
	if (!h->loop)
		return -errno;
	h->ops.drain_begun = drain_begun;
	h->ops.ctx = h;
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

void serve_fini(struct host *h)
{
	loop_timer_del(&h->second);
	loop_timer_del(&h->look);
	loop_timer_del(&h->end);
	loop_free(h->loop);
}

int serve_run(struct host *h)
{
	int rc = loop_fd_add(
		h->loop, &h->dataplane, dp_main_fd(h->ops.dp), LOOP_READ, dataplane_ready, h);

	if (rc)
		return rc;
	loop_timer_set(&h->second, h->ops.started);
	rc = loop_run(h->loop);
	loop_fd_del(&h->dataplane);
	return rc;
}
