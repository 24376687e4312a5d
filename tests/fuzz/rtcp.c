/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/rtp/rtcp_msg.h>
#include <string.h>
#include <tests/fuzz/fuzz.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtcp_msg m;
	uint32_t about;

	if (size < sizeof(about))
		return 0;
	memcpy(&about, data, sizeof(about));
	(void)rtcp_decode(&m, data + sizeof(about), size - sizeof(about), about);
	return 0;
}
