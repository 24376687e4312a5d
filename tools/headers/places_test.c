/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <tests/unit/unit.h>
#include <tools/headers/places.h>

static void refuses(const struct header_row *rows, unsigned count, unsigned row, const char *word)
{
	unsigned bad = 99;
	const char *fault = rows_check(rows, count, &bad);

	assert_non_null(fault);
	assert_int_equal(bad, row);
	if (!strstr(fault, word))
		fail_msg("'%s' says nothing of '%s'", fault, word);
}
#define REFUSES(row, word, ...)                                                                    \
	refuses((const struct header_row[]){__VA_ARGS__},                                          \
		sizeof((const struct header_row[]){__VA_ARGS__}) / sizeof(struct header_row), row, \
		word)

#define ROW(id, name, compact)                                          \
	{                                                               \
		id, name, {compact}, "ONCE", "MAY", "RFC 3261", "Used." \
	}

static void bad_rows_are_refused(void **state)
{
	static char name[300];

	REFUSES(0, "no name", ROW("A", "", 0));
	REFUSES(1, "one letter", ROW("A", "Alpha", 0), ROW("B", "B", 0));
	REFUSES(0, "the colon", ROW("A", "Alpha:", 0));
	REFUSES(0, "character", ROW("A", "Al pha", 0));
	REFUSES(0, "character", ROW("A", "Alph\xc3\xa4", 0));
	REFUSES(0, "lower-case", ROW("A", "Alpha", 'A'));
	REFUSES(0, "lower-case", ROW("A", "Alpha", '1'));
	REFUSES(2, "row above", ROW("A", "Alpha", 0), ROW("B", "Beta", 0), ROW("C", "ALPHA", 0));
	REFUSES(1, "its id", ROW("A", "Alpha", 0), ROW("A", "Beta", 0));
	REFUSES(1, "one header field", ROW("A", "Alpha", 'x'), ROW("B", "Beta", 'x'));
	REFUSES(0, "ONCE, FIRST", {"A", "Alpha", "", "TWICE", "MAY", "RFC 3261", "Used."});
	REFUSES(0, "MUST or MAY", {"A", "Alpha", "", "ONCE", "SHOULD", "RFC 3261", "Used."});
	REFUSES(0, "document", {"A", "Alpha", "", "ONCE", "MAY", "", "Used."});
	REFUSES(0, "document", {"A", "Alpha", "", "ONCE", "MAY", "RFC 3261", ""});
	memset(name, 'x', sizeof(name) - 1);
	REFUSES(0, "255", ROW("A", name, 0));
}

/* As many rows as can be, of names as alike as they come, have a place each; one more is refused.
 */
static void all_rows_have_a_place(void **state)
{
	static char names[ROWS_MAX + 1][16], ids[ROWS_MAX + 1][16];
	static struct header_row rows[ROWS_MAX + 1];
	static struct header_places p;
	unsigned bad;

	for (unsigned i = 0; i <= ROWS_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "X-Header-%u", i);
		snprintf(ids[i], sizeof(ids[i]), "X_%u", i);
		rows[i] = (struct header_row)ROW(ids[i], names[i], (char)(i < 26 ? 'a' + i : 0));
	}
	for (unsigned count = 1; count <= ROWS_MAX; count++) {
		assert_null(rows_check(rows, count, &bad));
		assert_int_equal(places_search(&p, rows, count), 0);
		for (unsigned i = 0; i < count; i++) {
			size_t n = strlen(names[i]);
			const struct header_place *at =
				&p.place[header_hash(names[i], n, p.factor) >> p.shift];

			assert_int_equal(at->id, i + 1);
			assert_int_equal(at->length, n);
		}
	}
	refuses(rows, ROWS_MAX + 1, ROWS_MAX, "64 bits");
}

/* The search ends when the hash cannot tell two names apart. */
static void hopeless_names_end(void **state)
{
	static const struct header_row rows[] = {
		ROW("A", "Abcdefgh-1-Abcdefgh", 0), ROW("B", "Abcdefgh-2-Abcdefgh", 0)};
	static struct header_places p;

	assert_int_equal(places_search(&p, rows, 2), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_rows_are_refused),
		cmocka_unit_test(all_rows_have_a_place),
		cmocka_unit_test(hopeless_names_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
