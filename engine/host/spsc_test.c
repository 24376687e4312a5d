/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/spsc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <tests/unit/unit.h>

#define RING 4096

static void fills_and_empties(void **state)
{
	struct spsc *s = spsc_alloc(RING);
	char record[100];
	size_t n;
	unsigned put = 0;

	assert_null(spsc_peek(s, &n));
	while (spsc_put(s, record, sizeof(record)))
		put++;
	assert_int_equal(put, RING / 112);
	assert_null(spsc_reserve(s, RING));
	for (unsigned i = 0; i < put; i++) {
		assert_non_null(spsc_peek(s, &n));
		assert_int_equal(n, sizeof(record));
		spsc_consume(s);
	}
	assert_null(spsc_peek(s, &n));
	spsc_free(s);
}

/* Records of all lengths in order, the ring being much shorter than what goes through it. */
#define RECORDS 200000

static void *produce(void *arg)
{
	for (uint32_t i = 0; i < RECORDS; i++) {
		size_t n = 4 + i % 500;
		unsigned char *p;

		while (!(p = spsc_reserve(arg, n)))
			sched_yield();
		memset(p, (int)(i & 0xFF), n);
		memcpy(p, &i, sizeof(i));
		spsc_commit(arg);
	}
	return NULL;
}

static void passes_between_threads(void **state)
{
	struct spsc *s = spsc_alloc(RING);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, produce, s), 0);
	for (uint32_t i = 0; i < RECORDS; i++) {
		const unsigned char *p;
		uint32_t number;
		size_t n;

		while (!(p = spsc_peek(s, &n)))
			sched_yield();
		memcpy(&number, p, sizeof(number));
		if (number != i || n != 4 + i % 500 || (n > 4 && p[n - 1] != (i & 0xFF)))
			fail_msg("record %u: number %u, %zu bytes", i, number, n);
		spsc_consume(s);
	}
	pthread_join(thread, NULL);
	spsc_free(s);
}

static void says_its_room(void **state)
{
	struct spsc *s = spsc_alloc(RING);
	size_t n;

	assert_int_equal(spsc_room(s), RING);
	assert_true(spsc_put(s, "12345", 5));
	assert_int_equal(spsc_room(s), RING - 16);
	assert_non_null(spsc_peek(s, &n));
	assert_int_equal(spsc_room(s), RING - 16);
	spsc_consume(s);
	assert_int_equal(spsc_room(s), RING);
	spsc_free(s);
}

static int alloc_free(void)
{
	struct spsc *s = spsc_alloc(RING);

	if (!s)
		return -errno;
	spsc_free(s);
	return 0;
}

static void survives_oom(void **state)
{
	oom_each(alloc_free, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_and_empties),
		cmocka_unit_test(passes_between_threads),
		cmocka_unit_test(says_its_room),
		cmocka_unit_test(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
