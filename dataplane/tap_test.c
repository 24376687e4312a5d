/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <sched.h>
#include <dataplane/tap.h>
#include <tests/unit/unit.h>

#define RING 4096

/* Payload byte i of record n. */
static uint8_t pattern(uint32_t n, unsigned i)
{
	return (uint8_t)(n * 31 + i * 7);
}

static struct tap_rec record(uint32_t n)
{
	return (struct tap_rec){.kind = TAP_AUDIO,
		.len = (uint16_t)(n * 13 % 241),
		.recording = n,
		.channel = n & 1,
		.codec = TD_CODEC_PCMA,
		.seq = (uint16_t)n,
		.ts = n * 160,
		.ssrc = 77,
		.now = n * 20000000ull};
}

static bool put(struct tap *t, uint32_t n)
{
	struct tap_rec rec = record(n);
	uint8_t payload[256];

	for (unsigned i = 0; i < rec.len; i++)
		payload[i] = pattern(n, i);
	return tap_put(t, &rec, payload);
}

static void check_is(const struct tap_rec *rec, uint32_t n)
{
	struct tap_rec expected = record(n);
	const uint8_t *payload = (const uint8_t *)(rec + 1);

	assert_memory_equal(rec, &expected, sizeof(expected));
	for (unsigned i = 0; i < rec->len; i++)
		assert_int_equal(payload[i], pattern(n, i));
}

static void records_come_out_as_they_went_in(void **state)
{
	struct tap *t = tap_alloc(RING);
	uint32_t in = 0, out = 0;

	assert_non_null(t);
	assert_null(tap_peek(t));
	while (out < 5000) { /* many laps, with every residue at the end of the ring */
		const struct tap_rec *rec;

		for (unsigned i = 0; i < 1 + in % 9; i++)
			assert_true(put(t, in++));
		while ((rec = tap_peek(t))) {
			check_is(rec, out++);
			tap_consume(t, rec);
		}
		assert_int_equal(in, out);
	}
	assert_int_equal(tap_lost(t), 0);
	tap_free(t);
}

static void a_full_ring_loses_and_counts(void **state)
{
	struct tap *t = tap_alloc(RING);
	uint32_t in = 0, out = 0;
	const struct tap_rec *rec;

	while (put(t, in))
		in++;
	assert_true(in > RING / 300);
	assert_int_equal(tap_lost(t), 1);
	assert_false(put(t, in));
	assert_int_equal(tap_lost(t), 2);
	assert_true(tap_put(t, &(struct tap_rec){.kind = TAP_END}, NULL)); /* has its reserve */
	while ((rec = tap_peek(t))) {
		if (rec->kind == TAP_AUDIO)
			check_is(rec, out++);
		tap_consume(t, rec);
	}
	assert_int_equal(in, out);
	assert_true(put(t, in));
	tap_free(t);
}

#define HANDED 200000

static void *producer(void *arg)
{
	for (uint32_t n = 0; n < HANDED; n++)
		while (!put(arg, n))
			sched_yield();
	return NULL;
}

static void two_threads_agree(void **state)
{
	struct tap *t = tap_alloc(RING);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, producer, t), 0);
	for (uint32_t n = 0; n < HANDED;) {
		const struct tap_rec *rec = tap_peek(t);

		if (!rec) {
			sched_yield();
			continue;
		}
		check_is(rec, n++);
		tap_consume(t, rec);
	}
	pthread_join(thread, NULL);
	assert_null(tap_peek(t));
	tap_free(t);
}

static void sizes_are_powers_of_two(void **state)
{
	assert_null(tap_alloc(3000));
	assert_int_equal(errno, EINVAL);
	assert_null(tap_alloc(0));
	tap_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_as_they_went_in),
		cmocka_unit_test(a_full_ring_loses_and_counts),
		cmocka_unit_test(two_threads_agree),
		cmocka_unit_test(sizes_are_powers_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
