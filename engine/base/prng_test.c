/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/prng.h>
#include <tests/unit/unit.h>

/* The authors' own first outputs. */
static void is_xoshiro(void **state)
{
	struct prng p = {{1, 2, 3, 4}};

	assert_true(prng_u64(&p) == 11520);
	assert_true(prng_u64(&p) == 0);
	assert_true(prng_u64(&p) == 1509978240);
	assert_true(prng_u64(&p) == 1215971899390074240);
	prng_init(&p, 1234567);
	assert_true(p.s[0] == 6457827717110365317u);
	assert_true(p.s[1] == 3203168211198807973u);
	assert_true(p.s[2] == 9817491932198370423u);
}

static void below_is_even(void **state)
{
	unsigned seen[7] = {0};
	struct prng p;

	prng_init(&p, 0);
	for (int i = 0; i < 70000; i++)
		seen[prng_below(&p, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 9500, 10500);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(prng_below(&p, 1), 0);
		assert_true(prng_below(&p, UINT32_MAX) < UINT32_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_xoshiro),
		cmocka_unit_test(below_is_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
