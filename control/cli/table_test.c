/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cli.h>
#include <string.h>
#include <tests/unit/unit.h>
#include <unistd.h>

/* The table of these agents, as a terminal of this width gets it; 0: a pipe. */
static const char *table(const json_t *rows, unsigned width, bool json)
{
	const struct cli cli = {.terminal = width > 0, .width = width, .json = json};
	static char text[4096];
	FILE *file = tmpfile();
	int before = dup(STDOUT_FILENO);
	size_t n;

	assert_non_null(file);
	fflush(stdout);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	cli_view(&cli, &td_views[TD_VIEW_ID_CONTACTS], rows, false);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

/* In columns: of UTF-8 each code point. */
static unsigned widest_line(const char *text)
{
	unsigned widest = 0, n = 0;

	for (; *text; text++) {
		n = *text == '\n' ? 0 : n + ((*text & 0xc0) != 0x80);
		widest = n > widest ? n : widest;
	}
	return widest;
}

static json_t *contacts(void)
{
	return json_pack("[{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:f, s:s, s:{s:s}}]", "id",
		"1732220776.123456", "channel", "message", "customer",
		"somebody-with-a-l\u00f6ng-name@example.com", "queue", "sales", "state", "waiting",
		"agent", "", "position", 12, "seconds", 754.0, "tenant", "acme", "data", "note",
		"a line of text that is much longer than all that stands before it");
}

static void text_is_cut_to_the_width_of_a_terminal(void **state)
{
	json_t *rows = contacts();
	const char *text = table(rows, 160, false);

	assert_int_equal(widest_line(text), 160); /* the widest gives, the next one does not */
	assert_non_null(strstr(text, "somebody-with-a-l\u00f6ng-name@"));
	assert_non_null(strstr(text, "note=a l"));
	assert_non_null(strstr(text, "\u2026\n"));
	assert_non_null(strstr(text, "1732220776.123456"));
	text = table(rows, 110, false);
	assert_true(widest_line(text) <= 110);
	assert_non_null(strstr(text, "\u2026  sales"));
	assert_non_null(strstr(text, "12:34")); /* numbers are whole */
	assert_null(strstr(text, "not shown"));
	json_decref(rows);
}

static void what_does_not_fit_is_named(void **state)
{
	json_t *rows = contacts();
	const char *text = table(rows, 60, false), *line = strstr(text, "not shown");

	assert_non_null(line);
	assert_string_equal(line, "not shown, as the terminal is too narrow: agent, position, "
				  "tenant, data; --json has "
				  "all\n");
	text = strndup(text, (size_t)(line - text));
	assert_true(widest_line(text) <= 60);
	free((char *)text);
	json_decref(rows);
}

static void nothing_is_cut_in_a_pipe_or_in_json(void **state)
{
	json_t *rows = contacts();

	assert_non_null(strstr(table(rows, 0, false), "all that stands before it\n"));
	assert_non_null(strstr(table(rows, 40, true), "all that stands before it\""));
	assert_null(strstr(table(rows, 0, false), "\u2026"));
	json_decref(rows);
}

/* C1 controls and marks that turn a line round: a terminal obeys them in JSON, too. */
static void json_has_nothing_that_a_terminal_obeys(void **state)
{
	json_t *rows = json_pack("[{s:s, s:s}]", "id", "1.1", "customer",
		"a\xc2\x98"
		"b\u202ec\u00f6");
	const char *text = table(rows, 40, true);

	assert_non_null(strstr(text, "a\\u0098b\\u202Ec\\u00F6\""));
	for (; *text; text++)
		assert_true(*text == '\n' || (*text >= ' ' && *text <= '~'));
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_to_the_width_of_a_terminal),
		cmocka_unit_test(what_does_not_fit_is_named),
		cmocka_unit_test(nothing_is_cut_in_a_pipe_or_in_json),
		cmocka_unit_test(json_has_nothing_that_a_terminal_obeys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
