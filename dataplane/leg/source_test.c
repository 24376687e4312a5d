/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is heard: source policies, floods, and our own packets that come back. */
#include <dataplane/leg/police.h>
#include <dataplane/leg/test/world.h>

#define A CARRIER
#define B FLOOR

static struct world *bridged(void **state, enum td_source_policy policy)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);

	a.policy = policy;
	world_bridge(w, &a, &b);
	return w;
}

/* `count` packets in sequence, `ms` apart. How many came out? */
static unsigned stream(struct world *w, struct world_rtp *p, unsigned count, unsigned ms)
{
	unsigned before, out = 0;

	for (; count; count--, p->seq++, p->ts += 160) {
		before = w->frames;
		world_receive(w, p);
		out += w->frames - before;
		world_advance(w, ms * WORLD_MS);
	}
	return out;
}

/* Behind NAT: the SDP has a private address, SIP comes from the public one. */
static struct td_leg_params behind_nat(void)
{
	struct td_leg_params a = world_params(A);

	a.policy = TD_SOURCE_LATCH;
	a.sip = a.remote;
	a.sip.port = 5060;
	a.remote.ip4 = htonl(0xc0a80005);
	return a;
}

static struct world *latching(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = behind_nat(), b = world_params(B);

	world_bridge(w, &a, &b);
	return w;
}

static void strangers_never_get_through(void **state)
{
	struct world *w = bridged(state, TD_SOURCE_STRICT);
	struct td_media_event ev;
	unsigned rightful = 0;

	for (uint16_t i = 0; i < 200; i++) {
		struct world_rtp p = world_speech(A, (uint16_t)(i + 1)), rtcp;

		if (i % 2) /* before the first rightful packet, too */
			p.src_port = 9999;
		else if (i % 4)
			rightful++;
		else
			p.src_ip = htonl(0x0a010077);
		if (i % 3 == 0)
			p.ssrc = 0xbad; /* for the rightful: a change of SSRC, allowed */
		world_receive(w, &p);
		rtcp = (struct world_rtp){.leg = A,
			.rtcp = true,
			.src_ip = htonl(0x0a010077),
			.raw = "\x80\xc9\0\1abcd",
			.raw_len = 8};
		world_receive(w, &rtcp);
		assert_int_equal(w->frames, rightful);
	}
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 150 + 200);
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	assert_int_equal(world_events(w, TD_MEDIA_LEG_GONE, A, &ev), 1);
	assert_int_equal(ev.stats.strangers, 350);
	assert_int_equal(ev.stats.in_packets, rightful);
}

static void address_policy_takes_any_port(void **state)
{
	struct world *w = bridged(state, TD_SOURCE_ADDRESS);
	struct td_leg_params a = world_params(A);
	struct world_rtp p = world_speech(A, 1);

	p.src_port = 1234;
	assert_int_equal(stream(w, &p, 5, 20), 5);
	p.src_ip = htonl(0x0a010078);
	assert_int_equal(stream(w, &p, 5, 20), 0);
	world_hear(w, B, 1); /* our packets still go where the SDP said */
	assert_int_equal(world_last(w)->dst_port, a.remote.port);
}

/* Of the address of the SDP, but of another port: the sender knows all of the stream. */
static struct world_rtp forged(const struct world_rtp *p, uint16_t port)
{
	struct world_rtp q = *p;

	q.src_port = port;
	return q;
}

/* Three packets in sequence settle the port. Until then it may change, as a telephone's port may
 * before anything was heard of it. */
static void three_packets_settle_the_port(void **state)
{
	struct world *w = bridged(state, TD_SOURCE_ADDRESS);
	struct world_rtp p = world_speech(A, 10), q;

	p.src_port = 1234;
	assert_int_equal(stream(w, &p, 2, 20), 2);
	p.src_port = 1236;
	assert_int_equal(stream(w, &p, 2, 20), 2);
	p.seq += 2; /* lost: the third is none in sequence */
	assert_int_equal(stream(w, &p, 1, 20), 1);
	p.src_port = 1238;
	assert_int_equal(stream(w, &p, 3, 20), 3);
	q = forged(&p, 1234);
	assert_int_equal(stream(w, &q, 5, 1), 0);
	q = forged(&p, 0); /* the SDP's own */
	assert_int_equal(stream(w, &q, 5, 1), 0);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 10);
	assert_int_equal(stream(w, &p, 100, 20), 100);
	p.ssrc = 0x222; /* another stream from the settled port */
	assert_int_equal(stream(w, &p, 5, 20), 5);
}

/* A pause is no reason to believe the first one who speaks: three in sequence, and by the SSRC of
 * the stream or the SDP's own port. Two of them are dropped. */
static void in_silence_the_stream_may_move(void **state)
{
	struct world *w = bridged(state, TD_SOURCE_ADDRESS);
	struct world_rtp p = world_speech(A, 10), q;
	struct td_leg_params a;

	p.src_port = 1234;
	assert_int_equal(stream(w, &p, 5, 20), 5);
	q = forged(&p, 4321);
	world_advance(w, 1900 * WORLD_MS);
	assert_int_equal(stream(w, &q, 4, 1), 0); /* not silent for long enough */
	world_advance(w, 200 * WORLD_MS);
	q.ssrc = 0x111; /* anybody's */
	assert_int_equal(stream(w, &q, 50, 20), 0);
	assert_int_equal(stream(w, &p, 5, 20), 5);
	world_advance(w, 2100 * WORLD_MS);
	q = forged(&p, 4321);
	for (unsigned i = 0; i < 4; i++, q.seq += 2) /* never in sequence */
		assert_int_equal(stream(w, &q, 1, 1), 0);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PROBATION), 4);
	assert_int_equal(stream(w, &q, 5, 20), 3); /* a NAT has given it another port */
	assert_int_equal(stream(w, &p, 5, 20), 0);
	world_advance(w, 2100 * WORLD_MS);
	p.ssrc = 0x333; /* what the SDP says */
	p.src_port = 0;
	assert_int_equal(stream(w, &p, 5, 20), 3);
	/* Signalling moves it at once, and settles nothing. */
	a = world_params(A);
	a.policy = TD_SOURCE_ADDRESS;
	a.remote.port = 7000;
	world_set(w, A, &a);
	q = forged(&p, 7002);
	assert_int_equal(stream(w, &q, 5, 20), 5);
}

/* The carrier's other machine, of which signalling says nothing; or an attacker, whom the stream
 * before can throw out again. */
static void a_far_stream_needs_a_long_silence(void **state)
{
	struct world *w = bridged(state, TD_SOURCE_ADDRESS);
	struct world_rtp p = world_speech(A, 10), q = world_speech(A, 500), near;

	p.src_port = 1234;
	assert_int_equal(stream(w, &p, 5, 20), 5);
	q.src_port = 4321;
	q.ssrc = 0x111;
	world_advance(w, 9000 * WORLD_MS);
	assert_int_equal(stream(w, &q, 45, 20), 0);
	world_advance(w, 200 * WORLD_MS);
	assert_int_equal(stream(w, &q, 5, 20), 0);
	near = forged(&p, 1236); /* the stream itself is faster */
	assert_int_equal(stream(w, &near, 3, 20), 1);
	p = near;
	world_advance(w, 11000 * WORLD_MS);
	assert_int_equal(stream(w, &q, 20, 20), 0);
	assert_in_range(stream(w, &q, 20, 20), 10, 19);
	assert_int_equal(stream(w, &p, 5, 20), 5); /* it speaks again */
	assert_int_equal(stream(w, &q, 5, 20), 0);
}

static void a_peer_that_is_not_behind_nat_needs_no_probation(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);
	struct world_rtp p = world_speech(A, 3);

	a.policy = TD_SOURCE_LATCH;
	world_bridge(w, &a, &b);
	world_hear(w, A, 1);
	world_hear(w, A, 2);
	assert_int_equal(w->frames, 2);
	p.src_port = 7000;
	world_receive(w, &p);
	p.seq++;
	world_receive(w, &p);
	assert_int_equal(w->frames, 2);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 2);
}

static void latching_needs_two_in_sequence(void **state)
{
	struct world *w = latching(state);
	struct td_leg_params a = behind_nat();
	struct world_rtp p = world_speech(A, 10), q = world_speech(A, 500);
	struct td_media_event ev;

	world_hear(w, B, 1);
	assert_int_equal(world_dropped(w, TD_DROP_NO_ROUTE), 1);
	p.src_port = 7000;
	world_receive(w, &p);
	p.seq = 12; /* not the next */
	world_receive(w, &p);
	q.src_port = 7001; /* someone else in between, as near */
	world_receive(w, &q);
	p.seq = 13;
	world_receive(w, &p);
	p.ssrc++; /* the next, but of another stream */
	p.seq = 14;
	world_receive(w, &p);
	p.ssrc--;
	p.seq = 13;
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PROBATION), 6);
	p.seq = 14;
	p.pt = 99; /* proves nothing */
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 1);
	p.pt = 8;
	world_receive(w, &p);
	assert_int_equal(world_consumed(w, TD_CONSUMED_LATCH), 1);
	assert_int_equal(w->frames, 0);
	p.seq = 15;
	world_receive(w, &p);
	assert_int_equal(w->frames, 1);
	assert_int_equal(world_events(w, TD_MEDIA_FIRST_RTP, A, &ev), 1);
	assert_int_equal(ev.from.port, 7000);
	assert_int_equal(stream(w, &q, 50, 20), 0); /* the other has lost, whatever it does */
	world_hear(w, B, 2);                        /* ours go to where its packets come from */
	assert_int_equal(world_last(w)->dst_port, 7000);
	assert_int_equal(world_last(w)->dst.ip4, world_peer(A).ip4);
	world_set(w, A, &a); /* a re-INVITE that moves nothing opens nothing */
	assert_int_equal(stream(w, &q, 50, 20), 0);
	a.rtcp = (struct td_addr){.family = 4, .port = 7777, .ip4 = world_peer(A).ip4};
	world_set(w, A, &a); /* nor does one that moves RTCP alone */
	assert_int_equal(stream(w, &q, 50, 20), 0);
	p.seq = 16;
	assert_int_equal(stream(w, &p, 3, 20), 3);
	world_hear(w, B, 3);
	assert_int_equal(world_last(w)->dst_port, 7000);
}

static void who_moves_is_not_heard_from_before(void **state)
{
	struct world *w = latching(state);
	struct td_leg_params a = behind_nat();
	struct world_rtp p = world_speech(A, 10), q = world_speech(A, 500);

	p.src_port = 7000;
	q.src_port = 7100;
	q.ssrc++;
	assert_int_equal(stream(w, &p, 5, 20), 3);
	a.remote.port += 10;
	world_set(w, A, &a);
	assert_int_equal(stream(w, &p, 5, 20), 0);
	assert_int_equal(stream(w, &q, 5, 20), 3); /* the new one is as near as anyone */
	assert_int_equal(stream(w, &p, 100, 20), 0);
	/* What signalling moves and NAT does not, is believed like a source from far away. */
	a.remote.port += 10;
	world_set(w, A, &a);
	assert_in_range(stream(w, &q, 100, 20), 70, 75);
}

static void far_sources_need_time(void **state)
{
	struct world *w = latching(state);
	struct world_rtp far = world_speech(A, 10), near = world_speech(A, 500),
			 other = world_speech(A, 9);

	far.src_ip = htonl(0x0a010077);
	far.ssrc = 0xfa4;
	other.src_ip = htonl(0x0a010078);
	assert_int_equal(stream(w, &far, 200, 1), 0);
	assert_int_equal(stream(w, &near, 3, 20), 1); /* two prove it */
	assert_int_equal(stream(w, &far, 100, 20), 0);
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	latching(state); /* again, and nobody near speaks */
	assert_in_range(stream(w, &far, 40, 20), 13, 15);
	assert_int_equal(stream(w, &other, 100, 20), 0);
	assert_int_equal(stream(w, &far, 10, 20), 10);
	near.src_port = 7000;
	assert_int_equal(stream(w, &near, 10, 20), 8); /* but it does in the end */
	assert_int_equal(stream(w, &far, 100, 20), 0);
	assert_int_equal(stream(w, &other, 100, 20), 0);
}

/* Someone far who never pauses cannot keep the peer from its proof. */
static void no_crowd_keeps_the_peer_out(void **state)
{
	struct world *w = latching(state);
	struct world_rtp far = world_speech(A, 10), near = world_speech(A, 500);

	far.src_ip = htonl(0x0a010077);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(stream(w, &far, 10, 1), 0);
		assert_int_equal(stream(w, &near, 1, 1), i == 2);
	}
	assert_int_equal(world_consumed(w, TD_CONSUMED_LATCH), 1);
}

static struct world_rtp report(const char *octets, uint16_t len)
{
	return (struct world_rtp){.leg = A, .rtcp = true, .raw = octets, .raw_len = len};
}

static void reports_have_a_source_too(void **state)
{
	static const enum td_source_policy policies[] = {
		TD_SOURCE_STRICT, TD_SOURCE_ADDRESS, TD_SOURCE_LATCH};
	struct world_rtp p = report("\x80\xc9\0\1abcd\x81\xcb\0\1abcd", 16);

	for (unsigned i = 0; i < 3; i++) {
		struct world *w = bridged(state, policies[i]);
		uint64_t read = world_consumed(w, TD_CONSUMED_RTCP);

		world_hear(w, A, 1); /* which proves it to a leg that latches */
		p.src_port = 0;
		p.src_ip = 0;
		world_receive(w, &p);
		p.src_port = 999;
		world_receive(w, &p);
		assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP), read + (i ? 2 : 1));
		p.src_ip = htonl(0x0a010077);
		world_receive(w, &p);
		assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP), read + (i ? 2 : 1));
		world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
		world_cmd(w, TD_MEDIA_LEG_DEL, B, 0);
	}
	assert_int_equal(world_dropped(*state, TD_DROP_RTP_STRANGER), 1 + 3);
}

/* An echo is the peer's media; a collision ends our SSRC (RFC 3550 section 8.2). */
static void our_own_ssrc_comes_back(void **state)
{
	struct world *w = bridged(state, TD_SOURCE_STRICT);
	const struct world_frame *last = NULL;
	struct world_rtp p = world_speech(A, 1);
	uint32_t ssrc;

	world_hear(w, A, 1);
	for (uint16_t i = 0; i < 10; i++) { /* A plays back what it hears */
		world_hear(w, B, i);
		last = world_last(w);
		p.seq = last->seq;
		p.ssrc = last->ssrc;
		world_receive(w, &p);
		assert_int_equal(world_last(w)->ssrc, world_params(B).ssrc);
		assert_ptr_not_equal(world_last(w), last);
	}
	ssrc = last->ssrc;
	assert_int_equal(ssrc, world_params(A).ssrc);
	/* A number that we are far from: the peer has drawn our SSRC, and ours has to go. */
	world_hear(w, A, 2);
	p.seq = (uint16_t)(last->seq + 20000);
	world_receive(w, &p);
	last = &w->frame[w->frames - 2];
	assert_int_equal(last->payload[1], 200);
	assert_int_equal(last->payload[last->payload_len - 7], 203); /* BYE */
	world_hear(w, B, 10);
	assert_int_not_equal(world_last(w)->ssrc, ssrc);
	assert_int_equal(world_last(w)->seq, (uint16_t)(world_params(A).seq + 10));
	p.seq++;
	assert_int_equal(stream(w, &p, 5, 20), 5);
}

/* Twice the codec's rate is let through, after a second of grace; of a stranger's flood none, and
 * it costs the peer nothing. */
static void floods_are_policed(void **state)
{
	static const uint8_t tone[4] = {1, 10, 0, 160};
	struct world *w = bridged(state, TD_SOURCE_STRICT);
	struct world_rtp p = world_speech(A, 1), q = world_speech(A, 1);
	unsigned out;

	out = stream(w, &p, 5000, 1); /* twenty times as many as there should be, for 5 s */
	assert_in_range(out, 2 * 250 + 90, 2 * 250 + 110);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_FLOOD), 5000 - out);
	world_advance(w, 2000 * WORLD_MS);
	assert_int_equal(stream(w, &p, 100, 0), 100); /* what was held up for 2 s comes at once */
	world_advance(w, 2000 * WORLD_MS);
	q.src_port = 9999;
	for (unsigned i = 0; i < 100; i++) {
		stream(w, &q, 100, 0);
		assert_int_equal(stream(w, &p, 1, 20), 1);
	}
	/* Nor by way of digits, which never take the fast lane. */
	world_advance(w, 2000 * WORLD_MS);
	p.pt = 101;
	p.payload = tone;
	p.len = sizeof(tone);
	out = stream(w, &p, 20000, 1);
	assert_true(out < 20000 / 2);
	assert_true(world_dropped(w, TD_DROP_RTP_FLOOD) > 15000 / 2);
}

static void floods_of_reports_are_policed(void **state)
{
	struct world *w = bridged(state, TD_SOURCE_STRICT);
	struct world_rtp p = report("\x80\xc9\0\1abcd", 8);

	stream(w, &p, 5000, 1);
	assert_in_range(world_consumed(w, TD_CONSUMED_RTCP), 5 * POLICE_RTCP + POLICE_RTCP - 1,
		5 * POLICE_RTCP + POLICE_RTCP + 2);
	assert_int_equal(
		world_dropped(w, TD_DROP_RTCP_FLOOD), 5000 - world_consumed(w, TD_CONSUMED_RTCP));
	p.src_ip = htonl(0x0a010077);
	stream(w, &p, 100, 20);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 100);
	p.src_ip = 0;
	stream(w, &p, 10, 1000);
	assert_int_equal(
		world_dropped(w, TD_DROP_RTCP_FLOOD) + world_consumed(w, TD_CONSUMED_RTCP), 5010);
	assert_in_range(
		world_consumed(w, TD_CONSUMED_RTCP), 6 * POLICE_RTCP + 9, 6 * POLICE_RTCP + 12);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(strangers_never_get_through),
		TEST(address_policy_takes_any_port),
		TEST(three_packets_settle_the_port),
		TEST(in_silence_the_stream_may_move),
		TEST(a_far_stream_needs_a_long_silence),
		TEST(latching_needs_two_in_sequence),
		TEST(a_peer_that_is_not_behind_nat_needs_no_probation),
		TEST(who_moves_is_not_heard_from_before),
		TEST(far_sources_need_time),
		TEST(no_crowd_keeps_the_peer_out),
		TEST(reports_have_a_source_too),
		TEST(our_own_ssrc_comes_back),
		TEST(floods_are_policed),
		TEST(floods_of_reports_are_policed),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
