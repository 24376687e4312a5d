/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Workers that run: whichever of them a packet comes to, it arrives once, its stream in order, and
 * is counted. Ports have a queue for each worker, where the test steers right, wrong, or as it
 * happens; or ("one") one queue alone, port 0's being worker 0's and port 1's worker 1's. A call's
 * legs are both of one worker; or ("far") of two of three, where cores are shared if need be.
 */
#include <rte_arp.h>
#include <rte_icmp.h>
#include <unistd.h>
#include <dataplane/main/dp.h>
#include <dataplane/test/wire.h>

#define MOST    3  /* workers */
#define CALLS   40 /* spread over all workers */
#define PACKETS 90 /* of a stream: a burst that is not yet a flood */
#define STREAMS (CALLS * WIRE_SIDES)
#define WAIT    5000 /* ms that an answer may take on a busy machine */
#define TAPPED  20   /* likewise, recorded */
#define LEN     160

static struct wire w;
static bool one, far;
static unsigned workers = 2;
static _Atomic unsigned sip_seen, legs_gone;

static uint64_t turn(void *ctx, uint64_t now)
{
	struct dp_datagram d[16];
	struct td_media_event ev;
	unsigned n = dp_sip_recv(w.dp, d, 16);

	while (dp_media_events(w.dp, &ev, 1))
		legs_gone += ev.type == TD_MEDIA_LEG_GONE;
	for (unsigned i = 0; i < n; i++)
		(void)dp_sip_send(w.dp, &d[i].local, &d[i].remote, 0, d[i].data, d[i].len);
	dp_sip_release(w.dp, d, n);
	sip_seen += n;
	return n == 16 ? 0 : TD_NEVER;
}

static int setup(void **state)
{
	wire_open(
		&w, &(struct wire_params){.workers = workers, .queues = one ? 1 : 0, .turn = turn});
	return dp_start(w.dp);
}

static int teardown(void **state)
{
	dp_stop(w.dp);
	wire_close(&w);
	return 0;
}

static void wait_a_little(void)
{
	dp_main_turn(w.dp);
	usleep(500);
}

/* Into a queue, for as many as the port has. */
static void inject(unsigned side, unsigned queue, const uint8_t *f, size_t n)
{
	struct rte_mbuf *m = NULL;

	while (!(m = rte_pktmbuf_alloc(w.pool)))
		wait_a_little();
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), f, n);
	while (rte_ring_enqueue(w.to[side][queue % w.queues[side]], m))
		wait_a_little();
}

/* From any queue but for what ARP asks, which is answered; NULL when none is there. */
static struct rte_mbuf *take(unsigned side)
{
	uint8_t f[WIRE_FRAME];
	void *m;

	for (unsigned q = 0; q < w.queues[side]; q++)
		while (!rte_ring_dequeue(w.from[side][q], &m)) {
			unsigned host;
			size_t n = wire_answer(&w, f, side, m, &host);

			if (!n)
				return m;
			rte_pktmbuf_free(m);
			inject(side, host, f, n);
		}
	return NULL;
}

static struct rte_mbuf *receive(unsigned side)
{
	struct rte_mbuf *m;

	for (unsigned i = 0; i < 2 * WAIT; i++) {
		m = take(side);
		if (m)
			return m;
		wait_a_little();
	}
	return NULL;
}

static unsigned worker_of(unsigned call, unsigned side)
{
	return (call + (far ? side : 0)) % workers;
}

/* A call's legs have one place on each side, or one in each of two ranges; the calls' are spread
 * over all of the ranges, to their ends. */
static uint32_t leg_of(unsigned call, unsigned side)
{
	uint32_t first = td_worker_first(worker_of(call, side), workers, WIRE_LEGS);
	uint32_t end = td_worker_first(worker_of(call, side) + 1, workers, WIRE_LEGS);

	return side * WIRE_LEGS + first +
	       call / workers * (end - first - 1) / ((CALLS - 1) / workers);
}

/* Commands are carried out, neighbours known. */
static bool calls_ready(void)
{
	bool ready = true;

	for (unsigned i = 0; i < workers; i++)
		ready &= rte_ring_empty(w.dp->workers.worker[i].commands);
	for (unsigned c = 0; c < CALLS; c++)
		for (unsigned side = 0; side < WIRE_SIDES; side++) {
			struct td_addr ip = addr_v4(wire_ip(side, wire_leg_host(leg_of(c, side))));

			ready &= nexthop_word(&w.dp->workers.fib,
					 fib_lookup(&w.dp->workers.fib, side, &ip)) != 0;
		}
	return ready;
}

static void calls_start(bool tapped)
{
	for (unsigned c = 0; c < CALLS; c++) {
		struct td_media_cmd cmd;

		for (unsigned side = 0; side < WIRE_SIDES; side++) {
			cmd = wire_leg_add(leg_of(c, side));
			struct td_media_cmd tap = {.op = TD_MEDIA_TAP,
				.leg = cmd.leg,
				.tap = {.recording = c + 1, .channel = side}};

			assert_int_equal(dp_media_cmd(w.dp, &cmd), 0);
			if (tapped)
				assert_int_equal(dp_media_cmd(w.dp, &tap), 0);
		}
		cmd = wire_bridge(leg_of(c, 0), leg_of(c, 1));
		assert_int_equal(dp_media_cmd(w.dp, &cmd), 0);
	}
	for (unsigned i = 0; i < 2 * WAIT && !calls_ready(); i++) {
		assert_null(take(0));
		assert_null(take(1));
		wait_a_little();
	}
	assert_true(calls_ready());
}

static void calls_stop(void)
{
	legs_gone = 0;
	for (unsigned c = 0; c < CALLS; c++)
		for (unsigned side = 0; side < WIRE_SIDES; side++)
			assert_int_equal(
				dp_media_cmd(w.dp, &(struct td_media_cmd){.op = TD_MEDIA_LEG_DEL,
							   .leg = leg_of(c, side)}),
				0);
	for (unsigned i = 0; i < 2 * WAIT && legs_gone < 2 * CALLS; i++)
		wait_a_little();
	assert_int_equal(legs_gone, 2 * CALLS);
}

struct stream { /* what a peer hears */
	unsigned packets;
	uint16_t seq;
};

/* Frames of the calls that have come out: each is the next of its stream. */
static unsigned hear(struct stream *stream)
{
	unsigned heard = 0;

	for (unsigned side = 0; side < WIRE_SIDES; side++)
		for (struct rte_mbuf *m; (m = take(side)); heard++) {
			const struct frame *f = rte_pktmbuf_mtod(m, const struct frame *);
			const uint8_t *rtp = (const uint8_t *)(f + 1);
			uint16_t seq = (uint16_t)(rtp[2] << 8 | rtp[3]);
			unsigned call = 0;
			struct stream *s;

			while (call < CALLS &&
				wire_leg_port(leg_of(call, side)) != ntohs(f->udp.src_port))
				call++;
			assert_true(call < CALLS);
			s = &stream[call * WIRE_SIDES + side];
			if (s->packets++)
				assert_int_equal(seq, (uint16_t)(s->seq + 1));
			s->seq = seq;
			assert_int_equal(m->pkt_len, sizeof(*f) + 12 + LEN);
			rte_pktmbuf_free(m);
		}
	return heard;
}

static uint64_t dropped(const struct td_port_stats *s)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < TD_DROP_COUNT; i++)
		n += s->dropped[i];
	return n;
}

struct sums {
	uint64_t in, out, dropped, held, handed[MOST];
};

static struct sums sums(void)
{
	struct sums s = {0};

	for (unsigned i = 0; i < WIRE_SIDES; i++) {
		struct dp_port_info p;

		dp_port_info(w.dp, i, &p);
		s.in += p.stats.in;
		s.out += p.stats.out;
		s.dropped += dropped(&p.stats);
		s.held += p.stats.held;
	}
	for (unsigned i = 0; i < workers; i++) {
		struct dp_worker_info info;

		dp_worker_info(w.dp, i, &info);
		s.handed[i] = info.handed_out;
	}
	return s;
}

enum steering { RIGHT, WRONG, MIXED };

static unsigned queue_of(enum steering steering, unsigned call, unsigned side)
{
	switch (steering) {
	case RIGHT:
		return worker_of(call, side);
	case WRONG:
		return (worker_of(call, side) + 1) % workers;
	default: /* each stream by one queue, as any hash does it */
		return side;
	}
}

/* Packets that worker i hands on: of streams that come in by its queue and are another's, and of
 * its own that leave by another's leg. With one queue a port, one of its port's two. */
static uint64_t handed_by(enum steering steering, unsigned i)
{
	unsigned streams = 0;

	for (unsigned c = 0; c < CALLS; c++)
		for (unsigned side = 0; side < WIRE_SIDES; side++) {
			unsigned own = worker_of(c, side);
			unsigned in = one ? side : queue_of(steering, c, side);
			unsigned out = one ? 1 - side : worker_of(c, 1 - side);

			streams += (in == i && in != own) + (own == i && own != out);
		}
	return (uint64_t)streams * PACKETS;
}

static void talk(enum steering steering)
{
	struct stream stream[STREAMS] = {0};
	struct sums before, after;
	unsigned heard = 0, waited = 0;
	uint8_t f[WIRE_FRAME];

	calls_start(false);
	before = sums();
	for (unsigned p = 0; p < PACKETS; p++) {
		for (unsigned c = 0; c < CALLS; c++)
			for (unsigned side = 0; side < WIRE_SIDES; side++) {
				size_t n = wire_rtp(&w, f, leg_of(c, side), (uint16_t)p, LEN);

				inject(side, queue_of(steering, c, side), f, n);
			}
		heard += hear(stream);
		/* No ring holds more than this: nothing may be lost, however slow the machine. */
		while ((p + 1) * STREAMS - heard > 1000) {
			assert_true(waited++ < 2 * WAIT);
			wait_a_little();
			heard += hear(stream);
		}
	}
	for (; heard < PACKETS * STREAMS && waited < 2 * WAIT; waited++) {
		wait_a_little();
		heard += hear(stream);
	}
	for (unsigned i = 0; i < STREAMS; i++)
		assert_int_equal(stream[i].packets, PACKETS);
	after = sums();
	assert_int_equal(after.dropped - before.dropped, 0);
	assert_int_equal(after.held, 0);
	assert_true(after.in - before.in >= PACKETS * STREAMS); /* and ARP */
	for (unsigned i = 0; i < workers; i++)
		assert_int_equal(after.handed[i] - before.handed[i], handed_by(steering, i));
	calls_stop();
}

static void media_arrives_once_and_in_order(void **state)
{
	talk(RIGHT);
	if (one)
		return;
	talk(WRONG);
	talk(MIXED);
}

/* Two senders, each by one queue: what each sent comes back in order. */
static void sip_reaches_the_turn_by_any_queue(void **state)
{
	unsigned before = sip_seen;
	uint8_t f[WIRE_FRAME];
	uint32_t next[2] = {0};

	for (uint32_t i = 0, heard = 0; i < 1000; i++) {
		uint32_t data[2] = {i % 2, i / 2};
		size_t n = wire_udp(&w, f,
			&(struct wire_udp){.host = 20 + i % 2,
				.src_port = WIRE_SIP,
				.dst_port = WIRE_SIP,
				.data = data,
				.len = sizeof(data)});

		inject(0, i % 2, f, n);
		while (i % 50 == 49 && heard <= i) { /* no more may wait for a new neighbour */
			struct rte_mbuf *m = receive(0);
			uint32_t told[2];

			assert_non_null(m);
			memcpy(told, rte_pktmbuf_mtod_offset(m, void *, sizeof(struct frame)),
				sizeof(told));
			assert_true(told[0] < 2);
			assert_int_equal(told[1], next[told[0]]);
			next[told[0]]++;
			heard++;
			rte_pktmbuf_free(m);
		}
	}
	assert_int_equal(sip_seen - before, 1000);
}

static void arp_and_ping_are_answered_by_any_queue(void **state)
{
	uint8_t f[WIRE_FRAME];
	struct rte_mbuf *m;

	for (unsigned i = 0; i < 2 * WIRE_SIDES; i++) {
		unsigned side = i / 2, queue = i % 2;

		inject(side, queue, f, wire_arp(&w, f, RTE_ARP_OP_REQUEST, side, 77));
		m = receive(side);
		assert_non_null(m);
		assert_int_equal(rte_pktmbuf_mtod(m, struct rte_ether_hdr *)->ether_type,
			htons(RTE_ETHER_TYPE_ARP));
		rte_pktmbuf_free(m);
		inject(side, queue, f, wire_ping(&w, f, side, 77));
		m = receive(side);
		assert_non_null(m);
		assert_int_equal(
			rte_pktmbuf_mtod(m, struct frame *)->ip.next_proto_id, IPPROTO_ICMP);
		rte_pktmbuf_free(m);
	}
}

/* A packet at a time, after pauses in which both workers went to sleep. */
static void waking_reaches_the_other_worker(void **state)
{
	struct stream stream[STREAMS] = {0};
	uint8_t f[WIRE_FRAME];

	calls_start(false);
	for (unsigned i = 0; i < 200; i++) {
		unsigned heard = 0;

		usleep(1000);
		inject(0, (worker_of(i % CALLS, 0) + 1) % workers, f,
			wire_rtp(&w, f, leg_of(i % CALLS, 0), (uint16_t)(i / CALLS), LEN));
		for (unsigned t = 0; t < 2 * WAIT && !heard; t++) {
			wait_a_little();
			heard = hear(stream);
		}
		assert_int_equal(heard, 1);
	}
	calls_stop();
}

/* What arrives on a leg is in the ring of its worker. */
static void each_worker_fills_its_own_tap(void **state)
{
	unsigned audio[MOST][STREAMS] = {0}, ends[CALLS] = {0};
	struct stream stream[STREAMS] = {0};
	uint8_t f[WIRE_FRAME];
	unsigned heard = 0;

	calls_start(true);
	for (unsigned p = 0; p < TAPPED; p++)
		for (unsigned i = 0; i < STREAMS; i++)
			inject(i % 2, i / 3, f, /* each stream by one queue */
				wire_rtp(&w, f, leg_of(i / 2, i % 2), (uint16_t)p, LEN));
	for (unsigned t = 0; t < 2 * WAIT && heard < TAPPED * STREAMS; t++) {
		wait_a_little();
		heard += hear(stream);
	}
	assert_int_equal(heard, TAPPED * STREAMS);
	calls_stop();
	for (unsigned i = 0; i < workers; i++) {
		struct tap *tap = dp_tap(w.dp, i);

		for (const struct tap_rec *r; (r = tap_peek(tap)); tap_consume(tap, r)) {
			assert_in_range(r->recording, 1, CALLS);
			if (r->kind == TAP_AUDIO)
				audio[i][(r->recording - 1) * WIRE_SIDES + r->channel]++;
			else if (r->kind == TAP_END)
				ends[r->recording - 1]++;
		}
		assert_int_equal(tap_lost(tap), 0);
	}
	for (unsigned i = 0; i < STREAMS; i++) {
		for (unsigned k = 0; k < workers; k++)
			assert_int_equal(audio[k][i],
				k == worker_of(i / WIRE_SIDES, i % WIRE_SIDES) ? TAPPED : 0);
		assert_int_equal(ends[i / WIRE_SIDES], WIRE_SIDES);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(media_arrives_once_and_in_order),
		cmocka_unit_test(sip_reaches_the_turn_by_any_queue),
		cmocka_unit_test(arp_and_ping_are_answered_by_any_queue),
		cmocka_unit_test(waking_reaches_the_other_worker),
		cmocka_unit_test(each_worker_fills_its_own_tap),
	};

	one = argc > 1 && !strcmp(argv[1], "one");
	far = argc > 1 && !strcmp(argv[1], "far");
	workers = far ? 3 : 2;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return 77; /* meson: skipped */
	return cmocka_run_group_tests(tests, setup, teardown);
}
