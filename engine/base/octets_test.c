/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <engine/base/octets.h>
#include <tests/unit/unit.h>

static void numbers_are_in_network_order(void **state)
{
	static const uint8_t octets[] = {0xfe, 0xdc, 0xba, 0x98, 0x76};
	uint8_t out[5] = {0};

	assert_int_equal(be16_get(octets + 1), 0xdcba);
	assert_int_equal(be32_get(octets + 1), 0xdcba9876);
	be16_put(out + 1, 0xdcba);
	be16_put(out + 3, 0x9876);
	assert_memory_equal(out + 1, octets + 1, 4);
	be32_put(out, 0xfedcba98);
	assert_memory_equal(out, octets, 4);
	assert_int_equal(out[4], 0x76);
}

static void raw_ones_are_as_they_lie(void **state)
{
	uint64_t lies[2];
	uint8_t *odd = (uint8_t *)lies + 1;

	memcpy(odd, "abcdefgh", 8);
	assert_int_equal(ntohl(raw32(odd)), 0x61626364);
	assert_int_equal(
		raw32(odd), (uint32_t)raw64(odd)); /* little endian, as all that we run on */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_in_network_order),
		cmocka_unit_test(raw_ones_are_as_they_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
