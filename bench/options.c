/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of all benches. */
#include <arpa/inet.h>
#include <getopt.h>
#include <string.h>
#include <bench/bench.h>
#include <bench/load/load.h>
#include <engine/base/addr.h>
#include <engine/base/number.h>
#include <engine/conf/schema.h>

#define PORT_TYPES TD_PORT_TYPES(TD_SPACED)
#define LATENCIES  TD_LATENCIES(TD_SPACED)

#define ROUNDS_DEFAULT 15u
#define ROUNDS_MAX     1000u
#define LEGS_MAX       1600000u
#define SECONDS_MAX    86400.0

static int usage(FILE *out)
{
	fprintf(out, "usage: tandem-bench BENCH [options]\n\nbenches:\n");
	for (const struct bench *const *b = benches; *b; b++)
		fprintf(out, "  %-8s %s\n", (*b)->name, (*b)->what);
	fprintf(out,
		"\nall:\n"
		"  --core N         the core to run on (default 0)\n"
		"  --seed N         of everything random (default 1)\n"
		"  --json           one JSON object a line\n"
		"  --help\n"
		"relay, srtp, tap:\n"
		"  --legs N[,N...]  how many legs at once (default 1000,10000,100000)\n"
		"  --rounds N       through 65,536 packets for each case, timed 2,048 at a time "
		"(default %u)\n"
		"loadgen, bridge:\n"
		"  --port TYPE:DEVICE:ADDRESS/BITS[,ADDRESS/BITS...]\n"
		"                   one of" PORT_TYPES " (memif!: its server); may be "
		"given again\n"
		"  --calls FILE     a call a line: A B RELAY_A RELAY_B, each address:port\n"
		"  --count N        the first N of them\n"
		"bridge, latency:\n"
		"  --latency HOW    one of" LATENCIES ", as in site.yaml\n"
		"loadgen, latency, recorder:\n"
		"  --seconds S      of a window (default 4), after --warm S that is not counted "
		"(default 1)\n"
		"loadgen:\n"
		"  --loss %%         of the packets are never sent\n"
		"  --reorder %%      of the packets are sent after the next one of their stream\n"
		"  --jitter MS      each packet is sent up to so much late (at most 60)\n"
		"  --pid N          reckon the CPU time of this process, the relay\n"
		"  --no-checksum    the relay's UDP checksums are not checked: a kernel leaves "
		"them "
		"to the\n"
		"                   device, and a veth pair has none that would fill them in\n"
		"recorder:\n"
		"  --count N        calls recorded at once (default 10000)\n"
		"  --dir DIR        where the recordings are put, and removed again (default .)\n"
		"  --kill           kill -9 in the middle, recover, and tell what was lost\n\n"
		"Cycles are those of the TSC. The minimum is the machine undisturbed, the median "
		"what it was.\n",
		ROUNDS_DEFAULT);
	return out == stdout ? -1 : 2;
}

static int number(const char *name, const char *text, uint64_t max, uint64_t *value)
{
	if (str_u64(str_of(text), max, value))
		return 0;
	fprintf(stderr, "tandem-bench: --%s %s: give a number up to %llu\n", name, text,
		(unsigned long long)max);
	return 2;
}

/* 0..max, times `unit`. */
static int decimal(const char *name, const char *text, double max, double unit, double *value)
{
	double v = 0;
	const char *end = number_decode(text, &v);

	if (!end || *end || v > max) {
		fprintf(stderr, "tandem-bench: --%s %s: give a number from 0 to %g\n", name, text,
			max);
		return 2;
	}
	*value = v * unit;
	return 0;
}

static int nanoseconds(const char *name, const char *text, double max, double unit, uint64_t *value)
{
	double v = 0;
	int rc = decimal(name, text, max, unit, &v);

	*value = (uint64_t)v;
	return rc;
}

static int legs(const char *text, struct bench_options *o)
{
	struct str rest = str_of(text);

	for (o->legs_count = 0; rest.n && o->legs_count < BENCH_LIST;) {
		struct str part = str_cut(&rest, ',');
		uint64_t n;

		if (!str_u64(part, LEGS_MAX, &n) || n < 8 || n % 8) {
			fprintf(stderr, "tandem-bench: --legs %.*s: give multiples of 8 up to %u\n",
				STR_FMT(part), LEGS_MAX);
			return 2;
		}
		o->legs[o->legs_count++] = (uint32_t)n;
	}
	return o->legs_count ? 0 : 2;
}

/* A word that means what it means in site.yaml. */
static bool word_decode(
	enum td_kind kind, const char *key, void *object, struct str text, struct td_text *err)
{
	return conf_value_decode(conf_key_lookup(kind, str_of(key)), object, text, true, err);
}

static bool port_type(struct td_conf_port *p, struct str type)
{
	struct td_text err;

	p->memif_server = str_eq(type, STR("memif!"));
	if (p->memif_server)
		type.n--;
	return word_decode(TD_KIND_PORT, "type", p, type, &err);
}

/* TYPE:DEVICE:ADDRESS/BITS[,...]; no fallback, since a figure must be that of the type named. */
static bool port_decode(struct td_conf_port *p, struct str text)
{
	struct str type = str_cut(&text, ':'), device, address;
	const char *colon = text.n ? memrchr(text.p, ':', text.n) : NULL; /* PCI has some */

	if (!colon || !port_type(p, type))
		return false;
	device = (struct str){text.p, (size_t)(colon - text.p)};
	address = (struct str){colon + 1, text.n - device.n - 1};
	if (!str_copy(p->device, sizeof(p->device), device))
		return false;
	while (address.n && p->address_count < TD_CONF_LIST)
		if (prefix_decode(&p->address[p->address_count++], str_cut(&address, ',')))
			return false;
	p->mtu = 1500;
	return p->address_count;
}

static int port(const char *text, struct bench_options *o)
{
	struct td_conf_port *p = &o->port[o->ports];

	if (o->ports == BENCH_PORTS) {
		fprintf(stderr, "tandem-bench: --port %s: %d ports at most\n", text, BENCH_PORTS);
		return 2;
	}
	if (!port_decode(p, str_of(text))) {
		fprintf(stderr,
			"tandem-bench: --port %s: give TYPE:DEVICE:ADDRESS/BITS, as in "
			"af_xdp:eth1:10.20.0.1/24\n",
			text);
		return 2;
	}
	snprintf(p->name, sizeof(p->name), "p%u", o->ports++);
	return 0;
}

static int latency(const char *text, struct bench_options *o)
{
	struct td_conf_site site;
	struct td_text err;

	if (!word_decode(TD_KIND_SITE, "latency", &site, str_of(text), &err)) {
		fprintf(stderr, "tandem-bench: --latency: %s\n", err.s);
		return 2;
	}
	o->latency = site.latency;
	return 0;
}

static int one(int c, struct bench_options *o)
{
	uint64_t value = 0;
	int rc;

	switch (c) {
	case 'l':
		return legs(optarg, o);
	case 'r':
		rc = number("rounds", optarg, ROUNDS_MAX, &value);
		o->rounds = value ? (unsigned)value : 1;
		return rc;
	case 'c':
		rc = number("core", optarg, UINT8_MAX, &value);
		o->core = (unsigned)value;
		return rc;
	case 's':
		return number("seed", optarg, UINT64_MAX - 1, &o->seed);
	case 'j':
		o->json = true;
		return 0;
	case 'p':
		return port(optarg, o);
	case 'f':
		o->calls_file = optarg;
		return 0;
	case 'n':
		rc = number("count", optarg, UINT32_MAX, &value);
		o->calls = (uint32_t)value;
		return rc;
	case 'S':
		return nanoseconds("seconds", optarg, SECONDS_MAX, TD_NSEC_PER_SEC, &o->window);
	case 'W':
		return nanoseconds("warm", optarg, SECONDS_MAX, TD_NSEC_PER_SEC, &o->warm);
	case 'L':
		return decimal("loss", optarg, 100, 0.01, &o->loss);
	case 'R':
		return decimal("reorder", optarg, 100, 0.01, &o->reorder);
	case 'J':
		return nanoseconds("jitter", optarg, (double)(LOAD_JITTER_MAX / TD_NSEC_PER_MSEC),
			TD_NSEC_PER_MSEC, &o->jitter);
	case 'P':
		rc = number("pid", optarg, INT32_MAX, &value);
		o->pid = (int)value;
		return rc;
	case 'N':
		o->checksums = false;
		return 0;
	case 'y':
		return latency(optarg, o);
	case 'd':
		o->dir = optarg;
		return 0;
	case 'k':
		o->kill = true;
		return 0;
	case 'h':
		return usage(stdout);
	default:
		return usage(stderr);
	}
}

int options_parse(struct bench_options *o, int argc, char **argv, const char **bench)
{
	static const struct option options[] = {{"legs", required_argument, NULL, 'l'},
		{"rounds", required_argument, NULL, 'r'}, {"core", required_argument, NULL, 'c'},
		{"seed", required_argument, NULL, 's'}, {"json", no_argument, NULL, 'j'},
		{"port", required_argument, NULL, 'p'}, {"calls", required_argument, NULL, 'f'},
		{"count", required_argument, NULL, 'n'}, {"seconds", required_argument, NULL, 'S'},
		{"warm", required_argument, NULL, 'W'}, {"loss", required_argument, NULL, 'L'},
		{"reorder", required_argument, NULL, 'R'}, {"jitter", required_argument, NULL, 'J'},
		{"pid", required_argument, NULL, 'P'}, {"no-checksum", no_argument, NULL, 'N'},
		{"latency", required_argument, NULL, 'y'}, {"dir", required_argument, NULL, 'd'},
		{"kill", no_argument, NULL, 'k'}, {"help", no_argument, NULL, 'h'}, {0}};
	int c, rc = 0;

	*o = (struct bench_options){.legs = {1000, 10000, 100000},
		.legs_count = 3,
		.rounds = ROUNDS_DEFAULT,
		.seed = 1,
		.warm = TD_NSEC_PER_SEC,
		.window = 4 * TD_NSEC_PER_SEC,
		.checksums = true};
	while (!rc && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		rc = one(c, o);
	if (!rc && optind + 1 != argc)
		rc = usage(stderr);
	*bench = argv[optind];
	return rc;
}
