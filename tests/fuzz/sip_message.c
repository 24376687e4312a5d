/* SPDX-License-Identifier: BSD-3-Clause */
/* A SIP message, and what of it an encoder would repeat. */
#include <engine/sip/msg/msg.h>
#include <tests/fuzz/fuzz.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sip_msg m, again;

	if (size <= SIP_MSG_MAX && sip_msg_decode(&m, data, size) == 0) {
		FUZZ_HOLDS(sip_msg_decode(&again, data, size) == 0);
		FUZZ_HOLDS(str_eq(m.call_id, again.call_id) && str_eq(m.body, again.body));
		FUZZ_HOLDS(m.body.n <= size);
	}
	return 0;
}
