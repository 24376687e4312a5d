/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/hex.h>
#include <tests/unit/unit.h>

static void hex_is_encoded(void **state)
{
	char out[17] = "................";

	hex_encode(0x0123456789abcdef, 16, out);
	assert_string_equal(out, "0123456789abcdef");
	hex_encode(0xabcd, 3, out);
	assert_memory_equal(out, "bcd345", 6);
}

static void hex_is_decoded(void **state)
{
	static const char *const bad[] = {"", "g", "0x1", " 1", "1 ", "@", "00000000000000000"};
	uint64_t n = 1;

	assert_true(hex_decode(STR("0123456789abcdef"), &n));
	assert_true(n == 0x0123456789abcdef);
	assert_true(hex_decode(STR("FfFfFfFfFfFfFfFf"), &n));
	assert_true(n == UINT64_MAX);
	assert_true(hex_decode(STR("0"), &n));
	assert_true(n == 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hex_decode(str_of(bad[i]), &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_is_encoded),
		cmocka_unit_test(hex_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
