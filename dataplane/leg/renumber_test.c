/* SPDX-License-Identifier: BSD-3-Clause */
/* What we keep leaves no hole in what the peer gets, and what comes from beside takes a number. */
#include <dataplane/leg/test/world.h>

#define A     CARRIER
#define B     FLOOR
#define FRAME (20 * WORLD_MS)

/* A has telephone events, and B has none. */
static struct world *without_events(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);

	b.dtmf_pt = TD_PT_NONE;
	world_bridge(w, &a, &b);
	return w;
}

static struct world_rtp event_of(uint16_t seq, uint8_t digit, unsigned packet, uint8_t payload[4])
{
	struct world_rtp p = world_speech(A, seq);

	payload[0] = digit;
	payload[1] = packet >= 5 ? 0x8a : 10;
	payload[2] = (uint8_t)((packet < 5 ? packet + 1 : 6) * 160 >> 8);
	payload[3] = (uint8_t)((packet < 5 ? packet + 1 : 6) * 160);
	p.pt = 101;
	p.payload = payload;
	p.len = 4;
	return p;
}

static uint16_t sent(const struct world *w, unsigned i)
{
	return (uint16_t)(w->frame[i].seq - world_params(B).seq);
}

/* Thirty digits, and payload types that were not negotiated, amid audio. */
static void what_is_kept_leaves_no_hole(void **state)
{
	struct world *w = without_events(state);
	uint16_t seq = 65000;
	uint8_t payload[4];

	for (unsigned k = 0; k < 30; k++) {
		struct world_rtp cn = world_speech(A, seq);

		for (unsigned i = 0; i < 10; i++)
			world_hear(w, A, seq++);
		cn = world_speech(A, seq++);
		cn.pt = 13;
		world_receive(w, &cn);
		for (unsigned i = 0; i < 8; i++) {
			struct world_rtp p = event_of(seq++, (uint8_t)(k % 10), i, payload);

			p.ts = 5000u + seq * 160u - i * 160u;
			world_receive(w, &p);
			w->now += FRAME;
		}
		w->now += 100 * FRAME;
	}
	assert_int_equal(world_events(w, TD_MEDIA_DTMF, A, NULL), 30);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTP_DTMF), 240);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PAYLOAD_TYPE), 30);
	assert_int_equal(w->frames, 300);
	for (unsigned i = 0; i < w->frames; i++)
		assert_int_equal(sent(w, i), i);
}

/* Loss stays a hole, and who comes late has the number that waits. */
static void late_ones_get_their_numbers(void **state)
{
	static const struct {
		uint16_t seq;
		bool kept;
	} order[] = {{10}, {12, true}, {11}, {13}, {16, true}, {17}, {15}, {14, true}, {19}};
	static const uint16_t numbers[] = {0, 1, 2, 5, 4, 7};
	struct world *w = without_events(state);
	uint8_t payload[4];

	for (unsigned i = 0; i < sizeof(order) / sizeof(*order); i++) {
		struct world_rtp p = world_speech(A, order[i].seq);

		if (order[i].kept)
			p = event_of(order[i].seq, 1, 0, payload);
		world_receive(w, &p);
	}
	assert_int_equal(w->frames, sizeof(numbers) / sizeof(*numbers));
	for (unsigned i = 0; i < w->frames; i++)
		assert_int_equal(sent(w, i), numbers[i]);
}

/* 20,000 packets of which some are lost, late or kept: no number twice, the order is the sender's,
 * and holes are as many as there are lost ones, and kept ones that came late. */
static void any_order_and_loss(void **state)
{
	enum { PACKETS = 20000 };
	static uint16_t number[PACKETS];
	static bool is_sent[PACKETS];
	struct world *w = without_events(state);
	unsigned holes = 0, wanted = 0;
	uint32_t top = 0;
	uint8_t payload[4];
	int last = -1;

	memset(is_sent, 0, sizeof(is_sent));
	for (uint32_t at = 0; at < PACKETS; at += 4) {
		unsigned place[4] = {0, 1, 2, 3};

		for (unsigned i = 3; at && i > 0; i--) {
			unsigned k = world_random(i + 1), was = place[i];

			place[i] = place[k];
			place[k] = was;
		}
		for (unsigned i = 0; i < 4; i++) {
			uint32_t n = at + place[i];
			struct world_rtp p = world_speech(A, (uint16_t)n);
			unsigned before = w->frames, kind = at ? world_random(10) : 9;

			if (kind == 0) {
				wanted++;
				continue;
			}
			if (kind < 4) {
				wanted += n < top;
				p = event_of((uint16_t)n, 1, 0, payload);
			}
			top = n > top ? n : top;
			world_receive(w, &p);
			w->now += FRAME;
			if (w->frames == before)
				continue;
			number[n] = world_last(w)->seq;
			is_sent[n] = true;
		}
	}
	for (uint32_t n = 0; n < PACKETS; n++) {
		if (!is_sent[n])
			continue;
		if (last >= 0) {
			uint16_t step = (uint16_t)(number[n] - number[last]);

			assert_in_range(step, 1, 30);
			holes += step - 1u;
		}
		last = (int)n;
	}
	assert_in_range(holes, wanted - 4, wanted); /* some stand behind the last one */
}

/* Audio goes on while one digit, then another, comes on an SSRC of its own. */
static void events_of_their_own_ssrc(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);
	struct td_media_event ev;
	uint16_t seq = 100, own = 7;
	uint32_t ts[2] = {0, 0}, last = 0;
	unsigned events = 0, marks = 0;
	uint8_t payload[4];

	world_bridge(w, &a, &b);
	for (unsigned i = 0; i < 10; i++, w->now += FRAME)
		world_hear(w, A, seq++);
	for (unsigned k = 0; k < 2; k++) {
		for (unsigned i = 0; i < 8; i++, w->now += FRAME) {
			struct world_rtp p = event_of(own++, (uint8_t)(5 + k), i, payload);

			world_hear(w, A, (uint16_t)(seq + 1));
			p.ssrc = 0x777;
			p.ts = 1234 + k * 8000;
			world_receive(w, &p);
			world_hear(w, A, seq); /* two change places */
			seq = (uint16_t)(seq + 2);
			if (i == 3) /* twice the same */
				world_receive(w, &p);
			w->now += FRAME;
		}
		for (unsigned i = 0; !k && i < 34; i++, w->now += FRAME) /* to the next second */
			world_hear(w, A, seq++);
	}
	assert_int_equal(world_dropped(w, TD_DROP_RTP_DUPLICATE), 2);
	assert_int_equal(world_events(w, TD_MEDIA_DTMF, A, &ev), 2);
	assert_int_equal(ev.dtmf.digit, '6');
	assert_int_equal(w->frames, 10 + 2 * 8 * 3 + 34);
	for (unsigned i = 0; i < w->frames; i++) {
		const struct world_frame *f = &w->frame[i];
		uint32_t *of = &ts[events / 8];

		assert_int_equal(f->ssrc, b.ssrc);
		marks += f->marker;
		if (f->pt != 101) {
			last = f->ts;
			continue;
		}
		assert_int_equal(f->seq, (uint16_t)(w->frame[i - 1].seq + 1));
		if (events++ % 8)
			assert_int_equal(f->ts, *of);
		else
			assert_in_range(f->ts - last + 320, 0, 640); /* about where audio is */
		*of = f->ts;
	}
	assert_int_equal(ts[1] - ts[0], 8000); /* as the peer's */
	assert_int_equal(marks, 1);
	for (unsigned n = 0; n < w->frames; n++) { /* each number once */
		unsigned seen = 0;

		for (unsigned i = 0; i < w->frames; i++)
			seen += w->frame[i].seq == (uint16_t)(b.seq + n);
		assert_int_equal(seen, 1);
	}
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	world_events(w, TD_MEDIA_LEG_GONE, A, &ev);
	assert_int_equal(ev.stats.in_lost, 0);
	assert_int_equal(ev.stats.in_ssrc, 0xabc0 + A);
}

/* The same to a peer that takes none: it hears audio alone, and no hole. */
static void events_of_their_own_ssrc_that_nobody_takes(void **state)
{
	struct world *w = without_events(state);
	uint8_t payload[4];

	for (uint16_t i = 0; i < 30; i++) {
		struct world_rtp p = event_of(i, 5, i % 8, payload);

		world_hear(w, A, (uint16_t)(100 + i));
		p.ssrc = 0x777;
		p.ts = i / 8 * 2000;
		world_receive(w, &p);
		w->now += FRAME;
	}
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTP_DTMF), 30);
	assert_int_equal(w->frames, 30);
	for (unsigned i = 0; i < w->frames; i++)
		assert_int_equal(sent(w, i), i);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_kept_leaves_no_hole),
		TEST(late_ones_get_their_numbers),
		TEST(any_order_and_loss),
		TEST(events_of_their_own_ssrc),
		TEST(events_of_their_own_ssrc_that_nobody_takes),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
