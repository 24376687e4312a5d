/* SPDX-License-Identifier: BSD-3-Clause */
/* The load against a relay of a few lines, which can be told to do each thing wrong. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <bench/load/load.h>
#include <tests/unit/unit.h>

#define CALLS 10
#define TICK  50000 /* ns between looks at the clock */
#define DELAY 7000  /* of the relay */
#define START TD_NSEC_PER_SEC

static struct load_call call[CALLS];
static struct load *load;
static struct load_packet sent[100000];
static unsigned sent_count;

static struct td_addr address(unsigned host, unsigned port)
{
	return (struct td_addr){
		.family = 4, .ip4 = htonl(0x0a000000 + host), .port = (uint16_t)port};
}

static int start(struct load_params p)
{
	for (unsigned i = 0; i < CALLS; i++)
		call[i] = (struct load_call){.a = address(1, 10000 + 4 * i),
			.b = address(2, 10000 + 4 * i),
			.relay_a = address(9, 20000 + 4 * i),
			.relay_b = address(9, 20002 + 4 * i)};
	p.call = call;
	p.calls = CALLS;
	p.seed = 7;
	load = load_alloc(&p);
	if (!load)
		return -errno;
	load_start(load, CALLS, START);
	sent_count = 0;
	return 0;
}

static int stop(void **state)
{
	load_free(load);
	load = NULL;
	return 0;
}

/* What the relay does to an RTP packet: its own SSRC, sequence and time, the same for each stream.
 */
static void rewrite(uint8_t *rtp, uint32_t stream)
{
	uint16_t seq;
	uint32_t ts, ssrc = stream + 1;

	memcpy(&seq, rtp + 2, 2);
	memcpy(&ts, rtp + 4, 4);
	seq = htons((uint16_t)(ntohs(seq) + 4711));
	ts = htonl(ntohl(ts) + 99);
	memcpy(rtp + 2, &seq, 2);
	memcpy(rtp + 4, &ts, 4);
	memcpy(rtp + 8, &ssrc, 4);
}

static uint64_t arrive(uint32_t stream, const uint8_t *rtp, size_t len, uint64_t now)
{
	const struct load_call *c = &call[stream / 2];
	const struct td_addr *to = stream % 2 ? &c->a : &c->b;
	const struct td_addr *from = stream % 2 ? &c->relay_a : &c->relay_b;

	return load_check(load, load_stream_to(load, to->ip4, to->port), from->ip4, from->port, rtp,
		len, now);
}

static uint64_t relay(const struct load_packet *p, uint64_t now)
{
	uint8_t rtp[LOAD_RTP];

	load_write(load, p, now, rtp);
	rewrite(rtp, p->stream);
	return arrive(p->stream, rtp, sizeof(rtp), now + DELAY);
}

/* Sends for so long, and keeps what was sent; each `drop`th never arrives (0: all do). */
static void run(uint64_t ns, unsigned drop)
{
	uint64_t now = START;
	unsigned n;

	for (; now < START + ns + 2 * LOAD_JITTER_MAX; now += TICK) {
		if (now >= START + ns)
			load_stop(load);
		while ((n = load_take(load, now, sent + sent_count, 8)))
			for (; n; n--, sent_count++)
				if (!drop || sent_count % drop)
					assert_int_equal(relay(&sent[sent_count], now), DELAY);
	}
}

static struct load_counts counts(void)
{
	struct load_counts c;

	load_counts(load, &c);
	return c;
}

static void all_streams_send_evenly(void **state)
{
	unsigned of[CALLS * 2] = {0};
	struct load_counts c;

	assert_int_equal(start((struct load_params){0}), 0);
	run(TD_NSEC_PER_SEC, 0);
	assert_int_equal(sent_count, CALLS * 2 * 50);
	for (unsigned i = 0; i < sent_count; i++) {
		assert_int_equal(sent[i].number, of[sent[i].stream]++);
		assert_int_equal(sent[i].due, START + i * LOAD_INTERVAL / (CALLS * 2));
		if (i >= CALLS * 2)
			assert_int_equal(sent[i].stream, sent[i - CALLS * 2].stream);
	}
	c = counts();
	assert_int_equal(c.sent, sent_count);
	assert_int_equal(c.relayed, sent_count);
	assert_int_equal(
		load_wrongs(&c) + c.lost + c.gaps + c.duplicates + c.reordered + c.stale, 0);
}

static void lost_packets_are_lost(void **state)
{
	struct load_counts c;

	assert_int_equal(start((struct load_params){0}), 0);
	run(TD_NSEC_PER_SEC, 7); /* so that each stream loses some */
	c = counts();
	assert_int_equal(c.lost, (sent_count + 6) / 7);
	assert_in_range(c.gaps, c.lost - CALLS * 2, c.lost); /* but for those at the end */
	assert_int_equal(load_wrongs(&c), 0);
}

static void loss_asked_for_is_a_gap_and_no_loss(void **state)
{
	struct load_counts c;

	assert_int_equal(start((struct load_params){.loss = 0.1}), 0);
	run(10 * TD_NSEC_PER_SEC, 0);
	c = counts();
	assert_int_equal(c.sent + c.skipped, CALLS * 2 * 50 * 10);
	assert_in_range(c.skipped, 900, 1100);
	assert_in_range(c.gaps, c.skipped - CALLS * 2, c.skipped);
	assert_int_equal(c.lost + load_wrongs(&c), 0);
}

static void reordering_is_seen_as_such(void **state)
{
	struct load_counts c;

	assert_int_equal(start((struct load_params){.reorder = 0.05}), 0);
	run(10 * TD_NSEC_PER_SEC, 0);
	c = counts();
	assert_int_equal(c.sent, CALLS * 2 * 50 * 10);
	assert_in_range(c.delayed, 400, 600);
	/* All but those with nothing of their stream behind them, or that are behind a delayed one.
	 */
	assert_in_range(c.reordered, c.delayed * 85 / 100, c.delayed);
	assert_int_equal(c.lost + c.gaps + c.duplicates + load_wrongs(&c), 0);
}

static void jitter_is_within_its_bound(void **state)
{
	const uint64_t jitter = 15 * TD_NSEC_PER_MSEC;
	uint64_t least = UINT64_MAX, most = 0;
	struct load_counts c;

	assert_int_equal(start((struct load_params){.jitter = jitter}), 0);
	run(5 * TD_NSEC_PER_SEC, 0);
	for (unsigned i = 0; i < sent_count; i++) {
		/* A stream's phase is its first due time less what that was late: below one
		 * interval. */
		uint64_t since = sent[i].due - START - sent[i].number * LOAD_INTERVAL;

		least = since < least ? since : least;
		most = since > most ? since : most;
	}
	assert_true(most < LOAD_INTERVAL + jitter);
	assert_true(most > LOAD_INTERVAL + jitter * 8 / 10);
	c = counts();
	assert_int_equal(c.relayed, CALLS * 2 * 50 * 5);
	assert_int_equal(c.lost + c.gaps + load_wrongs(&c) + c.reordered, 0);
}

/* A generator that was held up finds packets due long ago: they leave at once, none is early. */
static void late_generators_catch_up(void **state)
{
	struct load_packet p[64];
	unsigned n;

	assert_int_equal(start((struct load_params){.jitter = LOAD_JITTER_MAX, .reorder = 0.1}), 0);
	for (uint64_t now = START; now < START + TD_NSEC_PER_SEC; now += 170 * TD_NSEC_PER_MSEC)
		while ((n = load_take(load, now, p, 64)))
			for (unsigned i = 0; i < n; i++) {
				assert_true(p[i].due <= now);
				assert_true(now - p[i].due <= 270 * TD_NSEC_PER_MSEC);
				assert_int_equal(relay(&p[i], now), DELAY);
			}
	assert_true(counts().sent > 700);
	assert_int_equal(counts().lost, 0);
}

static void all_at_once_stay_within_their_memory(void **state)
{
	assert_int_equal(
		start((struct load_params){.jitter = LOAD_JITTER_MAX, .reorder = 0.5, .loss = 0.1}),
		0);
	run(10 * TD_NSEC_PER_SEC, 0);
	assert_int_equal(counts().sent, counts().relayed);
	assert_int_equal(counts().sent + counts().skipped, CALLS * 2 * 50 * 10);
}

static void doubles_count_once(void **state)
{
	struct load_counts c;

	assert_int_equal(start((struct load_params){0}), 0);
	run(TD_NSEC_PER_SEC, 0);
	for (unsigned i = 0; i < sent_count; i++) /* those long past too */
		assert_int_equal(relay(&sent[i], START), TD_NEVER);
	c = counts();
	assert_int_equal(c.duplicates, sent_count);
	assert_int_equal(c.relayed, sent_count);
	assert_int_equal(load_wrongs(&c), 0);
}

static void a_new_window_forgets(void **state)
{
	struct load_counts c;

	assert_int_equal(start((struct load_params){0}), 0);
	run(TD_NSEC_PER_SEC, 10);
	load_start(load, CALLS / 2, START);
	assert_int_equal(relay(&sent[0], START), TD_NEVER);
	assert_int_equal(counts().stale, 1);
	sent_count = 0;
	run(TD_NSEC_PER_SEC, 0);
	c = counts();
	assert_int_equal(c.sent, CALLS * 50);
	assert_int_equal(c.relayed, c.sent);
	assert_int_equal(c.lost + c.gaps + load_wrongs(&c), 0);
}

/* A packet that waited when the window began does not count in the window, however late it is sent.
 */
static void a_window_counts_its_own(void **state)
{
	struct load_packet p[CALLS * 2];
	unsigned n;

	assert_int_equal(start((struct load_params){.jitter = LOAD_JITTER_MAX}), 0);
	n = load_take(load, START + LOAD_INTERVAL - 1, p, CALLS * 2);
	assert_true(n < CALLS * 2);
	for (unsigned i = 0; i < n; i++)
		relay(&p[i], START);
	assert_true(load_outstanding(load) > 0);
	load_mark(load);
	load_stop(load);
	n = load_take(load, START + TD_NSEC_PER_SEC, p, CALLS * 2);
	assert_true(n > 0);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(relay(&p[i], START), TD_NEVER);
	assert_int_equal(counts().sent + counts().lost, 0);
	assert_int_equal(counts().stale, n);
	assert_int_equal(load_outstanding(load), 0);
}

/* A change of any octet is noticed, except of the marker bit and of the time of sending. */
static void every_octet_counts(void **state)
{
	struct load_packet p;
	uint8_t rtp[LOAD_RTP];
	struct load_counts c;
	unsigned wrong = 0;

	assert_int_equal(start((struct load_params){0}), 0);
	run(TD_NSEC_PER_SEC, 0);
	load_start(load, CALLS, START);
	assert_int_equal(load_take(load, START, &p, 1), 1);
	for (unsigned i = 0; i < LOAD_RTP; i++) {
		load_write(load, &p, START, rtp);
		rewrite(rtp, p.stream);
		if (i >= 28 && i < 36) /* nobody can check the time of sending */
			continue;
		rtp[i] ^= 1;
		assert_int_equal(arrive(p.stream, rtp, sizeof(rtp), START), TD_NEVER);
		c = counts();
		assert_int_equal(load_wrongs(&c), ++wrong);
	}
	c = counts();
	assert_int_equal(c.wrong[LOAD_WRONG_HEADER], 2 + 4);
	assert_int_equal(c.wrong[LOAD_WRONG_SEQUENCE], 2 + 4);
	assert_int_equal(c.wrong[LOAD_WRONG_STREAM], 8 + 4);
	assert_int_equal(c.wrong[LOAD_WRONG_PAYLOAD], 4 + 136);
	assert_int_equal(c.relayed, 0);
	assert_int_equal(c.lost, 1);
}

static void wrong_ways_are_noticed(void **state)
{
	struct load_packet p;
	uint8_t rtp[LOAD_RTP];

	assert_int_equal(start((struct load_params){0}), 0);
	assert_int_equal(load_take(load, START, &p, 1), 1);
	load_write(load, &p, START, rtp);
	assert_int_equal(arrive(p.stream ^ 1, rtp, sizeof(rtp), START), TD_NEVER);
	assert_int_equal(counts().wrong[LOAD_WRONG_STREAM], 1);
	assert_int_equal(arrive((p.stream + 2) % (CALLS * 2), rtp, sizeof(rtp), START), TD_NEVER);
	assert_int_equal(counts().wrong[LOAD_WRONG_STREAM], 2);
	assert_int_equal(load_stream_to(load, call[0].relay_a.ip4, 20000), UINT32_MAX);
	assert_int_equal(load_stream_to(load, call[0].a.ip4, 10001), UINT32_MAX);
	(void)load_check(load, UINT32_MAX, 0, 0, rtp, sizeof(rtp), START);
	assert_int_equal(counts().wrong[LOAD_WRONG_STREAM], 3);
	(void)load_check(load, p.stream, call[0].relay_a.ip4, 1, rtp, sizeof(rtp), START);
	(void)load_check(load, p.stream, call[0].a.ip4,
		p.stream % 2 ? call[0].relay_a.port : call[0].relay_b.port, rtp, sizeof(rtp),
		START);
	assert_int_equal(counts().wrong[LOAD_WRONG_SOURCE], 2);
	assert_int_equal(arrive(p.stream, rtp, sizeof(rtp) - 1, START), TD_NEVER);
	assert_int_equal(arrive(p.stream, rtp, 0, START), TD_NEVER);
	load_bad_frame(load);
	assert_int_equal(counts().wrong[LOAD_WRONG_FRAME], 3);
	load_unsent(load, &p);
	assert_int_equal(counts().unsent, 1);
	assert_int_equal(counts().lost, 0);
	assert_int_equal(counts().relayed, 0);
}

static void bad_parameters_are_refused(void **state)
{
	struct load_params p = {.call = call, .calls = 0};

	assert_null(load_alloc(&p));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(start((struct load_params){.jitter = LOAD_JITTER_MAX + 1}), -EINVAL);
	assert_int_equal(start((struct load_params){0}), 0);
	call[3].b = call[4].a;
	p.calls = CALLS;
	assert_null(load_alloc(&p));
	assert_int_equal(errno, EEXIST);
}

static int build(void)
{
	int rc = start((struct load_params){.jitter = 1});

	load_free(load);
	load = NULL;
	return rc;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(all_streams_send_evenly, stop),
		cmocka_unit_test_teardown(lost_packets_are_lost, stop),
		cmocka_unit_test_teardown(loss_asked_for_is_a_gap_and_no_loss, stop),
		cmocka_unit_test_teardown(reordering_is_seen_as_such, stop),
		cmocka_unit_test_teardown(jitter_is_within_its_bound, stop),
		cmocka_unit_test_teardown(late_generators_catch_up, stop),
		cmocka_unit_test_teardown(all_at_once_stay_within_their_memory, stop),
		cmocka_unit_test_teardown(doubles_count_once, stop),
		cmocka_unit_test_teardown(a_new_window_forgets, stop),
		cmocka_unit_test_teardown(a_window_counts_its_own, stop),
		cmocka_unit_test_teardown(every_octet_counts, stop),
		cmocka_unit_test_teardown(wrong_ways_are_noticed, stop),
		cmocka_unit_test_teardown(bad_parameters_are_refused, stop),
		cmocka_unit_test(alloc_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
