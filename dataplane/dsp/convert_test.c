/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dsp/convert.h>
#include <dataplane/dsp/g711.h>
#include <stdlib.h>
#include <tests/unit/unit.h>

#define SAMPLES (CONVERT_RATE / 50) /* 20 ms */

static void each_codec_brings_speech_through(void **state)
{
	for (unsigned codec = 1; codec < TD_CODEC_COUNT; codec++) {
		const struct convert *c = convert_get(codec);
		int16_t in[SAMPLES], back[SAMPLES];
		uint8_t octets[SAMPLES + 1];
		size_t n = convert_octets(codec, SAMPLES);

		for (int i = 0; i < SAMPLES; i++) /* a triangle of 100 Hz */
			in[i] = (int16_t)(abs(i % 80 - 40) * 400 - 8000);
		octets[n] = 0xa5;
		c->encode(in, SAMPLES, octets);
		assert_int_equal(octets[n], 0xa5);
		assert_int_equal(n, codec_payload(codec, 20));
		assert_int_equal(convert_samples(codec, n), SAMPLES);
		c->decode(octets, n, back);
		for (int i = 0; i < SAMPLES; i++)
			assert_in_range(abs(back[i] - in[i]), 0, 400);
	}
}

static void unknown_codecs_have_none(void **state)
{
	assert_null(convert_get(TD_CODEC_NONE));
	assert_null(convert_get(TD_CODEC_COUNT));
}

static void g711_is_each_sample_by_itself(void **state)
{
	const int16_t in[4] = {0, 1000, -1000, 32767};
	int16_t back[4];
	uint8_t octets[4];

	convert_get(TD_CODEC_PCMA)->encode(in, 4, octets);
	convert_get(TD_CODEC_PCMA)->decode(octets, 4, back);
	assert_int_equal(octets[0], codec_get(TD_CODEC_PCMA)->silence);
	for (int i = 0; i < 4; i++)
		assert_int_equal(back[i], g711_alaw_linear[g711_alaw(in[i])]);
	convert_get(TD_CODEC_PCMU)->encode(in, 4, octets);
	convert_get(TD_CODEC_PCMU)->decode(octets, 4, back);
	assert_int_equal(octets[0], codec_get(TD_CODEC_PCMU)->silence);
	for (int i = 0; i < 4; i++)
		assert_int_equal(back[i], g711_ulaw_linear[g711_ulaw(in[i])]);
}

static void time_stamps_become_samples(void **state)
{
	assert_int_equal(convert_units(8000, 160), 160);
	assert_int_equal(convert_units(8000, INT32_MIN), INT32_MIN);
	assert_int_equal(convert_units(48000, 960), 160);
	assert_int_equal(convert_units(48000, -960), -160);
	assert_int_equal(convert_units(48000, INT32_MAX), INT32_MAX / 6);
	assert_int_equal(convert_units(44100, 882), 160);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_stamps_become_samples),
		cmocka_unit_test(each_codec_brings_speech_through),
		cmocka_unit_test(unknown_codecs_have_none),
		cmocka_unit_test(g711_is_each_sample_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
