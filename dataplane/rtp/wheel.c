/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <dataplane/rtp/wheel.h>

#define SLOT(ms) ((ms) & (WHEEL_SLOTS - 1))

void wheel_init(struct wheel *w, uint64_t now)
{
	memset(w, 0, sizeof(*w));
	w->turned = now / TD_NSEC_PER_MSEC;
}

void wheel_cancel(struct wheel *w, struct wheel_timer *t)
{
	if (!t->at)
		return;
	*t->at = t->next;
	if (t->next)
		t->next->at = t->at;
	/* The last timer of its slot: `at` is then the head of the slot. */
	if (!t->next && t->at >= w->slot && t->at < w->slot + WHEEL_SLOTS) {
		size_t slot = (size_t)(t->at - w->slot);

		w->busy[slot / 64] &= ~(1ull << slot % 64);
	}
	t->at = NULL;
}

void wheel_set(struct wheel *w, struct wheel_timer *t, uint64_t deadline)
{
	uint64_t ms = (deadline + TD_NSEC_PER_MSEC - 1) / TD_NSEC_PER_MSEC;
	size_t slot;

	wheel_cancel(w, t);
	if (ms <= w->turned)
		ms = w->turned + 1;
	else if (ms - w->turned >= WHEEL_SLOTS)
		ms = w->turned + WHEEL_SLOTS - 1; /* looked at again when it comes by */
	slot = SLOT(ms);
	t->deadline = deadline;
	t->next = w->slot[slot];
	t->at = &w->slot[slot];
	if (t->next)
		t->next->at = &t->next;
	w->slot[slot] = t;
	w->busy[slot / 64] |= 1ull << slot % 64;
}

/* The first busy slot after the turned ones, as milliseconds; 0 when there is none. */
static uint64_t first_busy(const struct wheel *w)
{
	uint64_t ms = w->turned + 1;

	for (unsigned words = 0; words <= WHEEL_SLOTS / 64; words++) {
		uint64_t bits = w->busy[SLOT(ms) / 64] >> (SLOT(ms) % 64);

		if (bits)
			return ms + (unsigned)__builtin_ctzll(bits);
		ms += 64 - SLOT(ms) % 64;
	}
	return 0;
}

struct wheel_timer *wheel_due(struct wheel *w, uint64_t now)
{
	uint64_t now_ms = now / TD_NSEC_PER_MSEC;

	for (;;) {
		uint64_t ms = first_busy(w);
		struct wheel_timer *t;

		if (!ms || ms > now_ms) {
			if (now_ms > w->turned)
				w->turned = now_ms;
			return NULL;
		}
		w->turned = ms - 1;
		t = w->slot[SLOT(ms)];
		wheel_cancel(w, t);
		if (t->deadline <= now)
			return t;
		wheel_set(w, t, t->deadline); /* it was beyond the horizon */
	}
}

uint64_t wheel_next(const struct wheel *w)
{
	uint64_t ms = first_busy(w);

	return ms ? ms * TD_NSEC_PER_MSEC : TD_NEVER;
}
