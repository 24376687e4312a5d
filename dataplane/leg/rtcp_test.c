/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports on the wire: which ports, which clock, on whose account; and what a peer's say. */
#include <dataplane/rtp/rtcp_msg.h>
#include <dataplane/leg/test/world.h>

#define A        CARRIER
#define B        FLOOR
#define NTP_1970 2208988800u

static void talk(struct world *w, uint32_t leg, unsigned packets)
{
	static uint16_t seq;

	for (; packets > 0; packets--, seq++) {
		struct world_rtp p = {.leg = leg, .seq = seq, .ts = seq * 160u, .ssrc = 7, .pt = 8};

		world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
	}
}

/* The last report that went to the peer of `leg`; NULL: none from frame `first` on. */
static const struct world_frame *report(const struct world *w, uint32_t leg, unsigned first)
{
	for (unsigned i = w->frames; i-- > first;) {
		const struct world_frame *f = &w->frame[i];

		if (f->dst.ip4 == world_peer(leg).ip4 && rtcp_is(f->payload[1]))
			return f;
	}
	return NULL;
}

static void report_on(struct world *w, uint32_t leg, bool mux, const struct rtcp_msg *m)
{
	uint8_t octets[RTCP_MAX];
	struct world_rtp p = {.leg = leg,
		.rtcp = !mux,
		.raw = octets,
		.raw_len = (uint16_t)rtcp_encode(m, octets),
		.src_port = mux ? world_peer(leg).port : 0};

	world_receive(w, &p);
}

/* RFC 5761: from and to the RTP ports; and the other way, told apart by their second octet. */
static void reports_share_the_port(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	struct rtcp_msg m = {.ssrc = 7, .cname = "peer"};
	struct world_rtp p = {.leg = A, .raw = "\x81\xcb\0\1\0\0\0\7"};
	const struct world_frame *f;

	a.flags |= TD_LEG_RTCP_MUX;
	world_add(w, A, &a);
	talk(w, A, 500);
	f = report(w, A, 0);
	assert_non_null(f);
	assert_int_equal(f->src_port, WORLD_PORT_MIN);
	assert_int_equal(f->dst_port, a.remote.port);
	report_on(w, A, true, &m);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP), 1);
	report_on(w, A, false, &m); /* RFC 5761 section 5.1.1: some send it there all the same */
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP), 2);

	p.raw_len = 8; /* BYE alone, shorter than RTP's header */
	world_receive(w, &p);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP), 3);

	/* An offer without it takes it back: what were reports are packets of an odd type. */
	a.flags &= (uint8_t)~TD_LEG_RTCP_MUX;
	world_set(w, A, &a);
	report_on(w, A, true, &m);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP), 3);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PAYLOAD_TYPE), 1);
	w->frames = 0;
	talk(w, A, 500);
	f = report(w, A, 0);
	assert_non_null(f);
	assert_int_equal(f->src_port, WORLD_PORT_MIN + 1);
	assert_int_equal(f->dst_port, a.remote.port + 1);
	assert_int_equal(world_events(w, TD_MEDIA_SILENT, A, NULL), 0);
}

static void a_shared_port_follows_a_latch(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	const struct world_frame *f;

	a.flags |= TD_LEG_RTCP_MUX;
	a.policy = TD_SOURCE_LATCH;
	world_add(w, A, &a);
	for (uint16_t seq = 0; seq < 500; seq++) {
		struct world_rtp p = {.leg = A, .seq = seq, .ssrc = 7, .pt = 8, .src_port = 1234};

		p.ts = seq * 160u;
		world_receive(w, &p);
		world_advance(w, 20 * WORLD_MS);
	}
	f = report(w, A, 0);
	assert_non_null(f);
	assert_int_equal(f->dst_port, 1234);
	assert_int_equal(f->src_port, WORLD_PORT_MIN);
}

static uint64_t sr_time(const struct world_frame *f)
{
	struct rtcp_msg m;

	assert_int_equal(rtcp_decode(&m, f->payload, f->payload_len, 0), 0);
	assert_true(m.sender);
	return m.ntp;
}

/* Section 4: seconds since 1900 by the wall clock, which an operator may set. */
static void time_stamps_are_the_wall_clocks(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	uint64_t wall, sent;
	unsigned first;

	world_add(w, A, &a);
	world_play(w, A, 0, true);
	world_advance(w, 8000 * WORLD_MS);
	sent = sr_time(report(w, A, 0));
	wall = (w->now + WORLD_WALL) / TD_NSEC_PER_SEC + NTP_1970;
	assert_in_range(sent >> 32, wall - 8, wall);
	legs_wall(w->rtp, WORLD_WALL + 3600 * TD_NSEC_PER_SEC);
	first = w->frames;
	world_advance(w, 8000 * WORLD_MS);
	assert_in_range((sr_time(report(w, A, first)) >> 32) - (sent >> 32), 3600, 3600 + 16);
}

/* The clock is set between our report and its answer: the round trip is what it was. */
static void a_step_is_no_round_trip(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	struct rtcp_msg m = {.ssrc = 7, .block = true, .report = {.ssrc = a.ssrc}};
	struct td_media_event ev;

	world_add(w, A, &a);
	world_play(w, A, 0, true);
	world_advance(w, 8000 * WORLD_MS);
	m.report.lsr = (uint32_t)(sr_time(report(w, A, 0)) >> 16);
	legs_wall(w->rtp, WORLD_WALL + 60 * TD_NSEC_PER_SEC);
	report_on(w, A, false, &m);
	world_advance(w, 30000 * WORLD_MS);
	world_events(w, TD_MEDIA_LEG_STATS, A, &ev);
	assert_int_equal(ev.stats.out_reports, 1);
	assert_in_range(ev.stats.rtt_us, 1, 8000000);
	m.report.lsr =
		(uint32_t)(sr_time(world_last(w)->dst_port & 1 ? world_last(w) : report(w, A, 0)) >>
			   16);
	report_on(w, A, false, &m);
	world_advance(w, 8000 * WORLD_MS);
	world_events(w, TD_MEDIA_LEG_STATS, A, &ev);
	assert_in_range(ev.stats.rtt_us, 1, 8000000);
}

/* What a block says of times that are not ours: an own clock's, one long ago, none. */
static void only_our_reports_have_a_round_trip(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	struct rtcp_msg m = {.ssrc = 7, .block = true, .report = {.ssrc = a.ssrc}};
	struct td_media_event ev;
	uint32_t first, last;

	world_add(w, A, &a);
	world_play(w, A, 0, true);
	world_advance(w, 8000 * WORLD_MS);
	first = (uint32_t)(sr_time(report(w, A, 0)) >> 16);
	world_advance(w, 60000 * WORLD_MS);
	last = (uint32_t)(sr_time(report(w, A, 0)) >> 16);
	const uint32_t foreign[] = {0x12345678, first, last + 1, last - 1, 0};

	for (unsigned i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		m.report.lsr = foreign[i];
		m.report.dlsr = 0x1000;
		report_on(w, A, false, &m);
		world_advance(w, 8000 * WORLD_MS);
		assert_int_not_equal(world_events(w, TD_MEDIA_LEG_STATS, A, &ev), 0);
		assert_int_equal(ev.stats.out_reports, i + 1);
		assert_int_equal(ev.stats.rtt_us, 0);
	}
	m.report.lsr = (uint32_t)(sr_time(report(w, A, 0)) >> 16);
	m.report.dlsr = 0;
	report_on(w, A, false, &m);
	world_advance(w, 8000 * WORLD_MS);
	world_events(w, TD_MEDIA_LEG_STATS, A, &ev);
	assert_in_range(ev.stats.rtt_us, 1, 8000000);
}

/* RR with a block about our stream, XR with VoIP metrics about it: RFC 3611 section 4.7. */
static void the_peers_view_is_told(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	uint8_t octets[] = {0x81, 201, 0, 7, 0, 0, 0, 7, 0, 0, 0, 0, 25, 0, 0, 12, 0, 1, 0, 9, 0, 0,
		0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 207, 0, 10, 0, 0, 0, 7, 7, 0, 0, 8, 0, 0, 0, 0,
		26, 13, 0, 0, 0, 0, 0, 0, 0, 80, 0, 95, 0, 0, 0, 16, 79, 127, 40, 127, 0xf0, 0, 0,
		60, 0, 80, 0, 240};
	struct world_rtp p = {.leg = A, .rtcp = true, .raw = octets, .raw_len = sizeof(octets)};
	struct td_media_event ev;

	for (unsigned i = 0; i < 4; i++)
		octets[8 + i] = octets[44 + i] = (uint8_t)(a.ssrc >> (24 - 8 * i));
	world_add(w, A, &a);
	talk(w, A, 10);
	world_receive(w, &p);
	talk(w, A, 400);
	assert_int_equal(world_dropped(w, TD_DROP_RTCP_INVALID), 0);
	world_events(w, TD_MEDIA_LEG_STATS, A, &ev);
	assert_int_equal(ev.stats.out_reports, 1);
	assert_int_equal(ev.stats.out_lost, 12);
	assert_int_equal(ev.stats.out_seq_max, 0x10009);
	assert_int_equal(ev.stats.out_jitter, 80);
	assert_true(ev.stats.xr.known);
	assert_int_equal(ev.stats.xr.loss, 26);
	assert_int_equal(ev.stats.xr.discard, 13);
	assert_int_equal(ev.stats.xr.r, 79);
	assert_int_equal(ev.stats.xr.mos, 40); /* MOS-LQ, since MOS-CQ is unavailable */
	assert_int_equal(ev.stats.xr.plc, 3);
	assert_int_equal(ev.stats.xr.buffer_ms, 60);
}

static void it_is_on_the_legs_account(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A);
	struct rtcp_msg m = {.ssrc = 7, .cname = "peer"};
	struct td_acct_row row = {0};
	uint64_t out = 0, out_bytes = 0;
	uint8_t octets[RTCP_MAX];
	struct td_media_event ev;

	world_add(w, A, &a);
	talk(w, A, 500);
	report_on(w, A, false, &m);
	for (unsigned i = 0; i < w->frames; i++) {
		out++;
		out_bytes += w->frame[i].len - 14u;
	}
	assert_true(out > 0);
	legs_acct(w->rtp, a.acct, &row);
	assert_int_equal(row.packets[TD_DIR_OUT], out);
	assert_int_equal(row.ip_bytes[TD_DIR_OUT], out_bytes);
	assert_int_equal(row.packets[TD_DIR_IN], 501);
	assert_int_equal(row.ip_bytes[TD_DIR_IN], 500 * 200 + 28 + rtcp_encode(&m, octets));
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	world_events(w, TD_MEDIA_LEG_GONE, A, &ev);
	assert_int_equal(ev.stats.in_packets, 500); /* of RTP alone */
	assert_int_equal(ev.stats.out_packets, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(reports_share_the_port),
		TEST(a_shared_port_follows_a_latch),
		TEST(time_stamps_are_the_wall_clocks),
		TEST(a_step_is_no_round_trip),
		TEST(only_our_reports_have_a_round_trip),
		TEST(the_peers_view_is_told),
		TEST(it_is_on_the_legs_account),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
