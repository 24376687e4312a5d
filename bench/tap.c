/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tap: what recording adds to the relay of a packet, when every leg is recorded. The result is the
 * cost with taps minus the cost without: median minus median, minimum minus minimum. Rounds with
 * and without taps alternate, so that a disturbance of the machine meets both. The ring is emptied
 * between chunks and that time is not counted: the recorder's thread has a core of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <bench/stage.h>
#include <dataplane/tap.h>

/* The number of audio records that were in the ring. */
static uint64_t drain(struct tap *tap)
{
	const struct tap_rec *rec;
	uint64_t n = 0;

	while ((rec = tap_peek(tap))) {
		n += rec->kind == TAP_AUDIO && rec->len == TRAFFIC_PAYLOAD;
		tap_consume(tap, rec);
	}
	return n;
}

static int round_through(struct traffic *t, bool tap, double *values)
{
	struct tap *ring = traffic_worker(t)->tap;
	uint64_t recorded = 0;

	traffic_tap(t, tap);
	(void)drain(ring);
	traffic_prepare(t);
	for (unsigned c = 0; c < TRAFFIC_CHUNKS; c++) {
		values[c] = stage_chunk(t, c);
		recorded += drain(ring);
	}
	if (recorded != (tap ? TRAFFIC_PACKETS : 0)) {
		fprintf(stderr, "tandem-bench: %llu packets of %u reached the recorder\n",
			(unsigned long long)recorded, TRAFFIC_PACKETS);
		return -EBADMSG;
	}
	return traffic_verify(t);
}

static int run_case(const struct bench_options *o, uint32_t legs, double *values)
{
	unsigned runs = o->rounds * TRAFFIC_CHUNKS;
	double *plain = values, *tapped = values + runs;
	struct bench_result without, with = {.bench = "tap",
					     .metric = "cycles_per_packet_added",
					     .unit = "cycles",
					     .legs = legs,
					     .frame_bytes = TRAFFIC_FRAME_BYTES};
	struct traffic *t = traffic_alloc(o, legs, true, 1);
	int rc = t ? 0 : -ENOMEM;

	for (unsigned i = 0; !rc && i < traffic_warm_ups(t); i++)
		rc = round_through(t, false, plain);
	for (unsigned i = 0; i < o->rounds && !rc; i++) {
		rc = round_through(t, false, plain + i * TRAFFIC_CHUNKS);
		if (!rc)
			rc = round_through(t, true, tapped + i * TRAFFIC_CHUNKS);
	}
	traffic_free(t);
	if (rc)
		return rc;
	report_values(&without, plain, runs);
	report_values(&with, tapped, runs);
	with.median -= without.median;
	with.min -= without.min;
	report_result(o, &with);
	return 0;
}

static int run(const struct bench_options *o)
{
	double *values = calloc(o->rounds, 2 * TRAFFIC_CHUNKS * sizeof(*values));
	int rc = values ? 0 : -ENOMEM;

	for (unsigned i = 0; i < o->legs_count && !rc; i++)
		rc = run_case(o, o->legs[i], values);
	free(values);
	if (rc)
		fprintf(stderr, "tandem-bench: tap: %s\n", strerror(-rc));
	return rc;
}

const struct bench bench_tap = {.name = "tap",
	.what = "what recording adds to a packet when every leg is recorded",
	.run = run};
