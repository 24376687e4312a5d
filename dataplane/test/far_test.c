/* SPDX-License-Identifier: BSD-3-Clause */
/* Bridges between legs of different workers: who hears whom. Their streams: far_stream_test.c. */
#include <stdlib.h>
#include <dataplane/leg/state.h>
#include <dataplane/main/dp.h>
#include <dataplane/rtp/srtp.h>
#include <dataplane/test/far_rig.h>
#include <dataplane/worker/loop.h>

/* Each packet leaves once, in order, and both workers count what is theirs. */
static void each_hears_the_other(void **state)
{
	uint32_t legs[2] = {A, B};
	struct td_acct_row acct;
	unsigned records[WORKERS] = {0};

	add(A);
	add(B);
	for (uint32_t i = 0; i < 2; i++)
		command(&(struct td_media_cmd){
			.op = TD_MEDIA_TAP, .leg = legs[i], .tap = {.recording = 1, .channel = i}});
	bridge(A, B);
	for (uint16_t i = 0; i < 100; i++) {
		speak(A, i);
		speak(B, (uint16_t)(5000 + i));
		pass(FRAME);
	}
	for (unsigned side = 0; side < 2; side++) {
		uint32_t other = legs[1 - side];
		uint16_t next = 0;

		for (unsigned i = 0; i < t.count; i++) {
			const struct heard *h = &t.heard[i];

			if (h->leg != legs[side])
				continue;
			assert_int_equal(h->first, (uint8_t)(next + (side ? 0 : 5000)));
			assert_int_equal(h->seq, next);
			assert_int_equal(h->ts, t.heard[side].ts + 160u * next);
			assert_int_equal(h->ssrc, 0x1000 + legs[side]);
			assert_int_equal(h->marker, next == 0);
			next++;
		}
		assert_int_equal(next, 100);
		simple(TD_MEDIA_LEG_DEL, other);
		assert_int_equal(event_of(TD_MEDIA_LEG_GONE, other)->stats.in_packets, 100);
		assert_int_equal(event_of(TD_MEDIA_LEG_GONE, other)->stats.out_packets, 100);
	}
	dp_acct(t.w.dp, 0, &acct);
	assert_int_equal(acct.packets[TD_DIR_IN], 200);
	assert_int_equal(acct.packets[TD_DIR_OUT], 200);
	assert_int_equal(acct.ip_bytes[TD_DIR_OUT], 200 * 200);
	for (unsigned i = 0; i < WORKERS; i++)
		for (const struct tap_rec *r; (r = tap_peek(dp_tap(t.w.dp, i)));
			tap_consume(dp_tap(t.w.dp, i), r)) {
			assert_int_equal(r->channel, i); /* each by the owner of its leg */
			records[i]++;
		}
	assert_int_equal(records[0], 101);
	assert_int_equal(records[1], 101);
	assert_int_equal(records[2], 0);
	check_balance();
}

/* A hears B no more once it is bridged with C; C and B hear nothing that is not theirs. */
static void a_leg_has_one_bridge(void **state)
{
	unsigned from;
	uint64_t held;

	add(A);
	add(B);
	add(C);
	bridge(A, B);
	talk(B, 1, 5);
	assert_int_equal(heard_by(A, 0), 5);
	bridge(A, C);
	from = t.count;
	talk(B, 6, 5); /* worker 1 has not been told: it ends at A's */
	assert_int_equal(t.count, from);
	assert_int_equal(stats().consumed[TD_CONSUMED_RTP_HELD], 5);
	talk(A, 1, 5);
	assert_int_equal(heard_by(C, from), 5);
	assert_int_equal(heard_by(B, from), 0);
	unbridge(A, B); /* that one is over by now */
	talk(C, 1, 5);
	assert_int_equal(heard_by(A, from), 5);
	unbridge(A, C);
	from = t.count;
	held = stats().consumed[TD_CONSUMED_RTP_HELD];
	talk(A, 6, 5);
	talk(C, 6, 5);
	assert_int_equal(t.count, from);
	assert_int_equal(stats().consumed[TD_CONSUMED_RTP_HELD], held + 10);
	assert_int_equal(bridged_in(0), 15);
	assert_int_equal(bridged_in(1), 0);
	assert_int_equal(bridged_in(2), 5); /* and none of the last: both workers know */
	check_balance();
}

/* On its way to a leg that ends meanwhile, or to whoever has its number next. */
static void what_is_on_its_way_to_a_leg_that_is_gone(void **state)
{
	struct td_media_cmd again = wire_leg_add(A), other;
	unsigned from;

	add(A);
	add(B);
	add(C);
	bridge(A, B);
	talk(B, 1, 3);
	from = t.count;
	simple(TD_MEDIA_LEG_DEL, A);
	talk(B, 4, 3);
	assert_int_equal(stats().dropped[TD_DROP_RTP_PEER_GONE], 3);
	again.leg_params.cookie++;
	command(&again);
	talk(B, 7, 3);
	assert_int_equal(stats().dropped[TD_DROP_RTP_PEER_GONE], 6);
	/* Also where the new one is bridged with the same peer, and packets are in the ring. */
	for (uint16_t i = 0; i < 3; i++)
		speak(B, (uint16_t)(10 + i));
	worker(1);
	assert_int_equal(rte_ring_count(t.w.dp->workers.worker[1].worker.to_legs[0]), 3);
	other = wire_bridge(A, B);
	other.cookie = again.leg_params.cookie;
	assert_int_equal(dp_media_cmd(t.w.dp, &other), 0);
	worker(0);
	assert_int_equal(stats().dropped[TD_DROP_RTP_PEER_GONE], 9);
	assert_int_equal(heard_by(A, from), 0);
	turns();
	talk(B, 13, 3);
	assert_int_equal(heard_by(A, from), 3);
	check_balance();
}

/* Worker 1 has no turn for 45 s: what its ring has no room for is dropped by its name. */
static void a_ring_that_is_full(void **state)
{
	unsigned packets = HANDOVER_RING + 200;
	uint16_t seq;

	add(A);
	add(B);
	bridge(A, B);
	for (unsigned i = 0; i < packets; i++) {
		speak(A, (uint16_t)i);
		worker(0);
		t.now += FRAME;
		check_balance();
	}
	assert_int_equal(stats().dropped[TD_DROP_HANDOVER_FULL], 200);
	assert_int_equal(stats().held, HANDOVER_RING);
	for (unsigned i = 0; i < 40; i++)
		turns();
	assert_int_equal(heard_by(B, 0), HANDOVER_RING);
	seq = t.heard[0].seq;
	for (unsigned i = 0; i < t.count; i++)
		assert_int_equal(t.heard[i].seq, (uint16_t)(seq + i));
	talk(A, (uint16_t)packets, 1); /* the gap is one of loss, as on any way */
	assert_int_equal(t.heard[t.count - 1].seq, (uint16_t)(seq + packets));
	check_balance();
}

/* What the leg that it leaves by says: codec, telephone events, hold, keys. */
static void the_leg_out_decides(void **state)
{
	struct td_media_cmd a = wire_leg_add(A), b = wire_leg_add(B);
	struct td_srtp_key key = {.suite = TD_SRTP_AES_CM_128_HMAC_SHA1_80, .fresh = 1};
	unsigned from;

	a.leg_params.dtmf_pt = 101;
	b.leg_params.codec = TD_CODEC_PCMU;
	b.leg_params.pt = 0;
	command(&a);
	command(&b);
	pass(5 * TD_NSEC_PER_MSEC);
	bridge(A, B);
	talk(A, 1, 3);
	assert_int_equal(t.count, 0);
	b = wire_leg_add(B);
	b.op = TD_MEDIA_LEG_SET;
	command(&b);
	talk(A, 4, 3);
	assert_int_equal(heard_by(B, 0), 3);
	speak_as(A, 7, 101, 0);
	turns();
	assert_int_equal(stats().consumed[TD_CONSUMED_RTP_DTMF], 1);
	speak(A, 8);
	turns();
	assert_int_equal(t.heard[t.count - 1].seq, (uint16_t)(t.heard[t.count - 2].seq + 1));
	b.leg_params.dtmf_pt = 96;
	command(&b);
	speak_as(A, 9, 101, 0);
	turns();
	assert_int_equal(t.heard[t.count - 1].pt, 96);
	b.leg_params.flags = TD_LEG_RECV;
	command(&b);
	from = t.count;
	talk(A, 10, 3);
	assert_int_equal(t.count, from);
	b.leg_params.flags = TD_LEG_SEND | TD_LEG_RECV | TD_LEG_SRTP;
	command(&b);
	command(&(struct td_media_cmd){.op = TD_MEDIA_SRTP_OUT, .leg = B, .srtp = key});
	talk(A, 13, 3);
	assert_int_equal(t.count, from + 3);
	assert_int_equal(t.heard[from].len, 12 + 160 + TD_SRTP_TAG_AES_CM_128_HMAC_SHA1_80);
	assert_int_equal(t.heard[from].seq, (uint16_t)(t.heard[from - 1].seq + 1));
	check_balance();
}

/* The worker of the leg that it arrives by opens it, and the other one gets it in the clear. */
static void sealed_by_one_peer(void **state)
{
	struct td_srtp_key key = {.suite = TD_SRTP_AEAD_AES_128_GCM, .fresh = 1, .key = {7}};
	struct srtp_crypto *crypto = srtp_crypto_alloc();
	struct td_media_cmd a = wire_leg_add(A);
	struct srtp_stream peer;

	assert_true(crypto && srtp_stream_init(crypto, &peer, &key));
	a.leg_params.flags |= TD_LEG_SRTP;
	command(&a);
	command(&(struct td_media_cmd){.op = TD_MEDIA_SRTP_IN, .leg = A, .srtp = key});
	add(B);
	bridge(A, B);
	for (uint8_t i = 0; i < 3; i++) {
		uint8_t rtp[12 + 160 + SRTP_RTP_MORE] = {0x80, 8, 0, i, [8] = 1, [12] = 0x10};
		unsigned len = 12 + 160;

		assert_int_equal(srtp_protect(crypto, &peer, rtp, &len), SRTP_OK);
		rtp[20] ^= i == 1;
		send_rtp(A, rtp, len);
	}
	assert_int_equal(heard_by(B, 0), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(t.heard[i].len, 12 + 160);
		assert_int_equal(t.heard[i].first, 0x10);
	}
	assert_int_equal(stats().dropped[TD_DROP_SRTP_AUTH], 1);
	assert_int_equal(bridged_in(1), 2);
	srtp_crypto_free(crypto);
}

/* Whoever holds is not heard, and no packet crosses. A silence is told of its leg. */
static void hold_and_silence(void **state)
{
	struct td_media_cmd a = wire_leg_add(A);

	add(A);
	add(B);
	bridge(A, B);
	talk(A, 1, 3);
	pass((TD_SILENCE_MS + 1000) * TD_NSEC_PER_MSEC);
	assert_in_range(event_of(TD_MEDIA_SILENT, A)->silence.ms, TD_SILENCE_MS, 2500);
	talk(A, 4, 1);
	assert_in_range(event_of(TD_MEDIA_HEARD, A)->silence.ms, 2000, 3000);
	assert_true(event_of(TD_MEDIA_SILENT, B)->silence.never);
	a.op = TD_MEDIA_LEG_SET;
	a.leg_params.flags = TD_LEG_SEND;
	command(&a);
	assert_int_equal(bridged_in(1), 4);
	talk(A, 5, 3);
	assert_int_equal(bridged_in(1), 4);
	assert_int_equal(heard_by(B, 0), 4);
	a.leg_params.flags = TD_LEG_SEND | TD_LEG_RECV;
	command(&a);
	talk(A, 8, 3);
	assert_int_equal(heard_by(B, 0), 7);
	simple(TD_MEDIA_LEG_DEL, A); /* the other one stays, and can hear a sound */
	play(B);
	pass(5 * FRAME);
	assert_in_range(heard_by(B, 0), 7 + 4, 7 + 6);
	check_balance();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_hears_the_other),
		TEST(a_leg_has_one_bridge),
		TEST(what_is_on_its_way_to_a_leg_that_is_gone),
		TEST(a_ring_that_is_full),
		TEST(the_leg_out_decides),
		TEST(sealed_by_one_peer),
		TEST(hold_and_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
