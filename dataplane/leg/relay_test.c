/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes in by one leg and comes out by the other: octets, streams, refusals. */
#include <dataplane/leg/test/world.h>
#include <dataplane/tap.h>

#define A CARRIER
#define B FLOOR

static struct world *bridged(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);

	b.dtmf_pt = 96;
	world_bridge(w, &a, &b);
	return w;
}

static void the_rewrite_is_right(void **state)
{
	struct world *w = bridged(state);
	struct td_leg_params b = world_params(B);

	for (uint16_t i = 0; i < 12; i++) {
		struct world_rtp p = world_speech(A, (uint16_t)(65530 + i));
		const struct world_frame *f;

		p.ts = (uint32_t)(i * 160) - 500;
		p.marker = i == 3;
		p.len = (uint16_t)(160 + i); /* odd lengths too */
		p.checksum = i % 3;
		world_receive(w, &p);
		assert_int_equal(w->frames, i + 1);
		f = world_last(w);
		assert_int_equal(f->port, 1);
		assert_int_equal(f->src.ip4, htonl(0x0a0200fe));
		assert_int_equal(f->dst.ip4, b.remote.ip4);
		assert_int_equal(f->src_port, WORLD_PORT_MIN);
		assert_int_equal(f->dst_port, b.remote.port);
		assert_int_equal(f->seq, (uint16_t)(b.seq + i));
		assert_int_equal(f->ts, b.ts_offset + i * 160u);
		assert_int_equal(f->ssrc, b.ssrc);
		assert_int_equal(f->pt, 8);
		assert_int_equal(f->marker, i == 0 || i == 3);
		assert_int_equal(f->payload_len, 12 + 160 + i);
		for (unsigned k = 0; k < 160u + i; k++)
			assert_int_equal(f->payload[12 + k], world_pattern(p.seq, k));
		w->now += 20 * WORLD_MS;
	}
	assert_int_equal(world_events(w, TD_MEDIA_FIRST_RTP, A, NULL), 1);
}

/* After the first packet of a stream none needs the general way, unless something is special. */
static void the_usual_takes_the_fast_lane(void **state)
{
	struct world *w = bridged(state);
	struct world_rtp p = world_speech(A, 10);

	p.fast = true;
	for (unsigned i = 0; i < 100; i++, p.seq++, p.ts += 160) {
		world_receive(w, &p);
		w->now += 20 * WORLD_MS;
	}
	assert_int_equal(w->frames, 100);
	assert_int_equal(w->general, 1);
	p.src_port = 9;
	world_receive(w, &p);
	p.src_port = 0;
	p.ssrc++;
	world_receive(w, &p);
	assert_int_equal(w->general, 3);
	assert_int_equal(w->frames, 101);
	p.seq++;
	world_receive(w, &p);
	assert_int_equal(w->general, 3);
}

/* Twice the codec's rate goes through, on both ways in; of four times that rate one half. */
static void floods_are_policed(void **state)
{
	struct world *w = bridged(state);

	for (unsigned fast = 0; fast < 2; fast++)
		for (unsigned rate = 2; rate <= 4; rate += 2) {
			uint64_t before = world_dropped(w, TD_DROP_RTP_FLOOD);
			struct world_rtp p = world_speech(A, 0);

			p.fast = fast;
			p.ssrc += 10 * fast + rate;
			world_advance(w, 10 * TD_NSEC_PER_SEC);
			for (unsigned i = 0; i < 2000; i++, p.seq++, p.ts += 160) {
				world_receive(w, &p);
				world_advance(w, 20 * WORLD_MS / rate);
			}
			before = world_dropped(w, TD_DROP_RTP_FLOOD) - before;
			if (rate == 2)
				assert_int_equal(before, 0);
			else
				assert_in_range(before, 850, 1000);
		}
}

static void payload_types_are_translated(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);
	struct world_rtp p = world_speech(A, 1);
	static const uint8_t digit[4] = {5, 10, 0, 160};

	b.pt = 98;
	b.dtmf_pt = 96;
	world_add(w, A, &a);
	world_add(w, B, &b);
	world_cmd(w, TD_MEDIA_BRIDGE, B, A);
	world_receive(w, &p);
	assert_int_equal(world_last(w)->pt, 98);
	p = world_speech(A, 2);
	p.pt = 101;
	p.payload = digit;
	p.len = 4;
	world_receive(w, &p);
	assert_int_equal(world_last(w)->pt, 96);
	assert_int_equal(world_last(w)->ts, b.ts_offset + 160);
	assert_memory_equal(world_last(w)->payload + 12, digit, 4);
	p = world_speech(B, 9);
	p.pt = 98;
	world_receive(w, &p);
	assert_int_equal(world_last(w)->pt, 8);
	assert_int_equal(w->frames, 3);
	p.seq++;
	p.pt = 8; /* A's, not B's */
	world_receive(w, &p);
	p.seq++;
	p.pt = 13; /* comfort noise was not negotiated */
	world_receive(w, &p);
	assert_int_equal(w->frames, 3);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PAYLOAD_TYPE), 2);
}

/* RFC 3264 section 5.1: we receive by the numbers of our SDP and send by the peer's; a peer that
 * sends by its own is understood, where they mean nothing else. */
static void payload_types_have_a_direction(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);
	static const uint8_t digit[4] = {5, 0x8a, 3, 0x20};
	static const struct {
		uint8_t theirs, comes, leaves;
	} cases[] = {{96, 101, 110}, {96, 96, 110}, {8, 101, 110}, {8, 8, 98}};
	unsigned frames = 0;

	a.pt = 98;
	a.dtmf_pt = 110;
	a.pt_ours = TD_PT_OURS | 8;
	b.pt_ours = TD_PT_OURS | 8;
	b.dtmf_ours = TD_PT_OURS | 101;
	world_bridge(w, &a, &b);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world_rtp p = world_speech(B, (uint16_t)(1 + i));

		b.dtmf_pt = cases[i].theirs;
		b.pt = cases[i].theirs == 8 ? 97 : 8;
		world_set(w, B, &b);
		p.pt = cases[i].comes;
		p.payload = digit;
		p.len = 4;
		world_receive(w, &p);
		assert_int_equal(w->frames, ++frames);
		assert_int_equal(world_last(w)->pt, cases[i].leaves);
		p = world_speech(A, (uint16_t)(1 + i));
		p.pt = i % 2 ? 98 : 8;
		world_receive(w, &p);
		assert_int_equal(w->frames, ++frames);
		assert_int_equal(world_last(w)->pt, b.pt);
	}
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PAYLOAD_TYPE), 0);
}

/* Every value that a checksum can have: 0 means none, so it is sent as 0xffff (RFC 768). */
static void all_checksums_are_right(void **state)
{
	struct world *w = bridged(state);

	for (unsigned i = 0; i < 65536; i++) {
		uint8_t payload[2] = {(uint8_t)(i >> 8), (uint8_t)i};
		struct world_rtp p = world_speech(A, (uint16_t)i);

		p.ts = 0;
		p.payload = payload;
		p.len = 2;
		w->frames = 0;
		world_receive(w, &p); /* world.c proves it */
		assert_int_equal(w->frames, 1);
		w->now += 20 * WORLD_MS;
	}
}

/* A damaged payload is not made whole by a new checksum: the receiver sees it as before. */
static void damage_stays_visible(void **state)
{
	struct world *w = bridged(state);
	struct world_rtp p = world_speech(A, 1);
	struct rte_mbuf *m;
	struct frame *f;
	uint64_t sum;

	world_receive(w, &p);
	p = world_speech(A, 2);
	m = world_packet(w, &p);
	*rte_pktmbuf_mtod_offset(m, uint8_t *, 100) ^= 0x10;
	rte_mbuf_refcnt_update(m, 1);
	world_put(w, &m, 1);
	f = rte_pktmbuf_mtod(m, struct frame *);
	sum = checksum_add((uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP), &f->ip.src_addr, 8);
	assert_int_not_equal(
		checksum_fold(checksum_add(sum, &f->udp, ntohs(f->udp.dgram_len))), 0xffff);
	*rte_pktmbuf_mtod_offset(m, uint8_t *, 100) ^= 0x10; /* write_down() wants it right */
	worker_flush(&w->worker, 1);
	rte_pktmbuf_free(m);
}

/* One stream, whatever feeds it: music, agent, music, agent with another SSRC, another agent. */
static void one_stream_from_many_sources(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B), c = world_params(B + 1);
	uint64_t start = w->now;
	const struct world_frame *last = NULL;
	uint32_t first;
	unsigned marks = 0;

	world_add(w, A, &a);
	world_add(w, B, &b);
	world_add(w, B + 1, &c);
	world_play(w, A, 0, true);
	world_advance(w, 105 * WORLD_MS);
	world_cmd(w, TD_MEDIA_BRIDGE, A, B);
	first = w->frames;
	assert_in_range(first, 4, 6);
	for (uint16_t i = 0; i < 10; i++) {
		world_hear(w, B, (uint16_t)(40000 + i));
		world_advance(w, 20 * WORLD_MS);
	}
	assert_int_equal(w->frames, first + 10);
	world_cmd(w, TD_MEDIA_UNBRIDGE, B, A);
	world_play(w, A, 0, true);
	world_advance(w, 3000 * WORLD_MS);
	world_cmd(w, TD_MEDIA_STOP, A, 0);
	world_advance(w, 700 * WORLD_MS); /* silence */
	world_cmd(w, TD_MEDIA_BRIDGE, B, A);
	for (uint16_t i = 0; i < 4; i++) {
		struct world_rtp p = world_speech(B, (uint16_t)(9 + i));

		p.ssrc = 0x777 + (i >= 2);
		p.ts = i * 160u + (i >= 2 ? 0x70000000 : 0);
		world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
	}
	world_cmd(w, TD_MEDIA_LEG_DEL, B, 0);
	world_cmd(w, TD_MEDIA_BRIDGE, A, B + 1);
	world_hear(w, B + 1, 1);
	for (unsigned i = 0, n = 0; i < w->frames; i++) {
		const struct world_frame *f = &w->frame[i];

		if (f->port != 0 || f->dst_port != a.remote.port)
			continue; /* RTCP */
		assert_int_equal(f->ssrc, a.ssrc);
		assert_int_equal(f->seq, (uint16_t)(a.seq + n));
		if (last) {
			uint32_t step = f->ts - last->ts;

			assert_true(step >= 160);
			assert_true(step == 160 || f->marker);
		}
		marks += f->marker;
		last = f;
		n++;
	}
	assert_int_equal(marks, 6);
	/* Time stamps advanced by the time that went by, but for a frame at each of the switches.
	 */
	assert_in_range(world_last(w)->ts - a.ts_offset, (w->now - start) / 125000 - 200,
		(w->now - start) / 125000 + 6 * 160);
}

static void reordered_across_a_switch_is_late(void **state)
{
	struct world *w = bridged(state);

	world_hear(w, A, 100);
	world_hear(w, A, 102);
	world_hear(w, A, 101); /* reordered: relayed in its place */
	assert_int_equal(w->frames, 3);
	assert_int_equal(world_last(w)->seq, (uint16_t)(world_params(B).seq + 1));
	world_hear(w, A, 101);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_DUPLICATE), 1);
	world_cmd(w, TD_MEDIA_UNBRIDGE, A, B);
	world_hear(w, A, 104);
	world_cmd(w, TD_MEDIA_BRIDGE, A, B);
	world_hear(w, A, 103); /* before anything was relayed anew */
	assert_int_equal(world_dropped(w, TD_DROP_RTP_LATE), 1);
	world_hear(w, A, 106);
	assert_int_equal(world_last(w)->seq, (uint16_t)(world_params(B).seq + 3));
	world_hear(w, A, 105); /* its number is that of a packet before the switch */
	assert_int_equal(world_dropped(w, TD_DROP_RTP_LATE), 2);
	assert_int_equal(w->frames, 4);
}

static void holding_consumes(void **state)
{
	struct world *w = bridged(state);
	struct td_leg_params b = world_params(B);

	world_hear(w, A, 1);
	world_hear(w, B, 1);
	assert_int_equal(w->frames, 2);
	b.flags = TD_LEG_RECV; /* sendonly: the peer does not listen */
	world_set(w, B, &b);
	world_hear(w, A, 2);
	world_hear(w, B, 2);
	assert_int_equal(w->frames, 3);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTP_HELD), 1);
	b.flags = 0;
	world_set(w, B, &b);
	world_hear(w, A, 3);
	world_hear(w, B, 3);
	assert_int_equal(w->frames, 3);
	b.flags = TD_LEG_RECV | TD_LEG_SEND;
	world_set(w, B, &b);
	world_hear(w, A, 4);
	world_hear(w, B, 4);
	assert_int_equal(w->frames, 5);
	assert_int_equal(w->frame[3].seq, (uint16_t)(b.seq + 1));
	world_play(w, B, 0, true); /* music to B: what A says goes nowhere */
	world_hear(w, A, 5);
	world_hear(w, B, 5);
	assert_int_equal(w->frames, 6);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTP_HELD), 4);
	world_cmd(w, TD_MEDIA_LEG_DEL, B, 0);
	w->frames = 0;
	world_hear(w, A, 6);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PEER_GONE), 1);
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	world_hear(w, A, 7);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_NO_LEG), 1);
}

static void bad_headers_are_refused(void **state)
{
	struct world *w = bridged(state);
	static const struct {
		const char *octets;
		uint16_t len;
		bool good;
	} cases[] = {
		{"\x80\x08\0\1\0\0\0\1\0\0\0\1x", 13, true},
		{"\x80\x08\0\1\0\0\0\1\0\0\0", 11, false},
		{"\x40\x08\0\1\0\0\0\1\0\0\0\1x", 13, false},
		{"\x81\x08\0\2\0\0\0\1\0\0\0\1abc", 15, false}, /* CSRC cut off */
		{"\x81\x08\0\2\0\0\0\1\0\0\0\1abcdx", 17, true},
		{"\x90\x08\0\3\0\0\0\1\0\0\0\1\0\0\0", 15, false},      /* extension cut off */
		{"\x90\x08\0\3\0\0\0\1\0\0\0\1\0\0\0\1abc", 19, false}, /* its body too */
		{"\x90\x08\0\3\0\0\0\1\0\0\0\1\0\0\0\1abcdx", 21, true},
		{"\xa0\x08\0\4\0\0\0\1\0\0\0\1x\3", 14, false}, /* padding, more than all */
		{"\xa0\x08\0\4\0\0\0\1\0\0\0\1x\0", 14, false}, /* padding of none */
		{"\xa0\x08\0\4\0\0\0\1\0\0\0\1x\1", 14, true},
		{"", 0, false},
	};
	unsigned good = 0, bad = 0;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world_rtp p = {.leg = A, .raw = cases[i].octets, .raw_len = cases[i].len};

		world_receive(w, &p);
		good += cases[i].good;
		bad += !cases[i].good;
		assert_int_equal(w->frames, good);
		assert_int_equal(world_dropped(w, TD_DROP_RTP_HEADER), bad);
	}
}

static void digits_are_reported_on_every_leg(void **state)
{
	struct world *w = bridged(state);
	struct td_media_event ev;
	unsigned frames;

	for (unsigned lost = 0; lost < 2; lost++) {
		uint16_t packets = lost ? 5 : 8;

		for (uint16_t i = 0; i < packets; i++) {
			uint16_t duration = (uint16_t)((i < 5 ? i + 1 : 5) * 160);
			uint8_t payload[4] = {lost ? 3 : 11, i < 5 ? 10 : 0x80 | 10,
				(uint8_t)(duration >> 8), (uint8_t)duration};
			struct world_rtp p = world_speech(A, (uint16_t)(100 * lost + i));

			p.pt = 101;
			p.ts = 999 + lost * 9000;
			p.marker = i == 0;
			p.payload = payload;
			p.len = 4;
			world_receive(w, &p);
			assert_int_equal(world_last(w)->pt, 96);
			assert_int_equal(
				world_last(w)->ts, w->frame[lost ? 8 : 0].ts); /* stands still */
			world_advance(w, 20 * WORLD_MS);
		}
		assert_int_equal(world_events(w, TD_MEDIA_DTMF, A, NULL), 1);
	}
	frames = w->frames;
	world_advance(w, 120 * WORLD_MS);
	assert_int_equal(w->frames, frames);
	assert_int_equal(world_events(w, TD_MEDIA_DTMF, A, &ev), 2);
	assert_int_equal(ev.dtmf.digit, '3');
	assert_int_equal(ev.dtmf.duration_ms, 100);
	assert_int_equal(ev.cookie, 1000 + A);
	assert_int_equal(world_events(w, TD_MEDIA_DTMF, B, NULL), 0);
}

static void a_digit_that_no_one_takes_is_consumed(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);
	static const uint8_t end[4] = {1, 0x8a, 3, 0x20};
	struct world_rtp p = world_speech(A, 7);

	b.dtmf_pt = TD_PT_NONE;
	world_add(w, A, &a);
	p.pt = 101;
	p.payload = end;
	p.len = 4;
	world_receive(w, &p); /* in the queue */
	world_add(w, B, &b);
	world_cmd(w, TD_MEDIA_BRIDGE, A, B);
	p.seq++;
	p.ts += 8000;
	world_receive(w, &p);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTP_DTMF), 2);
	assert_int_equal(world_events(w, TD_MEDIA_DTMF, A, NULL), 2);
	assert_int_equal(w->frames, 0);
	p = world_speech(B, 1); /* 255 is no payload type, 127 might be */
	p.pt = 127;
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PAYLOAD_TYPE), 1);
}

static void taps_get_what_arrived(void **state)
{
	struct world *w = bridged(state);
	const struct tap_rec *rec;
	unsigned audio = 0;

	world_cmd(w, TD_MEDIA_TAP, A, 55);
	world_cmd(w, TD_MEDIA_TAP, B, 55);
	for (uint16_t i = 0; i < 6; i++) {
		world_hear(w, A, (uint16_t)(10 + i));
		world_hear(w, B, (uint16_t)(90 + i));
		if (i == 3) /* held: still recorded */
			world_cmd(w, TD_MEDIA_UNBRIDGE, A, B);
	}
	world_hear(w, A, 15); /* a duplicate is not */
	world_cmd(w, TD_MEDIA_UNTAP, A, 0);
	world_hear(w, A, 16);
	world_cmd(w, TD_MEDIA_LEG_DEL, B, 0);
	while ((rec = tap_peek(w->tap))) {
		assert_int_equal(rec->recording, 55);
		if (rec->kind == TAP_END) {
			assert_true(audio >= 12);
			assert_int_equal(rec->channel, audio - 12);
			audio++;
		} else {
			const uint8_t *payload = (const uint8_t *)(rec + 1);

			assert_int_equal(rec->kind, TAP_AUDIO);
			assert_int_equal(rec->channel, audio % 2);
			assert_int_equal(rec->codec, TD_CODEC_PCMA);
			assert_int_equal(rec->seq, (audio % 2 ? 90 : 10) + audio / 2);
			assert_int_equal(rec->ts, 5000 + rec->seq * 160);
			assert_int_equal(rec->ssrc, 0xabc0 + (audio % 2 ? B : A));
			assert_true(rec->now == w->now);
			assert_int_equal(rec->len, 160);
			for (unsigned k = 0; k < 160; k++)
				assert_int_equal(payload[k], world_pattern(rec->seq, k));
			audio++;
		}
		tap_consume(w->tap, rec);
	}
	assert_int_equal(audio, 14);
}

/* A digit, and what was not negotiated: no audio, and no loss either. */
static void taps_are_told_of_packets_without_audio(void **state)
{
	static const uint8_t types[] = {101, 13, 8};
	struct world *w = bridged(state);
	const struct tap_rec *rec;
	struct world_rtp p;

	world_hear(w, A, 9);
	world_cmd(w, TD_MEDIA_TAP, A, 55);
	for (uint16_t i = 0; i < 3; i++) {
		p = world_speech(A, (uint16_t)(10 + i));
		p.pt = types[i];
		world_receive(w, &p);
		rec = tap_peek(w->tap);
		assert_non_null(rec);
		assert_int_equal(rec->kind, TAP_AUDIO);
		assert_int_equal(rec->seq, 10 + i);
		assert_int_equal(rec->len, types[i] == 8 ? 160 : 0);
		tap_consume(w->tap, rec);
	}
	assert_null(tap_peek(w->tap));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_rewrite_is_right),
		TEST(the_usual_takes_the_fast_lane),
		TEST(floods_are_policed),
		TEST(payload_types_are_translated),
		TEST(payload_types_have_a_direction),
		TEST(all_checksums_are_right),
		TEST(damage_stays_visible),
		TEST(one_stream_from_many_sources),
		TEST(reordered_across_a_switch_is_late),
		TEST(holding_consumes),
		TEST(bad_headers_are_refused),
		TEST(digits_are_reported_on_every_leg),
		TEST(a_digit_that_no_one_takes_is_consumed),
		TEST(taps_get_what_arrived),
		TEST(taps_are_told_of_packets_without_audio),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
