/* SPDX-License-Identifier: BSD-3-Clause */
/* What leaves a bridge of two workers is one stream: its numbers, time stamps, reports and digits.
 */
#include <stdlib.h>
#include <dataplane/leg/state.h>
#include <dataplane/main/dp.h>
#include <dataplane/rtp/srtp.h>
#include <dataplane/test/far_rig.h>
#include <dataplane/worker/loop.h>

/* Music, B, music again, C, C with another SSRC, a leg of its own worker, B again. */
static void one_stream_whatever_feeds_it(void **state)
{
	const struct heard *last = NULL;
	unsigned marks = 0, packets = 0;
	uint64_t start;

	add(A);
	add(A2);
	add(B);
	add(C);
	start = t.now;
	play(A);
	pass(200 * TD_NSEC_PER_MSEC);
	bridge(A, B);
	talk(B, 40000, 10);
	play(A);
	talk(B, 40010, 10); /* not heard */
	bridge(C, A);
	talk(C, 30000, 10);
	for (uint16_t i = 0; i < 5; i++) {
		speak_as(C, (uint16_t)(100 + i), 8, 0x40);
		pass(FRAME);
	}
	bridge(A, A2);
	talk(A2, 7, 10);
	bridge(A, B);
	talk(B, 3, 10);
	for (unsigned i = 0; i < t.count; i++) {
		const struct heard *h = &t.heard[i];

		if (h->leg != A)
			continue;
		assert_int_equal(h->ssrc, 0x1000 + A);
		if (last) {
			uint32_t step = h->ts - last->ts;
			uint32_t elapsed = (uint32_t)((h->at - last->at) / 125000);

			assert_int_equal(h->seq, (uint16_t)(last->seq + 1));
			assert_true(step >= 160);
			assert_true(step == 160 || h->marker);
			assert_in_range(step, elapsed - 8, elapsed + 160);
		}
		marks += h->marker;
		packets++;
		last = h;
	}
	assert_int_equal(marks, 7);
	assert_in_range(packets, 10 + 10 + 10 + 10 + 5 + 10 + 10 - 2, 67);
	assert_in_range((t.now - start) / 125000, last->ts - 160, last->ts + 7 * 160);
}

/* A report says where the stream stands, though another worker counts what comes. */
static void reports_tell_of_the_stream(void **state)
{
	struct td_media_cmd a = wire_leg_add(A);
	unsigned before;

	a.leg_params.flags |= TD_LEG_RTCP;
	command(&a);
	pass(5 * TD_NSEC_PER_MSEC);
	add(B);
	bridge(A, B);
	while (!t.sr_at) {
		talk(B, (uint16_t)t.count, 1);
		assert_true(t.count < 1000);
	}
	before = t.count - 1;
	assert_int_equal(t.sr_leg, A);
	while (t.heard[before].at > t.sr_at)
		before--;
	assert_int_equal(t.sr_packets, before + 1);
	assert_int_equal(
		t.sr_ts, t.heard[before].ts + (uint32_t)((t.sr_at - t.heard[before].at) / 125000));
}

static void order_is_the_senders(void **state)
{
	static const uint16_t sent[] = {100, 102, 101, 104, 104, 103};
	static const uint16_t heard[] = {0, 2, 1, 4, 3};

	add(A);
	add(B);
	bridge(A, B);
	for (unsigned i = 0; i < RTE_DIM(sent); i++)
		speak(A, sent[i]);
	turns();
	assert_int_equal(heard_by(B, 0), RTE_DIM(heard));
	for (unsigned i = 0; i < RTE_DIM(heard); i++)
		assert_int_equal(t.heard[i].seq, heard[i]);
	assert_int_equal(stats().dropped[TD_DROP_RTP_DUPLICATE], 1);
	/* The sound between has taken the next number, so what was sent before it is too late. */
	play(B);
	pass(FRAME);
	command(&(struct td_media_cmd){.op = TD_MEDIA_STOP, .leg = B, .play = {.number = 1}});
	speak(A, 107);
	speak(A, 105);
	speak(A, 108);
	turns();
	assert_int_equal(t.heard[t.count - 1].seq, 7);
	assert_int_equal(t.heard[t.count - 2].seq, 6);
	assert_int_equal(t.heard[t.count - 3].seq, 5);
	assert_int_equal(t.heard[t.count - 3].first, 0x55);
	assert_int_equal(stats().dropped[TD_DROP_RTP_LATE], 1);
}

/* A has telephone events by 101, B by `b_type`. */
static void bridge_events(uint8_t b_type)
{
	struct td_media_cmd a = wire_leg_add(A), b = wire_leg_add(B);

	a.leg_params.dtmf_pt = 101;
	b.leg_params.dtmf_pt = b_type;
	command(&a);
	command(&b);
	pass(5 * TD_NSEC_PER_MSEC);
	bridge(A, B);
}

struct spoken {
	uint16_t seq;
	uint8_t pt;
	uint32_t ssrc;
};

static void speak_all(const struct spoken *s, unsigned n, const uint16_t *numbers, unsigned heard)
{
	for (unsigned i = 0; i < n; i++)
		speak_as(A, s[i].seq, s[i].pt, s[i].ssrc);
	turns();
	assert_int_equal(t.count, heard);
	for (unsigned i = 0; i < heard; i++)
		assert_int_equal(t.heard[i].seq, numbers[i]);
	check_balance();
}

/* What either worker keeps leaves no hole: a digit that B's peer does not take, and a payload type
 * that A's peer has not agreed to. Those on an SSRC of their own have no number. */
static void what_is_kept_leaves_no_hole(void **state)
{
	static const struct spoken sent[] = {{100, 8, 0}, {101, 101, 0}, {103, 101, 0}, {102, 8, 0},
		{104, 8, 0}, {105, 13, 0}, {107, 8, 0}, {106, 8, 0}, {9, 101, 0x99}, {108, 8, 0},
		{109, 13, 0}, {110, 8, 0}};
	static const uint16_t numbers[] = {0, 1, 2, 4, 3, 5, 6};

	bridge_events(TD_PT_NONE);
	speak_all(sent, RTE_DIM(sent), numbers, RTE_DIM(numbers));
}

/* Events on an SSRC of their own take numbers of the one stream that leaves. */
static void events_of_their_own_ssrc(void **state)
{
	static const struct spoken sent[] = {{100, 8, 0}, {10, 101, 0x99}, {102, 8, 0},
		{11, 101, 0x99}, {101, 8, 0}, {103, 8, 0}};
	static const uint16_t numbers[] = {0, 1, 3, 4, 2, 5};

	bridge_events(96);
	speak_all(sent, RTE_DIM(sent), numbers, RTE_DIM(numbers));
	assert_int_equal(t.heard[1].pt, 96);
	assert_int_equal(t.heard[3].pt, 96);
	assert_int_equal(t.heard[3].ts, t.heard[1].ts + 160); /* as A's peer has them */
	assert_int_equal(t.heard[3].ssrc, t.heard[0].ssrc);
}

/* A digit is told of the leg that it came by, and reaches the other peer as its packets do. */
static void digits_are_told_once(void **state)
{
	struct td_media_cmd a = wire_leg_add(A), b = wire_leg_add(B);
	unsigned told = 0;

	a.leg_params.dtmf_pt = 101;
	b.leg_params.dtmf_pt = 96;
	command(&a);
	command(&b);
	pass(5 * TD_NSEC_PER_MSEC);
	bridge(A, B);
	talk(A, 1, 3);
	for (uint8_t i = 0; i < 5; i++) { /* the last three say the end, RFC 4733 section 2.5.1.4 */
		uint8_t rtp[16] = {0x80, 101, 0, (uint8_t)(4 + i), 0, 0, 2, 0x80, 0, 0, 0, 0, 5,
			i < 2 ? 10 : 0x80 | 10, 3, 0x20};
		uint8_t voice[WIRE_FRAME];

		wire_rtp(&t.w, voice, A, 4, 160); /* its SSRC */
		memcpy(rtp + 8, voice + sizeof(struct frame) + 8, 4);
		send_rtp(A, rtp, sizeof(rtp));
		pass(FRAME);
	}
	for (unsigned i = 0; i < t.events; i++)
		told += t.event[i].type == TD_MEDIA_DTMF;
	assert_int_equal(told, 1);
	assert_int_equal(event_of(TD_MEDIA_DTMF, A)->dtmf.digit, '5');
	assert_int_equal(event_of(TD_MEDIA_DTMF, A)->dtmf.duration_ms, 100);
	assert_int_equal(heard_by(B, 0), 3 + 5);
	for (unsigned i = 3; i < t.count; i++)
		assert_int_equal(t.heard[i].pt, 96);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(one_stream_whatever_feeds_it),
		TEST(reports_tell_of_the_stream),
		TEST(order_is_the_senders),
		TEST(what_is_kept_leaves_no_hole),
		TEST(events_of_their_own_ssrc),
		TEST(digits_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
