/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_full.h>
#include <tests/unit/unit.h>

static struct tcp_full full;
static struct td_section_tcp counters;

static bool room;

static bool changed(uint64_t second, uint64_t count)
{
	counters.full = count;
	return tcp_full_changed(&full, &counters, room, second * TD_NSEC_PER_SEC);
}

/* Nobody comes any more, but whoever came would find no place still. */
static void the_alarm_lasts_while_there_is_no_room(void **state)
{
	full = (struct tcp_full){0};
	room = false;
	assert_false(changed(1, 0)); /* nobody has wanted one */
	assert_true(changed(2, 1));
	assert_false(changed(3, 1));
	assert_false(changed(60, 1));
	room = true;
	assert_false(changed(61, 1));
	assert_false(changed(69, 1));
	assert_true(changed(70, 1));
	assert_false(full.raised);
}

static void the_alarm_lasts_until_ten_seconds_were_calm(void **state)
{
	full = (struct tcp_full){0};
	room = true;
	assert_false(changed(1, 0));
	assert_true(changed(2, 3));
	assert_true(full.raised);
	assert_false(changed(3, 3));
	assert_false(changed(8, 4));
	assert_false(changed(17, 4));
	assert_true(changed(18, 4));
	assert_false(full.raised);
	assert_false(changed(19, 4));
	assert_true(changed(20, 5));
	assert_true(full.raised);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_alarm_lasts_while_there_is_no_room),
		cmocka_unit_test(the_alarm_lasts_until_ten_seconds_were_calm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
