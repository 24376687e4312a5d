/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * latency: what the engine adds to a packet's way, over memif, at 70 % of the load that it carries.
 *
 * The engine's dataplane is a process of its own on --core, the generator polls on the next core.
 * First it looks for the largest load that loses nothing: it doubles the calls until packets are
 * lost or the generator falls behind, and then halves the step. Then it measures windows at 70 % of
 * that load. A packet's time goes from before the generator's write to memif until after its read.
 * So it contains one memif hop each way, and the generator's own turn.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <bench/bench.h>
#include <bench/load/bridge.h>
#include <bench/load/gen.h>

#define CALLS       40000u /* at most; 4 M packets a second each way */
#define CALLS_FIRST 500u
#define BISECTIONS  4
#define TRIES       3 /* a disturbed window is no limit */
#define WINDOWS     7
#define SHARE       70 /* % */
#define WARM        (TD_NSEC_PER_SEC * 3 / 10)
#define SEARCH      (TD_NSEC_PER_SEC / 2)
#define BEHIND      (10 * TD_NSEC_PER_MSEC) /* half its packets so late: at its limit */
#define ADDRESSES   4u
#define PER_ADDRESS 25000u

struct bed {
	char directory[32];
	struct td_conf_port gen, bridge;
	struct load_call *call;
	pid_t child;
	struct gen *g;
	struct gen_result *r;
};

static struct td_addr address(unsigned host, uint32_t end)
{
	return (struct td_addr){.family = 4,
		.ip4 = htonl(0x0a510000 + host * 256 + 1 + end / PER_ADDRESS),
		.port = (uint16_t)(GEN_PORT_MIN + end % PER_ADDRESS * 2)};
}

static void describe_port(struct td_conf_port *p, const struct bed *b, unsigned host, bool server)
{
	*p = (struct td_conf_port){.type = TD_PORT_MEMIF,
		.mtu = 1500,
		.address_count = ADDRESSES,
		.memif_server = server};
	snprintf(p->name, sizeof(p->name), server ? "engine" : "generator");
	snprintf(p->device, sizeof(p->device), "%s/memif", b->directory);
	for (unsigned i = 0; i < ADDRESSES; i++)
		p->address[i] =
			(struct td_prefix){.addr = address(host, i * PER_ADDRESS), .bits = 16};
	for (unsigned i = 0; i < ADDRESSES; i++)
		p->address[i].addr.port = 0;
}

static int describe(struct bed *b)
{
	b->call = calloc(CALLS, sizeof(*b->call));
	b->r = calloc(1, sizeof(*b->r));
	snprintf(b->directory, sizeof(b->directory), "/tmp/tandem-bench.XXXXXX");
	if (!b->call || !b->r)
		return -ENOMEM;
	if (!mkdtemp(b->directory)) {
		b->directory[0] = '\0';
		return -errno;
	}
	describe_port(&b->bridge, b, 1, true);
	describe_port(&b->gen, b, 2, false);
	for (uint32_t i = 0; i < CALLS; i++)
		b->call[i] = (struct load_call){.a = address(2, i * 2),
			.b = address(2, i * 2 + 1),
			.relay_a = address(1, i * 2),
			.relay_b = address(1, i * 2 + 1)};
	return 0;
}

/* The engine's process; returns when its legs are there. */
static int start_bridge(struct bed *b, const struct bench_options *o)
{
	struct bridge_params p = {.port = &b->bridge,
		.ports = 1,
		.core = o->core,
		.latency = o->latency,
		.call = b->call,
		.calls = CALLS};
	int fd[2];
	char byte;

	if (pipe(fd))
		return -errno;
	b->child = fork();
	if (b->child < 0)
		return -errno;
	if (!b->child) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		close(fd[0]);
		p.ready = fd[1];
		_exit(bridge_run(&p, NULL) ? 1 : 0);
	}
	close(fd[1]);
	p.ready = read(fd[0], &byte, 1) == 1 ? 0 : -ECHILD; /* ended: it told why */
	close(fd[0]);
	return p.ready;
}

static int start_gen(struct bed *b, const struct bench_options *o)
{
	struct gen_params p = {.port = &b->gen,
		.ports = 1,
		.checksums = true,
		.load = {.call = b->call, .calls = CALLS, .seed = o->seed}};
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return -errno;
	if (CPU_COUNT(&cpus) < 2) {
		fprintf(stderr, "tandem-bench: latency needs two cores\n");
		return -EINVAL;
	}
	do
		p.core = p.core ? p.core + 1 : o->core + 1;
	while (p.core < CPU_SETSIZE && !CPU_ISSET(p.core, &cpus));
	if (p.core >= CPU_SETSIZE) /* the engine has the last one */
		for (p.core = 0; !CPU_ISSET(p.core, &cpus);)
			p.core++;
	b->g = gen_alloc(&p);
	return b->g ? gen_resolve(b->g) : -ENODEV;
}

static void stop(struct bed *b)
{
	char socket[64];

	gen_free(b->g);
	if (b->child > 0) {
		kill(b->child, SIGTERM);
		(void)waitpid(b->child, NULL, 0);
	}
	if (b->directory[0]) {
		snprintf(socket, sizeof(socket), "%s/memif", b->directory);
		(void)unlink(socket);
		(void)rmdir(b->directory);
	}
	free(b->call);
	free(b->r);
}

/* 1: all came through; 0: not; negative: nothing can be measured. */
static int carries(struct bed *b, uint32_t calls)
{
	for (unsigned i = 0; i < TRIES; i++) {
		const struct load_counts *c = &b->r->counts;
		int rc = gen_window(b->g, calls, WARM, SEARCH, 0, b->r);

		if (rc)
			return rc;
		if (load_wrongs(c) || c->duplicates) {
			fprintf(stderr, "tandem-bench: packets came out wrong or twice\n");
			return -EBADMSG;
		}
		if (c->relayed && !c->lost && !c->unsent &&
			hist_quantile(&b->r->lateness, 0.5) < BEHIND)
			return 1;
	}
	return 0;
}

/* The largest number of calls tried that come through; *limit: what ends it. */
static int find_load(struct bed *b, uint32_t *calls, const char **limit)
{
	uint32_t good = 0, bad = CALLS + 1, next = CALLS_FIRST;
	int rc = 0;

	*limit = "none";
	for (unsigned i = 0; i < BISECTIONS && bad - good > 1 && rc >= 0;) {
		rc = carries(b, next);
		if (rc > 0) {
			good = next;
		} else if (!rc) {
			bad = next;
			*limit = b->r->counts.lost ? "engine" : "generator";
		}
		i += bad <= CALLS;
		next = bad > CALLS ? (good * 2 < CALLS ? good * 2 : CALLS) : (good + bad) / 2;
		if (good == CALLS)
			break;
	}
	*calls = good;
	return rc < 0 ? rc : good ? 0 : -ENOBUFS;
}

static const struct {
	const char *metric;
	double share;
} quantiles[] = {{"added_latency_p50", 0.5}, {"added_latency_p90", 0.9},
	{"added_latency_p99", 0.99}, {"added_latency_p99.9", 0.999},
	{"added_latency_p99.99", 0.9999}, {"added_latency_max", 1}};

#define QUANTILES (sizeof(quantiles) / sizeof(*quantiles))

static int measure(struct bed *b, const struct bench_options *o, uint32_t most, const char *limit)
{
	double value[QUANTILES][WINDOWS];
	uint32_t calls = most * SHARE / 100;
	uint64_t lost = 0;
	int rc = 0;

	for (unsigned i = 0; i < WINDOWS && !rc; i++) {
		rc = gen_window(b->g, calls, o->warm, o->window, 0, b->r);
		lost += b->r->counts.lost;
		if (load_wrongs(&b->r->counts))
			rc = -EBADMSG;
		for (unsigned q = 0; q < QUANTILES; q++)
			value[q][i] =
				(double)hist_quantile(&b->r->latency, quantiles[q].share) / 1e3;
	}
	for (unsigned q = 0; q < QUANTILES && !rc; q++) {
		struct bench_result r = {.bench = "latency",
			.metric = quantiles[q].metric,
			.unit = "us",
			.frame_bytes = GEN_FRAME_BYTES,
			.of = {{.name = "calls", .number = calls},
				{.name = "carried", .number = most},
				{.name = "limit", .word = limit}}};

		report_values(&r, value[q], WINDOWS);
		report_result(o, &r);
	}
	if (lost)
		fprintf(stderr, "tandem-bench: latency: %llu packets were lost on the way\n",
			(unsigned long long)lost);
	return rc;
}

static int run(const struct bench_options *o)
{
	struct bed b = {0};
	const char *limit = NULL;
	uint32_t calls = 0;
	int rc = describe(&b);

	if (!rc)
		rc = start_bridge(&b, o);
	if (!rc)
		rc = start_gen(&b, o);
	if (!rc)
		rc = find_load(&b, &calls, &limit);
	if (!rc)
		rc = measure(&b, o, calls, limit);
	if (rc)
		fprintf(stderr, "tandem-bench: latency: %s\n", strerror(-rc));
	stop(&b);
	return rc;
}

const struct bench bench_latency = {.name = "latency",
	.what = "what the engine adds to a packet's way, at 70 % of the load",
	.run = run};
