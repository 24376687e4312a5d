/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guard: sends packets through the stages while callgrind counts instructions. bench/guard compares
 * the count with the budget. The count is the same in each run, whatever else the machine does. So
 * it shows a change that costs some instructions. Callgrind counts only within the engine's own
 * code, and only after a pass in which all legs have started. Without callgrind, this does the same
 * work and counts nothing.
 */
#include <errno.h>
#include <string.h>
#include <valgrind/callgrind.h>
#include <bench/traffic.h>
#include <dataplane/leg/legs.h>
#include <dataplane/tap.h>

#define LEGS 2000

static void drain(struct tap *tap)
{
	const struct tap_rec *rec;

	while ((rec = tap_peek(tap)))
		tap_consume(tap, rec);
}

/* What one worker has handed over for the legs of the other, as the loop takes it. */
static void take(struct dp_worker *from, struct dp_worker *to, uint64_t now)
{
	struct rte_mbuf *m[WORKER_BURST];
	unsigned n = rte_ring_sc_dequeue_burst(
		from->worker.to_legs[to->worker.index], (void **)m, WORKER_BURST, NULL);

	for (unsigned i = 0; i < n; i++)
		legs_take(to->rtp, m[i], now);
}

/* All packets through the stages once, and a dump of what that cost. */
static void pass(struct traffic *t)
{
	for (unsigned b = 0; b < TRAFFIC_PACKETS / WORKER_BURST; b++) {
		unsigned port;
		struct rte_mbuf **m = traffic_burst(t, b, &port);
		uint64_t now = traffic_now(t, WORKER_BURST);
		struct dp_worker *d = traffic_owner(t, port), *peers = traffic_owner(t, port ^ 2);

		CALLGRIND_TOGGLE_COLLECT;
		pipeline_run(d, port, m, WORKER_BURST, now);
		if (peers != d)
			take(d, peers, now);
		CALLGRIND_TOGGLE_COLLECT;
		for (unsigned i = 0; i < TRAFFIC_PORTS; i++)
			d->worker.port[i].tx_count = peers->worker.port[i].tx_count = 0;
		if (b % (TRAFFIC_CHUNK / WORKER_BURST) == 0)
			drain(d->tap);
	}
	drain(traffic_worker(t)->tap);
}

struct stage {
	const char *name;
	void (*prepare)(struct traffic *t);
	int (*verify)(struct traffic *t);
};

static void prepare_tap(struct traffic *t)
{
	traffic_tap(t, true);
	drain(traffic_worker(t)->tap);
	traffic_prepare(t);
}

/* All legs have their first packet before any is counted. */
static void prepare_apart(struct traffic *t)
{
	traffic_apart(t);
	traffic_prepare(t);
	pass(t);
	traffic_prepare(t);
}

static const struct stage stages[] = {
	{"relay", traffic_prepare, traffic_verify}, {"tap", prepare_tap, traffic_verify},
	{"apart", prepare_apart, traffic_verify},
	{"stranger", traffic_strangers, traffic_verify_strangers}, /* the last: none is left */
};

static int measure(struct traffic *t, const struct stage *s)
{
	int rc;

	s->prepare(t);
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
	pass(t);
	CALLGRIND_DUMP_STATS_AT(s->name);
	CALLGRIND_STOP_INSTRUMENTATION;
	rc = s->verify(t);
	if (!rc)
		printf("%s %u\n", s->name, TRAFFIC_PACKETS);
	return rc;
}

static int run(const struct bench_options *o)
{
	struct traffic *t = traffic_alloc(o, LEGS, true, 2);
	int rc = t ? 0 : -ENOMEM;

	if (!rc) {
		printf("compiler gcc %s\n", __VERSION__);
		traffic_prepare(t);
		pass(t);
		rc = traffic_verify(t);
	}
	for (unsigned i = 0; i < sizeof(stages) / sizeof(*stages) && !rc; i++)
		rc = measure(t, &stages[i]);
	traffic_free(t);
	if (rc)
		fprintf(stderr, "tandem-bench: guard: %s\n", strerror(-rc));
	return rc;
}

const struct bench bench_guard = {.name = "guard",
	.what = "the stages for callgrind to count: bench/guard runs it",
	.run = run};
