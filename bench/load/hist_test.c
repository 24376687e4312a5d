/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <bench/load/hist.h>
#include <tests/unit/unit.h>

static int alloc(void **state)
{
	*state = calloc(1, sizeof(struct hist));
	return *state ? 0 : -1;
}

static int release(void **state)
{
	free(*state);
	return 0;
}

static void buckets_ascend_without_gap(void **state)
{
	for (unsigned b = 0; b + 1 < HIST_BUCKETS; b++) {
		assert_int_equal(hist_bucket(hist_bound(b)), b);
		assert_int_equal(hist_bucket(hist_bound(b) + 1), b + 1);
	}
}

static void a_value_is_known_to_one_step(void **state)
{
	for (uint64_t v = 1; v < 1ull << HIST_BITS; v = v * 17 / 16 + 1) {
		uint64_t bound = hist_bound(hist_bucket(v));

		assert_true(bound >= v);
		assert_true(bound - v <= v / HIST_STEPS);
	}
	assert_int_equal(hist_bucket(UINT64_MAX), HIST_BUCKETS - 1);
}

static void quantiles_of_a_known_distribution(void **state)
{
	struct hist *h = *state;

	for (unsigned i = 1; i <= 10000; i++)
		hist_add(h, i * 1000ull);
	assert_int_equal(h->count, 10000);
	for (unsigned i = 1; i < 10000; i *= 3) {
		uint64_t q = hist_quantile(h, i / 10000.0);

		assert_in_range(q, i * 1000ull, i * 1000ull + i * 1000ull / HIST_STEPS);
	}
	assert_int_equal(hist_quantile(h, 1), 10000000);
}

static void one_outlier_shows_where_it_belongs(void **state)
{
	struct hist *h = *state;

	for (unsigned i = 0; i < 9999; i++)
		hist_add(h, 20);
	hist_add(h, 5000000);
	assert_int_equal(hist_quantile(h, 0.9999), 20);
	assert_int_equal(hist_quantile(h, 0.99995), 5000000);
	assert_int_equal(h->max, 5000000);
}

static void too_long_is_the_maximum(void **state)
{
	struct hist *h = *state;

	assert_int_equal(hist_quantile(h, 0.5), 0);
	hist_add(h, 1ull << 50);
	assert_int_equal(hist_quantile(h, 0.5), 1ull << 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_ascend_without_gap),
		cmocka_unit_test(a_value_is_known_to_one_step),
		cmocka_unit_test_setup_teardown(quantiles_of_a_known_distribution, alloc, release),
		cmocka_unit_test_setup_teardown(one_outlier_shows_where_it_belongs, alloc, release),
		cmocka_unit_test_setup_teardown(too_long_is_the_maximum, alloc, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
