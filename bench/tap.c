/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tap: what recording adds to the relay of a packet, when every leg is recorded: the distribution
 * with taps less the one without, median from median and minimum from minimum. The ring is emptied
 * between chunks, outside the time taken: the recorder's thread has a core of its own.
 */
#include <errno.h>
#include <rte_cycles.h>
#include <stdlib.h>
#include <bench/traffic.h>
#include <dataplane/tap.h>

static uint64_t chunk(struct traffic *t, unsigned first, uint64_t *recorded)
{
	struct dp_worker *d = traffic_worker(t);
	const struct tap_rec *rec;
	uint64_t start = rte_rdtsc(), took;

	for (unsigned b = first; b < first + TRAFFIC_CHUNK / WORKER_BURST; b++) {
		unsigned port;
		struct rte_mbuf **m = traffic_burst(t, b, &port);

		pipeline_run(d, port, m, WORKER_BURST, traffic_now(t));
		for (unsigned i = 0; i < TRAFFIC_PORTS; i++)
			d->worker.port[i].tx_count = 0;
	}
	took = rte_rdtsc() - start;
	while (d->tap && (rec = tap_peek(d->tap))) {
		*recorded += rec->kind == TAP_AUDIO && rec->len == TRAFFIC_PAYLOAD;
		tap_consume(d->tap, rec);
	}
	return took;
}

static int run_case(const struct bench_options *o, uint32_t legs, bool tap, double *values)
{
	struct traffic *t = traffic_alloc(o, legs, tap);
	uint64_t recorded = 0;
	int rc = t ? 0 : -ENOMEM;

	for (unsigned i = 0; i <= o->rounds && !rc; i++) {
		traffic_prepare(t);
		for (unsigned c = 0; c < TRAFFIC_CHUNKS; c++) {
			uint64_t took = chunk(t, c * (TRAFFIC_CHUNK / WORKER_BURST), &recorded);

			if (i)
				*values++ = (double)took / TRAFFIC_CHUNK;
		}
		rc = traffic_verify(t);
	}
	if (!rc && recorded != (tap ? (o->rounds + 1ull) * TRAFFIC_PACKETS : 0)) {
		fprintf(stderr, "tandem-bench: %llu packets reached the recorder\n",
			(unsigned long long)recorded);
		rc = -EBADMSG;
	}
	traffic_free(t);
	return rc;
}

static int run(const struct bench_options *o)
{
	unsigned runs = o->rounds * TRAFFIC_CHUNKS;
	double *values = calloc(runs, 2 * sizeof(*values));
	int rc = values ? 0 : -ENOMEM;

	for (unsigned i = 0; i < o->legs_count && !rc; i++) {
		double *plain = values + runs;
		struct bench_result r = {.bench = "tap",
			.metric = "cycles_per_packet_added",
			.unit = "cycles",
			.legs = o->legs[i],
			.frame_bytes = TRAFFIC_FRAME_BYTES,
			.values = values,
			.runs = runs};

		rc = run_case(o, r.legs, false, plain);
		if (!rc)
			rc = run_case(o, r.legs, true, values);
		if (rc)
			break;
		report_median(plain, runs);
		report_median(values, runs);
		for (unsigned k = 0; k < runs; k++)
			values[k] -= plain[k];
		report_result(o, &r);
	}
	free(values);
	if (rc)
		fprintf(stderr, "tandem-bench: tap: %s\n", strerror(-rc));
	return rc;
}

const struct bench bench_tap = {.name = "tap",
	.what = "what recording adds to a packet when every leg is recorded",
	.run = run};
