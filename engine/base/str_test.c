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
		cmocka_unit_test(trims),
		cmocka_unit_test(cuts),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
