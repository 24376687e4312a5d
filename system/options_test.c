/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/exit.h>
#include <system/options.h>
#include <getopt.h>
#include <tests/unit/unit.h>

#define FILE_ID (OPTION_LONG + 0)

static const struct option_row rows[] = {
	{FILE_ID, "file", "FILE", "/etc/file",
		"What is read when the program starts, and again at each signal that says so, "
		"whoever sent it."},
	{'j', "json", NULL, NULL, "Objects, `one` a line."},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

static int next(const char *first, const char *second)
{
	char *argv[] = {(char *)"program", (char *)first, (char *)second, NULL};

	optind = 0; /* glibc: begin anew */
	opterr = 0;
	return options_next(rows, second ? 3 : 2, argv);
}

static void a_line_is_read_by_the_table(void **state)
{
	assert_int_equal(next("--file", "x"), FILE_ID);
	assert_string_equal(optarg, "x");
	assert_int_equal(next("--file=y", NULL), FILE_ID);
	assert_string_equal(optarg, "y");
	assert_int_equal(next("-j", NULL), 'j');
	assert_int_equal(next("--json", NULL), 'j');
	assert_int_equal(next("--vers", NULL), 'V');
	assert_int_equal(next("--file", NULL), OPTION_WRONG);
	assert_int_equal(next("--json=1", NULL), OPTION_WRONG);
	assert_int_equal(next("--frogs", NULL), OPTION_WRONG);
	assert_int_equal(next("-f", NULL), OPTION_WRONG);
	assert_int_equal(next("word", "-j"), OPTION_END); /* it belongs to the word */
	assert_int_equal(optind, 1);
}

static void a_row_is_found_by_its_word(void **state)
{
	assert_ptr_equal(options_lookup(rows, "--file"), &rows[0]);
	assert_ptr_equal(options_lookup(rows, "--file=x"), &rows[0]);
	assert_ptr_equal(options_lookup(rows, "-j"), &rows[1]);
	assert_null(options_lookup(rows, "--fil"));
	assert_null(options_lookup(rows, "--"));
	assert_null(options_lookup(rows, "-"));
	assert_null(options_lookup(rows, "file"));
	assert_null(options_lookup(rows, ""));
}

static void the_usage_has_every_row(void **state)
{
	static const char expected[] =
		"  --file FILE    What is read when the program starts, and again at each signal\n"
		"                 that says so, whoever sent it. Otherwise /etc/file.\n"
		"  -j, --json     Objects, one a line.\n"
		"  -h, --help     Prints this, and ends.\n"
		"  -V, --version  Prints the release, and ends.\n";
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	options_usage(rows, out);
	fclose(out);
	assert_string_equal(text, expected);
}

struct values {
	const char *other, *file;
};

static int values_read(const char *first, const char *second, struct values *v)
{
	static const struct option_row table[] = {
		{FILE_ID, "file", "FILE", "/etc/file", "A file.", offsetof(struct values, file)},
		{'o', "other", "WORD", NULL, "A word.", offsetof(struct values, other)},
		OPTION_HELP,
		OPTION_VERSION,
		{0},
	};
	const struct option_program p = {"program", "1", table, "It is a test.", NULL};
	char *argv[] = {(char *)"program", (char *)first, (char *)second, NULL};

	*v = (struct values){.file = "/etc/file"};
	optind = 0;
	opterr = 0;
	return options_read(&p, second ? 3 : first ? 2 : 1, argv, v);
}

static void values_go_to_their_fields(void **state)
{
	struct values v;

	assert_int_equal(values_read(NULL, NULL, &v), -1);
	assert_string_equal(v.file, "/etc/file");
	assert_null(v.other);
	assert_int_equal(values_read("--file=x", "-oy", &v), -1);
	assert_string_equal(v.file, "x");
	assert_string_equal(v.other, "y");
	assert_int_equal(values_read("--frogs", NULL, &v), EXIT_CONFIG);
	assert_int_equal(values_read("--file", NULL, &v), EXIT_CONFIG);
	assert_int_equal(values_read("--file=x", "word", &v), EXIT_CONFIG);
	assert_int_equal(values_read("-h", "word", &v), 0);
	assert_int_equal(values_read("--version", NULL, &v), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_by_the_table),
		cmocka_unit_test(a_row_is_found_by_its_word),
		cmocka_unit_test(the_usage_has_every_row),
		cmocka_unit_test(values_go_to_their_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
