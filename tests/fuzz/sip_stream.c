/* SPDX-License-Identifier: BSD-3-Clause */
/* Octets of a TCP connection, in pieces: what is found does not depend on how they were cut. */
#include <engine/sip/transport/stream.h>
#include <tests/fuzz/fuzz.h>

/* A sum of what was found in them. */
static uint64_t found(const uint8_t *data, size_t size, size_t piece)
{
	struct stream s = {0};
	uint64_t sum = 0;
	size_t taken = 0, come = 0, n;

	while (come < size) {
		enum stream_found what;

		come = come + piece < size ? come + piece : size;
		do {
			what = stream_next(
				&s, (struct str){(const char *)data + taken, come - taken}, &n);
			FUZZ_HOLDS(n <= come - taken);
			taken += n;
			/* Blank lines may be found one by one. */
			if (what == STREAM_MESSAGE || what == STREAM_FAULT)
				sum = sum * 31 + what + n;
			if (what == STREAM_FAULT)
				return sum;
		} while (n && come > taken);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole;

	if (size < 2)
		return 0;
	whole = found(data + 1, size - 1, size);
	FUZZ_HOLDS(found(data + 1, size - 1, 1u + data[0]) == whole);
	return 0;
}
