/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timers of a worker: a wheel of milliseconds. Setting and cancelling are O(1) and never allocate.
 * A timer fires in the millisecond after its deadline at the latest, never before its deadline.
 */
#ifndef TANDEM_DATAPLANE_RTP_WHEEL_H
#define TANDEM_DATAPLANE_RTP_WHEEL_H

#include <tandem/types.h>

#define WHEEL_SLOTS                                                                   \
	8192 /* 8.2 s: beyond the longest RTCP interval of 7.5 s; later ones go round \
	      */

struct wheel_timer {
	struct wheel_timer *next, **at; /* at NULL: not set */
	uint64_t deadline;              /* ns */
};

struct wheel {
	uint64_t turned; /* ms: slots up to this one have fired */
	uint64_t busy[WHEEL_SLOTS / 64];
	struct wheel_timer *slot[WHEEL_SLOTS];
};

void wheel_init(struct wheel *w, uint64_t now);
void wheel_set(struct wheel *w, struct wheel_timer *t, uint64_t deadline); /* moves it when set */
void wheel_cancel(struct wheel *w, struct wheel_timer *t); /* harmless when not set */
/* One timer that is due at `now`, no longer set; NULL when there is none. Call until NULL. */
struct wheel_timer *wheel_due(struct wheel *w, uint64_t now);
/* No timer is due before it; TD_NEVER when none is set. */
uint64_t wheel_next(const struct wheel *w);

#endif
