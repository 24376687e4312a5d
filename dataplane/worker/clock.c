/* SPDX-License-Identifier: BSD-3-Clause */
/* The one clock of the dataplane. A file of its own, so that a test can put another in its place.
 */
#include <time.h>
#include <dataplane/dataplane.h>

uint64_t dp_now(void)
{
	struct timespec t;

	clock_gettime(
		CLOCK_MONOTONIC, &t); /* by the vDSO: the TSC, at the rate that the kernel keeps */
	return (uint64_t)t.tv_sec * TD_NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}
