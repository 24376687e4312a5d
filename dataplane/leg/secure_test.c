/* SPDX-License-Identifier: BSD-3-Clause */
/* Legs with SRTP at work, their peers played with streams of the pure module. */
#include <dataplane/leg/secure.h>
#include <dataplane/leg/test/world.h>

#define A     CARRIER
#define B     FLOOR
#define PLAIN 172

/* What a peer knows: its own key, and ours as the leg was told. */
struct peer {
	struct srtp_stream tx, rx;
};

static struct srtp_crypto *crypto;
static struct peer peer[2];

static struct peer *peer_of(uint32_t leg)
{
	return &peer[leg / FLOOR % 2];
}

static struct td_srtp_key key_of(uint8_t suite, uint8_t seed)
{
	struct td_srtp_key k = {.suite = suite, .fresh = true};

	memset(k.key, seed, sizeof(k.key));
	return k;
}

static void tell_key(struct world *w, uint32_t leg, bool in, uint8_t suite, uint8_t seed)
{
	struct td_media_cmd cmd = {.op = in ? TD_MEDIA_SRTP_IN : TD_MEDIA_SRTP_OUT,
		.leg = leg,
		.srtp = key_of(suite, seed)};

	legs_command(w->rtp, &cmd, w->now);
}

static struct td_leg_params secure_params(uint32_t leg)
{
	struct td_leg_params p = world_params(leg);

	p.flags |= TD_LEG_SRTP;
	return p;
}

static void add_secure(struct world *w, uint32_t leg, uint8_t suite)
{
	struct td_leg_params p = secure_params(leg);
	struct td_srtp_key theirs = key_of(suite, (uint8_t)(leg + 1));
	struct td_srtp_key ours = key_of(suite, (uint8_t)(leg + 2));

	world_add(w, leg, &p);
	tell_key(w, leg, true, suite, (uint8_t)(leg + 1));
	tell_key(w, leg, false, suite, (uint8_t)(leg + 2));
	srtp_stream_init(crypto, &peer_of(leg)->tx, &theirs);
	srtp_stream_init(crypto, &peer_of(leg)->rx, &ours);
}

static unsigned rtp_make(uint8_t *out, uint16_t seq)
{
	uint32_t ts = htonl(seq * 160u);

	memcpy(out, (uint8_t[]){0x80, 8, (uint8_t)(seq >> 8), (uint8_t)seq}, 4);
	memcpy(out + 4, &ts, 4);
	memcpy(out + 8, "peer", 4);
	for (unsigned i = 0; i < PLAIN - 12; i++)
		out[12 + i] = world_pattern(seq, i);
	return PLAIN;
}

/* A packet of the leg's peer, sealed when `sealed`, and what it was like. */
static struct world_rtp speak(uint32_t leg, uint16_t seq, bool sealed, uint8_t octets[static 256])
{
	unsigned len = rtp_make(octets, seq);

	if (sealed)
		assert_int_equal(srtp_protect(crypto, &peer_of(leg)->tx, octets, &len), SRTP_OK);
	return (struct world_rtp){.leg = leg, .raw = octets, .raw_len = (uint16_t)len};
}

static void say(struct world *w, uint32_t leg, uint16_t seq, bool sealed)
{
	uint8_t octets[256];
	struct world_rtp p = speak(leg, seq, sealed, octets);

	world_receive(w, &p);
	w->now += 20 * WORLD_MS;
}

/* The last frame is this payload for the leg's peer. */
static void heard(struct world *w, uint32_t leg, uint16_t seq, bool sealed)
{
	const struct world_frame *f = world_last(w);
	unsigned len = f->payload_len;
	uint8_t octets[512], plain[256];

	assert_int_equal(f->dst_port, world_peer(leg).port);
	memcpy(octets, f->payload, len);
	if (sealed) {
		rtp_make(plain, seq);
		assert_memory_not_equal(octets + 12, plain + 12, 16);
		assert_int_equal(srtp_unprotect(crypto, &peer_of(leg)->rx, octets, &len), SRTP_OK);
	}
	assert_int_equal(len, PLAIN);
	for (unsigned i = 0; i < PLAIN - 12; i++)
		assert_int_equal(octets[12 + i], world_pattern(seq, i));
}

static int setup(void **state)
{
	crypto = srtp_crypto_alloc();
	return crypto ? world_setup(state) : -1;
}

static int teardown(void **state)
{
	srtp_crypto_free(crypto);
	return world_teardown(state);
}

/* Suites of two legs, TD_SRTP_NONE for RTP. */
static void relay_between(struct world *w, uint32_t leg_a, uint8_t a, uint32_t leg_b, uint8_t b)
{
	struct td_leg_params plain_a = world_params(leg_a), plain_b = world_params(leg_b);
	unsigned frames = w->frames;

	if (a)
		add_secure(w, leg_a, a);
	else
		world_add(w, leg_a, &plain_a);
	if (b)
		add_secure(w, leg_b, b);
	else
		world_add(w, leg_b, &plain_b);
	world_cmd(w, TD_MEDIA_BRIDGE, leg_a, leg_b);
	for (uint16_t seq = 65500; seq != 100; seq++) { /* through a turn of the numbers */
		say(w, leg_a, seq, a);
		assert_int_equal(w->frames, ++frames);
		heard(w, leg_b, seq, b);
		say(w, leg_b, (uint16_t)(seq + 40), b);
		assert_int_equal(w->frames, ++frames);
		heard(w, leg_a, (uint16_t)(seq + 40), a);
		frames = w->frames = 0;
	}
	world_check_balance(w);
	world_cmd(w, TD_MEDIA_LEG_DEL, leg_a, 0);
	world_cmd(w, TD_MEDIA_LEG_DEL, leg_b, 0);
	w->frames = w->events = 0;
}

static void any_leg_to_any(void **state)
{
	struct world *w = *state;

	for (unsigned a = 0; a < TD_SRTP_SUITE_COUNT; a++)
		for (unsigned b = 0; b < TD_SRTP_SUITE_COUNT; b++)
			relay_between(w, A, (uint8_t)a, B, (uint8_t)b);
	for (unsigned reason = TD_DROP_SRTP_AUTH; reason <= TD_DROP_SRTP_NO_KEY; reason++)
		assert_int_equal(world_dropped(w, reason), 0);
}

static void any_family_to_any(void **state)
{
	struct world *w = *state;

	for (unsigned b = 0; b < TD_SRTP_SUITE_COUNT; b++) {
		relay_between(w, CARRIER6, TD_SRTP_AEAD_AES_128_GCM, FLOOR, (uint8_t)b);
		relay_between(w, CARRIER, TD_SRTP_NONE, FLOOR6, (uint8_t)b);
		relay_between(w, CARRIER6, TD_SRTP_AES_CM_128_HMAC_SHA1_80, FLOOR6, (uint8_t)b);
	}
}

/* Whoever has RTP is as fast as ever; what it says to an SRTP leg is not in the clear. */
static void plain_legs_keep_the_fast_lane(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(A), b = world_params(B);

	world_bridge(w, &a, &b);
	for (uint16_t seq = 1; seq < 10; seq++)
		say(w, A, seq, false);
	assert_int_equal(w->general, 1);
	/* A re-INVITE brings keys to B. */
	b.flags |= TD_LEG_SRTP;
	world_set(w, B, &b);
	say(w, A, 10, false);
	assert_int_equal(w->frames, 9);
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_NO_KEY), 1);
	tell_key(w, B, false, TD_SRTP_AEAD_AES_128_GCM, 7);
	struct td_srtp_key key = key_of(TD_SRTP_AEAD_AES_128_GCM, 7);

	srtp_stream_init(crypto, &peer_of(B)->rx, &key);
	say(w, A, 11, false);
	assert_int_equal(w->frames, 10);
	heard(w, B, 11, true);
	/* And another takes them away. */
	b.flags &= (uint8_t)~TD_LEG_SRTP;
	world_set(w, B, &b);
	say(w, A, 12, false);
	heard(w, B, 12, false);
	assert_int_equal(w->general, 3); /* 1, 10 and 11 */
}

static void forged_and_repeated_packets_are_dropped(void **state)
{
	struct world *w = *state;
	struct td_leg_params b = world_params(B);
	uint8_t octets[256];
	struct world_rtp p;

	add_secure(w, A, TD_SRTP_AES_CM_128_HMAC_SHA1_80);
	world_add(w, B, &b);
	world_cmd(w, TD_MEDIA_BRIDGE, A, B);
	say(w, A, 1, false); /* in the clear */
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_AUTH), 1);
	p = speak(A, 2, true, octets);
	octets[30] ^= 1;
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_AUTH), 2);
	octets[30] ^= 1;
	world_receive(w, &p);
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_REPLAY), 1);
	p.src_port = 9; /* strangers cost no cryptography */
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_RTP_STRANGER), 1);
	assert_int_equal(w->frames, 1);
	for (p.raw_len = 0; p.raw_len < 24; p.raw_len++) {
		p.src_port = 0;
		world_receive(w, &p);
	}
	assert_int_equal(w->frames, 1);
	world_check_balance(w);
}

static void statistics_are_of_what_was_authentic(void **state)
{
	struct world *w = *state;
	struct td_media_event ev;

	add_secure(w, A, TD_SRTP_AEAD_AES_128_GCM);
	for (uint16_t seq = 1; seq <= 10; seq++) {
		say(w, A, seq, true);
		say(w, A, seq, false);
	}
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	assert_int_equal(world_events(w, TD_MEDIA_LEG_GONE, A, &ev), 1);
	assert_int_equal(ev.stats.in_packets, 10);
	assert_int_equal(ev.stats.in_bytes, 10 * (28 + PLAIN + 16)); /* as on the line */
	assert_int_equal(ev.stats.in_lost, 0);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTP_HELD), 10);
}

static void music_is_sealed(void **state)
{
	struct world *w = *state;
	struct td_media_event ev;

	add_secure(w, A, TD_SRTP_AEAD_AES_256_GCM);
	world_play(w, A, 0, true);
	world_advance(w, 1000 * WORLD_MS);
	assert_int_equal(w->frames, 50);
	for (unsigned i = 0; i < 50; i++) {
		unsigned len = w->frame[i].payload_len;

		assert_int_equal(len, PLAIN + 16);
		assert_int_equal(
			srtp_unprotect(crypto, &peer[0].rx, w->frame[i].payload, &len), SRTP_OK);
		assert_int_equal(w->frame[i].payload[12 + 13], w->frame[i].payload[12]);
	}
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	world_events(w, TD_MEDIA_LEG_GONE, A, &ev);
	assert_int_equal(ev.stats.out_packets, 50);
	assert_int_equal(ev.stats.out_bytes, 50 * (28 + PLAIN + 16));
}

static void reports_are_sealed(void **state)
{
	struct world *w = *state;
	uint8_t report[128] = {0x80, 201, 0, 1, 'p', 'e', 'e', 'r'};
	struct world_rtp p = {.leg = A, .rtcp = true, .raw = report};
	const struct world_frame *f;
	unsigned len = 8;

	add_secure(w, A, TD_SRTP_AES_CM_128_HMAC_SHA1_32);
	say(w, A, 1, true);
	p.raw_len = 8; /* in the clear */
	world_receive(w, &p);
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_AUTH), 1);
	assert_int_equal(srtp_protect_rtcp(crypto, &peer[0].tx, report, &len), SRTP_OK);
	p.raw_len = (uint16_t)len;
	world_receive(w, &p);
	world_receive(w, &p);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTCP), 1);
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_REPLAY), 1);
	world_advance(w, 8000 * WORLD_MS);
	assert_true(w->frames >= 1);
	f = &w->frame[0];
	len = f->payload_len;
	assert_int_equal(f->dst_port, world_peer(A).port + 1);
	assert_memory_not_equal(f->payload + 8, "peer", 4); /* the block's SSRC */
	assert_int_equal(
		srtp_unprotect_rtcp(crypto, &peer[0].rx, (uint8_t *)f->payload, &len), SRTP_OK);
	assert_memory_equal(f->payload + 8, "peer", 4);
	/* BYE, the last packet, has its key yet. */
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	f = world_last(w);
	len = f->payload_len;
	assert_int_equal(
		srtp_unprotect_rtcp(crypto, &peer[0].rx, (uint8_t *)f->payload, &len), SRTP_OK);
}

/* The peer changes its key: what is on the way with the old one still passes, for a while. */
static void keys_change(void **state)
{
	struct world *w = *state;
	struct td_leg_params b = world_params(B);
	struct peer old, new;
	struct td_srtp_key key = key_of(TD_SRTP_AEAD_AES_128_GCM, 9);

	add_secure(w, A, TD_SRTP_AES_CM_128_HMAC_SHA1_80);
	world_add(w, B, &b);
	world_cmd(w, TD_MEDIA_BRIDGE, A, B);
	for (uint16_t seq = 65530; seq != 10; seq++)
		say(w, A, seq, true);
	assert_int_equal(w->frames, 16);
	tell_key(w, A, true, key.suite, 9);
	tell_key(w, A, true, key.suite, 9); /* the same: nothing changes */
	say(w, A, 10, true);
	assert_int_equal(w->frames, 17);
	old = peer[0];
	srtp_stream_init(crypto, &peer[0].tx, &key); /* it counts anew, as many do */
	new = peer[0];
	say(w, A, 12, true);
	assert_int_equal(w->frames, 18);
	peer[0] = old;
	say(w, A, 11, true); /* overtaken */
	assert_int_equal(w->frames, 19);
	peer[0] = new;
	for (uint16_t seq = 13; seq < 80; seq++)
		say(w, A, seq, true);
	assert_int_equal(w->frames, 19 + 67);
	peer[0] = old;
	say(w, A, 80, true); /* a second later the old key is nobody's */
	assert_int_equal(w->frames, 19 + 67);
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_AUTH), 1);
}

/* Behind NAT the first authentic packet proves its source, and no other does. */
static void authentic_sources_are_latched(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = secure_params(A);
	uint8_t octets[256];
	struct world_rtp p;

	add_secure(w, A, TD_SRTP_AEAD_AES_128_GCM);
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	a.policy = TD_SOURCE_LATCH;
	world_add(w, A, &a);
	tell_key(w, A, true, TD_SRTP_AEAD_AES_128_GCM, (uint8_t)(A + 1));
	tell_key(w, A, false, TD_SRTP_AEAD_AES_128_GCM, (uint8_t)(A + 2));
	world_play(w, A, 0, true);
	for (uint16_t seq = 1; seq < 6; seq++) {
		p = speak(A, seq, false, octets); /* a stranger without the key, in sequence */
		p.src_ip = htonl(0x0a010063);
		p.src_port = 7000;
		p.raw_len += 16;
		world_receive(w, &p);
	}
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_AUTH), 5);
	p = speak(A, 6, true, octets);
	p.src_ip = htonl(0x0a010042);
	p.src_port = 7002;
	world_receive(w, &p);
	assert_int_equal(world_events(w, TD_MEDIA_FIRST_RTP, A, NULL), 1);
	world_advance(w, 40 * WORLD_MS);
	assert_int_equal(world_last(w)->dst_port, 7002);
	assert_int_equal(world_last(w)->dst.ip4, htonl(0x0a010042));
}

/* TD_SOURCE_ADDRESS: whoever forges the peer's address moves nothing without the key, and the peer
 * itself may change its port at once. */
static void an_authentic_packet_moves_the_port(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = secure_params(A);
	uint64_t before;
	uint8_t octets[256];
	struct world_rtp p;

	add_secure(w, A, TD_SRTP_AEAD_AES_128_GCM);
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	a.policy = TD_SOURCE_ADDRESS;
	world_add(w, A, &a);
	tell_key(w, A, true, TD_SRTP_AEAD_AES_128_GCM, (uint8_t)(A + 1));
	tell_key(w, A, false, TD_SRTP_AEAD_AES_128_GCM, (uint8_t)(A + 2));
	before = world_consumed(w, TD_CONSUMED_RTP_HELD);
	for (uint16_t seq = 1; seq < 30; seq++) {
		p = speak(A, (uint16_t)(seq + 1), false, octets);
		p.src_port = 7000;
		p.raw_len += 16;
		world_receive(w, &p);
		p = speak(A, seq, true, octets);
		p.src_port = seq < 10 ? 7002 : seq < 20 ? 7004 : 7002;
		world_receive(w, &p);
	}
	assert_int_equal(world_dropped(w, TD_DROP_SRTP_AUTH), 29);
	assert_int_equal(world_consumed(w, TD_CONSUMED_RTP_HELD), before + 29);
}

static void nothing_is_allocated_and_keys_are_wiped(void **state)
{
	static const struct leg_secure zero;
	struct world *w = *state;
	long before;

	add_secure(w, B, TD_SRTP_AEAD_AES_256_GCM);
	add_secure(w, A, TD_SRTP_AES_CM_128_HMAC_SHA1_80);
	world_cmd(w, TD_MEDIA_BRIDGE, A, B);
	say(w, A, 1, true);
	before = oom_made();
	for (uint16_t seq = 2; seq < 100; seq++)
		say(w, A, seq, true);
	tell_key(w, A, true, TD_SRTP_AEAD_AES_256_GCM, 33);
	assert_int_equal(oom_made(), before);
	assert_memory_not_equal(&w->rtp->secure[A], &zero, sizeof(zero));
	world_cmd(w, TD_MEDIA_LEG_DEL, A, 0);
	world_cmd(w, TD_MEDIA_LEG_DEL, B, 0);
	assert_memory_equal(&w->rtp->secure[A], &zero, sizeof(zero));
	assert_memory_equal(&w->rtp->secure[B], &zero, sizeof(zero));
	/* A key for a leg that has RTP, or is not there, is kept nowhere. */
	tell_key(w, A, true, TD_SRTP_AEAD_AES_256_GCM, 33);
	assert_memory_equal(&w->rtp->secure[A], &zero, sizeof(zero));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_leg_to_any),
		TEST(any_family_to_any),
		TEST(plain_legs_keep_the_fast_lane),
		TEST(forged_and_repeated_packets_are_dropped),
		TEST(statistics_are_of_what_was_authentic),
		TEST(music_is_sealed),
		TEST(reports_are_sealed),
		TEST(keys_change),
		TEST(authentic_sources_are_latched),
		TEST(an_authentic_packet_moves_the_port),
		TEST(nothing_is_allocated_and_keys_are_wiped),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
