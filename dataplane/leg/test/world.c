/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <rte_eal.h>
#include <dataplane/leg/lane.h>
#include <dataplane/leg/sounds.h>
#include <dataplane/leg/test/frames.h>
#include <dataplane/tap.h>

#define MBUFS    4095
#define TAP_SIZE (1 << 20)

static struct world *world; /* of the stubs below, which the code under test calls */
static struct rte_mempool *pool;
static uint64_t random_state;

uint32_t world_random(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

uint32_t fib_get(struct fib *f, const struct td_addr *to)
{
	uint32_t host = ntohl(to->ip4);
	uint32_t net = host >> 16;

	if (to->family == 6) { /* 2001:db8:1::/48, 2001:db8:2::/48 as if they were 10.1 and 10.2 */
		net = 0x0a00u + to->ip6[5];
		host = to->ip6[15];
	}
	if (net != 0x0a01 && net != 0x0a02)
		return FIB_NO_ROUTE;
	world->references++;
	return (net == 0x0a01 ? 1 : 2) + ((host & 0xffff) == 99 ? 2 : 0);
}

void fib_put(struct fib *f, uint32_t nexthop)
{
	world->references -= nexthop != FIB_NO_ROUTE;
	assert_true(world->references >= 0);
}

void worker_flush(struct worker *w, unsigned port)
{
	struct worker_port *p = &w->port[port];

	for (unsigned i = 0; i < p->tx_count; i++) {
		frames_prove(port, p->tx[i], &world->frame[world->frames++ % WORLD_LOG]);
		p->stats.out_bytes += p->tx[i]->pkt_len;
		rte_pktmbuf_free(p->tx[i]);
	}
	p->stats.out += p->tx_count;
	p->tx_count = 0;
}

static void flush(struct world *w)
{
	worker_flush(&w->worker, 0);
	worker_flush(&w->worker, 1);
}

static void event(void *ctx, const struct td_media_event *ev)
{
	struct world *w = ctx;

	w->event[w->events++ % WORLD_LOG] = *ev;
}

static void synchronize(void *ctx)
{
}

int world_eal(void **state)
{
	char *args[] = {"test", "--no-huge", "--no-shconf", "-m", "64", "--no-pci",
		"--no-telemetry", "--log-level=error", "--lcores=0@(0-1)", NULL};

	if (rte_eal_init(sizeof(args) / sizeof(*args) - 1, args) < 0)
		return -1;
	pool = rte_pktmbuf_pool_create("test", MBUFS, 0, RTE_ALIGN(sizeof(struct pkt), 8),
		RTE_PKTMBUF_HEADROOM + 2048, SOCKET_ID_ANY);
	return pool ? 0 : -1;
}

int world_setup(void **state)
{
	struct legs_address ours[WORLD_ADDRESSES];
	uint8_t sound[320 * 3];
	struct world *w = calloc(1, sizeof(*w));

	world = w;
	random_state = 42;
	for (unsigned i = 0; i < WORLD_ADDRESSES; i++)
		ours[i] = (struct legs_address){.addr = frames_ours(i), .port = i % 2};
	w->now = 1000 * TD_NSEC_PER_SEC + 123456;
	w->frame = malloc(WORLD_LOG * sizeof(*w->frame));
	w->event = malloc(WORLD_LOG * sizeof(*w->event));
	w->tap = tap_alloc(TAP_SIZE);
	w->sounds = sounds_alloc(1024, synchronize, NULL);
	w->worker.port_count = 2;
	w->worker.pool = pool;
	w->worker.fib = &w->fib;
	w->fib.eth = w->eth;
	local_init(&w->local, 5060, WORLD_PORT_MIN, WORLD_PORT_MAX);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t word = 0;

		memcpy(&word, frames_hop[i], 6);
		w->eth[1 + i] = word | (uint64_t)(i + 1) << 48;
		w->worker.port[i].mtu = 1500;
		worker_port_mac(&w->worker.port[i], (const struct rte_ether_addr *)frames_mac[i]);
	}
	for (unsigned i = 0; i < WORLD_ADDRESSES; i++)
		if (ours[i].addr.family == 6)
			local6_add(&w->local.local6, ours[i].addr.ip6, i);
		else
			local_add(&w->local, ours[i].addr.ip4, i);
	for (unsigned i = 0; i < sizeof(sound); i++)
		sound[i] = (uint8_t)(i / 160 * 16 + i % 13);
	assert_int_equal(sounds_set(w->sounds, 0, TD_CODEC_PCMA, sound, sizeof(sound)), 0);
	w->rtp = legs_alloc(&(struct legs_params){.worker = &w->worker,
		.count = 1,
		.rtp_port_min = WORLD_PORT_MIN,
		.rtp_port_max = WORLD_PORT_MAX,
		.address = ours,
		.address_count = WORLD_ADDRESSES,
		.acct_rows = 4,
		.sounds = w->sounds,
		.tap = w->tap,
		.event = event,
		.event_ctx = w,
		.key = {7},
		.wall_offset = WORLD_WALL,
		.now = w->now});
	assert_non_null(w->rtp);
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;

	for (uint32_t leg = 0; leg < legs_count(w->rtp); leg++)
		world_cmd(w, TD_MEDIA_LEG_DEL, leg, 0);
	world_check_balance(w);
	assert_int_equal(legs_in_use(w->rtp), 0);
	assert_int_equal(w->references, 0);
	assert_int_equal(rte_mempool_avail_count(pool), MBUFS);
	assert_true(legs_tick(w->rtp, w->now) == TD_NEVER);
	legs_free(w->rtp);
	sounds_free(w->sounds);
	tap_free(w->tap);
	free(w->event);
	free(w->frame);
	free(w);
	return 0;
}

struct td_leg_params world_params(uint32_t leg)
{
	return (struct td_leg_params){.remote = world_peer(leg),
		.ssrc = 0xc0de0000 + leg,
		.ts_offset = 0xffffff00 + leg, /* wraps around soon */
		.seq = (uint16_t)(65530 + leg),
		.codec = TD_CODEC_PCMA,
		.pt = 8,
		.dtmf_pt = 101,
		.policy = TD_SOURCE_STRICT,
		.flags = TD_LEG_SEND | TD_LEG_RECV | TD_LEG_RTCP,
		.ptime_ms = 20,
		.acct = 1 + (leg / WORLD_PER_ADDRESS % 2),
		.cookie = 1000 + leg};
}

static void params_command(
	struct world *w, enum td_media_op op, uint32_t leg, const struct td_leg_params *p)
{
	struct td_media_cmd cmd = {.op = (uint16_t)op, .leg = leg, .leg_params = *p};

	legs_command(w->rtp, &cmd, w->now);
	flush(w);
}

void world_add(struct world *w, uint32_t leg, const struct td_leg_params *p)
{
	params_command(w, TD_MEDIA_LEG_ADD, leg, p);
}

void world_set(struct world *w, uint32_t leg, const struct td_leg_params *p)
{
	params_command(w, TD_MEDIA_LEG_SET, leg, p);
}

void world_cmd(struct world *w, enum td_media_op op, uint32_t leg, uint32_t other)
{
	struct td_media_cmd cmd = {.op = (uint16_t)op, .leg = leg, .other = other};

	if (op == TD_MEDIA_STOP)
		cmd.play.number = w->plays;
	if (op == TD_MEDIA_TAP) {
		cmd.tap.recording = other;
		cmd.tap.channel = leg / WORLD_PER_ADDRESS % 2;
	}
	legs_command(w->rtp, &cmd, w->now);
	flush(w);
}

void world_bridge(
	struct world *w, const struct td_leg_params *carrier, const struct td_leg_params *floor)
{
	world_add(w, CARRIER, carrier);
	world_add(w, FLOOR, floor);
	world_cmd(w, TD_MEDIA_BRIDGE, CARRIER, FLOOR);
}

void world_play(struct world *w, uint32_t leg, uint32_t sound, bool loop)
{
	struct td_media_cmd cmd = {.op = TD_MEDIA_PLAY,
		.leg = leg,
		.play = {.sound = sound, .loop = loop, .number = ++w->plays}};

	legs_command(w->rtp, &cmd, w->now);
}

struct rte_mbuf *world_packet(struct world *w, const struct world_rtp *in)
{
	return frames_make(pool, in);
}

/* As pipeline.c does. */
static void input_port(struct world *w, unsigned port, struct rte_mbuf **m, unsigned n)
{
	struct worker_port *p = &w->worker.port[port];
	struct lane lane = {.ask = NULL};

	p->stats.in += n;
	lane_open(&lane, w->rtp, &w->local, port, m, n, false, w->now);
	for (unsigned i = lane_run(&lane, 0); i < n; i = lane_run(&lane, i + 1)) {
		unsigned verdict = parse_packet(&w->local, p, port, m[i]);

		w->general++;
		if (verdict == VERDICT_MEDIA)
			legs_receive(w->rtp, m[i], w->now);
		else
			worker_drop(&w->worker, m[i], verdict - VERDICT_DROP);
	}
}

void world_put(struct world *w, struct rte_mbuf **m, unsigned n)
{
	for (unsigned i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && run < LANE_BURST &&
			      frames_port(m[i + run]) == frames_port(m[i]);
			run++)
			;
		input_port(w, frames_port(m[i]), m + i, run);
	}
}

void world_input(struct world *w, struct rte_mbuf **m, unsigned n)
{
	world_put(w, m, n);
	flush(w);
}

void world_receive(struct world *w, const struct world_rtp *p)
{
	struct rte_mbuf *m = world_packet(w, p);

	world_input(w, &m, 1);
}

struct world_rtp world_speech(uint32_t leg, uint16_t seq)
{
	return (struct world_rtp){
		.leg = leg, .seq = seq, .ts = 5000u + seq * 160u, .ssrc = 0xabc0 + leg, .pt = 8};
}

void world_hear(struct world *w, uint32_t leg, uint16_t seq)
{
	struct world_rtp p = world_speech(leg, seq);

	world_receive(w, &p);
}

void world_advance(struct world *w, uint64_t ns)
{
	uint64_t end = w->now + ns;

	for (;;) {
		uint64_t next = legs_tick(w->rtp, w->now);

		flush(w);
		if (next > end)
			break;
		w->now = next > w->now ? next : w->now;
	}
	w->now = end;
}

uint64_t world_dropped(const struct world *w, enum td_drop reason)
{
	return w->worker.port[0].stats.dropped[reason] + w->worker.port[1].stats.dropped[reason];
}

uint64_t world_consumed(const struct world *w, enum td_consumed how)
{
	return w->worker.port[0].stats.consumed[how] + w->worker.port[1].stats.consumed[how];
}

void world_check_balance(const struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct td_port_stats *s = &w->worker.port[i].stats;
		uint64_t left = s->in + s->originated + s->crossed_in;
		uint64_t right = s->out + s->held + s->crossed_out;

		for (unsigned k = 0; k < TD_CONSUMED_COUNT; k++)
			right += s->consumed[k];
		for (unsigned k = 0; k < TD_DROP_COUNT; k++)
			right += s->dropped[k];
		assert_int_equal(left, right);
	}
}

unsigned world_events(const struct world *w, enum td_media_event_type type, uint32_t leg,
	struct td_media_event *out)
{
	unsigned count = 0;

	assert_true(w->events <= WORLD_LOG);
	for (unsigned i = 0; i < w->events; i++) {
		if (w->event[i].type != type || w->event[i].leg != leg)
			continue;
		if (out)
			*out = w->event[i];
		count++;
	}
	return count;
}

const struct world_frame *world_last(const struct world *w)
{
	assert_true(w->frames > 0);
	return &w->frame[(w->frames - 1) % WORLD_LOG];
}
