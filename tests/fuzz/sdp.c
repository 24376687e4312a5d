/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/sdp/sdp.h>
#include <tests/fuzz/fuzz.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = {(const char *)data, size};
	static struct sdp s;

	for (int srtp = 0; srtp <= TD_SRTP_REQUIRED; srtp++)
		if (sdp_decode(&s, text, (enum td_srtp_policy)srtp) == 0)
			FUZZ_HOLDS(
				s.media_count <= SDP_MEDIA_MAX && s.crypto_count <= SDP_CRYPTO_MAX);
	return 0;
}
