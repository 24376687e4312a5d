/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/alarm.h>
#include <tests/unit/unit.h>

static void a_record_has_the_name_of_its_alarm(void **state)
{
	for (unsigned i = 0; i < TD_ALARM_COUNT; i++) {
		struct td_ev_alarm ev;

		memset(&ev, 0xff, sizeof(ev));
		alarm_init(&ev, i, i % 3 ? "north" : NULL, i % 2);
		assert_string_equal(ev.name, alarm_name(i));
		assert_string_equal(ev.text, "");
		assert_string_equal(ev.object, i % 3 ? "north" : "");
		assert_int_equal(ev.raised, i % 2);
		for (unsigned other = 0; other < i; other++)
			assert_string_not_equal(ev.name, alarm_name(other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_has_the_name_of_its_alarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
