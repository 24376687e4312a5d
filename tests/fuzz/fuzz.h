/* SPDX-License-Identifier: BSD-3-Clause */
/* What libFuzzer calls: one input; it always gives 0. A fault aborts, or a sanitizer stops it. */
#ifndef TANDEM_TESTS_FUZZ_FUZZ_H
#define TANDEM_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_HOLDS(condition)     \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

#endif
