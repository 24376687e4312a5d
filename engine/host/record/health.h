/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether recordings can be written: errors and the room on the disk, looked at once a second. Two
 * alarms follow, and while the disk is full no recording begins. The recorder's thread has it;
 * others may ask health_is_full().
 */
#ifndef TANDEM_ENGINE_HOST_RECORD_HEALTH_H
#define TANDEM_ENGINE_HOST_RECORD_HEALTH_H

#include <engine/host/record/running.h>
#include <stdatomic.h>

#define HEALTH_CHECK_NS TD_NSEC_PER_SEC

struct health {
	/* set before the first call */
	struct journal *journal;
	struct disk *disk;
	struct taplog *log;
	struct running *running;
	int dirfd;
	uint64_t min_free; /* bytes: with less the disk is full */

	atomic_bool full;           /* alarm recording-disk-full is raised */
	bool failing;               /* alarm recording-failed is raised */
	uint64_t checked, failures; /* when the disk was looked at, and its failures then */
	uint64_t lost_told, refused_told;
};

void health_failed(struct health *h, int error); /* a negative errno of whatever writes */
/* Each turn. lost: packets that found no room in the taps' rings, since the start. */
void health_check(struct health *h, uint64_t now, uint64_t lost);

static inline bool health_is_full(struct health *h)
{
	return atomic_load(&h->full);
}

static inline bool health_is_bad(struct health *h)
{
	return health_is_full(h) || h->failing;
}

#endif
