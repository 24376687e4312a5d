/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/rtp/digit.h>
#include <tests/unit/unit.h>

#define MS   TD_NSEC_PER_MSEC
#define END  0x80
#define SSRC 0x1234u

static struct digit_report reports[8];
static unsigned count;

static void packet(struct digit *d, uint32_t ssrc, uint32_t ts, uint8_t event, unsigned duration,
	bool end, uint64_t now)
{
	uint8_t payload[4] = {event, (uint8_t)((end ? END : 0) | 10), (uint8_t)(duration >> 8),
		(uint8_t)duration};

	count += digit_input(d, ssrc, ts, payload, now, &reports[count]);
}

/* A whole event from `now` on: `packets` of 20 ms, then `ends` end packets. Returns the end. */
static uint64_t event(
	struct digit *d, uint32_t ts, uint8_t number, unsigned packets, unsigned ends, uint64_t now)
{
	for (unsigned i = 1; i <= packets; i++, now += 20 * MS)
		packet(d, SSRC, ts, number, i * 160, false, now);
	for (unsigned i = 0; i < ends; i++, now += 20 * MS)
		packet(d, SSRC, ts, number, packets * 160, true, now);
	return now;
}

static int setup(void **state)
{
	count = 0;
	return 0;
}

static void three_ends_are_one_digit(void **state)
{
	static const char names[] = "0123456789*#ABCD!";
	struct digit d = {0};
	uint64_t now = 5000 * MS;

	for (uint8_t i = 0; i < 17; i++) {
		count = 0;
		now = event(&d, i * 4000u, i, 5, 3, now) + 60 * MS;
		assert_int_equal(count, 1);
		assert_int_equal(reports[0].digit, names[i]);
		assert_int_equal(reports[0].duration_ms, 100);
		assert_int_equal(reports[0].volume, 10);
		assert_false(digit_expire(&d, now + 1000 * MS, &reports[1]));
	}
}

static void lost_ends_are_made_up_for(void **state)
{
	struct digit d = {0};
	uint64_t now = event(&d, 1000, 7, 4, 0, 0);

	assert_int_equal(count, 0);
	assert_false(digit_expire(&d, now, &reports[0]));
	assert_true(digit_expire(&d, now - 20 * MS + DIGIT_TIMEOUT_NS, &reports[0]));
	assert_int_equal(reports[0].digit, '7');
	assert_int_equal(reports[0].duration_ms, 80);
	/* What was only late changes nothing any more. */
	packet(&d, SSRC, 1000, 7, 900, true, now + 200 * MS);
	assert_int_equal(count, 0);
	assert_false(digit_expire(&d, now + 1000 * MS, &reports[0]));
}

static void the_next_event_ends_one_without_end(void **state)
{
	struct digit d = {0};
	uint64_t now = event(&d, 1000, 1, 3, 0, 0);

	event(&d, 1640, 2, 3, 1, now);
	assert_int_equal(count, 2);
	assert_int_equal(reports[0].digit, '1');
	assert_int_equal(reports[0].duration_ms, 60);
	assert_int_equal(reports[1].digit, '2');
	count = 0;
	now = event(&d, 90000, 3, 2, 0, now + 500 * MS);
	packet(&d, SSRC, 91000, 4, 320, true, now); /* and of the next only an end is left */
	assert_int_equal(count, 2);
	assert_int_equal(reports[0].digit, '3');
	assert_int_equal(reports[1].digit, '4');
	assert_int_equal(reports[1].duration_ms, 40);
}

static void only_an_end_arrives(void **state)
{
	struct digit d = {0};

	packet(&d, SSRC, 4, 11, 800, true, 9 * MS);
	packet(&d, SSRC, 4, 11, 800, true, 9 * MS);
	assert_int_equal(count, 1);
	assert_int_equal(reports[0].digit, '#');
}

static void reordered_packets_change_nothing(void **state)
{
	struct digit d = {0};

	packet(&d, SSRC, 500, 5, 320, false, 40 * MS);
	packet(&d, SSRC, 500, 5, 160, false, 41 * MS);
	packet(&d, SSRC, 500, 5, 480, true, 60 * MS);
	packet(&d, SSRC, 500, 5, 400, false, 61 * MS);
	packet(&d, SSRC, 2000, 6, 160, false, 200 * MS);
	packet(&d, SSRC, 500, 5, 480, true, 201 * MS); /* a straggler of the one before */
	packet(&d, SSRC, 2000, 6, 320, true, 220 * MS);
	assert_int_equal(count, 2);
	assert_int_equal(reports[0].duration_ms, 60);
	assert_int_equal(reports[1].digit, '6');
}

static void long_events_are_one_digit(void **state)
{
	struct digit d = {0};
	uint32_t ts = 0xfffff000; /* wraps around meanwhile */
	uint64_t now = 0;
	unsigned units = 0;

	while (units < 0x28000) { /* 20.48 s: three segments */
		unsigned in_segment;

		units += 160;
		in_segment = units % 0xffff;
		if (units / 0xffff != (units - 160) / 0xffff) {
			packet(&d, SSRC, ts + (units / 0xffff - 1) * 0xffff, 9, 0xffff, false, now);
			if (!in_segment)
				continue;
		}
		packet(&d, SSRC, ts + units / 0xffff * 0xffff, 9, in_segment, false, now);
		now += 20 * MS;
	}
	packet(&d, SSRC, ts + units / 0xffff * 0xffff, 9, units % 0xffff, true, now);
	assert_int_equal(count, 1);
	assert_int_equal(reports[0].duration_ms, units / 8);
}

/* Of a digit of 10 s, one packet is lost: that with the whole length of the first segment. */
static void a_segment_without_its_last_packet(void **state)
{
	for (unsigned gap_ms = 20; gap_ms <= 400; gap_ms += 380) { /* or many are */
		struct digit d = {0};
		uint64_t now = 0;

		count = 0;
		for (unsigned units = 160; units < 0xffff; units += 160, now += 20 * MS)
			packet(&d, SSRC, 7, 9, units, false, now);
		now += gap_ms * MS;
		if (digit_expire(&d, now, &reports[count]))
			count++;
		for (unsigned units = 160; units < 8000; units += 160, now += 20 * MS)
			packet(&d, SSRC, 7 + 0xffff, 9, units, false, now);
		packet(&d, SSRC, 7 + 0xffff, 9, 8000, true, now);
		packet(&d, SSRC, 7 + 0xffff, 9, 8000, true, now);
		assert_int_equal(count, 1);
		if (gap_ms == 20)
			assert_int_equal(reports[0].duration_ms, (0xffff + 8000) / 8);
		assert_false(digit_finish(&d, &reports[1]));
	}
}

/* The network holds up the end for 1.65 s. The same digit played again is another one. */
static void a_late_end_is_no_digit(void **state)
{
	struct digit d = {0};
	uint64_t now = event(&d, 1000, 7, 4, 0, 0);

	assert_true(digit_expire(&d, now + 120 * MS, &reports[0]));
	for (unsigned i = 0; i < 3; i++)
		packet(&d, SSRC, 1000, 7, 640, true, now + 1650 * MS);
	assert_int_equal(count, 0);
	event(&d, 1000, 7, 4, 3, now + 4000 * MS);
	assert_int_equal(count, 1);
}

static void another_ssrc_or_a_replay_is_another_digit(void **state)
{
	struct digit d = {0};
	uint64_t now = event(&d, 1000, 1, 3, 3, 0);

	for (int i = 0; i < 3; i++)
		packet(&d, 99, 1000, 1, 480, true, now);
	assert_int_equal(count, 2);
	packet(&d, 99, 1000, 1, 480, true, now + 3000 * MS);
	assert_int_equal(count, 3);
}

static void other_events_are_no_digits(void **state)
{
	struct digit d = {0};

	event(&d, 1000, 36, 3, 3, 0); /* fax CED tone */
	assert_int_equal(count, 0);
	assert_false(digit_finish(&d, &reports[0]));
	event(&d, 9000, 3, 3, 0, 1000 * MS);
	assert_true(digit_finish(&d, &reports[0]));
	assert_false(digit_finish(&d, &reports[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(three_ends_are_one_digit, setup),
		cmocka_unit_test_setup(lost_ends_are_made_up_for, setup),
		cmocka_unit_test_setup(the_next_event_ends_one_without_end, setup),
		cmocka_unit_test_setup(only_an_end_arrives, setup),
		cmocka_unit_test_setup(reordered_packets_change_nothing, setup),
		cmocka_unit_test_setup(long_events_are_one_digit, setup),
		cmocka_unit_test_setup(a_segment_without_its_last_packet, setup),
		cmocka_unit_test_setup(a_late_end_is_no_digit, setup),
		cmocka_unit_test_setup(another_ssrc_or_a_replay_is_another_digit, setup),
		cmocka_unit_test_setup(other_events_are_no_digits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
