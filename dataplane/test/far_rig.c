/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <dataplane/leg/state.h>
#include <dataplane/main/dp.h>
#include <dataplane/rtp/srtp.h>
#include <dataplane/test/far_rig.h>
#include <dataplane/worker/loop.h>

struct far_rig t;

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

uint32_t leg_at(unsigned worker, unsigned side, uint32_t place)
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

void inject(unsigned side, unsigned queue, const uint8_t *f, size_t n)
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

void worker(unsigned i)
{
	(void)worker_turn(&t.w.dp->workers.worker[i], t.now);
}

/* Each worker twice, so that what one hands to another is taken in whatever order they run. */
void turns(void)
{
	for (unsigned i = 0; i < 2 * WORKERS; i++)
		worker(i % WORKERS);
	dp_main_turn(t.w.dp);
	hear();
}

void pass(uint64_t ns)
{
	for (uint64_t end = t.now + ns; t.now < end; t.now += TD_NSEC_PER_MSEC)
		turns();
}

void command(const struct td_media_cmd *cmd)
{
	assert_int_equal(dp_media_cmd(t.w.dp, cmd), 0);
	turns();
}

void simple(enum td_media_op op, uint32_t leg)
{
	command(&(struct td_media_cmd){.op = (uint16_t)op, .leg = leg});
}

void bridge(uint32_t leg, uint32_t peer)
{
	struct td_media_cmd cmd = wire_bridge(leg, peer);

	command(&cmd);
}

void unbridge(uint32_t leg, uint32_t peer)
{
	struct td_media_cmd cmd = wire_bridge(leg, peer);

	cmd.op = TD_MEDIA_UNBRIDGE;
	command(&cmd);
}

void play(uint32_t leg)
{
	command(&(struct td_media_cmd){
		.op = TD_MEDIA_PLAY, .leg = leg, .play = {.loop = 1, .number = 1}});
}

void add(uint32_t leg)
{
	struct td_media_cmd cmd = wire_leg_add(leg);

	command(&cmd);
	pass(5 * TD_NSEC_PER_MSEC); /* its neighbour answers */
}

/* To the queue of the leg's own worker. */
void speak_as(uint32_t leg, uint16_t seq, uint8_t pt, uint32_t ssrc)
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

void speak(uint32_t leg, uint16_t seq)
{
	speak_as(leg, seq, 8, 0);
}

/* n packets, one each 20 ms. */
void talk(uint32_t leg, uint16_t seq, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		speak(leg, (uint16_t)(seq + i));
		pass(FRAME);
	}
}

struct td_port_stats stats(void)
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

void check_balance(void)
{
	struct td_port_stats s = stats();

	assert_int_equal(s.in + s.originated, s.out + s.held +
						      sum_of(s.consumed, TD_CONSUMED_COUNT) +
						      sum_of(s.dropped, TD_DROP_COUNT));
}

unsigned heard_by(uint32_t leg, unsigned from)
{
	unsigned n = 0;

	for (unsigned i = from; i < t.count; i++)
		n += t.heard[i].leg == leg;
	return n;
}

const struct td_media_event *event_of(enum td_media_event_type type, uint32_t leg)
{
	for (unsigned i = t.events; i-- > 0;)
		if (t.event[i].type == type && t.event[i].leg == leg)
			return &t.event[i];
	fail();
	return NULL;
}

int setup(void **state)
{
	uint8_t sound[1600];

	memset(&t, 0, sizeof(t));
	memset(sound, 0x55, sizeof(sound));
	t.now = 1000 * TD_NSEC_PER_SEC;
	wire_open(&t.w, &(struct wire_params){.workers = WORKERS, .turn = turn});
	return dp_sound_set(t.w.dp, 0, TD_CODEC_PCMA, sound, sizeof(sound));
}

int teardown(void **state)
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

uint64_t bridged_in(unsigned worker_index)
{
	struct dp_worker_info info;

	dp_worker_info(t.w.dp, worker_index, &info);
	return info.bridged_in;
}

void send_rtp(uint32_t leg, const uint8_t *rtp, unsigned len)
{
	struct wire_udp u = {.side = wire_leg_side(leg),
		.host = wire_leg_host(leg),
		.src_port = wire_leg_peer_port(leg),
		.dst_port = wire_leg_port(leg),
		.data = rtp,
		.len = (uint16_t)len};
	uint8_t f[WIRE_FRAME];
	size_t n = wire_udp(&t.w, f, &u);

	inject(u.side, td_leg_worker(leg, WORKERS, WIRE_LEGS), f, n);
	turns();
}
