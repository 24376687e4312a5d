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
#include <system/options.h>

#define ROUNDS_DEFAULT 15
#define ROUNDS_MAX     1000u
#define LEGS_MIN       64 /* with a third of it, the engine takes a chunk of packets for a flood */
#define LEGS_MAX       1600000
#define SECONDS_MAX    86400.0
#define JITTER_MS      60

_Static_assert(LOAD_JITTER_MAX / TD_NSEC_PER_MSEC == JITTER_MS, "the help says what is allowed");

enum {
	CORE = OPTION_LONG,
	SEED,
	LEGS,
	ROUNDS,
	PORT,
	CALLS,
	COUNT,
	LATENCY,
	SECONDS,
	WARM,
	LOSS,
	REORDER,
	JITTER,
	PID,
	NO_CHECKSUM,
	DIR,
	KILL
};

static const struct option_row rows[] = {
	{CORE, "core", "N", "0", "The core to run on."},
	{SEED, "seed", "N", "1", "Of everything random."},
	{'j', "json", NULL, NULL, "One JSON object a line."},
	{LEGS, "legs", "N[,N...]", "1000,10000,100000",
		"relay, srtp, tap: how many legs at once, a case each: multiples of 8 "
		"from " OPTION_TEXT(LEGS_MIN) " to " OPTION_TEXT(LEGS_MAX) "."},
	{ROUNDS, "rounds", "N", OPTION_TEXT(ROUNDS_DEFAULT),
		"relay, srtp, tap: how often through 65,536 packets for each case, timed 2,048 at "
		"a time."},
	{PORT, "port", "PORT", NULL,
		"loadgen, bridge: TYPE:DEVICE:ADDRESS/BITS[,ADDRESS/BITS...], as in "
		"af_xdp:eth1:10.20.0.1/24; may be given again. TYPE is one "
		"of" TD_PORT_TYPES(TD_SPACED) "; memif! is its server."},
	{CALLS, "calls", "FILE", NULL,
		"loadgen, bridge: a call a line, A B RELAY_A RELAY_B, each address:port."},
	{COUNT, "count", "N", "all, or 10000",
		"loadgen, bridge: the first N of the calls. recorder: calls recorded at once."},
	{LATENCY, "latency", "HOW", "balanced",
		"bridge, latency: one of" TD_LATENCIES(TD_SPACED) ", as in site.yaml."},
	{SECONDS, "seconds", "S", "4", "loadgen, latency, recorder: length of a window."},
	{WARM, "warm", "S", "1", "loadgen, latency, recorder: how long nothing counts before it."},
	{LOSS, "loss", "PERCENT", "0", "loadgen: how many of the packets are never sent."},
	{REORDER, "reorder", "PERCENT", "0",
		"loadgen: how many of them are sent after the next one of their stream."},
	{JITTER, "jitter", "MS", "0",
		"loadgen: each packet is sent up to so much late, at most " OPTION_TEXT(
			JITTER_MS) "."},
	{PID, "pid", "N", NULL, "loadgen: reckon the CPU time of this process, the relay."},
	{NO_CHECKSUM, "no-checksum", NULL, NULL,
		"loadgen: do not check the relay's UDP checksums. A kernel leaves them to the "
		"device, and a veth pair has none that would fill them in."},
	{DIR, "dir", "DIR", "this directory",
		"recorder: where the recordings are put, and removed again."},
	{KILL, "kill", NULL, NULL,
		"recorder: kill -9 in the middle, recover, and tell what was lost."},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

static void usage(void)
{
	puts("usage: tandem-bench BENCH [options]\n");
	for (const struct bench *const *b = benches; *b; b++)
		printf("  %-8s  %s\n", (*b)->name, (*b)->what);
	putchar('\n');
	options_usage(rows, stdout);
	puts("\nCycles are those of the TSC. The minimum is the machine undisturbed, the median\n"
	     "what it was.");
}

static int wrong(const char *why)
{
	fprintf(stderr, "%ssee tandem-bench --help\n", why);
	return 2;
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

		if (!str_u64(part, LEGS_MAX, &n) || n < LEGS_MIN || n % 8) {
			fprintf(stderr,
				"tandem-bench: --legs %.*s: give multiples of 8 from " OPTION_TEXT(
					LEGS_MIN) " to " OPTION_TEXT(LEGS_MAX) "\n",
				STR_FMT(part));
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

static int one(int option, struct bench_options *o)
{
	uint64_t value = 0;
	int rc;

	switch (option) {
	case LEGS:
		return legs(optarg, o);
	case ROUNDS:
		rc = number("rounds", optarg, ROUNDS_MAX, &value);
		o->rounds = value ? (unsigned)value : 1;
		return rc;
	case CORE:
		rc = number("core", optarg, UINT8_MAX, &value);
		o->core = (unsigned)value;
		return rc;
	case SEED:
		return number("seed", optarg, UINT64_MAX - 1, &o->seed);
	case 'j':
		o->json = true;
		return 0;
	case PORT:
		return port(optarg, o);
	case CALLS:
		o->calls_file = optarg;
		return 0;
	case COUNT:
		rc = number("count", optarg, UINT32_MAX, &value);
		o->calls = (uint32_t)value;
		return rc;
	case SECONDS:
		return nanoseconds("seconds", optarg, SECONDS_MAX, TD_NSEC_PER_SEC, &o->window);
	case WARM:
		return nanoseconds("warm", optarg, SECONDS_MAX, TD_NSEC_PER_SEC, &o->warm);
	case LOSS:
		return decimal("loss", optarg, 100, 0.01, &o->loss);
	case REORDER:
		return decimal("reorder", optarg, 100, 0.01, &o->reorder);
	case JITTER:
		return nanoseconds("jitter", optarg, (double)(LOAD_JITTER_MAX / TD_NSEC_PER_MSEC),
			TD_NSEC_PER_MSEC, &o->jitter);
	case PID:
		rc = number("pid", optarg, INT32_MAX, &value);
		o->pid = (int)value;
		return rc;
	case NO_CHECKSUM:
		o->checksums = false;
		return 0;
	case LATENCY:
		return latency(optarg, o);
	case DIR:
		o->dir = optarg;
		return 0;
	case KILL:
		o->kill = true;
		return 0;
	case 'h':
		usage();
		return -1;
	case 'V':
		puts("tandem-bench " TD_VERSION);
		return -1;
	default: /* getopt has said what is wrong */
		return wrong("");
	}
}

/* The bench stands before its options or among them. */
int options_parse(struct bench_options *o, int argc, char **argv, const char **bench)
{
	int option, rc = 0;

	*bench = NULL;
	*o = (struct bench_options){.legs = {1000, 10000, 100000},
		.legs_count = 3,
		.rounds = ROUNDS_DEFAULT,
		.seed = 1,
		.warm = TD_NSEC_PER_SEC,
		.window = 4 * TD_NSEC_PER_SEC,
		.checksums = true};
	while (!rc && optind < argc) {
		option = options_next(rows, argc, argv);
		if (option != OPTION_END)
			rc = one(option, o);
		else if (optind == argc)
			break;
		else if (*bench)
			rc = wrong("tandem-bench: one bench at a time; ");
		else
			*bench = argv[optind++];
	}
	return rc || *bench ? rc : wrong("tandem-bench: which bench? ");
}
