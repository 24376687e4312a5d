/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cell.h>
#include <engine/base/event.h>
#include <engine/base/view.h>
#include <stdlib.h>
#include <tests/unit/unit.h>
#include <time.h>

static const struct td_column *of_event(enum td_event_type type, const char *name)
{
	const struct td_column *c = columns_get(&event_table(type)->columns, name);

	assert_non_null(c);
	return c;
}

static const struct td_column *of_view(enum td_view_id view, const char *name)
{
	const struct td_column *c = columns_get(&td_views[view].columns, name);

	assert_non_null(c);
	return c;
}

static const char *text(const struct td_column *column, json_t *value)
{
	static char out[CELL];

	assert_non_null(value);
	cell_text(column, value, out);
	json_decref(value);
	return out;
}

static const char *title(const struct td_column *column)
{
	static char out[CELL];

	cell_title(column, column->name, out);
	return out;
}

static void numbers_have_their_columns_unit(void **state)
{
	const struct td_column *wait = of_event(TD_EV_CDR, "wait_ms");

	assert_string_equal(text(wait, json_integer(1500)), "1.5s");
	assert_string_equal(text(wait, json_integer(61000)), "1:01");
	assert_string_equal(text(wait, json_integer(2000000000)), "555:33:20");
	assert_string_equal(
		text(of_event(TD_EV_CDR, "caller_rtt_us"), json_integer(1250)), "1.2 ms");
	assert_string_equal(text(of_event(TD_EV_CDR, "agent_in_mos"), json_real(4.369)), "4.37");
	assert_string_equal(text(of_event(TD_EV_CDR, "agent_in_r"), json_real(91.52)), "91.5");
	assert_string_equal(text(of_event(TD_EV_CDR, "caller_in_bytes"), json_integer(2000000000)),
		"2000000000");
	assert_string_equal(text(of_event(TD_EV_ALARM, "time"), json_real(1732220776.25)),
		"2024-11-21T20:26:16.250+00:00");
	assert_string_equal(text(of_event(TD_EV_CDR, "offered"), json_null()), "-");
	assert_string_equal(text(of_view(TD_VIEW_ID_LINKS, "in_bps"), json_real(2.5e6)), "2.500 M");
	assert_string_equal(
		text(of_view(TD_VIEW_ID_LINKS, "limit_bps"), json_integer(64000)), "64.0 k");
	assert_string_equal(text(of_view(TD_VIEW_ID_LINKS, "limit_bps"), json_null()), "-");
	assert_string_equal(text(of_view(TD_VIEW_ID_QUEUES, "oldest"), json_real(3.0)), "3.0s");
}

static void codes_have_words(void **state)
{
	const struct td_column *by = of_event(TD_EV_CDR, "ended_by");

	assert_string_equal(text(by, json_integer(0)), "us");
	assert_string_equal(text(by, json_integer(2)), "callee");
	assert_string_equal(text(by, json_integer(3)), "3");
	assert_string_equal(text(of_event(TD_EV_CDR, "cause"), json_integer(17)), "17 user busy");
	assert_string_equal(text(of_event(TD_EV_CDR, "cause"), json_integer(31)), "31");
	assert_string_equal(text(of_event(TD_EV_ALARM, "raised"), json_integer(1)), "yes");
	assert_string_equal(text(of_event(TD_EV_ALARM, "raised"), json_integer(0)), "no");
}

static void nothing_is_guessed(void **state)
{
	assert_string_equal(text(NULL, json_integer(1732220776)), "1732220776");
	assert_string_equal(text(NULL, json_real(2.25)), "2.2");
	assert_string_equal(text(NULL, json_string("")), "-");
	assert_string_equal(text(NULL, json_true()), "yes");
}

static void keys_and_values_stand_in_a_cell(void **state)
{
	const struct td_column *data = of_view(TD_VIEW_ID_CONTACTS, "data");
	char cut[CELL] = "";

	assert_string_equal(text(data, json_object()), "-");
	assert_string_equal(text(data, json_pack("{s:s, s:s}", "account", "17", "language", "de")),
		"account=17, language=de");
	memset(cut, 'a', CELL - 1);
	assert_int_equal(strlen(text(data, json_pack("{s:s}", "\x1b", cut))), CELL - 1);
}

static void text_does_nothing_to_a_terminal(void **state)
{
	char cut[CELL + 1] = "";

	assert_string_equal(
		text(NULL, json_string("\x1b[2Jgone\nnext\tcell")), "\\x1b[2Jgone\\nnext\\tcell");
	memset(cut, 'a', CELL - 2);
	memcpy(cut + CELL - 2, "\xc3\xbc", 2);
	assert_int_equal(strlen(text(NULL, json_string(cut))), CELL - 2);
	assert_string_equal(text(NULL, json_pack("[s]", "\x7f\xc2\x9b")), "[\"\\x7f\\x9b\"]");
}

static void titles_lose_what_their_cells_say(void **state)
{
	assert_string_equal(title(of_event(TD_EV_CDR, "wait_ms")), "wait");
	assert_string_equal(
		title(of_event(TD_EV_CDR, "caller_in_jitter_max_us")), "caller in jitter max");
	assert_string_equal(title(of_event(TD_EV_CDR, "ended_by")), "ended by");
	assert_string_equal(title(of_view(TD_VIEW_ID_AGENTS, "seconds")), "for");
	assert_string_equal(title(of_view(TD_VIEW_ID_LINKS, "in_bps")), "in bps");
}

static int setup(void **state)
{
	setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_their_columns_unit),
		cmocka_unit_test(codes_have_words),
		cmocka_unit_test(nothing_is_guessed),
		cmocka_unit_test(keys_and_values_stand_in_a_cell),
		cmocka_unit_test(text_does_nothing_to_a_terminal),
		cmocka_unit_test(titles_lose_what_their_cells_say),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
