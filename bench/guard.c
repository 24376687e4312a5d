/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guard: the stages' packets for callgrind to count, which bench/guard compares with the budget.
 * Instructions are the same in each run whatever else the machine does, so a change that costs some
 * shows. Counting is on within the engine's own code alone, after a pass in which all legs have
 * started; run without callgrind, this does the same work and counts nothing.
 */
#include <errno.h>
#include <string.h>
#include <valgrind/callgrind.h>
#include <bench/traffic.h>
#include <dataplane/tap.h>

#define LEGS 2000

static void drain(struct tap *tap)
{
	const struct tap_rec *rec;

	while ((rec = tap_peek(tap)))
		tap_consume(tap, rec);
}

/* All packets through the stages once, and a dump of what that cost. */
static void pass(struct traffic *t)
{
	struct dp_worker *d = traffic_worker(t);

	for (unsigned b = 0; b < TRAFFIC_PACKETS / WORKER_BURST; b++) {
		unsigned port;
		struct rte_mbuf **m = traffic_burst(t, b, &port);
		uint64_t now = traffic_now(t, WORKER_BURST);

		CALLGRIND_TOGGLE_COLLECT;
		pipeline_run(d, port, m, WORKER_BURST, now);
		CALLGRIND_TOGGLE_COLLECT;
		for (unsigned i = 0; i < TRAFFIC_PORTS; i++)
			d->worker.port[i].tx_count = 0;
		if (b % (TRAFFIC_CHUNK / WORKER_BURST) == 0)
			drain(d->tap);
	}
	drain(d->tap);
}

static int stage(struct traffic *t, const char *name)
{
	int rc;

	traffic_prepare(t);
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
	pass(t);
	CALLGRIND_DUMP_STATS_AT(name);
	CALLGRIND_STOP_INSTRUMENTATION;
	rc = traffic_verify(t);
	if (!rc)
		printf("%s %u\n", name, TRAFFIC_PACKETS);
	return rc;
}

static int run(const struct bench_options *o)
{
	struct traffic *t = traffic_alloc(o, LEGS, true);
	int rc = t ? 0 : -ENOMEM;

	if (!rc) {
		printf("compiler gcc %s\n", __VERSION__);
		traffic_prepare(t);
		pass(t);
		rc = traffic_verify(t);
	}
	if (!rc)
		rc = stage(t, "relay");
	if (!rc) {
		traffic_tap(t, true);
		drain(traffic_worker(t)->tap);
		rc = stage(t, "tap");
	}
	traffic_free(t);
	if (rc)
		fprintf(stderr, "tandem-bench: guard: %s\n", strerror(-rc));
	return rc;
}

const struct bench bench_guard = {.name = "guard",
	.what = "the stages for callgrind to count: bench/guard runs it",
	.run = run};
