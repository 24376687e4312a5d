/* SPDX-License-Identifier: BSD-3-Clause */
/* tandem-bench: what the engine's own parts cost, measured. */
#include <string.h>
#include <bench/bench.h>

const struct bench *const benches[] = {&bench_relay, &bench_srtp, &bench_tap, &bench_guard,
	&bench_latency, &bench_loadgen, &bench_bridge, &bench_recorder, NULL};

int main(int argc, char **argv)
{
	struct bench_options o;
	const char *name;
	int rc = options_parse(&o, argc, argv, &name);

	if (rc)
		return rc > 0 ? rc : 0;
	for (const struct bench *const *b = benches; *b; b++)
		if (!strcmp((*b)->name, name))
			return (*b)->run(&o) ? 1 : 0;
	fprintf(stderr, "tandem-bench: no bench is named %s; tandem-bench --help lists them\n",
		name);
	return 2;
}
