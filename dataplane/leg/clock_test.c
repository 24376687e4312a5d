/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legs whose codec has another clock than workers count in. No row of the table of codecs has one
 * yet, so these legs get theirs from the test.
 */
#include <dataplane/leg/state.h>
#include <dataplane/leg/test/world.h>

#define CLOCK 48000u
#define FRAME 960u /* 20 ms */

static void add(struct world *w, uint32_t leg)
{
	struct td_leg_params p = world_params(leg);

	p.flags &= ~(uint32_t)TD_LEG_RTCP;
	world_add(w, leg, &p);
	w->rtp->cold[leg].clock = CLOCK;
	w->rtp->cold[leg].last_ts = p.ts_offset - FRAME;
}

static void speak(struct world *w, uint32_t leg, uint16_t seq, uint32_t frame)
{
	struct world_rtp p = world_speech(leg, seq);

	p.ts = seq * frame;
	p.fast = true;
	world_receive(w, &p);
}

/* The same arrivals, each second one 6 ms late: the same jitter, in units of either clock. */
static void jitter_counts_in_the_clock_of_the_codec(void **state)
{
	struct world *w = *state;
	struct td_leg_params b = world_params(FLOOR);
	struct td_media_event slow, fast;

	add(w, CARRIER);
	world_add(w, FLOOR, &b);
	for (uint16_t i = 0; i < 200; i++) {
		world_advance(w, (i % 2 ? 26 : 14) * WORLD_MS);
		speak(w, CARRIER, i, FRAME);
		speak(w, FLOOR, i, FRAME / 6);
	}
	assert_int_equal(w->general, 200 + 1); /* the lane has no arithmetic for it */
	world_cmd(w, TD_MEDIA_LEG_DEL, CARRIER, 0);
	world_cmd(w, TD_MEDIA_LEG_DEL, FLOOR, 0);
	assert_int_equal(world_events(w, TD_MEDIA_LEG_GONE, CARRIER, &fast), 1);
	assert_int_equal(world_events(w, TD_MEDIA_LEG_GONE, FLOOR, &slow), 1);
	assert_in_range(slow.stats.in_jitter, 6 * 8 - 1, 6 * 8);
	assert_in_range(fast.stats.in_jitter, 6 * 48 - 6, 6 * 48);
}

/* A sound, the peer, a pause, a sound: time stamps advance by elapsed time. */
static void time_stamps_advance_by_elapsed_time(void **state)
{
	struct world *w = *state;
	uint64_t start = w->now;
	unsigned marks = 0;

	add(w, CARRIER);
	add(w, FLOOR);
	world_play(w, CARRIER, 0, true);
	world_advance(w, 200 * WORLD_MS);
	world_cmd(w, TD_MEDIA_BRIDGE, CARRIER, FLOOR);
	for (uint16_t i = 0; i < 10; i++) {
		speak(w, FLOOR, i, FRAME);
		world_advance(w, 20 * WORLD_MS);
	}
	world_cmd(w, TD_MEDIA_UNBRIDGE, CARRIER, FLOOR);
	world_advance(w, 700 * WORLD_MS);
	world_play(w, CARRIER, 0, true);
	world_advance(w, 200 * WORLD_MS);
	assert_in_range(w->frames, 28, 31);
	for (unsigned i = 1; i < w->frames; i++) {
		uint32_t step = w->frame[i].ts - w->frame[i - 1].ts;

		assert_int_equal(w->frame[i].seq, (uint16_t)(w->frame[i - 1].seq + 1));
		assert_true(step >= FRAME);
		assert_true(step == FRAME || w->frame[i].marker);
		marks += w->frame[i].marker;
	}
	assert_int_equal(marks, 2);
	assert_in_range(world_last(w)->ts - w->frame[0].ts,
		(w->now - start) * CLOCK / TD_NSEC_PER_SEC - 2 * FRAME,
		(w->now - start) * CLOCK / TD_NSEC_PER_SEC + 2 * FRAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			jitter_counts_in_the_clock_of_the_codec, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			time_stamps_advance_by_elapsed_time, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
