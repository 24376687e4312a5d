/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * srtp: what encryption costs, by suite.
 *
 * cycles_per_protect     one packet of G.711, 20 ms, a leg at random
 * cycles_per_unprotect   the same, back
 * cycles_per_packet      the engine's stages, as bench relay has them, between two legs. One of
 * them has SRTP, so half of the packets are sealed and the other half opened.
 *
 * Each packet is checked, sealed and opened.
 */
#include <errno.h>
#include <rte_cycles.h>
#include <stdlib.h>
#include <bench/stage.h>
#include <dataplane/rtp/srtp.h>
#include <engine/base/prng.h>

#define BATCH 256u /* packets timed in one go */
#define PLAIN (12 + TRAFFIC_PAYLOAD)

#define SUITE_NAME(id, ...) [TD_SRTP_##id] = #id,
static const char *const suite_names[TD_SRTP_SUITE_COUNT] = {TD_SRTP_SUITES(SUITE_NAME)};

/* One end of every leg's session. */
struct ends {
	struct srtp_crypto *crypto;
	struct srtp_stream *tx, *rx;
	uint32_t legs;
};

static struct td_srtp_key key_of(enum td_srtp_suite suite, uint8_t octet)
{
	struct td_srtp_key k = {.suite = (uint8_t)suite, .fresh = true};

	memset(k.key, octet, sizeof(k.key));
	return k;
}

static void ends_free(struct ends *e)
{
	srtp_crypto_free(e->crypto);
	free(e->tx);
	free(e->rx);
}

static int ends_alloc(
	struct ends *e, uint32_t legs, const struct td_srtp_key *tx, const struct td_srtp_key *rx)
{
	*e = (struct ends){.crypto = srtp_crypto_alloc(),
		.tx = calloc(legs, sizeof(*e->tx)),
		.rx = calloc(legs, sizeof(*e->rx)),
		.legs = legs};
	if (!e->crypto || !e->tx || !e->rx)
		return -ENOMEM;
	for (uint32_t i = 0; i < legs; i++) {
		srtp_stream_init(e->crypto, &e->tx[i], tx);
		srtp_stream_init(e->crypto, &e->rx[i], rx);
	}
	return 0;
}

/* BATCH packets there and back; cycles of each into two places. */
static int module_batch(
	struct ends *e, uint16_t *seq, struct prng *prng, double *protect, double *unprotect)
{
	static uint8_t packet[BATCH][PLAIN + SRTP_RTP_MORE];
	unsigned len[BATCH], failed = 0;
	uint32_t leg[BATCH];
	uint64_t start;

	for (unsigned i = 0; i < BATCH; i++) {
		leg[i] = prng_below(prng, e->legs);
		memset(packet[i], 0x55, PLAIN);
		packet[i][0] = 0x80;
		packet[i][2] = (uint8_t)(seq[leg[i]] >> 8);
		packet[i][3] = (uint8_t)seq[leg[i]]++;
		len[i] = PLAIN;
	}
	start = rte_rdtsc();
	for (unsigned i = 0; i < BATCH; i++)
		failed += srtp_protect(e->crypto, &e->tx[leg[i]], packet[i], &len[i]) != SRTP_OK;
	*protect = (double)(rte_rdtsc() - start) / BATCH;
	start = rte_rdtsc();
	for (unsigned i = 0; i < BATCH; i++)
		failed += srtp_unprotect(e->crypto, &e->rx[leg[i]], packet[i], &len[i]) != SRTP_OK;
	*unprotect = (double)(rte_rdtsc() - start) / BATCH;
	for (unsigned i = 0; i < BATCH; i++)
		failed += len[i] != PLAIN || packet[i][PLAIN - 1] != 0x55 || packet[i][12] != 0x55;
	return failed ? -EBADMSG : 0;
}

static int run_module(const struct bench_options *o, uint32_t legs, enum td_srtp_suite suite,
	double *a, double *b)
{
	struct td_srtp_key key = key_of(suite, 1);
	uint16_t *seq = calloc(legs, sizeof(*seq));
	struct prng prng;
	struct ends e;
	int rc = ends_alloc(&e, legs, &key, &key);

	if (!seq)
		rc = -ENOMEM;
	prng_init(&prng, o->seed);
	for (unsigned i = 0; i <= o->rounds * TRAFFIC_CHUNKS && !rc; i++) /* the first warms up */
		rc = module_batch(&e, seq, &prng, &a[i ? i - 1 : 0], &b[i ? i - 1 : 0]);
	ends_free(&e);
	free(seq);
	return rc;
}

static struct rte_mbuf *packet_of(struct traffic *t, unsigned i)
{
	unsigned port;

	return traffic_burst(t, i / WORKER_BURST, &port)[i % WORKER_BURST];
}

static void frame_finish(struct traffic *t, struct rte_mbuf *m, unsigned len)
{
	struct frame *f = rte_pktmbuf_mtod(m, struct frame *);

	m->data_len = (uint16_t)(sizeof(*f) + len);
	m->pkt_len = m->data_len;
	f->ip.total_length = htons((uint16_t)(sizeof(f->ip) + sizeof(f->udp) + len));
	f->udp.dgram_len = htons((uint16_t)(sizeof(f->udp) + len));
	worker_checksum(&traffic_worker(t)->worker.port[0], m);
}

/* As the peers of SRTP legs would send them. */
static int seal_all(struct traffic *t, struct ends *e)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < TRAFFIC_PACKETS; i++) {
		uint32_t place = traffic_place(t, i);
		struct rte_mbuf *m = packet_of(t, i);
		unsigned len = PLAIN;

		if (!traffic_is_srtp(t, place))
			continue;
		failed += srtp_protect(e->crypto, &e->tx[place],
				  rte_pktmbuf_mtod_offset(m, uint8_t *, sizeof(struct frame)),
				  &len) != SRTP_OK;
		frame_finish(t, m, len);
	}
	return failed ? -EBADMSG : 0;
}

/* As they would read them. */
static int open_all(struct traffic *t, struct ends *e)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < TRAFFIC_PACKETS; i++) {
		uint32_t place = traffic_peer(t, traffic_place(t, i));
		struct rte_mbuf *m = packet_of(t, i);
		unsigned len = m->data_len - (unsigned)sizeof(struct frame);

		if (!traffic_is_srtp(t, place))
			continue;
		failed += srtp_unprotect(e->crypto, &e->rx[place],
				  rte_pktmbuf_mtod_offset(m, uint8_t *, sizeof(struct frame)),
				  &len) != SRTP_OK;
		frame_finish(t, m, len);
	}
	return failed ? -EBADMSG : 0;
}

static int run_stage(
	const struct bench_options *o, uint32_t legs, enum td_srtp_suite suite, double *values)
{
	struct td_srtp_key theirs = key_of(suite, 1), ours = key_of(suite, 2);
	struct traffic *t = traffic_alloc(o, legs, false, 1);
	unsigned warm_ups = t ? traffic_warm_ups(t) : 0;
	struct ends e = {0};
	int rc = t ? ends_alloc(&e, legs, &theirs, &ours) : -ENOMEM;

	if (!rc)
		traffic_srtp(t, &theirs, &ours);
	for (unsigned i = 0; i < warm_ups + o->rounds && !rc; i++) {
		traffic_prepare(t);
		rc = seal_all(t, &e);
		for (unsigned c = 0; c < TRAFFIC_CHUNKS && !rc; c++) {
			double cycles = stage_chunk(t, c);

			if (i >= warm_ups)
				*values++ = cycles;
		}
		rc = rc ? rc : open_all(t, &e);
		rc = rc ? rc : traffic_verify(t);
	}
	ends_free(&e);
	traffic_free(t);
	return rc;
}

static void tell(const struct bench_options *o, const char *metric, uint32_t legs,
	enum td_srtp_suite suite, double *values)
{
	struct bench_result r = {.bench = "srtp",
		.metric = metric,
		.unit = "cycles",
		.legs = legs,
		.of = {{.name = "suite", .word = suite_names[suite]}},
		.frame_bytes = TRAFFIC_FRAME_BYTES};

	report_values(&r, values, o->rounds * TRAFFIC_CHUNKS);
	report_result(o, &r);
}

static int run_suite(const struct bench_options *o, uint32_t legs, enum td_srtp_suite suite,
	double *a, double *b, double *stage)
{
	int rc = run_stage(o, legs, suite, stage); /* first: DPDK then knows the TSC */

	rc = rc ? rc : run_module(o, legs, suite, a, b);
	if (rc)
		return rc;
	tell(o, "cycles_per_protect", legs, suite, a);
	tell(o, "cycles_per_unprotect", legs, suite, b);
	tell(o, "cycles_per_packet", legs, suite, stage);
	return 0;
}

static int run(const struct bench_options *o)
{
	unsigned runs = o->rounds * TRAFFIC_CHUNKS;
	double *a = calloc(3 * (size_t)runs, sizeof(*a)), *b = a + runs, *stage = b + runs;
	int rc = a ? 0 : -ENOMEM;

	for (unsigned i = 0; i < o->legs_count && !rc; i++)
		for (unsigned suite = 1; suite < TD_SRTP_SUITE_COUNT && !rc; suite++)
			rc = run_suite(o, o->legs[i], suite, a, b, stage);
	free(a);
	if (rc)
		fprintf(stderr, "tandem-bench: srtp: %s\n", strerror(-rc));
	return rc;
}

const struct bench bench_srtp = {
	.name = "srtp", .what = "a packet sealed, opened, and relayed to SRTP: cycles", .run = run};
