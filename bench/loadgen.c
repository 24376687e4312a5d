/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * loadgen: calls for a relay on the other side of a port, and what became of each packet.
 *
 * Exit 0 when nothing is lost beyond what --loss asked for and nothing came back wrong.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bench/bench.h>
#include <bench/load/calls.h>
#include <bench/load/gen.h>
#include <engine/base/buf.h>

static const struct {
	const char *name;
	double share;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}};

static const struct {
	const char *name, *text;
} wrongs[] = {
#define X(id, name, text) {name, text},
	LOAD_WRONGS(X)
#undef X
};

#define QUANTILES (sizeof(quantiles) / sizeof(*quantiles))

static double us(uint64_t ns)
{
	return (double)ns / 1e3;
}

static void json_hist(struct td_buf *b, const char *key, const struct hist *h)
{
	json_object_start(b, key);
	for (unsigned i = 0; i < QUANTILES; i++)
		json_f64(b, quantiles[i].name, us(hist_quantile(h, quantiles[i].share)));
	json_f64(b, "max", us(h->max));
	json_object_end(b);
}

static void json_counts(struct td_buf *b, const struct load_counts *c)
{
	json_u64(b, "sent", c->sent);
	json_u64(b, "relayed", c->relayed);
	json_u64(b, "lost", c->lost);
	json_u64(b, "duplicates", c->duplicates);
	json_u64(b, "reordered", c->reordered);
	json_u64(b, "gaps", c->gaps);
	json_u64(b, "skipped", c->skipped);
	json_u64(b, "delayed", c->delayed);
	json_u64(b, "unsent", c->unsent);
	json_object_start(b, "wrong");
	for (unsigned i = 0; i < LOAD_WRONG_COUNT; i++)
		json_u64(b, wrongs[i].name, c->wrong[i]);
	json_object_end(b);
}

/* What the kernel's softirqs took on each CPU, a packet. On veth the one who sends runs the
 * receiver's half of the stack: the relay's own is in its process time, its receiving is in the
 * generator's. */
static void json_usage(struct td_buf *b, const struct gen_result *r)
{
	double packets = r->in_time ? (double)r->in_time : 1;

	json_f64(b, "cpu_ns_per_packet", (double)r->usage.process_ns / packets);
	json_f64(b, "cpu_share", (double)r->usage.process_ns / (double)r->ns);
	json_array_start(b, "softirq_ns_per_packet");
	for (unsigned i = 0; i < r->usage.cpus; i++)
		json_f64(b, NULL, (double)r->usage.softirq[i] / packets);
	json_array_end(b);
}

static void print_json(const struct bench_options *o, uint32_t calls, const struct gen_result *r)
{
	struct td_buf b;

	buf_init(&b);
	json_object_start(&b, NULL);
	json_str(&b, "bench", STR("loadgen"));
	json_object_start(&b, "case");
	json_u64(&b, "calls", calls);
	json_f64(&b, "loss_percent", o->loss * 100);
	json_f64(&b, "reorder_percent", o->reorder * 100);
	json_f64(&b, "jitter_ms", (double)o->jitter / TD_NSEC_PER_MSEC);
	json_object_end(&b);
	json_f64(&b, "seconds", (double)r->ns / TD_NSEC_PER_SEC);
	json_counts(&b, &r->counts);
	json_hist(&b, "latency_us", &r->latency);
	json_hist(&b, "lateness_us", &r->lateness);
	if (o->pid)
		json_usage(&b, r);
	report_machine(&b, GEN_FRAME_BYTES);
	json_object_end(&b);
	if (!b.error)
		printf("%.*s\n", (int)b.len, b.data);
	buf_free(&b);
}

static void print_hist(const char *name, const struct hist *h)
{
	printf("%-22s", name);
	for (unsigned i = 0; i < QUANTILES; i++)
		printf(" %s %.1f ", quantiles[i].name, us(hist_quantile(h, quantiles[i].share)));
	printf(" max %.1f\n", us(h->max));
}

static void print_text(const struct bench_options *o, uint32_t calls, const struct gen_result *r)
{
	const struct load_counts *c = &r->counts;

	printf("%u calls, %.1f s: %llu packets sent, %llu relayed, %llu lost, %llu duplicates, "
	       "%llu reordered, %llu gaps\n",
		calls, (double)r->ns / TD_NSEC_PER_SEC, (unsigned long long)c->sent,
		(unsigned long long)c->relayed, (unsigned long long)c->lost,
		(unsigned long long)c->duplicates, (unsigned long long)c->reordered,
		(unsigned long long)c->gaps);
	if (c->skipped || c->delayed)
		printf("asked for: %llu never sent, %llu sent behind the next\n",
			(unsigned long long)c->skipped, (unsigned long long)c->delayed);
	if (c->unsent)
		printf("the port took %llu not: the generator's limit, not the relay's\n",
			(unsigned long long)c->unsent);
	for (unsigned i = 0; i < LOAD_WRONG_COUNT; i++)
		if (c->wrong[i])
			printf("WRONG %llu: %s\n", (unsigned long long)c->wrong[i], wrongs[i].text);
	print_hist("relay latency, us:", &r->latency);
	print_hist("generator late, us:", &r->lateness);
	if (o->pid)
		printf("CPU of process %d: %.0f ns a packet, %.1f %% of a core\n", o->pid,
			(double)r->usage.process_ns / (r->in_time ? (double)r->in_time : 1),
			100.0 * (double)r->usage.process_ns / (double)r->ns);
}

static int run_calls(const struct bench_options *o, const struct load_call *call, uint32_t count)
{
	struct gen_params p = {.port = o->port,
		.ports = o->ports,
		.core = o->core,
		.checksums = o->checksums,
		.load = {.call = call,
			.calls = o->calls && o->calls < count ? o->calls : count,
			.seed = o->seed,
			.loss = o->loss,
			.reorder = o->reorder,
			.jitter = o->jitter}};
	struct gen_result *r = calloc(1, sizeof(*r));
	struct gen *g = r ? gen_alloc(&p) : NULL;
	int rc = g ? gen_resolve(g) : -ENOMEM;

	if (!rc)
		rc = gen_window(g, p.load.calls, o->warm, o->window, o->pid, r);
	if (!rc) {
		if (o->json)
			print_json(o, p.load.calls, r);
		else
			print_text(o, p.load.calls, r);
		if (r->counts.lost || r->counts.duplicates || load_wrongs(&r->counts) ||
			!r->counts.relayed)
			rc = -EBADMSG;
	}
	gen_free(g);
	free(r);
	return rc;
}

static int run(const struct bench_options *o)
{
	struct td_text err;
	uint32_t count;
	struct load_call *call;
	int rc;

	if (!o->ports || !o->calls_file) {
		fprintf(stderr, "tandem-bench: loadgen needs --port and --calls\n");
		return -EINVAL;
	}
	call = calls_read(o->calls_file, &count, &err);
	if (!call) {
		fprintf(stderr, "tandem-bench: %s\n", err.s);
		return -errno;
	}
	rc = run_calls(o, call, count);
	free(call);
	return rc;
}

const struct bench bench_loadgen = {.name = "loadgen",
	.what = "RTP of N calls for a relay, by any port; checks what comes back",
	.run = run};
