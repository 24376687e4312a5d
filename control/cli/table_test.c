/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cli.h>
#include <tests/unit/unit.h>

static void calls_and_contacts_stand_in_their_order(void **state)
{
	static const char *const ids[] = {"1732220776.9", "1732220776.10", "1732220776.112"};
	json_t *rows = json_pack("[{s:s}, {s:s}, {s:s}]", "id", ids[2], "id", ids[0], "id", ids[1]);

	cli_order(&td_views[TD_VIEW_ID_AGENTS], rows); /* these have an order of their own */
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(rows, 0), "id")), ids[2]);
	cli_order(&td_views[TD_VIEW_ID_CONTACTS], rows);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_string_equal(
			json_string_value(json_object_get(json_array_get(rows, i), "id")), ids[i]);
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_and_contacts_stand_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
