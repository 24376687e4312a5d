/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * relay: a packet from leg to leg.
 *
 * cycles_per_packet          the engine's stages alone, from parse to rewritten: what is between
 *                            rx and tx. Bursts of 32, legs random, 65,536 mbufs that went cold.
 * cycles_per_packet_with_io  turns of the engine's worker loop on ring ports, rx and tx included.
 */
#include <errno.h>
#include <rte_cycles.h>
#include <rte_ring.h>
#include <stdlib.h>
#include <bench/stage.h>
#include <dataplane/worker/loop.h>

static struct rte_ring *ring_of(unsigned port, char side)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "bench%u.%c", port, side);
	return rte_ring_lookup(name);
}

/* Chunk c of the packets through rings and turns of the loop, timed from the first to the last.
 * Cycles for each packet. */
static double io_chunk(struct traffic *t, unsigned c, int *rc)
{
	struct dp_worker *d = traffic_worker(t);
	uint64_t before = d->info.packets, now, start, took;
	unsigned out = 0, bursts = TRAFFIC_CHUNK / WORKER_BURST;

	for (unsigned b = c * bursts; b < (c + 1) * bursts; b++) {
		unsigned port;
		struct rte_mbuf **m = traffic_burst(t, b, &port);

		if (rte_ring_sp_enqueue_bulk(ring_of(port, 'a'), (void **)m, WORKER_BURST, NULL) !=
			WORKER_BURST)
			*rc = -ENOBUFS;
	}
	now = traffic_now(t, TRAFFIC_CHUNK);
	start = rte_rdtsc();
	while (d->info.packets - before < TRAFFIC_CHUNK && !*rc) {
		(void)dp_now(); /* as its loop does; the calls have a clock of their own */
		worker_turn(d, now);
	}
	took = rte_rdtsc() - start;
	for (unsigned port = 0; port < TRAFFIC_PORTS; port++) {
		void *m[TRAFFIC_CHUNK];

		out += rte_ring_sc_dequeue_burst(ring_of(port, 'b'), m, TRAFFIC_CHUNK, NULL);
	}
	if (out != TRAFFIC_CHUNK)
		*rc = -EBADMSG;
	return (double)took / TRAFFIC_CHUNK;
}

/* Rounds through all packets, each round's chunks timed one by one. */
static int run_case(const struct bench_options *o, uint32_t legs, bool io, double *values)
{
	struct traffic *t = traffic_alloc(o, legs, false, 1);
	unsigned warm_ups = t ? traffic_warm_ups(t) : 0;
	int rc = t ? 0 : -ENOMEM;

	for (unsigned i = 0; i < warm_ups + o->rounds && !rc; i++) {
		traffic_prepare(t);
		for (unsigned c = 0; c < TRAFFIC_CHUNKS && !rc; c++) {
			double cycles = io ? io_chunk(t, c, &rc) : stage_chunk(t, c);

			if (i >= warm_ups)
				*values++ = cycles;
		}
		rc = rc ? rc : traffic_verify(t);
	}
	traffic_free(t);
	return rc;
}

static int run(const struct bench_options *o)
{
	double *values = calloc(o->rounds, TRAFFIC_CHUNKS * sizeof(*values));
	int rc = values ? 0 : -ENOMEM;

	for (unsigned i = 0; i < o->legs_count * 2 && !rc; i++) {
		bool io = i % 2;
		struct bench_result r = {.bench = "relay",
			.metric = io ? "cycles_per_packet_with_io" : "cycles_per_packet",
			.unit = "cycles",
			.legs = o->legs[i / 2],
			.frame_bytes = TRAFFIC_FRAME_BYTES};

		rc = run_case(o, r.legs, io, values);
		if (rc)
			break;
		report_values(&r, values, o->rounds * TRAFFIC_CHUNKS);
		report_result(o, &r);
	}
	free(values);
	if (rc)
		fprintf(stderr, "tandem-bench: relay: %s\n", strerror(-rc));
	return rc;
}

const struct bench bench_relay = {.name = "relay",
	.what = "a packet from leg to leg: cycles of the stages, and with ports",
	.run = run};
