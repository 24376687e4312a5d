/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges between legs of different workers: three workers in one thread and in virtual time, each
 * of which has its turn when the test says so.
 */
#include <stdlib.h>
#include <dataplane/leg/state.h>
#include <dataplane/main/dp.h>
#include <dataplane/rtp/srtp.h>
#include <dataplane/test/wire.h>
#include <dataplane/worker/loop.h>

#define WORKERS 3
#define FRAME   (20 * TD_NSEC_PER_MSEC)
#define LOG     8192

/* Legs of worker 0, 1 and 2; B is of the right side, the others of the left. */
#define A  leg_at(0, 0, 3)
#define A2 leg_at(0, 1, 4)
#define B  leg_at(1, 1, 7)
#define C  leg_at(2, 0, 9)

struct heard { /* a packet of RTP that left for a leg's peer */
	uint64_t at;
	uint32_t leg, ts, ssrc;
	uint16_t seq, len;
	uint8_t pt, first; /* octet of the payload */
	bool marker;
};

static struct {
	struct wire w;
	uint64_t now;
	struct heard heard[LOG];
	unsigned count;
	struct td_media_event event[LOG];
	unsigned events;
	uint32_t sr_ts, sr_packets, sr_leg; /* of the last sender report that left, and when */
	uint64_t sr_at;
} t;

/* Virtual time: the linker puts this in dp_now()'s place. */
uint64_t __wrap_dp_now(void);
uint64_t __wrap_dp_now(void)
{
	return t.now;
}

static uint64_t turn(void *ctx, uint64_t now)
{
	while (dp_media_events(t.w.dp, &t.event[t.events % LOG], 1))
		t.events++;
	return TD_NEVER;
}

static uint32_t leg_at(unsigned worker, unsigned side, uint32_t place)
{
	return side * WIRE_LEGS + td_worker_first(worker, WORKERS, WIRE_LEGS) + place;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t leg_of_frame(unsigned side, uint16_t port)
{
	return td_leg_number(side, port & ~1u, WIRE_PORT_MIN, WIRE_LEGS);
}

static void write_down(unsigned side, const struct rte_mbuf *m)
{
	const struct frame *f = rte_pktmbuf_mtod(m, const struct frame *);
	const uint8_t *rtp = (const uint8_t *)(f + 1);
	uint16_t port = ntohs(f->udp.src_port);
	struct heard *h = &t.heard[t.count % LOG];

	if (f->ip.next_proto_id != IPPROTO_UDP)
		return;
	if (port & 1) {
		t.sr_leg = leg_of_frame(side, port);
		t.sr_ts = be32(rtp + 16);
		t.sr_packets = be32(rtp + 20);
		t.sr_at = t.now;
		return;
	}
	*h = (struct heard){.at = t.now,
		.leg = leg_of_frame(side, port),
		.seq = (uint16_t)(rtp[2] << 8 | rtp[3]),
		.ts = be32(rtp + 4),
		.ssrc = be32(rtp + 8),
		.len = (uint16_t)(ntohs(f->udp.dgram_len) - sizeof(f->udp)),
		.pt = rtp[1] & 0x7f,
		.marker = rtp[1] & 0x80,
		.first = rtp[12]};
	t.count++;
}

static void inject(unsigned side, unsigned queue, const uint8_t *f, size_t n)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(t.w.pool);

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), f, n);
	assert_int_equal(rte_ring_enqueue(t.w.to[side][queue], m), 0);
}

/* What has left; ARP is answered. */
static void hear(void)
{
	uint8_t f[WIRE_FRAME];
	unsigned host;
	void *m;

	for (unsigned side = 0; side < WIRE_SIDES; side++)
		for (unsigned q = 0; q < t.w.queues[side]; q++)
			while (!rte_ring_dequeue(t.w.from[side][q], &m)) {
				size_t n = wire_answer(&t.w, f, side, m, &host);

				if (n)
					inject(side, q, f, n);
				else
					write_down(side, m);
				rte_pktmbuf_free(m);
			}
}

static void worker(unsigned i)
{
	(void)worker_turn(&t.w.dp->workers.worker[i], t.now);
}

/* Each worker twice, so that what one hands to another is taken in whatever order they run. */
static void turns(void)
{
	for (unsigned i = 0; i < 2 * WORKERS; i++)
		worker(i % WORKERS);
	dp_main_turn(t.w.dp);
	hear();
}

static void pass(uint64_t ns)
{
	for (uint64_t end = t.now + ns; t.now < end; t.now += TD_NSEC_PER_MSEC)
		turns();
}

static void command(const struct td_media_cmd *cmd)
{
	assert_int_equal(dp_media_cmd(t.w.dp, cmd), 0);
	turns();
}

static void simple(enum td_media_op op, uint32_t leg)
{
	command(&(struct td_media_cmd){.op = (uint16_t)op, .leg = leg});
}

static void bridge(uint32_t leg, uint32_t peer)
{
	struct td_media_cmd cmd = wire_bridge(leg, peer);

	command(&cmd);
}

static void unbridge(uint32_t leg, uint32_t peer)
{
	struct td_media_cmd cmd = wire_bridge(leg, peer);

	cmd.op = TD_MEDIA_UNBRIDGE;
	command(&cmd);
}

static void play(uint32_t leg)
{
	command(&(struct td_media_cmd){
		.op = TD_MEDIA_PLAY, .leg = leg, .play = {.loop = 1, .number = 1}});
}

static void add(uint32_t leg)
{
	struct td_media_cmd cmd = wire_leg_add(leg);

	command(&cmd);
	pass(5 * TD_NSEC_PER_MSEC); /* its neighbour answers */
}

/* To the queue of the leg's own worker. */
static void speak_as(uint32_t leg, uint16_t seq, uint8_t pt, uint32_t ssrc)
{
	uint8_t f[WIRE_FRAME];
	size_t n = wire_rtp(&t.w, f, leg, seq, 160);
	struct frame *frame = (struct frame *)f;
	uint8_t *rtp = (uint8_t *)(frame + 1);

	rtp[1] = pt;
	rtp[8] ^= (uint8_t)ssrc;
	frame->udp.dgram_cksum = 0;
	inject(wire_leg_side(leg), td_leg_worker(leg, WORKERS, WIRE_LEGS), f, n);
}

static void speak(uint32_t leg, uint16_t seq)
{
	speak_as(leg, seq, 8, 0);
}

/* n packets, one each 20 ms. */
static void talk(uint32_t leg, uint16_t seq, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		speak(leg, (uint16_t)(seq + i));
		pass(FRAME);
	}
}

static struct td_port_stats stats(void)
{
	struct td_port_stats sum = {0};

	for (unsigned side = 0; side < WIRE_SIDES; side++) {
		struct dp_port_info p;

		dp_port_info(t.w.dp, side, &p);
		for (unsigned i = 0; i < TD_DROP_COUNT; i++)
			sum.dropped[i] += p.stats.dropped[i];
		for (unsigned i = 0; i < TD_CONSUMED_COUNT; i++)
			sum.consumed[i] += p.stats.consumed[i];
		sum.in += p.stats.in;
		sum.out += p.stats.out;
		sum.originated += p.stats.originated;
		sum.held += p.stats.held;
	}
	return sum;
}

static uint64_t sum_of(const uint64_t *v, unsigned n)
{
	uint64_t sum = 0;

	while (n--)
		sum += v[n];
	return sum;
}

static void check_balance(void)
{
	struct td_port_stats s = stats();

	assert_int_equal(s.in + s.originated, s.out + s.held +
						      sum_of(s.consumed, TD_CONSUMED_COUNT) +
						      sum_of(s.dropped, TD_DROP_COUNT));
}

static unsigned heard_by(uint32_t leg, unsigned from)
{
	unsigned n = 0;

	for (unsigned i = from; i < t.count; i++)
		n += t.heard[i].leg == leg;
	return n;
}

static const struct td_media_event *event_of(enum td_media_event_type type, uint32_t leg)
{
	for (unsigned i = t.events; i-- > 0;)
		if (t.event[i].type == type && t.event[i].leg == leg)
			return &t.event[i];
	fail();
	return NULL;
}

static int setup(void **state)
{
	uint8_t sound[1600];

	memset(&t, 0, sizeof(t));
	memset(sound, 0x55, sizeof(sound));
	t.now = 1000 * TD_NSEC_PER_SEC;
	wire_open(&t.w, &(struct wire_params){.workers = WORKERS, .turn = turn});
	return dp_sound_set(t.w.dp, 0, TD_CODEC_PCMA, sound, sizeof(sound));
}

static int teardown(void **state)
{
	for (uint32_t leg = 0; leg < WIRE_SIDES * WIRE_LEGS; leg++)
		simple(TD_MEDIA_LEG_DEL, leg);
	for (unsigned i = 0; i < 4; i++)
		turns();
	check_balance();
	assert_int_equal(stats().held, 0);
	for (unsigned i = 0; i < WORKERS; i++)
		for (const struct tap_rec *r; (r = tap_peek(dp_tap(t.w.dp, i)));)
			tap_consume(dp_tap(t.w.dp, i), r);
	wire_close(&t.w);
	return 0;
}

static uint64_t bridged_in(unsigned worker_index)
{
	struct dp_worker_info info;

	dp_worker_info(t.w.dp, worker_index, &info);
	return info.bridged_in;
}

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

/* Music, B, music again, C, C with another SSRC, a leg of its own worker, B again. */
static void one_stream_whatever_feeds_it(void **state)
{
	const struct heard *last = NULL;
	unsigned marks = 0, packets = 0;
	uint64_t start;

	add(A);
	add(A2);
	add(B);
	add(C);
	start = t.now;
	play(A);
	pass(200 * TD_NSEC_PER_MSEC);
	bridge(A, B);
	talk(B, 40000, 10);
	play(A);
	talk(B, 40010, 10); /* not heard */
	bridge(C, A);
	talk(C, 30000, 10);
	for (uint16_t i = 0; i < 5; i++) {
		speak_as(C, (uint16_t)(100 + i), 8, 0x40);
		pass(FRAME);
	}
	bridge(A, A2);
	talk(A2, 7, 10);
	bridge(A, B);
	talk(B, 3, 10);
	for (unsigned i = 0; i < t.count; i++) {
		const struct heard *h = &t.heard[i];

		if (h->leg != A)
			continue;
		assert_int_equal(h->ssrc, 0x1000 + A);
		if (last) {
			uint32_t step = h->ts - last->ts;
			uint32_t elapsed = (uint32_t)((h->at - last->at) / 125000);

			assert_int_equal(h->seq, (uint16_t)(last->seq + 1));
			assert_true(step >= 160);
			assert_true(step == 160 || h->marker);
			assert_in_range(step, elapsed - 8, elapsed + 160);
		}
		marks += h->marker;
		packets++;
		last = h;
	}
	assert_int_equal(marks, 7);
	assert_in_range(packets, 10 + 10 + 10 + 10 + 5 + 10 + 10 - 2, 67);
	assert_in_range((t.now - start) / 125000, last->ts - 160, last->ts + 7 * 160);
}

/* A report says where the stream stands, though another worker counts what comes. */
static void reports_tell_of_the_stream(void **state)
{
	struct td_media_cmd a = wire_leg_add(A);
	unsigned before;

	a.leg_params.flags |= TD_LEG_RTCP;
	command(&a);
	pass(5 * TD_NSEC_PER_MSEC);
	add(B);
	bridge(A, B);
	while (!t.sr_at) {
		talk(B, (uint16_t)t.count, 1);
		assert_true(t.count < 1000);
	}
	before = t.count - 1;
	assert_int_equal(t.sr_leg, A);
	while (t.heard[before].at > t.sr_at)
		before--;
	assert_int_equal(t.sr_packets, before + 1);
	assert_int_equal(
		t.sr_ts, t.heard[before].ts + (uint32_t)((t.sr_at - t.heard[before].at) / 125000));
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

static void order_is_the_senders(void **state)
{
	static const uint16_t sent[] = {100, 102, 101, 104, 104, 103};
	static const uint16_t heard[] = {0, 2, 1, 4, 3};

	add(A);
	add(B);
	bridge(A, B);
	for (unsigned i = 0; i < RTE_DIM(sent); i++)
		speak(A, sent[i]);
	turns();
	assert_int_equal(heard_by(B, 0), RTE_DIM(heard));
	for (unsigned i = 0; i < RTE_DIM(heard); i++)
		assert_int_equal(t.heard[i].seq, heard[i]);
	assert_int_equal(stats().dropped[TD_DROP_RTP_DUPLICATE], 1);
	/* The sound between has taken the next number, so what was sent before it is too late. */
	play(B);
	pass(FRAME);
	command(&(struct td_media_cmd){.op = TD_MEDIA_STOP, .leg = B, .play = {.number = 1}});
	speak(A, 107);
	speak(A, 105);
	speak(A, 108);
	turns();
	assert_int_equal(t.heard[t.count - 1].seq, 7);
	assert_int_equal(t.heard[t.count - 2].seq, 6);
	assert_int_equal(t.heard[t.count - 3].seq, 5);
	assert_int_equal(t.heard[t.count - 3].first, 0x55);
	assert_int_equal(stats().dropped[TD_DROP_RTP_LATE], 1);
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

/* Any RTP of the leg's peer. */
static void send_rtp(uint32_t leg, const uint8_t *rtp, unsigned len)
{
	struct wire_udp u = {.side = wire_leg_side(leg),
		.host = wire_leg_host(leg),
		.src_port = wire_leg_peer_port(leg),
		.dst_port = wire_leg_port(leg),
		.data = rtp,
		.len = (uint16_t)len};
	uint8_t f[WIRE_FRAME];

	inject(u.side, td_leg_worker(leg, WORKERS, WIRE_LEGS), f, wire_udp(&t.w, f, &u));
	turns();
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

/* A has telephone events by 101, B by `b_type`. */
static void bridge_events(uint8_t b_type)
{
	struct td_media_cmd a = wire_leg_add(A), b = wire_leg_add(B);

	a.leg_params.dtmf_pt = 101;
	b.leg_params.dtmf_pt = b_type;
	command(&a);
	command(&b);
	pass(5 * TD_NSEC_PER_MSEC);
	bridge(A, B);
}

struct spoken {
	uint16_t seq;
	uint8_t pt;
	uint32_t ssrc;
};

static void speak_all(const struct spoken *s, unsigned n, const uint16_t *numbers, unsigned heard)
{
	for (unsigned i = 0; i < n; i++)
		speak_as(A, s[i].seq, s[i].pt, s[i].ssrc);
	turns();
	assert_int_equal(t.count, heard);
	for (unsigned i = 0; i < heard; i++)
		assert_int_equal(t.heard[i].seq, numbers[i]);
	check_balance();
}

/* What either worker keeps leaves no hole: a digit that B's peer does not take, and a payload type
 * that A's peer has not agreed to. Those on an SSRC of their own have no number. */
static void what_is_kept_leaves_no_hole(void **state)
{
	static const struct spoken sent[] = {{100, 8, 0}, {101, 101, 0}, {103, 101, 0}, {102, 8, 0},
		{104, 8, 0}, {105, 13, 0}, {107, 8, 0}, {106, 8, 0}, {9, 101, 0x99}, {108, 8, 0},
		{109, 13, 0}, {110, 8, 0}};
	static const uint16_t numbers[] = {0, 1, 2, 4, 3, 5, 6};

	bridge_events(TD_PT_NONE);
	speak_all(sent, RTE_DIM(sent), numbers, RTE_DIM(numbers));
}

/* Events on an SSRC of their own take numbers of the one stream that leaves. */
static void events_of_their_own_ssrc(void **state)
{
	static const struct spoken sent[] = {{100, 8, 0}, {10, 101, 0x99}, {102, 8, 0},
		{11, 101, 0x99}, {101, 8, 0}, {103, 8, 0}};
	static const uint16_t numbers[] = {0, 1, 3, 4, 2, 5};

	bridge_events(96);
	speak_all(sent, RTE_DIM(sent), numbers, RTE_DIM(numbers));
	assert_int_equal(t.heard[1].pt, 96);
	assert_int_equal(t.heard[3].pt, 96);
	assert_int_equal(t.heard[3].ts, t.heard[1].ts + 160); /* as A's peer has them */
	assert_int_equal(t.heard[3].ssrc, t.heard[0].ssrc);
}

/* A digit is told of the leg that it came by, and reaches the other peer as its packets do. */
static void digits_are_told_once(void **state)
{
	struct td_media_cmd a = wire_leg_add(A), b = wire_leg_add(B);
	unsigned told = 0;

	a.leg_params.dtmf_pt = 101;
	b.leg_params.dtmf_pt = 96;
	command(&a);
	command(&b);
	pass(5 * TD_NSEC_PER_MSEC);
	bridge(A, B);
	talk(A, 1, 3);
	for (uint8_t i = 0; i < 5; i++) { /* the last three say the end, RFC 4733 section 2.5.1.4 */
		uint8_t rtp[16] = {0x80, 101, 0, (uint8_t)(4 + i), 0, 0, 2, 0x80, 0, 0, 0, 0, 5,
			i < 2 ? 10 : 0x80 | 10, 3, 0x20};
		uint8_t voice[WIRE_FRAME];

		wire_rtp(&t.w, voice, A, 4, 160); /* its SSRC */
		memcpy(rtp + 8, voice + sizeof(struct frame) + 8, 4);
		send_rtp(A, rtp, sizeof(rtp));
		pass(FRAME);
	}
	for (unsigned i = 0; i < t.events; i++)
		told += t.event[i].type == TD_MEDIA_DTMF;
	assert_int_equal(told, 1);
	assert_int_equal(event_of(TD_MEDIA_DTMF, A)->dtmf.digit, '5');
	assert_int_equal(event_of(TD_MEDIA_DTMF, A)->dtmf.duration_ms, 100);
	assert_int_equal(heard_by(B, 0), 3 + 5);
	for (unsigned i = 3; i < t.count; i++)
		assert_int_equal(t.heard[i].pt, 96);
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
		TEST(one_stream_whatever_feeds_it),
		TEST(reports_tell_of_the_stream),
		TEST(a_leg_has_one_bridge),
		TEST(what_is_on_its_way_to_a_leg_that_is_gone),
		TEST(a_ring_that_is_full),
		TEST(order_is_the_senders),
		TEST(the_leg_out_decides),
		TEST(sealed_by_one_peer),
		TEST(what_is_kept_leaves_no_hole),
		TEST(events_of_their_own_ssrc),
		TEST(digits_are_told_once),
		TEST(hold_and_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
