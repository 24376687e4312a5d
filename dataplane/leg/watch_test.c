/* SPDX-License-Identifier: BSD-3-Clause */
/* Silences: when signalling hears of one, and of its end. */
#include <dataplane/leg/test/world.h>

#define A CARRIER
#define B FLOOR

/* 20 ms of talk each; the sequence number after the last. */
static uint16_t talk(struct world *w, uint32_t leg, uint16_t seq, unsigned packets)
{
	for (; packets > 0; packets--, seq++) {
		struct world_rtp p = world_speech(leg, seq);

		world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
	}
	return seq;
}

/* Within what time, from now, `leg` is said to be silent; 0: not in ten seconds. */
static unsigned silent_after(struct world *w, uint32_t leg, struct td_media_event *ev)
{
	unsigned before = world_events(w, TD_MEDIA_SILENT, leg, NULL);

	for (unsigned ms = 1; ms <= 10000; ms++) {
		world_advance(w, WORLD_MS);
		if (world_events(w, TD_MEDIA_SILENT, leg, ev) > before)
			return ms;
	}
	return 0;
}

static struct world *bridged(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);

	world_bridge(w, &a, &b);
	return w;
}

static void a_silence_is_told_within_two_seconds(void **state)
{
	struct world *w = bridged(state);
	struct td_media_event ev;
	uint16_t seq = 1;

	/* Whatever the moment at which it begins. */
	for (unsigned n = 100; n < 180; n += 7) {
		unsigned frames;

		seq = talk(w, A, seq, n);
		/* 20 ms have passed since the last packet. */
		assert_in_range(silent_after(w, A, &ev), TD_SILENCE_MS - 20, TD_SILENCE_MS - 18);
		assert_in_range(ev.silence.ms, TD_SILENCE_MS, TD_SILENCE_MS + 2);
		assert_false(ev.silence.never);
		assert_int_equal(silent_after(w, A, NULL), 0); /* told once */
		frames = w->frames;
		seq = talk(w, A, seq, 1);
		assert_in_range(world_events(w, TD_MEDIA_HEARD, A, &ev), 1, 20);
		assert_in_range(ev.silence.ms, 11490, 11510);
		assert_int_equal(w->frame[frames].ssrc, 0xc0de0000 + B); /* and it was relayed */
	}
	assert_int_equal(world_events(w, TD_MEDIA_HEARD, A, NULL),
		world_events(w, TD_MEDIA_SILENT, A, NULL));
}

static void a_first_packet_is_late(void **state)
{
	struct world *w = bridged(state);
	struct td_media_event ev;

	assert_in_range(silent_after(w, B, &ev), TD_SILENCE_MS, TD_SILENCE_MS + 2);
	assert_true(ev.silence.never);
	/* A report between may have set the timer anew, a millisecond later at most. */
	world_advance(w, WORLD_MS);
	assert_int_equal(world_events(w, TD_MEDIA_SILENT, A, NULL), 1);
	world_advance(w, 499 * WORLD_MS);
	talk(w, A, 1, 1);
	assert_int_equal(world_events(w, TD_MEDIA_FIRST_RTP, A, NULL), 1);
	assert_int_equal(world_events(w, TD_MEDIA_HEARD, A, &ev), 1);
	assert_in_range(ev.silence.ms, 2000, 2005);
	assert_int_equal(world_events(w, TD_MEDIA_HEARD, B, NULL), 0);
}

/* Who holds, or is asked not to send, need not; when it ends, the time counts from then. */
static void only_who_should_send_is_watched(void **state)
{
	static const uint8_t flags[] = {TD_LEG_RECV, TD_LEG_SEND, 0};
	struct world *w = bridged(state);
	struct td_leg_params a = world_params(A);
	uint16_t seq = 1;

	for (unsigned i = 0; i < sizeof(flags); i++) {
		struct td_media_event ev;

		seq = talk(w, A, seq, 20);
		a.flags = flags[i];
		world_set(w, A, &a);
		assert_int_equal(silent_after(w, A, NULL), 0);
		a.flags = TD_LEG_SEND | TD_LEG_RECV;
		world_set(w, A, &a);
		assert_in_range(silent_after(w, A, &ev), TD_SILENCE_MS, TD_SILENCE_MS + 2);
		assert_in_range(ev.silence.ms, TD_SILENCE_MS, TD_SILENCE_MS + 2);
		/* Held in the middle of a silence, it is over without a word. */
		a.flags = flags[i];
		world_set(w, A, &a);
		a.flags = TD_LEG_SEND | TD_LEG_RECV;
		world_set(w, A, &a);
		seq = talk(w, A, seq, 2);
	}
	assert_int_equal(world_events(w, TD_MEDIA_HEARD, A, NULL), 0);
}

/* A key held down for three seconds is not silence, nor are packets of a type no one knows. */
static void whatever_comes_is_heard(void **state)
{
	struct world *w = bridged(state);
	uint8_t digit[4] = {5, 10, 0, 160};
	struct world_rtp p;
	uint16_t seq = talk(w, A, 1, 50);

	for (unsigned i = 0; i < 150; i++, seq++) {
		p = world_speech(A, seq);
		p.pt = 101;
		p.ts = 8000;
		p.payload = digit;
		p.len = sizeof(digit);
		world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
	}
	assert_int_equal(world_events(w, TD_MEDIA_SILENT, A, NULL), 0);
	assert_in_range(silent_after(w, A, NULL), TD_SILENCE_MS - 20, TD_SILENCE_MS - 18);
	seq = talk(w, A, seq, 50);
	for (unsigned i = 0; i < 150; i++, seq++) {
		p = world_speech(A, seq);
		p.pt = 13;
		world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
	}
	assert_int_equal(world_events(w, TD_MEDIA_SILENT, A, NULL), 1);
}

/* Reports keep their own time beside it. */
static void reports_go_on(void **state)
{
	struct world *w = bridged(state);
	unsigned reports;

	for (uint16_t seq = 1; seq < 3000;)
		seq = talk(w, A, seq, 10);
	reports = world_events(w, TD_MEDIA_LEG_STATS, A, NULL);
	assert_in_range(reports, 8, 24); /* in 60 s, 2.5 to 7.5 s each */
	assert_int_equal(world_events(w, TD_MEDIA_SILENT, A, NULL), 0);
	assert_int_equal(world_events(w, TD_MEDIA_SILENT, B, NULL), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_silence_is_told_within_two_seconds),
		TEST(a_first_packet_is_late),
		TEST(only_who_should_send_is_watched),
		TEST(whatever_comes_is_heard),
		TEST(reports_go_on),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
