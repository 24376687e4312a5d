/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 3550's statistics and reports, against its own algorithms as its appendix writes them. */
#include <stdlib.h>
#include <dataplane/rtp/rtcp_msg.h>
#include <dataplane/leg/test/world.h>

#define A CARRIER
#define B FLOOR

/* Appendices A.1, A.3 and A.8, one packet after the other. */
struct reference {
	bool begun;
	uint16_t max_seq;
	uint32_t cycles, base_seq, bad_seq, received, expected_prior, received_prior;
	int64_t transit;
	double jitter, jitter_max;
	int32_t jitter_scaled;
};

#define MOD (1 << 16)

static bool reference_seq(struct reference *s, uint16_t seq)
{
	uint16_t delta = (uint16_t)(seq - s->max_seq);

	if (!s->begun) {
		s->begun = true;
		s->base_seq = s->max_seq = seq;
		s->bad_seq = MOD + 1;
	} else if (delta < 3000) {
		if (seq < s->max_seq)
			s->cycles += MOD;
		s->max_seq = seq;
	} else if (delta <= MOD - 100) {
		if (seq != s->bad_seq) {
			s->bad_seq = (seq + 1) & (MOD - 1);
			return false;
		}
		fail_msg("the test's streams do not jump");
	}
	s->received++;
	return true;
}

static void reference_packet(struct reference *s, uint16_t seq, uint32_t ts, uint32_t arrival)
{
	bool first = !s->begun;
	int32_t d;

	if (!reference_seq(s, seq))
		return;
	d = (int32_t)((arrival - ts) - (uint32_t)s->transit);
	s->transit = arrival - ts;
	if (first)
		return;
	s->jitter += (abs(d) - s->jitter) / 16;
	s->jitter_max = s->jitter > s->jitter_max ? s->jitter : s->jitter_max;
	s->jitter_scaled += abs(d) - ((s->jitter_scaled + 8) >> 4);
}

static uint32_t reference_expected(const struct reference *s)
{
	return s->cycles + s->max_seq - s->base_seq + 1;
}

static void reference_report(struct reference *s, uint8_t *fraction, int32_t *lost)
{
	uint32_t expected = reference_expected(s);
	uint32_t expected_interval = expected - s->expected_prior;
	uint32_t received_interval = s->received - s->received_prior;
	int32_t lost_interval = (int32_t)(expected_interval - received_interval);

	s->expected_prior = expected;
	s->received_prior = s->received;
	*fraction = 0;
	if (expected_interval && lost_interval > 0)
		*fraction = (uint8_t)((lost_interval << 8) / (int32_t)expected_interval);
	*lost = (int32_t)(expected - s->received);
}

struct arrival {
	uint64_t time;
	uint16_t seq;
	uint32_t ts;
};

static int by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	return x->time < y->time ? -1 : x->time > y->time;
}

/* Reads our reports on the stream and asks the reference for the same. */
static unsigned check_reports(struct world *w, unsigned from, struct reference *s)
{
	for (; from < w->frames; from++) {
		const struct world_frame *f = &w->frame[from];
		struct rtcp_msg m;
		uint8_t fraction;
		int32_t lost;

		if (f->dst_port != world_peer(A).port + 1)
			continue;
		assert_int_equal(rtcp_decode(&m, f->payload, f->payload_len, 0x5151), 0);
		assert_int_equal(m.ssrc, world_params(A).ssrc);
		if (!m.block)
			continue;
		reference_report(s, &fraction, &lost);
		assert_int_equal(m.report.fraction, fraction);
		assert_int_equal(m.report.lost, lost);
		assert_int_equal(m.report.seq_max, s->cycles + s->max_seq);
		assert_int_equal(m.report.jitter, s->jitter_scaled >> 4);
		assert_true(abs((int)m.report.jitter - (int)s->jitter) <= 1);
	}
	return from;
}

#define STREAM 20000

static void agrees_with_the_rfc(struct world *w, unsigned loss, unsigned reorder, unsigned dup)
{
	static struct arrival arrival[2 * STREAM];
	struct td_leg_params a = world_params(A);
	struct reference s = {0};
	struct td_media_event ev;
	uint64_t start;
	unsigned n = 0, seen = 0;

	world_add(w, A, &a);
	start = w->now + 10 * WORLD_MS;
	for (unsigned i = 0; i < STREAM; i++) {
		uint64_t sent = start + i * 20 * WORLD_MS;
		unsigned copies = (i > 0 && world_random(1000) < loss) ? 0
				  : world_random(1000) < dup           ? 2
								       : 1;

		for (; copies > 0; copies--)
			arrival[n++] = (struct arrival){
				.time = sent + world_random(15000000) +
					(i > 0 && world_random(1000) < reorder
							? world_random(900) * WORLD_MS
							: 0),
				.seq = (uint16_t)(60000 + i),
				.ts = 0xfffff000 + i * 160};
	}
	qsort(arrival, n, sizeof(*arrival), by_time);
	for (unsigned i = 0; i < n; i++) {
		struct world_rtp p = {.leg = A,
			.pt = 8,
			.ssrc = 0x5151,
			.seq = arrival[i].seq,
			.ts = arrival[i].ts};

		world_advance(w, arrival[i].time - w->now);
		seen = check_reports(w, seen, &s);
		world_receive(w, &p);
		reference_packet(&s, p.seq, p.ts, (uint32_t)(w->now / 125000));
	}
	w->frames = seen; /* keeps what follows within the log */
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	assert_int_equal(world_events(w, TD_MEDIA_LEG_GONE, A, &ev), 1);
	assert_int_equal(ev.stats.in_packets, s.received);
	assert_int_equal(ev.stats.in_bytes, 200ull * s.received);
	assert_int_equal(ev.stats.in_expected, reference_expected(&s));
	assert_int_equal(ev.stats.in_lost, (int32_t)(reference_expected(&s) - s.received));
	assert_true(abs((int)ev.stats.in_jitter - (int)s.jitter) <= 1);
	assert_true(abs((int)ev.stats.in_jitter_max - (int)s.jitter_max) <= 1);
	assert_int_equal(ev.stats.in_ssrc, 0x5151);
	assert_in_range(world_events(w, TD_MEDIA_LEG_STATS, A, NULL), STREAM / 50 / 5 * 9 / 10,
		STREAM / 50 / 5 * 11 / 10);
	/* What was not relayed is told apart by reason, and all of it is there. */
	assert_int_equal(s.received, world_consumed(w, TD_CONSUMED_RTP_HELD) +
					     world_dropped(w, TD_DROP_RTP_LATE) +
					     world_dropped(w, TD_DROP_RTP_DUPLICATE));
}

static void a_clean_stream(void **state)
{
	struct world *w = *state;

	agrees_with_the_rfc(w, 0, 0, 0);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_LATE), 0);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_DUPLICATE), 0);
}

static void a_lossy_stream(void **state)
{
	agrees_with_the_rfc(*state, 30, 0, 0);
}

static void a_reordered_and_doubled_stream(void **state)
{
	agrees_with_the_rfc(*state, 20, 30, 20);
}

static void a_change_of_ssrc_keeps_the_sums(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	struct td_media_event ev;

	world_add(w, A, &a);
	for (unsigned i = 0; i < 30; i++) { /* of each ten, the fifth is lost */
		struct world_rtp p = {.leg = A,
			.pt = 8,
			.ssrc = 1 + i / 10,
			.seq = (uint16_t)(i * (i < 20 ? 1 : 1000)),
			.ts = i * 160};

		if (i >= 20) /* one SSRC, and a jump of its sequence at its second packet */
			p.seq = (uint16_t)(i == 20 ? 7 : 40000 + i);
		if (i % 10 != 5)
			world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
	}
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	world_events(w, TD_MEDIA_LEG_GONE, A, &ev);
	/* 10 + 10 + 1, and 8 from the second packet after the jump on, which proved it. */
	assert_int_equal(ev.stats.in_expected, 29);
	assert_int_equal(ev.stats.in_packets, 26);
	assert_int_equal(ev.stats.in_lost, 3);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_LATE), 1);
}

/* Two legs of ours as each other's peers: SR and RR cross, LSR and DLSR give the round trip. */
static void reports_cross(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);
	struct td_media_event ev;
	unsigned read = 0, srs = 0, byes = 0;

	world_add(w, A, &a);
	world_add(w, B, &b);
	world_play(w, A, 0, true);
	for (unsigned i = 0; i < 60 * 50; i++) {
		for (; read < w->frames; read++) {
			struct world_frame f = w->frame[read];
			bool rtcp = f.dst_port & 1;
			uint32_t to = f.port == 0 ? B : A;
			struct world_rtp p = {.leg = to,
				.rtcp = rtcp,
				.raw = f.payload,
				.raw_len = f.payload_len};

			if (rtcp)
				srs += f.payload[1] == 200;
			world_advance(w, 7 * WORLD_MS); /* each way */
			if (rtcp || f.seq % 10)         /* a tenth of the sound is lost */
				world_receive(w, &p);
		}
		world_advance(w, 20 * WORLD_MS);
	}
	world_cmd(w, TD_MEDIA_STOP, A, 0);
	assert_in_range(srs, 11, 22); /* in 81 s */
	read = w->frames;
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	assert_int_equal(w->frames, read + 1);
	{
		struct rtcp_msg m;

		assert_int_equal(
			rtcp_decode(&m, world_last(w)->payload, world_last(w)->payload_len, b.ssrc),
			0);
		byes += m.bye;
		assert_true(m.sender);
		assert_int_equal(m.octets, m.packets * 160);
	}
	assert_int_equal(byes, 1);
	world_events(w, TD_MEDIA_LEG_GONE, A, &ev);
	assert_in_range(ev.stats.rtt_us, 13000, 60000); /* two ways, and the wait to be read */
	assert_in_range(ev.stats.out_lost, ev.stats.out_packets / 12, ev.stats.out_packets / 9);
	assert_int_equal(world_dropped(w, TD_DROP_RTCP_INVALID), 0);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP) > 10, 1);
}

static void rtcp_that_is_none_is_refused(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	struct world_rtp p = {.leg = A, .rtcp = true, .raw = "\x80\x4a\0\1abcd", .raw_len = 8};

	world_add(w, A, &a);
	world_receive(w, &p);
	p.raw_len = 0;
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_RTCP_INVALID), 2);
}

/* A sound once: all of it, each packet at its time, then PLAYED. */
static void a_sound_plays_once(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	uint64_t began = w->now;

	a.flags = TD_LEG_SEND | TD_LEG_RECV;
	world_add(w, A, &a);
	world_play(w, A, 0, false);
	world_advance(w, 121 * WORLD_MS);
	assert_int_equal(w->frames, 6); /* 960 samples */
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(w->frame[i].ts, w->frame[0].ts + i * 160);
		for (unsigned k = 0; k < 160; k++)
			assert_int_equal(w->frame[i].payload[12 + k],
				(uint8_t)(i * 16 + (i * 160 + k) % 13));
	}
	world_advance(w, 20 * WORLD_MS);
	assert_int_equal(world_events(w, TD_MEDIA_PLAYED, A, NULL), 1);
	assert_true(w->now - began < 150 * WORLD_MS);
	world_play(w, A, 77, true); /* there is none: it is over at once */
	world_advance(w, 20 * WORLD_MS);
	assert_int_equal(world_events(w, TD_MEDIA_PLAYED, A, NULL), 2);
	assert_int_equal(w->frames, 6);
}

/* The end of a play and the word that stops it name the play: neither means the one after it. */
static void a_play_is_known_by_its_number(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	struct td_media_event ev;

	a.flags = TD_LEG_SEND | TD_LEG_RECV;
	world_add(w, A, &a);
	world_cmd(w, TD_MEDIA_STOP, A, 0); /* nothing has ever played */
	world_play(w, A, 0, false);
	world_advance(w, 150 * WORLD_MS);
	assert_int_equal(world_events(w, TD_MEDIA_PLAYED, A, &ev), 1);
	assert_int_equal(ev.play, w->plays);
	world_play(w, A, 0, true);
	w->plays--;
	world_cmd(w, TD_MEDIA_STOP, A, 0); /* of the first one, and late */
	w->plays++;
	w->frames = 0;
	world_advance(w, 100 * WORLD_MS);
	assert_in_range(w->frames, 4, 6);
	world_cmd(w, TD_MEDIA_STOP, A, 0);
	w->frames = 0;
	world_advance(w, 100 * WORLD_MS);
	assert_int_equal(w->frames, 0);
	world_play(w, A, 77, false);
	world_advance(w, 20 * WORLD_MS);
	assert_int_equal(world_events(w, TD_MEDIA_PLAYED, A, &ev), 2);
	assert_int_equal(ev.play, w->plays);
}

/* 80 legs that begin at once: never more than a twentieth in a millisecond, and no drift. */
static void sounds_are_spread(void **state)
{
	struct world *w = *state;
	unsigned most = 0, seconds = 10;

	for (uint32_t leg = A; leg < A + 80; leg++) {
		struct td_leg_params p = world_params(leg);

		p.flags = TD_LEG_SEND;
		world_add(w, leg, &p);
		world_play(w, leg, 0, true);
	}
	world_advance(w, 21 * WORLD_MS);
	assert_in_range(w->frames, 80, 84);
	for (unsigned ms = 0; ms < seconds * 1000; ms++) {
		unsigned before = w->frames;

		world_advance(w, WORLD_MS);
		most = w->frames - before > most ? w->frames - before : most;
	}
	assert_int_equal(most, 4);
	assert_in_range(w->frames, 80 + seconds * 4000, 84 + seconds * 4000);
	/* A stall of 300 ms: three packets late are sent, the rest of the time is left out. */
	w->frames = 0;
	w->now += 300 * WORLD_MS;
	world_advance(w, 0);
	assert_in_range(w->frames, 80, 80 * 4);
	world_advance(w, 200 * WORLD_MS);
	assert_in_range(w->frames, 80 * 10, 80 * 14);
}

static void ptime_is_the_peers(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);

	a.ptime_ms = 30;
	a.flags = TD_LEG_SEND;
	world_add(w, A, &a);
	world_play(w, A, 0, true);
	world_advance(w, 3000 * WORLD_MS);
	assert_in_range(w->frames, 99, 101);
	assert_int_equal(world_last(w)->payload_len, 12 + 240);
	assert_int_equal(world_last(w)->ts - w->frame[0].ts, 240 * (w->frames - 1));
	/* The 5th begins at sample 960: the loop goes round without a gap. */
	assert_int_equal(w->frame[4].payload[12], w->frame[0].payload[12]);
}

static void accounting_counts_ip_bytes(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);
	struct td_acct_row row = {0};

	b.acct = 77; /* no such row: the first takes it */
	world_bridge(w, &a, &b);
	for (uint16_t i = 0; i < 9; i++) {
		struct world_rtp p = {.leg = A, .pt = 8, .ssrc = 1, .seq = i};

		world_receive(w, &p);
	}
	legs_acct(w->rtp, a.acct, &row);
	assert_int_equal(row.packets[TD_DIR_IN], 9);
	assert_int_equal(row.ip_bytes[TD_DIR_IN], 9 * 200);
	assert_int_equal(row.packets[TD_DIR_OUT], 0);
	memset(&row, 0, sizeof(row));
	legs_acct(w->rtp, 0, &row);
	assert_int_equal(row.packets[TD_DIR_OUT], 9);
	assert_int_equal(row.ip_bytes[TD_DIR_OUT], 9 * 200);
	legs_acct(w->rtp, UINT32_MAX, &row);
	assert_true(legs_bytes(w->rtp) < 1024 * legs_count(w->rtp));
}

/* The time stamp jumps, forwards and back, in the fast lane and outside: no packet was late. */
static void a_jump_of_the_time_stamp_is_no_jitter(void **state)
{
	static const uint32_t jumps[] = {400000, (uint32_t)-400000, 0x80000010};
	struct world *w = *state;
	struct td_leg_params a = world_params(CARRIER), b = world_params(FLOOR);
	struct td_media_event ev;
	uint32_t ts = 0;

	world_bridge(w, &a, &b);
	for (uint16_t seq = 0; seq < 1200; seq++) {
		struct world_rtp p = world_speech(CARRIER, seq);

		if (seq % 300 == 200)
			ts += jumps[seq / 300 % 3];
		p.ts = ts;
		p.fast = seq % 600 >= 300;
		world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
		ts += 160;
	}
	world_cmd(w, TD_MEDIA_LEG_DEL, CARRIER, 0);
	world_events(w, TD_MEDIA_LEG_GONE, CARRIER, &ev);
	assert_int_equal(ev.stats.in_jitter, 0);
	assert_int_equal(ev.stats.in_jitter_max, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_clean_stream),
		TEST(a_lossy_stream),
		TEST(a_reordered_and_doubled_stream),
		TEST(a_change_of_ssrc_keeps_the_sums),
		TEST(reports_cross),
		TEST(rtcp_that_is_none_is_refused),
		TEST(a_sound_plays_once),
		TEST(a_play_is_known_by_its_number),
		TEST(sounds_are_spread),
		TEST(ptime_is_the_peers),
		TEST(accounting_counts_ip_bytes),
		TEST(a_jump_of_the_time_stamp_is_no_jitter),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
