/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cli.h>
#include <control/cli/rows.h>
#include <string.h>
#include <tests/unit/unit.h>

static const struct cli nobody = {.quiet = true};

static void calls_and_contacts_stand_in_their_order(void **state)
{
	static const char *const ids[] = {"1732220776.9", "1732220776.10", "1732220776.112"};
	json_t *rows = json_pack("[{s:s}, {s:s}, {s:s}]", "id", ids[2], "id", ids[0], "id", ids[1]);

	rows_oldest(&td_views[TD_VIEW_ID_AGENTS], rows); /* these have an order of their own */
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(rows, 0), "id")), ids[2]);
	rows_oldest(&td_views[TD_VIEW_ID_CONTACTS], rows);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_string_equal(
			json_string_value(json_object_get(json_array_get(rows, i), "id")), ids[i]);
	json_decref(rows);
}

static struct cli_args args;

static const struct td_view *read(int argc, const char *const *argv)
{
	int words = 0;
	const struct cli_command *c = cli_lookup(argc, argv, &words);

	assert_non_null(c);
	assert_true(cli_args_read(&args, c, argc - words, argv + words));
	return rows_view(c, cli_arg(&args, "VIEW"));
}

/* The values of `key` in the rows that the options choose, a space behind each. */
static const char *chosen(const json_t *rows, const char *key, int argc, const char *const *argv)
{
	const struct td_view *v = read(argc, argv);
	static char text[256];
	json_t *left, *row;
	size_t i;

	assert_true(rows_fit(&nobody, &args, v));
	left = rows_choose(&args, v, rows);
	text[0] = '\0';
	json_array_foreach(left, i, row)
	{
		strcat(text, json_string_value(json_object_get(row, key)));
		strcat(text, " ");
	}
	json_decref(left);
	return text;
}
#define WORDS(...)                                                               \
	sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]) \
	{                                                                        \
		__VA_ARGS__                                                      \
	}
#define CHOSEN(...)  chosen(rows, "id", WORDS("show", "calls", __VA_ARGS__))
#define REFUSED(...) assert_false(rows_fit(&nobody, &args, read(WORDS(__VA_ARGS__))))

/* Four calls; "d" waits in no queue, and nobody knows how it sounds. */
static json_t *calls(void)
{
	return json_pack(
		"[{s:s, s:s, s:s, s:s, s:s, s:i, s:f}, {s:s, s:s, s:s, s:s, s:s, s:i, s:f},"
		" {s:s, s:s, s:s, s:s, s:s, s:i, s:f}, {s:s, s:s, s:s, s:s, s:s, s:i, s:n}]",
		"id", "a", "trunk", "north", "to_trunk", "", "queue", "sales", "state", "waiting",
		"seconds", 7, "mos", 4.1, "id", "b", "trunk", "south", "to_trunk", "", "queue",
		"support", "state", "talking", "seconds", 900, "mos", 1.5, "id", "c", "trunk",
		"south", "to_trunk", "north", "queue", "sales", "state", "talking", "seconds", 80,
		"mos", 4.4, "id", "d", "trunk", "", "to_trunk", "north", "queue", "", "state",
		"talking", "seconds", 80, "mos");
}

static void options_choose_rows(void **state)
{
	json_t *rows = calls();

	assert_string_equal(CHOSEN("--queue", "sales"), "a c ");
	assert_string_equal(CHOSEN("--queue", "sales", "--state", "talking"), "c ");
	assert_string_equal(CHOSEN("-t", "north"), "a c d "); /* it came by it, or goes out by it */
	assert_string_equal(CHOSEN("--queue", "sale"), "");
	assert_string_equal(CHOSEN("--limit", "2"), "a b ");
	json_decref(rows);
	rows = json_pack("[{s:s}, {s:s}]", "name", "alice", "name", "bob");
	assert_string_equal(
		chosen(rows, "name", WORDS("show", "agents", "--agent", "bob")), "bob ");
	json_decref(rows);
}

static void rows_stand_in_the_order_of_a_column(void **state)
{
	json_t *rows = calls();

	assert_string_equal(CHOSEN("--sort", "seconds"), "a c d b ");
	assert_string_equal(CHOSEN("--sort", "-seconds"), "b c d a ");
	assert_string_equal(CHOSEN("-s", "-for", "-n", "1"), "b "); /* as the table's title */
	assert_string_equal(CHOSEN("--sort", "mos"), "b a c d ");   /* not known: at the end */
	assert_string_equal(CHOSEN("--sort", "-mos"), "c a b d ");
	assert_string_equal(CHOSEN("--sort", "queue"), "a c b d ");
	json_decref(rows);
}

static void what_a_view_has_not_is_refused(void **state)
{
	REFUSED("show", "trunks", "--queue", "sales");
	REFUSED("show", "queues", "--agent", "alice"); /* its `agents` is a number */
	REFUSED("show", "calls", "--sort", "length");
	REFUSED("show", "stats", "--limit", "1");
	REFUSED("bandwidth", "--sort", "calls");
}

static void that_none_fits_is_said_with_what_there_is(void **state)
{
	json_t *rows = calls();
	const struct td_view *v = read(WORDS("show", "calls", "--state", "taking"));
	char text[256];
	struct td_buf out;

	buf_init_fixed(&out, text, sizeof(text));
	rows_none(&args, v, rows, &out);
	text[out.len] = '\0';
	assert_string_equal(text, "calls: none of 4 has state taking; there are waiting, talking");
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_and_contacts_stand_in_their_order),
		cmocka_unit_test(options_choose_rows),
		cmocka_unit_test(rows_stand_in_the_order_of_a_column),
		cmocka_unit_test(what_a_view_has_not_is_refused),
		cmocka_unit_test(that_none_fits_is_said_with_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
