/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conserve_test [SEED [STEPS]]: whatever comes, whatever fails: each packet is accounted for.
 *
 * The whole dataplane in one thread and in virtual time, turn by turn. Random packets of every kind
 * come in by random queues; legs begin, change and end; and everything that can be full, empty,
 * slow or gone is so at some time. After each turn, for each port and worker, each port, and in
 * total,
 *
 *     in + originated = out + consumed + dropped + held (and what crossed and was handed over)
 *
 * holds; what the ports say came in and went out is what the test put in and found; and every
 * buffer that is in use is in a place where it should be. The same seed gives the same run.
 */
#include <rte_arp.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <dataplane/main/dp.h>
#include <dataplane/worker/loop.h>
#include <dataplane/test/wire.h>

#define STEPS        12000
#define SEED         20261130
#define STASH        65536
#define WORKERS_MOST 3
#define LEGS         60  /* in use, of both sides: spread over all workers */
#define SETTLE       800 /* rounds: a full ring of SIP, 16 a turn, and 3 s in which messages wait */
#define SIP_BYTES    400 /* most */

/* What can go wrong, and for how many steps. */
enum fault {
	FAULT_POOL, /* no buffer is free, or few */
	FAULT_TX,   /* nothing leaves by one side: + 1 the other */
	FAULT_TX_RIGHT,
	FAULT_DOWN, /* a side's link is down: nothing comes or goes */
	FAULT_DOWN_RIGHT,
	FAULT_SIGNALLING,                             /* takes no SIP */
	FAULT_WORKER,                                 /* one has no turn: + its number */
	FAULT_RECORDER = FAULT_WORKER + WORKERS_MOST, /* takes no taps */
	FAULT_NEIGHBOURS,                             /* nobody answers ARP */
	FAULT_FLOOD,
	FAULT_SIP_FLOOD,
	FAULTS
};

static struct {
	struct wire w;
	unsigned workers;
	bool split;
	uint64_t now, random;
	unsigned until[FAULTS], step; /* fault lasts until this step */
	struct rte_mbuf *stash[STASH];
	unsigned stashed;
	uint64_t injected[WIRE_SIDES], taken[WIRE_SIDES];
	unsigned blocked[WIRE_SIDES]; /* places of its rings that nothing fills */
	uint64_t taps, sip, events;
	unsigned relayed; /* turns after which media was on its way to another worker's leg */
	uint16_t seq[WIRE_SIDES * WIRE_LEGS];
	uint32_t bridged[WIRE_SIDES * WIRE_LEGS]; /* with whom last */
	struct td_port_stats port[WIRE_SIDES];    /* as of the last check */
	uint64_t digest;
} t;

/* Virtual time: the linker puts this in dp_now()'s place. */
uint64_t __wrap_dp_now(void);
uint64_t __wrap_dp_now(void)
{
	return t.now;
}

static uint32_t rnd(uint32_t n)
{
	t.random = t.random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((t.random >> 33) % n);
}

static bool chance(unsigned one_in)
{
	return rnd(one_in) == 0;
}

static bool fails(unsigned fault)
{
	return t.step < t.until[fault];
}

/* --- faults --------------------------------------------------------------------------------------
 */

static void pool_empty(unsigned leave)
{
	struct rte_mbuf *m;

	while (t.stashed < STASH && (m = rte_pktmbuf_alloc(t.w.pool)))
		t.stash[t.stashed++] = m;
	while (leave-- && t.stashed)
		rte_pktmbuf_free(t.stash[--t.stashed]);
}

static void pool_fill(void)
{
	while (t.stashed)
		rte_pktmbuf_free(t.stash[--t.stashed]);
}

static char nothing; /* stands in a ring for a packet */

static void tx_block(unsigned side)
{
	for (unsigned q = 0; q < t.w.queues[side]; q++)
		while (!rte_ring_enqueue(t.w.from[side][q], &nothing))
			t.blocked[side]++;
}

static void link_set(unsigned side, bool up)
{
	struct dp_port_info info;

	if (up)
		assert_int_equal(rte_eth_dev_set_link_up(t.w.dp->port[side].eth_port), 0);
	else
		assert_int_equal(rte_eth_dev_set_link_down(t.w.dp->port[side].eth_port), 0);
	dp_port_info(t.w.dp, side, &info);
	assert_int_equal(info.up, up);
}

static void fault_begin(unsigned fault, unsigned steps)
{
	if (fails(fault) || (fault >= FAULT_WORKER + t.workers && fault < FAULT_RECORDER))
		return;
	t.until[fault] = t.step + steps;
	if (fault == FAULT_POOL)
		pool_empty(rnd(3) * rnd(40));
	if (fault == FAULT_DOWN || fault == FAULT_DOWN_RIGHT)
		link_set(fault - FAULT_DOWN, false);
}

static void faults_step(void)
{
	for (unsigned fault = 0; fault < FAULTS; fault++) {
		if (t.until[fault] != t.step || !t.step)
			continue;
		if (fault == FAULT_POOL)
			pool_fill();
		if (fault == FAULT_DOWN || fault == FAULT_DOWN_RIGHT)
			link_set(fault - FAULT_DOWN, true);
	}
	if (chance(20))
		fault_begin(rnd(FAULTS), 1 + rnd(chance(5) ? 600 : 100));
	for (unsigned side = 0; side < WIRE_SIDES; side++)
		if (fails(FAULT_TX + side) || fails(FAULT_DOWN + side))
			tx_block(side);
}

/* --- what comes in -------------------------------------------------------------------------------
 */

static void inject(unsigned side, unsigned queue, const uint8_t *f, size_t n)
{
	struct rte_mbuf *m;

	if (fails(FAULT_DOWN + side))
		return;
	m = t.stashed ? t.stash[--t.stashed] : rte_pktmbuf_alloc(t.w.pool);
	if (!m)
		return;
	rte_pktmbuf_reset(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), f, n);
	if (rte_ring_enqueue(t.w.to[side][queue % t.w.queues[side]], m)) {
		rte_pktmbuf_free(m);
		return;
	}
	t.injected[side]++;
}

static uint32_t any_leg(void)
{
	uint32_t place = rnd(LEGS / 2) * (WIRE_LEGS / (LEGS / 2)) + rnd(2);

	return rnd(WIRE_SIDES) * WIRE_LEGS + place;
}

static size_t make_media(uint8_t f[static WIRE_FRAME], uint32_t leg)
{
	uint16_t len = chance(50)   ? (uint16_t)(900 + rnd(300))
		       : chance(50) ? (uint16_t)rnd(40)
				    : 160;
	size_t n = wire_rtp(&t.w, f, leg, ++t.seq[leg], len);
	struct frame *frame = (struct frame *)f;
	uint8_t *rtp = (uint8_t *)(frame + 1);

	switch (rnd(30)) {
	case 0:
		frame->udp.src_port ^= htons((uint16_t)rnd(3));
		break;
	case 1:
		frame->ip.src_addr = wire_ip(rnd(2), rnd(256));
		break;
	case 2:
		rtp[rnd(12)] = (uint8_t)rnd(256);
		break;
	case 3:
		t.seq[leg] = (uint16_t)(t.seq[leg] - rnd(50)); /* again, or late */
		break;
	case 4: /* RTCP: sender report, or what is no RTCP */
		frame->udp.dst_port = htons((uint16_t)(wire_leg_port(leg) + 1));
		frame->udp.src_port = htons((uint16_t)(wire_leg_peer_port(leg) + 1));
		rtp[1] = chance(3) ? 8 : 200;
		rtp[2] = 0;
		rtp[3] = 6;
		break;
	case 5: /* a digit */
		rtp[1] = 101;
		rtp[13] = (uint8_t)(10 | rnd(2) << 7);
		break;
	case 6:
		frame->udp.dst_port = htons((uint16_t)(WIRE_PORT_MIN + rnd(1100)));
		break;
	case 7:
		frame->udp.dgram_cksum = 0;
		break;
	default:
		return n;
	}
	wire_ip_sum(f);
	return n;
}

static size_t make_sip(uint8_t f[static WIRE_FRAME], unsigned side)
{
	static uint8_t data[SIP_BYTES];
	size_t n = wire_udp(&t.w, f,
		&(struct wire_udp){.side = side,
			.host = rnd(256),
			.src_port = WIRE_SIP,
			.dst_port = WIRE_SIP,
			.data = data,
			.len = (uint16_t)rnd(SIP_BYTES)});

	if (chance(20))
		f[sizeof(struct frame) - 1] ^= 1; /* its checksum */
	return n;
}

/* Something right, a byte or a length of which is not. */
static size_t make_wrong(uint8_t f[static WIRE_FRAME], unsigned side)
{
	size_t n = chance(2) ? make_sip(f, side) : make_media(f, any_leg());
	struct frame *frame = (struct frame *)f;

	switch (rnd(8)) {
	case 0:
		return rnd((uint32_t)n);
	case 1:
		frame->eth.dst_addr.addr_bytes[rnd(6)] ^= 0x40;
		return n;
	case 2:
		frame->eth.ether_type = htons((uint16_t)rnd(65536));
		return n;
	case 3:
		frame->ip.fragment_offset = htons((uint16_t)rnd(65536));
		break;
	case 4:
		frame->ip.next_proto_id = (uint8_t)rnd(256);
		break;
	case 5:
		frame->ip.dst_addr ^= htonl(rnd(512));
		break;
	case 6:
		frame->udp.dgram_len = htons((uint16_t)rnd(2000));
		return n;
	default: /* anything at all */
		for (unsigned i = rnd(8); i; i--)
			f[rnd((uint32_t)n)] = (uint8_t)rnd(256);
		return n;
	}
	wire_ip_sum(f);
	return n;
}

static void packet_in(void)
{
	uint8_t f[WIRE_FRAME] = {0};
	unsigned side = rnd(WIRE_SIDES), kind = rnd(100);
	uint32_t leg = any_leg();
	size_t n;

	if (kind < 70) {
		side = wire_leg_side(leg);
		n = make_media(f, leg);
	} else if (kind < 80) {
		n = make_sip(f, side);
	} else if (kind < 84) {
		n = wire_arp(&t.w, f, (uint16_t)(1 + rnd(2)), side, rnd(256));
	} else if (kind < 86) {
		n = wire_ping(&t.w, f, side, rnd(256));
	} else {
		n = make_wrong(f, side);
	}
	/* A leg's packets nearly always come by one queue, as often the wrong one as the right. */
	inject(side, chance(50) ? rnd(WORKER_MAX) : leg / 3, f, n);
}

static void sip_in(void)
{
	uint8_t f[WIRE_FRAME];
	unsigned side = rnd(WIRE_SIDES);

	inject(side, rnd(WORKER_MAX), f, make_sip(f, side));
}

/* --- what goes out -------------------------------------------------------------------------------
 */

static void packets_out(unsigned side)
{
	uint8_t f[WIRE_FRAME];
	unsigned host;
	size_t n;
	void *m;

	if (fails(FAULT_TX + side) || fails(FAULT_DOWN + side))
		return;
	for (unsigned q = 0; q < t.w.queues[side]; q++)
		while (!rte_ring_dequeue(t.w.from[side][q], &m)) {
			if (m == &nothing) {
				t.blocked[side]--;
				continue;
			}
			n = wire_answer(&t.w, f, side, m, &host);
			rte_pktmbuf_free(m);
			t.taken[side]++;
			/* Hosts from 200 on never answer. */
			if (n && !fails(FAULT_NEIGHBOURS) && host < 200)
				inject(side, host, f, n);
		}
}

/* Signalling: answers what it is told, not always to whom. */
static uint64_t turn(void *ctx, uint64_t now)
{
	static const uint8_t text[1600];
	struct dp_datagram d[16];
	struct td_media_event ev;
	unsigned n;

	if (fails(FAULT_SIGNALLING))
		return now + TD_NSEC_PER_MSEC;
	while (dp_media_events(t.w.dp, &ev, 1))
		t.events++;
	n = dp_sip_recv(t.w.dp, d, 16);
	for (unsigned i = 0; i < n; i++) {
		struct td_addr to = d[i].remote;
		size_t len = chance(10) ? rnd(sizeof(text)) : d[i].len;

		if (chance(10))
			to.ip4 = chance(3) ? htonl(RTE_IPV4(172u, 16, 0, 1))
					   : wire_ip(rnd(2), rnd(256));
		(void)dp_sip_send(t.w.dp, &d[i].local, &to, 0, text, len);
	}
	dp_sip_release(t.w.dp, d, n);
	t.sip += n;
	return n == 16 ? 0 : now + rnd(20) * TD_NSEC_PER_MSEC;
}

static void command(void)
{
	uint32_t leg = any_leg();
	struct td_media_cmd cmd = wire_leg_add(leg);

	cmd.leg_params.dtmf_pt = chance(2) ? 101 : TD_PT_NONE;
	cmd.leg_params.flags = chance(6) ? rnd(8) : 7;
	cmd.leg_params.policy = (uint8_t)rnd(3);
	if (chance(20)) /* somewhere that cannot be reached */
		cmd.leg_params.remote.ip4 = chance(2) ? htonl(RTE_IPV4(172u, 16, 0, 1))
						      : wire_ip(rnd(2), 200 + rnd(50));
	switch (rnd(16)) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		break;
	case 5:
		cmd.op = TD_MEDIA_LEG_SET;
		break;
	case 6:
		cmd.op = TD_MEDIA_LEG_DEL;
		break;
	case 7:
		cmd = wire_bridge(leg, t.bridged[leg]);
		cmd.op = TD_MEDIA_UNBRIDGE;
		break;
	case 8:
		cmd = (struct td_media_cmd){
			.op = TD_MEDIA_PLAY, .leg = leg, .play = {rnd(2), rnd(2), rnd(2)}};
		break;
	case 9:
		cmd = (struct td_media_cmd){.op = chance(2) ? TD_MEDIA_STOP : TD_MEDIA_UNTAP,
			.leg = leg,
			.play = {.number = rnd(2)}};
		break;
	case 10:
		cmd = (struct td_media_cmd){
			.op = TD_MEDIA_TAP, .leg = leg, .tap = {1 + rnd(9), rnd(2)}};
		break;
	default: /* mostly to the same place on the other side, so of the same worker */
		t.bridged[leg] =
			chance(3) ? any_leg() : (leg + WIRE_LEGS) % (WIRE_SIDES * WIRE_LEGS);
		cmd = wire_bridge(leg, t.bridged[leg]);
		cmd.other_cookie += chance(20);
		break;
	}
	(void)dp_media_cmd(t.w.dp, &cmd); /* its ring is full while its worker has no turn */
}

static void record(void)
{
	for (unsigned i = 0; i < t.workers && !fails(FAULT_RECORDER); i++) {
		struct tap *tap = dp_tap(t.w.dp, i);

		for (const struct tap_rec *r; (r = tap_peek(tap)); tap_consume(tap, r))
			t.taps++;
	}
}

/* --- the balance ---------------------------------------------------------------------------------
 */

static uint64_t sum(const uint64_t *v, unsigned n)
{
	uint64_t total = 0;

	while (n)
		total += v[--n];
	return total;
}

static void same(const char *what, unsigned at, uint64_t is, uint64_t should_be)
{
	if (is != should_be)
		fail_msg("step %u, %u worker(s), %s %u: %llu, should be %llu", t.step, t.workers,
			what, at, (unsigned long long)is, (unsigned long long)should_be);
}

static uint64_t comes(const struct td_port_stats *s)
{
	return s->in + s->originated + s->crossed_in;
}

static uint64_t goes(const struct td_port_stats *s)
{
	return s->out + sum(s->consumed, TD_CONSUMED_COUNT) + sum(s->dropped, TD_DROP_COUNT) +
	       s->held + s->crossed_out;
}

static void check_worker(const struct dp_worker *d, unsigned index)
{
	for (unsigned i = 0; i < WIRE_SIDES; i++) {
		const struct td_port_stats *s = &d->worker.port[i].stats;

		same("a worker's port: in and out; worker", index, comes(s) + s->handed_in,
			goes(s) + s->handed_out);
		same("batched at the end of a turn; worker", index, d->worker.port[i].tx_count, 0);
	}
}

static unsigned in_rings(struct rte_ring *const ring[WORKER_MAX], unsigned n)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
		count += rte_ring_count(ring[i]);
	return count;
}

/* Buffers that are neither free nor held by the balance: the test's, signalling's and main's. */
static uint64_t buffers_elsewhere(void)
{
	uint64_t n = t.stashed;

	for (unsigned i = 0; i < WIRE_SIDES; i++)
		n += in_rings(t.w.to[i], t.w.queues[i]) + in_rings(t.w.from[i], t.w.queues[i]) -
		     t.blocked[i];
	for (unsigned i = 0; i < t.workers; i++) {
		const struct dp_worker *d = &t.w.dp->workers.worker[i];

		n += rte_ring_count(d->sip_in) + rte_ring_count(d->sip_out) +
		     rte_ring_count(d->frames);
	}
	return n;
}

static bool relayed_now(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t.workers * t.workers; i++) {
		const struct handover *h =
			workers_handover(&t.w.dp->workers, i / t.workers, i % t.workers);

		n += h ? rte_ring_count(h->relayed) : 0;
	}
	return n > 0;
}

static void check(void)
{
	uint64_t left = 0, right = 0, held = 0;

	for (unsigned i = 0; i < t.workers; i++)
		check_worker(&t.w.dp->workers.worker[i], i);
	for (unsigned i = 0; i < WIRE_SIDES; i++) {
		struct dp_port_info info;
		const struct td_port_stats *s = &info.stats;

		dp_port_info(t.w.dp, i, &info);
		same("in and out of port", i, comes(s), goes(s));
		same("what came in by port", i, s->in,
			t.injected[i] - in_rings(t.w.to[i], t.w.queues[i]));
		same("what went out by port", i, s->out,
			t.taken[i] + in_rings(t.w.from[i], t.w.queues[i]) - t.blocked[i]);
		left += s->in + s->originated;
		right += goes(s) - s->crossed_out;
		held += s->held;
		t.port[i] = *s;
	}
	same("in and out of all ports", WIRE_SIDES, left, right);
	same("buffers in use", 0, rte_mempool_in_use_count(t.w.pool), buffers_elsewhere() + held);
}

static void digest(void)
{
	const uint8_t *p = (const uint8_t *)t.port;

	for (size_t i = 0; i < sizeof(t.port); i++)
		t.digest = (t.digest ^ p[i]) * 0x100000001b3; /* FNV-1a */
	t.digest ^= t.taps ^ t.events << 20 ^ t.sip << 40;
}

/* --- the run -------------------------------------------------------------------------------------
 */

static void turns(void)
{
	for (unsigned i = 0; i < t.workers; i++) {
		if (fails(FAULT_WORKER + i) || chance(5))
			continue;
		(void)worker_turn(&t.w.dp->workers.worker[i], t.now);
		check();
		t.relayed += relayed_now();
	}
	if (t.split && chance(2)) {
		(void)turn(NULL, t.now);
		check();
	}
	if (chance(4)) {
		dp_main_turn(t.w.dp);
		check();
	}
}

static void step(void)
{
	faults_step();
	for (unsigned n = fails(FAULT_FLOOD) ? 80 : rnd(12); n; n--)
		packet_in();
	for (unsigned n = fails(FAULT_SIP_FLOOD) ? 40 : 0; n; n--)
		sip_in();
	if (chance(2))
		command();
	turns();
	for (unsigned side = 0; side < WIRE_SIDES; side++)
		if (chance(3))
			packets_out(side);
	record();
	t.now += chance(500) ? TD_NSEC_PER_SEC : rnd(2000000);
	if (t.step % 64 == 0)
		digest();
}

/* All ends, and nothing is left anywhere. */
static void settle(void)
{
	memset(t.until, 0, sizeof(t.until));
	pool_fill();
	for (unsigned side = 0; side < WIRE_SIDES; side++)
		link_set(side, true);
	for (unsigned round = 0; round < SETTLE; round++) {
		for (uint32_t leg = 0; leg < WIRE_SIDES * WIRE_LEGS && round % 100 == 50; leg++)
			(void)dp_media_cmd(
				t.w.dp, &(struct td_media_cmd){.op = TD_MEDIA_LEG_DEL, .leg = leg});
		dp_main_turn(t.w.dp); /* first: workers send what it makes in the last round, too */
		for (unsigned i = 0; i < t.workers; i++)
			(void)worker_turn(&t.w.dp->workers.worker[i], t.now);
		if (t.split)
			(void)turn(NULL, t.now);
		for (unsigned side = 0; side < WIRE_SIDES && round + 20 < SETTLE; side++)
			packets_out(side); /* whose answers still come in */
		record();
		check();
		t.now += 20 * TD_NSEC_PER_MSEC;
	}
	for (unsigned side = 0; side < WIRE_SIDES; side++)
		same("held at the end by port", side, t.port[side].held, 0);
}

static uint64_t run(const struct wire_params *p, uint64_t seed, unsigned steps)
{
	uint8_t sound[400] = {1};

	memset(&t, 0, sizeof(t));
	t.workers = p->workers;
	t.split = p->split;
	t.random = seed;
	t.now = 1000 * TD_NSEC_PER_SEC;
	wire_open(&t.w, p);
	assert_int_equal(dp_sound_set(t.w.dp, 0, TD_CODEC_PCMA, sound, sizeof(sound)), 0);
	for (; t.step < steps; t.step++)
		step();
	settle();
	digest();
	wire_close(&t.w);
	return t.digest;
}

static unsigned long seed_given, steps_given;

static uint64_t run_given(unsigned workers, unsigned queues, bool split)
{
	return run(
		&(struct wire_params){
			.workers = workers, .queues = queues, .split = split, .turn = turn},
		seed_given, (unsigned)steps_given);
}

/* Each of them was met, by one port or the other: the test goes where it means to go. */
static void assert_met(const enum td_drop *reasons, unsigned n)
{
#define NAME(id, name, text) name,
	static const char *const names[] = {TD_DROPS(NAME)};

	for (unsigned i = 0; i < n && seed_given == SEED && steps_given == STEPS; i++)
		if (!t.port[0].dropped[reasons[i]] && !t.port[1].dropped[reasons[i]])
			fail_msg("%s was not met", names[reasons[i]]);
}

static const enum td_drop met[] = {TD_DROP_RUNT, TD_DROP_ETHERTYPE, TD_DROP_NOT_FOR_US,
	TD_DROP_IP_HEADER, TD_DROP_IP_PROTOCOL, TD_DROP_UDP_HEADER, TD_DROP_UDP_PORT,
	TD_DROP_RTP_NO_LEG, TD_DROP_RTP_STRANGER, TD_DROP_RTP_HEADER, TD_DROP_RTP_PAYLOAD_TYPE,
	TD_DROP_RTP_DUPLICATE, TD_DROP_RTP_LATE, TD_DROP_RTP_PROBATION, TD_DROP_RTP_PEER_GONE,
	TD_DROP_RTCP_INVALID, TD_DROP_SIP_RING_FULL, TD_DROP_NO_ROUTE, TD_DROP_NO_NEIGHBOUR,
	TD_DROP_NO_MBUF, TD_DROP_TX_FULL, TD_DROP_TOO_BIG};
static const enum td_drop met_between[] = {TD_DROP_HANDOVER_FULL};

static void one_worker(void **state)
{
	run_given(1, 0, false);
	assert_met(met, RTE_DIM(met));
	assert_true(t.taps && t.sip && t.events);
}

static void one_worker_and_signalling(void **state)
{
	run_given(1, 0, true);
}

static void two_workers(void **state)
{
	run_given(2, 0, false);
	assert_met(met, RTE_DIM(met));
	assert_met(met_between, RTE_DIM(met_between));
	assert_true(t.relayed);
}

static void two_workers_of_which_each_has_a_port(void **state)
{
	run_given(2, 1, false);
	assert_met(met_between, RTE_DIM(met_between));
}

static void three_workers_with_two_queues(void **state)
{
	run_given(3, 2, true);
	assert_true(t.relayed);
}

static void a_seed_is_a_run(void **state)
{
	uint64_t first = run_given(2, 1, false);

	assert_true(run_given(2, 1, false) == first);
	seed_given++;
	assert_true(run_given(2, 1, false) != first);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_worker),
		cmocka_unit_test(one_worker_and_signalling),
		cmocka_unit_test(two_workers),
		cmocka_unit_test(two_workers_of_which_each_has_a_port),
		cmocka_unit_test(three_workers_with_two_queues),
		cmocka_unit_test(a_seed_is_a_run),
	};

	seed_given = argc > 1 ? strtoul(argv[1], NULL, 0) : SEED;
	steps_given = argc > 2 ? strtoul(argv[2], NULL, 0) : STEPS;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
