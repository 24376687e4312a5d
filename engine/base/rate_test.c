/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/rate.h>
#include <tests/unit/unit.h>

/* Worked out by hand: octets of a packet, packets a second, and RTCP's 144 octets every 5 s. */
static void a_stream_weighs_what_its_headers_say(void **state)
{
	static const struct {
		struct rate r;
		unsigned packet[TD_LAYER_COUNT];
		uint64_t bps[TD_LAYER_COUNT];
	} cases[] = {
		{{TD_CODEC_PCMA, 20, 4}, {200, 214, 238}, {80276, 85898, 95536}},
		{{TD_CODEC_PCMU, 10, 4}, {120, 134, 158}, {96276, 107498, 126736}},
		{{TD_CODEC_PCMA, 30, 4}, {280, 294, 318}, {74667 + 276, 78400 + 298, 84800 + 336}},
		{{TD_CODEC_PCMA, 60, 4}, {520, 534, 558}, {69334 + 276, 71200 + 298, 74400 + 336}},
		{{TD_CODEC_PCMA, 20, 6}, {220, 234, 258}, {88308, 93930, 103568}},
		{{TD_CODEC_PCMA, 20, 4, TD_SRTP_TAG_AES_CM_128_HMAC_SHA1_80}, {210, 224, 248},
			{84000 + 298, 89600 + 320, 99200 + 359}},
		{{TD_CODEC_PCMA, 20, 6, TD_SRTP_TAG_AEAD_AES_128_GCM}, {236, 250, 274},
			{94400 + 340, 100000 + 362, 109600 + 400}},
		{{TD_CODEC_PCMA, 20, 4, 0, 4}, {200, 218, 242}, {80276, 87200 + 304, 96800 + 343}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned l = 0; l < TD_LAYER_COUNT; l++) {
			assert_int_equal(rate_packet_bytes(&cases[i].r, l), cases[i].packet[l]);
			assert_int_equal(rate_bps(&cases[i].r, l), cases[i].bps[l]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_weighs_what_its_headers_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
