/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/when.h>
#include <stdlib.h>
#include <tests/unit/unit.h>

#define NOW 1732220776 /* 2024-11-21 20:26:16 UTC, 21:26:16 in Berlin */

static double when(const char *text)
{
	double t = 0;

	return when_decode(text, NOW, &t) ? t : -1;
}

static void iso_times_have_a_zone_or_are_local(void **state)
{
	assert_true(when("2024-11-21T20:26:16Z") == NOW);
	assert_true(when("2024-11-21T21:26:16") == NOW);
	assert_true(when("2024-11-21 21:26:16") == NOW);
	assert_true(when("2024-11-21T21:26:16.250+01:00") == NOW + 0.25); /* as tables have it */
	assert_true(when("2024-11-21T15:26:16-0500") == NOW);
	assert_true(when("2024-11-21T22:26+02") == NOW - 16);
	assert_true(when("2024-11-21") == NOW - (21 * 3600 + 26 * 60 + 16));
	assert_true(when("2024-07-01T12:00") == when("2024-07-01T10:00Z")); /* summer time */
}

static void a_time_of_day_is_the_last_one(void **state)
{
	assert_true(when("21:26") == NOW - 16);
	assert_true(when("21:26:16") == NOW);
	assert_true(when("21:27") == NOW - 16 + 60 - 86400);
	assert_true(when("00:00") == when("2024-11-21"));
}

static void how_long_ago_has_a_unit(void **state)
{
	assert_true(when("90s") == NOW - 90);
	assert_true(when("5m") == NOW - 300);
	assert_true(when("2h") == NOW - 7200);
	assert_true(when("1.5h") == NOW - 5400);
	assert_true(when("3d") == NOW - 3 * 86400);
	assert_true(when("1w") == NOW - 7 * 86400);
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[] = {"", "yesterday", "2", "2x", "2hh", "-2h", "h", "24:00",
		"12:60", "12:5", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-01", "2024-1-1",
		"2024-11-21T", "2024-11-21T25:00", "2024-11-21T12:00+25:00", "2024-11-21T12:00 CET",
		"2024-11-21T12:00Z1", "20241121", "1969-12-31T00:00Z", "nan", "infd", "99999w"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (when(bad[i]) != -1)
			fail_msg("'%s' is taken", bad[i]);
	assert_true(when("2024-02-29") > 0);
}

static int setup(void **state)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iso_times_have_a_zone_or_are_local),
		cmocka_unit_test(a_time_of_day_is_the_last_one),
		cmocka_unit_test(how_long_ago_has_a_unit),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
