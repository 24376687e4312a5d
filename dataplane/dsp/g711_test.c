/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <dataplane/dsp/g711.h>
#include <tests/unit/unit.h>

/* Points of the tables 1a and 2a of G.711 (decision values and quantized values, on 16 bits). */
static void decode_agrees_with_the_standard(void **state)
{
	assert_int_equal(g711_ulaw_linear[0xff], 0);
	assert_int_equal(g711_ulaw_linear[0x7f], 0);
	assert_int_equal(g711_ulaw_linear[0x80], 8031 * 4);
	assert_int_equal(g711_ulaw_linear[0x00], -8031 * 4);
	assert_int_equal(g711_ulaw_linear[0xef], 33 * 4);
	assert_int_equal(g711_alaw_linear[0xd5], 8);
	assert_int_equal(g711_alaw_linear[0x55], -8);
	assert_int_equal(g711_alaw_linear[0xaa], 4032 * 8);
	assert_int_equal(g711_alaw_linear[0x2a], -4032 * 8);
}

static void octets_survive_a_round_trip(void **state)
{
	for (int o = 0; o < 256; o++) {
		assert_int_equal(g711_alaw(g711_alaw_linear[o]), o);
		if (o != 0x7f) /* minus zero, which decodes to the same 0 as 0xff */
			assert_int_equal(g711_ulaw(g711_ulaw_linear[o]), o);
	}
}

/* No sample is further from its octet's value than half a step of that segment, and a larger
 * sample never gets a smaller value. */
static void encode_is_within_half_a_step(void **state)
{
	int last_u = -65536, last_a = -65536;

	for (int s = -32768; s < 32768; s++) {
		uint8_t u = g711_ulaw((int16_t)s), a = g711_alaw((int16_t)s);
		int segment_u = ~u >> 4 & 7, segment_a = (a ^ 0x55) >> 4 & 7;
		int step_u = 8 << segment_u, step_a = 16 << (segment_a ? segment_a - 1 : 0);

		if (abs(s) <= 8158 * 4) /* beyond it u-law clips */
			assert_in_range(abs(g711_ulaw_linear[u] - s), 0, step_u / 2);
		assert_in_range(abs(g711_alaw_linear[a] - s), 0, step_a / 2);
		assert_true(g711_ulaw_linear[u] >= last_u);
		assert_true(g711_alaw_linear[a] >= last_a);
		last_u = g711_ulaw_linear[u];
		last_a = g711_alaw_linear[a];
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode_agrees_with_the_standard),
		cmocka_unit_test(octets_survive_a_round_trip),
		cmocka_unit_test(encode_is_within_half_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
