/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A binary heap, counted from 1 so that place 0 says "not set". It is not a wheel: the tick of a
 * wheel rounds deadlines, and replays and tests need exact ones. With 50,000 timers, setting one
 * takes 16 comparisons.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <engine/base/timer.h>

int timers_init(struct timers *ts, uint32_t cap)
{
	*ts = (struct timers){0};
	return timers_reserve(ts, cap);
}

void timers_fini(struct timers *ts)
{
	free(ts->heap);
	*ts = (struct timers){0};
}

int timers_reserve(struct timers *ts, uint32_t cap)
{
	if (ts->heap && cap <= ts->cap)
		return 0;
	struct timer **heap = realloc(ts->heap, ((size_t)cap + 1) * sizeof(struct timer *));

	if (!heap)
		return -ENOMEM;
	ts->heap = heap;
	ts->cap = cap;
	return 0;
}

static bool before(const struct timer *a, const struct timer *b)
{
	return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

static void put(struct timers *ts, uint32_t place, struct timer *t)
{
	ts->heap[place] = t;
	t->place = place;
}

static void sift(struct timers *ts, uint32_t place, struct timer *t)
{
	while (place > 1 && before(t, ts->heap[place / 2])) {
		put(ts, place, ts->heap[place / 2]);
		place /= 2;
	}
	for (;;) {
		uint32_t child = 2 * place;

		if (child > ts->count)
			break;
		if (child < ts->count && before(ts->heap[child + 1], ts->heap[child]))
			child++;
		if (!before(ts->heap[child], t))
			break;
		put(ts, place, ts->heap[child]);
		place = child;
	}
	put(ts, place, t);
}

void timer_set(struct timers *ts, struct timer *t, uint64_t deadline)
{
	uint32_t place = t->place;

	if (place == 0) {
		assert(ts->count < ts->cap); /* the owner's reservation is too small */
		place = ++ts->count;
	}
	t->deadline = deadline;
	t->order = ts->order++;
	sift(ts, place, t);
}

void timer_cancel(struct timers *ts, struct timer *t)
{
	uint32_t place = t->place;

	if (place == 0)
		return;
	struct timer *last = ts->heap[ts->count--];

	t->place = 0;
	if (last != t)
		sift(ts, place, last);
}

bool timer_is_set(const struct timer *t)
{
	return t->place != 0;
}

uint64_t timers_next(const struct timers *ts)
{
	return ts->count ? ts->heap[1]->deadline : TD_NEVER;
}

void timers_advance(struct timers *ts, uint64_t now)
{
	while (ts->count > 0 && ts->heap[1]->deadline <= now) {
		struct timer *t = ts->heap[1];

		timer_cancel(ts, t);
		t->fire(t, now);
	}
}

bool timers_hold(const struct timers *ts, const struct timer *t)
{
	return t->place && t->place <= ts->count && ts->heap[t->place] == t;
}

bool timers_sound(const struct timers *ts)
{
	for (uint32_t i = 1; i <= ts->count; i++)
		if (ts->heap[i]->place != i || (i > 1 && before(ts->heap[i], ts->heap[i / 2])))
			return false;
	return true;
}
