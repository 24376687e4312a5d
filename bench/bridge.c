/* SPDX-License-Identifier: BSD-3-Clause */
/* bridge: the relay of a measurement, to be run beside loadgen. Says "ready"; ends at SIGTERM. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <bench/bench.h>
#include <bench/load/bridge.h>
#include <bench/load/calls.h>

static int run(const struct bench_options *o)
{
	struct td_text err;
	uint32_t count;
	struct load_call *call;
	struct bridge_params p = {
		.port = o->port, .ports = o->ports, .core = o->core, .latency = o->latency};
	int rc;

	if (!o->ports || !o->calls_file) {
		fprintf(stderr, "tandem-bench: bridge needs --port and --calls\n");
		return -EINVAL;
	}
	call = calls_read(o->calls_file, &count, &err);
	if (!call) {
		fprintf(stderr, "tandem-bench: %s\n", err.s);
		return -errno;
	}
	p.call = call;
	p.calls = o->calls && o->calls < count ? o->calls : count;
	p.ready = dup(STDOUT_FILENO);
	rc = bridge_run(&p, stdout);
	free(call);
	return rc;
}

const struct bench bench_bridge = {.name = "bridge",
	.what = "the engine's dataplane with N calls: a relay for loadgen",
	.run = run};
