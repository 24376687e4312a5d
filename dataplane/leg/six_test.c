/* SPDX-License-Identifier: BSD-3-Clause */
/* Legs of IPv6, and of both families joined. world.c proves headers and checksums of all that
 * leaves.
 */
#include <dataplane/leg/test/world.h>

#define FRAME_NS (20 * WORLD_MS)

static struct world_rtp from(uint32_t leg, uint16_t seq)
{
	return (struct world_rtp){.leg = leg, .seq = seq, .ts = seq * 160u, .ssrc = 77, .pt = 8};
}

static void join(struct world *w, uint32_t a, uint32_t b, enum td_source_policy policy)
{
	struct td_leg_params pa = world_params(a), pb = world_params(b);

	pa.policy = pb.policy = (uint8_t)policy;
	pa.dscp = 34;
	pb.dscp = 46;
	world_add(w, a, &pa);
	world_add(w, b, &pb);
	world_cmd(w, TD_MEDIA_BRIDGE, a, b);
}

static void each_family_becomes_each(void **state)
{
	static const uint32_t pairs[][2] = {
		{CARRIER6 + 1, FLOOR6 + 1}, {CARRIER + 2, FLOOR6 + 2}, {CARRIER6 + 3, FLOOR + 3}};
	struct world *w = *state;

	for (unsigned k = 0; k < 3; k++) {
		uint32_t a = pairs[k][0], b = pairs[k][1];
		struct td_leg_params pb = world_params(b);
		struct td_addr peer = world_peer(b);
		unsigned before = w->frames, general = w->general;

		join(w, a, b, TD_SOURCE_ADDRESS);
		for (uint16_t i = 0; i < 12; i++) {
			struct world_rtp p = from(a, (uint16_t)(65530 + i));
			const struct world_frame *f;

			p.ts = i * 160u - 500;
			p.marker = i == 3;
			p.len = (uint16_t)(160 + i); /* odd lengths too */
			p.checksum = i % 2 ? CHECKSUM_RIGHT : CHECKSUM_PARTIAL;
			world_receive(w, &p);
			assert_int_equal(w->frames, before + i + 1);
			f = world_last(w);
			assert_int_equal(f->port, 1);
			assert_true(addr_equal_ip(&f->dst, &peer));
			assert_int_equal(f->src.family, peer.family);
			assert_int_equal(f->src_port, WORLD_PORT_MIN + 2 * (k + 1));
			assert_int_equal(f->dst_port, peer.port);
			assert_int_equal(f->dscp, 46);
			assert_int_equal(f->seq, (uint16_t)(pb.seq + i));
			assert_int_equal(f->ts, pb.ts_offset + i * 160u);
			assert_int_equal(f->ssrc, pb.ssrc);
			assert_int_equal(f->marker, i == 0 || i == 3);
			assert_int_equal(f->payload_len, 12 + 160 + i);
			for (unsigned n = 0; n < 160u + i; n++)
				assert_int_equal(f->payload[12 + n], world_pattern(p.seq, n));
			w->now += FRAME_NS;
		}
		/* And back, by other ports of the peer's: its policy lets the port change. */
		for (uint16_t i = 0; i < 3; i++) {
			struct world_rtp p = from(b, i);

			p.src_port = 777;
			world_receive(w, &p);
			assert_int_equal(world_last(w)->port, 0);
			assert_int_equal(world_last(w)->dscp, 34);
			w->now += FRAME_NS;
		}
		assert_int_equal(w->frames, before + 15);
		assert_int_equal(w->general - general, 15); /* the fast lane is IPv4's */
	}
}

/* Bandwidth is counted as each leg's own IP has it. */
static void bytes_are_those_of_the_family(void **state)
{
	struct world *w = *state;
	struct td_acct_row carrier = {0}, floor = {0};
	struct td_media_event ev;

	join(w, CARRIER6, FLOOR, TD_SOURCE_STRICT);
	for (uint16_t i = 0; i < 10; i++) {
		struct world_rtp p = from(CARRIER6, i);

		world_receive(w, &p);
		w->now += FRAME_NS;
	}
	legs_acct(w->rtp, 1, &carrier);
	legs_acct(w->rtp, 2, &floor);
	assert_int_equal(carrier.ip_bytes[TD_DIR_IN], 10 * (40 + 8 + 12 + 160));
	assert_int_equal(floor.ip_bytes[TD_DIR_OUT], 10 * (20 + 8 + 12 + 160));
	world_cmd(w, TD_MEDIA_LEG_DEL, CARRIER6, 0);
	assert_int_equal(world_events(w, TD_MEDIA_LEG_GONE, CARRIER6, &ev), 1);
	assert_int_equal(ev.stats.in_packets, 10);
	assert_int_equal(ev.stats.in_bytes, 10 * 220);
}

/* In a neighbour's /64 or with one bit of the address else: a stranger. */
static void strangers_are_told_by_all_of_their_address(void **state)
{
	struct world *w = *state;
	struct world_rtp p = from(CARRIER6, 1);
	unsigned frames;

	join(w, CARRIER6, FLOOR6, TD_SOURCE_ADDRESS);
	world_receive(w, &p);
	frames = w->frames;
	p.src_six = world_peer(CARRIER6);
	for (unsigned bit = 0; bit < 128; bit++) {
		p.seq++;
		p.src_six.ip6[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (p.src_six.ip6[0] != 0xff)
			world_receive(w, &p);
		p.src_six.ip6[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(w->frames, frames);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 128);
	p.seq++;
	world_receive(w, &p);
	assert_int_equal(w->frames, frames + 1);
}

static void a_latch_is_proven_and_followed(void **state)
{
	struct world *w = *state;
	struct world_rtp p = from(CARRIER6, 1), back = from(FLOOR6, 1);
	struct td_addr nat = world_peer(CARRIER6);
	struct td_media_event ev;

	join(w, CARRIER6, FLOOR6, TD_SOURCE_LATCH);
	nat.port = 31000; /* near: the SDP's address, another port */
	p.src_port = nat.port;
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_PROBATION), 1);
	p.seq++;
	world_receive(w, &p);
	assert_int_equal(world_consumed(w, TD_CONSUMED_LATCH), 1);
	p.seq++;
	world_receive(w, &p);
	assert_int_equal(world_events(w, TD_MEDIA_FIRST_RTP, CARRIER6, &ev), 1);
	assert_true(addr_equal_ip(&ev.from, &nat));
	assert_int_equal(ev.from.port, nat.port);
	world_receive(w, &back);
	assert_int_equal(world_last(w)->dst_port, nat.port);
	/* From then on no one else is heard. */
	p.src_six = nat;
	p.src_six.ip6[15] ^= 0x40;
	for (unsigned i = 0; i < 5; i++, p.seq++)
		world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 5);
}

static void sounds_and_reports_go_by_ipv6(void **state)
{
	struct world *w = *state;
	struct td_leg_params p = world_params(CARRIER6);
	struct td_addr peer = world_peer(CARRIER6);
	unsigned media = 0, reports = 0;

	p.dscp = 46;
	world_add(w, CARRIER6, &p);
	world_play(w, CARRIER6, 0, true);
	world_advance(w, 20 * TD_NSEC_PER_SEC);
	for (unsigned i = 0; i < w->frames; i++) {
		const struct world_frame *f = &w->frame[i];

		assert_true(addr_equal_ip(&f->dst, &peer));
		assert_int_equal(f->dscp, 46);
		if (f->dst_port == peer.port)
			media++;
		else if (f->dst_port == peer.port + 1)
			reports++;
	}
	assert_in_range(media, 999, 1001);
	assert_in_range(reports, 2, 9);
	assert_int_equal(media + reports, w->frames);
}

/* RFC 8200 section 8.1; and an address of the other family is nowhere for a leg to send to. */
static void what_ipv6_does_not_allow_is_dropped(void **state)
{
	struct world *w = *state;
	struct td_leg_params other = world_params(FLOOR6 + 1);
	struct world_rtp p = from(CARRIER6, 1);

	join(w, CARRIER6, FLOOR6, TD_SOURCE_STRICT);
	p.checksum = CHECKSUM_NONE;
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_UDP_HEADER), 1);
	assert_int_equal(w->frames, 0);
	other.remote = world_peer(FLOOR + 1);
	world_set(w, FLOOR6, &other);
	p.checksum = CHECKSUM_RIGHT;
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_NO_ROUTE), 1);
	assert_int_equal(w->frames, 0);
}

/* An IPv4 leg whose peer has IPv6 keeps out of the fast lane whatever was before. */
static void a_fast_leg_slows_down_for_its_new_peer(void **state)
{
	struct world *w = *state;
	struct td_leg_params six = world_params(FLOOR6);
	struct world_rtp p = from(CARRIER, 1);
	struct td_addr peer = world_peer(FLOOR6);
	unsigned general;

	join(w, CARRIER, FLOOR, TD_SOURCE_STRICT);
	world_add(w, FLOOR6, &six);
	p.fast = true;
	for (unsigned i = 0; i < 20; i++, p.seq++, p.ts += 160) {
		if (i == 10)
			world_cmd(w, TD_MEDIA_BRIDGE, CARRIER, FLOOR6);
		general = w->general;
		world_receive(w, &p);
		assert_int_equal(w->general - general, i == 0 || i >= 10);
		assert_int_equal(world_last(w)->dst.family, i < 10 ? 4 : 6);
		w->now += FRAME_NS;
	}
	assert_true(addr_equal_ip(&world_last(w)->dst, &peer));
	world_cmd(w, TD_MEDIA_BRIDGE, CARRIER, FLOOR);
	for (unsigned i = 0; i < 5; i++, p.seq++, p.ts += 160) {
		general = w->general;
		world_receive(w, &p);
		assert_int_equal(w->general - general, i == 0);
		assert_int_equal(world_last(w)->dst.family, 4);
		w->now += FRAME_NS;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_family_becomes_each, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			bytes_are_those_of_the_family, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			strangers_are_told_by_all_of_their_address, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			a_latch_is_proven_and_followed, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			sounds_and_reports_go_by_ipv6, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			what_ipv6_does_not_allow_is_dropped, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			a_fast_leg_slows_down_for_its_new_peer, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
