/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/phone_number.h>
#include <stdio.h>
#include <tests/unit/unit.h>

static void separators_are_taken_out_of_numbers(void **state)
{
	static const struct {
		const char *text, *clean; /* clean NULL: it is a name */
	} cases[] = {
		{"0900123", "0900123"},
		{"0-900-1234", "09001234"},
		{"(0)900.12", "090012"},
		{"+49(89)100-0", "+49891000"},
		{"-(0).", "0"},
		{"*21*0-900#", "*21*0900#"},
		{"0-900*", "0900*"},
		{"anna-maria", NULL},
		{"0900.x", NULL},
		{"sales-2", NULL},
		{"49+89", NULL},
		{"++49", NULL},
		{"0%2D900", NULL},
		{"0 900", NULL},
		{"-", NULL},
		{"+-", NULL},
		{"+", NULL},
		{"", NULL},
	};
	char text[32];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *clean = cases[i].clean;

		snprintf(text, sizeof(text), "%s", cases[i].text);
		assert_int_equal(phone_number_clean(text), clean != NULL);
		assert_string_equal(text, clean ? clean : cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(separators_are_taken_out_of_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
