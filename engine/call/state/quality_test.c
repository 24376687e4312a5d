/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/quality.h>
#include <engine/base/emodel.h>
#include <tests/unit/unit.h>

#define FIRST_SEQ 65500

static struct quality q;
static struct td_leg_stats s;

static int setup(void **state)
{
	quality_init(&q, FIRST_SEQ);
	s = (struct td_leg_stats){0};
	return 0;
}

static void update(bool last)
{
	quality_update(&q, &s, TD_CODEC_PCMA, 20, last);
}

static struct td_ev_quality get(void)
{
	struct td_ev_quality out;

	quality_get(&q, &out);
	return out;
}

static uint16_t mos(uint32_t lost, uint32_t expected, uint32_t rtt_us, uint32_t jitter_us)
{
	return emodel_mos(emodel_r(&(struct emodel_path){.lost = lost,
		.expected = expected,
		.codec = TD_CODEC_PCMA,
		.delay_us = emodel_delay_us(rtt_us, 20, emodel_buffer_us(jitter_us))}));
}

static void nothing_is_not_rated(void **state)
{
	update(false);
	update(true);
	assert_int_equal(get().in.mos, 0);
	assert_int_equal(get().out.r_worst, 0);
	assert_int_equal(quality_mos_now(&q), 0);
}

/* Three windows, the middle one bad: it is the worst, and counts by its packets. */
static void worst_and_mean_are_by_window(void **state)
{
	s.in_expected = 250;
	update(false);
	s.in_expected += 500;
	s.in_lost = 50;
	s.rtt_us = 30000;
	update(false);
	s.in_expected += 250;
	update(false);
	assert_int_equal(get().in.mos_worst, mos(50, 500, 30000, 0));
	assert_in_range(get().in.mos, (mos(0, 1, 0, 0) + mos(50, 500, 30000, 0)) / 2 - 1,
		(mos(0, 1, 0, 0) + mos(50, 500, 30000, 0)) / 2);
	assert_int_equal(quality_mos_now(&q), mos(0, 1, 30000, 0));
	assert_int_equal(get().rtt_max_us, 30000);
}

static void short_windows_are_joined(void **state)
{
	s.in_expected = 60;
	s.in_lost = 30;
	update(false);
	assert_int_equal(get().in.mos, 0);
	s.in_expected = 300;
	update(false);
	assert_int_equal(get().in.mos_worst, mos(30, 300, 0, 0));
	s.in_expected = 310; /* the call ends: nine of these are no window */
	s.in_lost = 39;
	update(true);
	assert_int_equal(get().in.mos_worst, mos(30, 300, 0, 0));
	assert_true(get().in.mos < mos(30, 300, 0, 0));
}

static void a_short_call_is_rated_too(void **state)
{
	s.in_expected = 40;
	s.in_lost = 4;
	update(true);
	assert_int_equal(get().in.mos_worst, mos(4, 40, 0, 0));
	assert_int_equal(get().in.mos, mos(4, 40, 0, 0));
}

/* The peer counts our packets from the first that it got, 16 bits that wrap soon here. */
static void the_other_direction_is_the_peers_word(void **state)
{
	s.in_expected = 250;
	update(false);
	assert_int_equal(get().out.mos, 0);
	s.out_reports = 1;
	s.out_seq_max = 65536 + (uint16_t)(FIRST_SEQ + 199);
	s.out_lost = 20;
	s.out_jitter = 320; /* 40 ms */
	update(false);
	assert_int_equal(get().out.mos_worst, mos(20, 200, 0, 40000));
	assert_int_equal(get().out_lost, 20);
	assert_int_equal(get().out_jitter_us, 40000);
	s.out_seq_max += 250; /* no new report: only what one says counts */
	update(false);
	assert_int_equal(q.out.packets, 200);
	s.out_reports++;
	s.out_jitter = 0;
	update(false);
	assert_int_equal(q.out.packets, 450);
	assert_int_equal(q.out.mos_last, mos(0, 250, 0, 0));
	s.out_reports++;
	s.out_seq_max = 7; /* it begins anew */
	s.out_lost = 0;
	update(false);
	assert_int_equal(q.out.packets, 450);
	s.out_reports++;
	s.out_seq_max = 207;
	s.out_lost = 2;
	update(false);
	assert_int_equal(q.out.packets, 650);
	assert_int_equal(q.out.mos_last, mos(2, 200, 0, 0));
}

/* RFC 3611: packets that came too late, the buffer as it is, no concealment. */
static void voip_metrics_are_used(void **state)
{
	uint16_t plain;

	s.out_reports = 1;
	s.out_seq_max = (uint16_t)(FIRST_SEQ + 199);
	update(false);
	plain = get().out.mos_worst;
	s.xr = (struct td_leg_xr){.known = true, .r = 80, .mos = 127, .buffer_ms = 40};
	s.out_reports++;
	s.out_seq_max += 256;
	update(false);
	assert_int_equal(get().out.mos_worst, plain);
	assert_int_equal(get().xr_r, 8000);
	assert_int_equal(get().xr_mos, 0);
	s.xr.discard = 26; /* a tenth */
	s.xr.mos = 35;
	s.out_reports++;
	s.out_seq_max += 256;
	update(false);
	assert_int_equal(get().out.mos_worst, mos(26, 256, 0, 0));
	assert_int_equal(get().xr_mos, 350);
	s.xr.plc = 1;
	s.out_reports++;
	s.out_seq_max += 256;
	update(false);
	assert_true(get().out.mos_worst < mos(26, 256, 0, 0));
	plain = get().out.mos_worst;
	s.xr.buffer_ms = 400;
	s.out_reports++;
	s.out_seq_max += 256;
	update(false);
	assert_true(get().out.mos_worst < plain);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_not_rated),
		TEST(worst_and_mean_are_by_window),
		TEST(short_windows_are_joined),
		TEST(a_short_call_is_rated_too),
		TEST(the_other_direction_is_the_peers_word),
		TEST(voip_metrics_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
