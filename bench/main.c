/* SPDX-License-Identifier: BSD-3-Clause */
/* tandem-bench: what the engine's own parts cost, measured. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <bench/bench.h>
#include <engine/core/str.h>

#define ROUNDS_DEFAULT 15u
#define ROUNDS_MAX     1000u
#define LEGS_MAX       1600000u

static const struct bench *const benches[] = {&bench_relay, &bench_tap, &bench_guard, NULL};

static int usage(FILE *out)
{
	fprintf(out, "usage: tandem-bench BENCH [options]\n\nbenches:\n");
	for (const struct bench *const *b = benches; *b; b++)
		fprintf(out, "  %-8s %s\n", (*b)->name, (*b)->what);
	fprintf(out,
		"\noptions:\n"
		"  --legs N[,N...]  how many legs at once (default 1000,10000,100000)\n"
		"  --rounds N       through 65,536 packets for each case, timed 2,048 at a time "
		"(default %u)\n"
		"  --core N         the core to run on (default 0)\n"
		"  --seed N         of everything random (default 1)\n"
		"  --json           one JSON object a line\n"
		"  --help\n\n"
		"Cycles are those of the TSC. The minimum is the machine undisturbed, the median "
		"what "
		"it was.\n",
		ROUNDS_DEFAULT);
	return out == stdout ? 0 : 2;
}

static int option_number(const char *name, const char *text, uint64_t max, uint64_t *value)
{
	if (str_u64(str_of(text), max, value))
		return 0;
	fprintf(stderr, "tandem-bench: --%s %s: give a number up to %llu\n", name, text,
		(unsigned long long)max);
	return -1;
}

static int option_legs(const char *text, struct bench_options *o)
{
	struct str rest = str_of(text);

	for (o->legs_count = 0; rest.n && o->legs_count < BENCH_LIST;) {
		struct str part = str_cut(&rest, ',');
		uint64_t legs;

		if (!str_u64(part, LEGS_MAX, &legs) || legs < 8 || legs % 8) {
			fprintf(stderr, "tandem-bench: --legs %.*s: give multiples of 8 up to %u\n",
				STR_FMT(part), LEGS_MAX);
			return -1;
		}
		o->legs[o->legs_count++] = (uint32_t)legs;
	}
	return o->legs_count ? 0 : -1;
}

static int parse(int argc, char **argv, struct bench_options *o)
{
	static const struct option options[] = {{"legs", required_argument, NULL, 'l'},
		{"rounds", required_argument, NULL, 'r'}, {"core", required_argument, NULL, 'c'},
		{"seed", required_argument, NULL, 's'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'}, {0}};
	uint64_t value;
	int c;

	*o = (struct bench_options){.legs = {1000, 10000, 100000},
		.legs_count = 3,
		.rounds = ROUNDS_DEFAULT,
		.seed = 1};
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			if (option_legs(optarg, o))
				return 2;
			break;
		case 'r':
			if (option_number("rounds", optarg, ROUNDS_MAX, &value))
				return 2;
			o->rounds = value ? (unsigned)value : 1;
			break;
		case 'c':
			if (option_number("core", optarg, UINT8_MAX, &value))
				return 2;
			o->core = (unsigned)value;
			break;
		case 's':
			if (option_number("seed", optarg, UINT64_MAX - 1, &o->seed))
				return 2;
			break;
		case 'j':
			o->json = true;
			break;
		case 'h':
			exit(usage(stdout));
		default:
			return usage(stderr);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct bench_options o;
	int rc = parse(argc, argv, &o);

	if (rc)
		return rc;
	if (optind + 1 != argc)
		return usage(stderr);
	for (const struct bench *const *b = benches; *b; b++)
		if (!strcmp((*b)->name, argv[optind]))
			return (*b)->run(&o) ? 1 : 0;
	fprintf(stderr, "tandem-bench: no bench is named %s\n", argv[optind]);
	return usage(stderr);
}
