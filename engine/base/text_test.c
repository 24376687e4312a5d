/* SPDX-License-Identifier: BSD-3-Clause */
#include <tandem/text.h>
#include <tests/unit/unit.h>

#define MOST (TD_TEXT_BYTES - 1)

static void a_text_is_what_printf_makes(void **state)
{
	struct td_text t;

	td_text_set(&t, "port %s: %d queues; give it %c", "eth0", 2, '1');
	assert_string_equal(t.s, "port eth0: 2 queues; give it 1");
	td_text_set(&t, "%s", "");
	assert_string_equal(t.s, "");
}

static void a_caller_may_want_none(void **state)
{
	td_text_set(NULL, "%s: no memory", "sounds");
}

static void what_just_fits_is_not_cut(void **state)
{
	char long_one[MOST + 1];
	struct td_text t;

	memset(long_one, 'a', MOST);
	long_one[MOST] = '\0';
	td_text_set(&t, "%s", long_one);
	assert_string_equal(t.s, long_one);
}

/* Whatever stands at the cut, of one to four octets, and wherever in the character the cut falls.
 */
static void a_cut_falls_between_characters(void **state)
{
	static const char *const character[] = {
		"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x93\x9e"};
	char long_one[4 * TD_TEXT_BYTES];
	struct td_text t;

	for (size_t c = 0; c < sizeof(character) / sizeof(character[0]); c++)
		for (size_t shift = 0; shift < 4; shift++) {
			size_t n = strlen(character[c]), at = shift, kept;

			memset(long_one, 'x', shift);
			while (at < TD_TEXT_BYTES + 4) {
				memcpy(long_one + at, character[c], n);
				at += n;
			}
			long_one[at] = '\0';
			td_text_set(&t, "%s", long_one);
			kept = strlen(t.s) - strlen("\xe2\x80\xa6");
			assert_string_equal(t.s + kept, "\xe2\x80\xa6");
			assert_memory_equal(t.s, long_one, kept);
			assert_int_equal((kept - shift) % n, 0);
			assert_in_range(strlen(t.s), MOST - 3, MOST);
		}
}

/* Octets that are no UTF-8 cannot lead the cut before the text's first octet. */
static void a_text_of_halves_is_cut_too(void **state)
{
	char long_one[2 * TD_TEXT_BYTES];
	struct td_text t;

	memset(long_one, 0x80, sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	td_text_set(&t, "%s", long_one);
	assert_string_equal(t.s, "\xe2\x80\xa6");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_what_printf_makes),
		cmocka_unit_test(a_caller_may_want_none),
		cmocka_unit_test(what_just_fits_is_not_cut),
		cmocka_unit_test(a_cut_falls_between_characters),
		cmocka_unit_test(a_text_of_halves_is_cut_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
