/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Deadlines: an intrusive pairing of objects with times. Equal deadlines fire in the order they
 * were set. Add and cancel are O(log n) and never allocate once the heap was reserved: the owner
 * reserves a place for each timer that can be set at once; one too many is a bug and asserts.
 */
#ifndef TANDEM_ENGINE_BASE_TIMER_H
#define TANDEM_ENGINE_BASE_TIMER_H

#include <tandem/types.h>

struct timer {
	uint64_t deadline;
	uint64_t order;                              /* tie-break, written by the heap */
	uint32_t place;                              /* in the heap, 0 = not set */
	void (*fire)(struct timer *t, uint64_t now); /* may set it again, or free its object */
};

struct timers {
	struct timer **heap; /* heap[1..count] */
	uint32_t count, cap;
	uint64_t order;
};

int timers_init(struct timers *ts, uint32_t cap); /* 0 or -ENOMEM */
void timers_fini(struct timers *ts);
int timers_reserve(struct timers *ts, uint32_t cap);                   /* grow; 0 or -ENOMEM */
void timer_set(struct timers *ts, struct timer *t, uint64_t deadline); /* moves it when set */
void timer_cancel(struct timers *ts, struct timer *t);                 /* harmless when not set */
bool timer_is_set(const struct timer *t);
bool timers_hold(const struct timers *ts, const struct timer *t); /* it is set, and here */
bool timers_sound(const struct timers *ts);    /* the heap is in order; visits each timer */
uint64_t timers_next(const struct timers *ts); /* TD_NEVER when empty */
/* Fires all timers with deadline <= now, in order; those that are set meanwhile fire too. */
void timers_advance(struct timers *ts, uint64_t now);

#endif
