/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/utf8.h>
#include <errno.h>
#include <tests/unit/unit.h>

static const char *shown(const char *text, enum utf8_lines lines)
{
	static char storage[128];
	struct td_buf out;

	buf_init_fixed(&out, storage, sizeof(storage) - 1);
	utf8_printable(&out, str_of(text), lines);
	assert_int_equal(out.error, 0);
	storage[out.len] = '\0';
	return storage;
}

static void text_that_does_nothing_stays(void **state)
{
	static const char text[] = "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x93\x9e a\\b ~\xc2\xa0";

	assert_string_equal(shown(text, UTF8_ONE_LINE), text);
	assert_string_equal(shown("", UTF8_ONE_LINE), "");
}

static void control_characters_are_written_out(void **state)
{
	assert_string_equal(shown("\x1b[31mred\a", UTF8_ONE_LINE), "\\x1b[31mred\\x07");
	assert_string_equal(shown("a\nb\tc\r\nd", UTF8_ONE_LINE), "a\\nb\\tc\\x0d\\nd");
	assert_string_equal(shown("\x7f\xc2\x9b"
				  "2J",
				    UTF8_ONE_LINE),
		"\\x7f\\x9b2J");
}

/* A right-to-left override would show the rest of the line turned round. */
static void what_is_not_seen_is_written_out(void **state)
{
	static const char joined[] = "\xd9\x85\xe2\x80\x8c\xd8\xa7"; /* U+200C, as Persian has it */

	assert_string_equal(shown("alice\xe2\x80\x8b", UTF8_ONE_LINE), "alice\\u200b");
	assert_string_equal(shown("\xe2\x80\xae"
				  "123",
				    UTF8_LINES),
		"\\u202e123");
	assert_string_equal(shown("a\xc2\xad"
				  "b\xef\xbb\xbf",
				    UTF8_ONE_LINE),
		"a\\u00adb\\ufeff");
	assert_string_equal(shown("\xf3\xa0\x81\x81", UTF8_ONE_LINE), "\\U000e0041");
	assert_string_equal(shown(joined, UTF8_ONE_LINE), joined);
}

static void lines_stay_where_they_are_wanted(void **state)
{
	assert_string_equal(shown("a\r\nb\n\tc", UTF8_LINES), "a\r\nb\n\tc");
	assert_string_equal(shown("gone\rhere\x1b[K\r", UTF8_LINES), "gone\\x0dhere\\x1b[K\\x0d");
}

static void bytes_that_are_no_utf8_are_written_out(void **state)
{
	static const char *const bad[][2] = {
		{"\xff", "\\xff"},
		{"\x9b"
		 "2J",
			"\\x9b2J"},
		{"Z\xfcrich", "Z\\xfcrich"},
		{"\xc3", "\\xc3"},
		{"\xc0\x9b", "\\xc0\\x9b"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_string_equal(shown(bad[i][0], UTF8_ONE_LINE), bad[i][1]);
		assert_false(utf8_valid(str_of(bad[i][0])));
	}
	assert_true(utf8_valid(STR("Z\xc3\xbcrich\n\0")));
	assert_true(utf8_valid((struct str){NULL, 0}));
}

static void what_has_no_room_ends_after_a_character(void **state)
{
	char storage[5];
	struct td_buf out;

	buf_init_fixed(&out, storage, sizeof(storage));
	utf8_printable(&out,
		STR("ab\x1b"
		    "c"),
		UTF8_ONE_LINE);
	assert_int_equal(out.len, 2);
	assert_int_equal(out.error, -ENOSPC);
}

static const char *copied(const char *text, size_t size)
{
	static char out[16];

	utf8_copy(out, size, text);
	return out;
}

static void a_copy_is_cut_behind_a_character(void **state)
{
	assert_string_equal(copied("abc", 4), "abc");
	assert_string_equal(copied("abcd", 4), "abc");
	assert_string_equal(copied("ab\xc3\xbc", 5), "ab\xc3\xbc");
	assert_string_equal(copied("ab\xc3\xbc", 4), "ab");
	assert_string_equal(copied("ab\xc3\xbc", 3), "ab");
	assert_string_equal(copied("\xe2\x82\xac\xe2\x82\xac", 7), "\xe2\x82\xac\xe2\x82\xac");
	for (size_t size = 4; size < 7; size++)
		assert_string_equal(copied("\xe2\x82\xac\xe2\x82\xac", size), "\xe2\x82\xac");
	for (size_t size = 1; size < 5; size++)
		assert_string_equal(copied("\xf0\x9f\x93\x9e", size), "");
	assert_string_equal(copied("\xf0\x9f\x93\x9e", 5), "\xf0\x9f\x93\x9e");
	assert_string_equal(copied("Z\xfcrich", 3), "Z"); /* no UTF-8 */
	assert_string_equal(copied("a\x80\x80\x80\x80\x80", 6), "a\x80\x80\x80\x80");
	assert_string_equal(copied("", 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_does_nothing_stays),
		cmocka_unit_test(control_characters_are_written_out),
		cmocka_unit_test(what_is_not_seen_is_written_out),
		cmocka_unit_test(lines_stay_where_they_are_wanted),
		cmocka_unit_test(bytes_that_are_no_utf8_are_written_out),
		cmocka_unit_test(a_copy_is_cut_behind_a_character),
		cmocka_unit_test(what_has_no_room_ends_after_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
