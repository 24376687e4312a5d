/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <engine/base/buf.h>
#include <tests/unit/unit.h>

#define assert_text(b, text)                                    \
	do {                                                    \
		assert_int_equal((b)->error, 0);                \
		assert_int_equal((b)->len, strlen(text));       \
		assert_memory_equal((b)->data, text, (b)->len); \
	} while (0)

static void grows(void **state)
{
	struct td_buf b;
	long live = oom_live();

	buf_init(&b);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%03d", i);
	assert_int_equal(b.error, 0);
	assert_int_equal(b.len, 3000);
	assert_memory_equal(b.data + 2997, "999", 3);
	buf_reset(&b);
	buf_put(&b, NULL, 0);
	buf_str(&b, STR("abc"));
	assert_text(&b, "abc");
	buf_free(&b);
	buf_free(&b);
	assert_int_equal(oom_live(), live);
}

static void fixed_says_when_it_is_full(void **state)
{
	char storage[8];
	struct td_buf b;

	buf_init_fixed(&b, storage, sizeof(storage));
	buf_put(&b, "12345678", 8);
	assert_text(&b, "12345678");
	buf_put(&b, "9", 1);
	assert_int_equal(b.error, -ENOSPC);
	assert_int_equal(b.len, 8);
	buf_reset(&b);
	buf_printf(&b, "%s", "1234567");
	assert_text(&b, "1234567");
	buf_printf(&b, "89");
	assert_int_equal(b.error, -ENOSPC);
	buf_str(&b, STR("x")); /* would fit, but the error sticks */
	assert_int_equal(b.len, 7);
	buf_free(&b);
}

static void json_places_commas(void **state)
{
	struct td_buf b;

	buf_init(&b);
	json_object_start(&b, NULL);
	json_u64(&b, "max", UINT64_MAX);
	json_array_start(&b, "list");
	json_i64(&b, NULL, INT64_MIN);
	json_object_start(&b, NULL);
	json_object_end(&b);
	json_array_start(&b, NULL);
	json_array_end(&b);
	json_bool(&b, NULL, true);
	json_array_end(&b);
	json_bool(&b, "no", false);
	json_str(&b, "k\"ey", STR(""));
	json_object_end(&b);
	json_object_start(&b, NULL); /* rows follow each other with commas */
	json_object_end(&b);
	assert_text(&b, "{\"max\":18446744073709551615,\"list\":[-9223372036854775808,{},[],true],"
			"\"no\":false,\"k\\\"ey\":\"\"},{}");
	buf_free(&b);
}

static void json_escapes(void **state)
{
	static const struct {
		struct str in;
		const char *out;
	} cases[] = {
		{STR("a\"b\\c"), "\"a\\\"b\\\\c\""},
		{STR("\n\r\t\x01\x7f"), "\"\\n\\r\\t\\u0001\\u007f\""},
		{{"a\0b", 3}, "\"a\\u0000b\""},
		{STR("Gr\xc3\xbc\xc3\x9f \xf0\x9f\x93\x9e"),
			"\"Gr\xc3\xbc\xc3\x9f \xf0\x9f\x93\x9e\""},
		{STR("\xff"
		     "a"),
			"\"\xef\xbf\xbd"
			"a\""},
		{STR("\xc3"), "\"\xef\xbf\xbd\""},                                 /* cut */
		{STR("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* overlong */
		{STR("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* surrogate */
		{STR("\xf4\x90\x80\x80"),
			"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* > 10FFFF */
		{STR("\xe0\xa0\x80\xef\xbf\xbf"), "\"\xe0\xa0\x80\xef\xbf\xbf\""},
		{STR("\xe0\x9f\xbf"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	struct td_buf b;

	buf_init(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_reset(&b);
		json_str(&b, NULL, cases[i].in);
		assert_text(&b, cases[i].out);
	}
	buf_free(&b);
}

static void json_writes_decimals(void **state)
{
	static const struct {
		double in;
		const char *out;
	} cases[] = {
		{0, "0.000"},
		{1.5, "1.500"},
		{-0.0004, "0.000"},
		{-0.0006, "-0.001"},
		{-12.3456, "-12.346"},
		{1e9 + 0.125, "1000000000.125"},
		{1e17, "100000000000000000"},
		{INFINITY, "null"},
		{-INFINITY, "null"},
		{NAN, "null"},
	};
	struct td_buf b;

	buf_init(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_reset(&b);
		json_f64(&b, NULL, cases[i].in);
		assert_text(&b, cases[i].out);
	}
	buf_free(&b);
}

static int build(void)
{
	struct td_buf b;
	int rc;

	buf_init(&b);
	json_array_start(&b, NULL);
	for (int i = 0; i < 100; i++)
		json_str(&b, NULL, STR("a row of some length"));
	json_array_end(&b);
	rc = b.error;
	buf_free(&b);
	return rc;
}

static void survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(fixed_says_when_it_is_full),
		cmocka_unit_test(json_places_commas),
		cmocka_unit_test(json_escapes),
		cmocka_unit_test(json_writes_decimals),
		cmocka_unit_test(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
