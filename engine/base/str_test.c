/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/str.h>
#include <tests/unit/unit.h>

static const struct str NONE = {NULL, 0};

static void compares(void **state)
{
	assert_true(str_eq(NONE, STR("")));
	assert_true(str_eq(STR("abc"), str_of("abc")));
	assert_false(str_eq(STR("abc"), STR("abC")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_caseeq(STR("Call-ID"), STR("cALL-id")));
	assert_false(str_caseeq(STR("a["), STR("A{"))); /* [ and { differ in the case bit alone */
	assert_false(str_caseeq(STR("a"), NONE));
	assert_true(str_caseeq(NONE, STR("")));
	assert_true(str_has_prefix(STR("sip:bob"), STR("sip:")));
	assert_true(str_has_prefix(STR("sip:bob"), NONE));
	assert_false(str_has_prefix(STR("si"), STR("sip")));
	assert_false(str_has_prefix(NONE, STR("s")));
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Every two bytes, at every place of slices of every length that takes a way of its own. */
static void folds_ascii_alone(void **state)
{
	char a[20] = "aB-zaB-zaB-zaB-zaB-z", b[20] = "Ab-ZAb-ZAb-ZAb-ZAb-Z";

	for (size_t n = 1; n <= sizeof(a); n++)
		for (size_t at = 0; at < n; at++)
			for (unsigned x = 0; x < 256 * 256; x++) {
				char was[2] = {a[at], b[at]};
				unsigned char c = x & 255, d = (unsigned char)(x >> 8);

				a[at] = (char)c;
				b[at] = (char)d;
				if (str_caseeq((struct str){a, n}, (struct str){b, n}) !=
					(lower(c) == lower(d)))
					fail_msg("%zu bytes, %02x and %02x at %zu", n, c, d, at);
				a[at] = was[0];
				b[at] = was[1];
			}
}

static void trims(void **state)
{
	assert_true(str_eq(str_trim(STR(" \t\r\n a b \r\n")), STR("a b")));
	assert_int_equal(str_trim(STR(" \t")).n, 0);
	assert_int_equal(str_trim(NONE).n, 0);
}

static void cuts(void **state)
{
	struct str rest = STR("a,,b");

	assert_true(str_eq(str_cut(&rest, ','), STR("a")));
	assert_true(str_eq(str_cut(&rest, ','), NONE));
	assert_true(str_eq(str_cut(&rest, ','), STR("b")));
	assert_null(rest.p); /* nothing is left */
	assert_int_equal(rest.n, 0);
	assert_int_equal(str_cut(&rest, ',').n, 0);

	rest = STR("a,");
	assert_true(str_eq(str_cut(&rest, ','), STR("a")));
	assert_non_null(rest.p); /* an empty part is left */
	assert_int_equal(rest.n, 0);
}

static void reads_numbers(void **state)
{
	uint64_t v = 7;

	assert_true(str_u64(STR("0"), 0, &v));
	assert_int_equal(v, 0);
	assert_true(str_u64(STR("65535"), 65535, &v));
	assert_int_equal(v, 65535);
	assert_false(str_u64(STR("65536"), 65535, &v));
	assert_int_equal(v, 65535);
	assert_true(str_u64(STR("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	assert_false(str_u64(STR("18446744073709551616"), UINT64_MAX, &v));
	assert_false(str_u64(STR("99999999999999999999999"), UINT64_MAX, &v));
	assert_false(str_u64(STR("7"), 5, &v));
	assert_true(str_u64(STR("0005"), 5, &v));
	assert_false(str_u64(STR(""), 9, &v));
	assert_false(str_u64(NONE, 9, &v));
	assert_false(str_u64(STR("+1"), 9, &v));
	assert_false(str_u64(STR("1 "), 9, &v));
	assert_false(str_u64(STR("-1"), 9, &v));
}

static void copies(void **state)
{
	char out[4];

	assert_true(str_copy(out, sizeof(out), STR("abc")));
	assert_string_equal(out, "abc");
	assert_false(str_copy(out, sizeof(out), STR("abcd")));
	assert_string_equal(out, "abc");
	assert_true(str_copy(out, sizeof(out), NONE));
	assert_string_equal(out, "");
	assert_true(str_copy(out, 1, NONE));
	assert_false(str_copy(out, 1, STR("a")));
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(folds_ascii_alone),
		cmocka_unit_test(trims),
		cmocka_unit_test(cuts),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
