/* SPDX-License-Identifier: BSD-3-Clause */
/* Clocks of the host's threads; engine and workers have theirs from dp_now(). */
#ifndef TANDEM_ENGINE_HOST_CLOCK_H
#define TANDEM_ENGINE_HOST_CLOCK_H

#include <tandem/types.h>
#include <time.h>

/* How often a thread looks for work that nobody wakes it for. */
#define CLOCK_BEAT_NS (20 * TD_NSEC_PER_MSEC)

static inline uint64_t clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * TD_NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static inline uint64_t clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

static inline uint64_t clock_wall(void)
{
	return clock_read(CLOCK_REALTIME);
}

static inline void clock_nap(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / TD_NSEC_PER_SEC), .tv_nsec = (long)(ns % TD_NSEC_PER_SEC)};

	nanosleep(&ts, NULL);
}

#endif
