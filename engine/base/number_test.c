/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/number.h>
#include <tests/unit/unit.h>

static void a_number_ends_where_its_digits_end(void **state)
{
	static const struct {
		const char *text, *rest;
		double v;
	} good[] = {{"20", "", 20}, {"0.5", "", 0.5}, {".5", "", 0.5}, {"5.", "", 5},
		{"40ms", "ms", 40}, {"1.2.3", ".3", 1.2}, {"1e3", "e3", 1}, {"0x10", "x10", 0}};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		double v = -1;
		const char *rest = number_decode(good[i].text, &v);

		assert_non_null(rest);
		assert_string_equal(rest, good[i].rest);
		assert_true(v == good[i].v);
	}
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {"", ".", "-1", "+1", " 1", "inf", "nan", "infinity",
		"ten", "1111111111111111111111111111111111111111111111111111111111111111"};
	double v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(number_decode(bad[i], &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_ends_where_its_digits_end),
		cmocka_unit_test(what_is_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
