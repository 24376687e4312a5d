/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <rte_eal.h>
#include <dataplane/leg/lane.h>
#include <dataplane/leg/sounds.h>
#include <dataplane/leg/test/world.h>
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

uint8_t world_pattern(uint16_t seq, unsigned i)
{
	return (uint8_t)(seq * 7 + i * 13 + 1);
}

static const uint8_t mac[2][6] = {{2, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2}};
static const uint8_t hop[2][6] = {{6, 1, 0, 0, 0, 1}, {6, 2, 0, 0, 0, 1}};

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

/* RFC 1071 as it is told there: 16-bit words in network order. */
static uint16_t internet_sum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* The headers of a frame that left, proven. */
static void headers_prove(const struct rte_mbuf *m, bool six)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned head = six ? 54 : 34, udp_len = (unsigned)p[head + 4] << 8 | p[head + 5];

	assert_int_equal(m->pkt_len, head + udp_len);
	if (six) {
		assert_int_equal(p[12] << 8 | p[13], 0x86dd);
		assert_int_equal(p[14] >> 4, 6);
		assert_int_equal(p[18] << 8 | p[19], udp_len);
		assert_int_equal(p[20], 17);
		assert_int_equal(p[21], 64);
	} else {
		assert_int_equal(p[12] << 8 | p[13], 0x0800);
		assert_int_equal(p[16] << 8 | p[17], 20 + udp_len);
		assert_int_equal(p[22], 64);
		assert_int_equal(internet_sum(0, p + 14, 20), 0xffff);
	}
	assert_true(p[head + 6] || p[head + 7]);
	assert_int_equal(
		internet_sum(
			17 + udp_len + internet_sum(0, p + head - (six ? 32 : 8), six ? 32 : 8),
			p + head, udp_len),
		0xffff);
}

static void write_down(unsigned port, const struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	bool six = p[14] >> 4 == 6;
	const uint8_t *udp = p + (six ? 54 : 34), *rtp = udp + 8;
	struct world_frame *out = &world->frame[world->frames++ % WORLD_LOG];

	assert_int_equal(m->nb_segs, 1);
	assert_int_equal(m->pkt_len, m->data_len);
	assert_memory_equal(p, hop[port], 6);
	assert_memory_equal(p + 6, mac[port], 6);
	headers_prove(m, six);
	*out = (struct world_frame){.port = (uint8_t)port,
		.len = (uint16_t)m->pkt_len,
		.src_port = (uint16_t)(udp[0] << 8 | udp[1]),
		.dst_port = (uint16_t)(udp[2] << 8 | udp[3]),
		.src = six ? addr_v6(p + 22) : addr_v4(raw32(p + 26)),
		.dst = six ? addr_v6(p + 38) : addr_v4(raw32(p + 30)),
		.dscp = six ? (uint8_t)((p[14] << 8 | p[15]) >> 6 & 63) : p[15] >> 2,
		.marker = rtp[1] & 0x80,
		.pt = rtp[1] & 0x7f,
		.seq = (uint16_t)(rtp[2] << 8 | rtp[3]),
		.ts = (uint32_t)rtp[4] << 24 | (uint32_t)rtp[5] << 16 | rtp[6] << 8 | rtp[7],
		.ssrc = (uint32_t)rtp[8] << 24 | (uint32_t)rtp[9] << 16 | rtp[10] << 8 | rtp[11],
		.payload_len = (uint16_t)((udp[4] << 8 | udp[5]) - 8)};
	assert_true(out->payload_len <= sizeof(out->payload));
	memcpy(out->payload, rtp, out->payload_len);
}

void worker_flush(struct worker *w, unsigned port)
{
	struct worker_port *p = &w->port[port];

	for (unsigned i = 0; i < p->tx_count; i++) {
		write_down(port, p->tx[i]);
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

/* 10.1.0.254, 10.2.0.254, 2001:db8:1::fe, 2001:db8:2::fe */
static struct td_addr net_address(unsigned address, unsigned host)
{
	struct td_addr a = {.family = 6, .ip6 = {0x20, 0x01, 0x0d, 0xb8}};

	if (address < 2)
		return addr_v4(htonl((address ? 0x0a020000u : 0x0a010000u) + host));
	a.ip6[5] = (uint8_t)(address - 1);
	a.ip6[15] = (uint8_t)host;
	return a;
}

static struct td_addr our_address(unsigned address)
{
	return net_address(address, 254);
}

int world_setup(void **state)
{
	struct legs_address ours[WORLD_ADDRESSES];
	uint8_t sound[320 * 3];
	struct world *w = calloc(1, sizeof(*w));

	world = w;
	random_state = 42;
	for (unsigned i = 0; i < WORLD_ADDRESSES; i++)
		ours[i] = (struct legs_address){.addr = our_address(i), .port = i % 2};
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

		memcpy(&word, hop[i], 6);
		w->eth[1 + i] = word | (uint64_t)(i + 1) << 48;
		w->worker.port[i].mtu = 1500;
		worker_port_mac(&w->worker.port[i], (const struct rte_ether_addr *)mac[i]);
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
		.seed = 7,
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

struct td_addr world_peer(uint32_t leg)
{
	struct td_addr a = net_address(leg / WORLD_PER_ADDRESS, 1 + leg % WORLD_PER_ADDRESS);

	a.port = (uint16_t)(4000 + 2 * leg);
	return a;
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

void world_cmd(struct world *w, enum td_media_op op, uint32_t leg, uint32_t peer)
{
	struct td_media_cmd cmd = {.op = (uint16_t)op, .leg = leg, .peer = peer};

	if (op == TD_MEDIA_STOP)
		cmd.play.number = w->plays;
	if (op == TD_MEDIA_TAP) {
		cmd.tap.recording = peer;
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

static void write_rtp(uint8_t *p, const struct world_rtp *in, unsigned len)
{
	p[0] = 0x80;
	p[1] = (uint8_t)((in->marker ? 0x80 : 0) | in->pt);
	p[2] = (uint8_t)(in->seq >> 8);
	p[3] = (uint8_t)in->seq;
	for (unsigned i = 0; i < 4; i++) {
		p[4 + i] = (uint8_t)(in->ts >> (24 - 8 * i));
		p[8 + i] = (uint8_t)(in->ssrc >> (24 - 8 * i));
	}
	for (unsigned i = 0; i < len; i++)
		p[12 + i] =
			in->payload ? ((const uint8_t *)in->payload)[i] : world_pattern(in->seq, i);
}

/* Headers of a packet from the leg's peer; where UDP's is. */
static uint8_t *write_ip(uint8_t *p, const struct world_rtp *in, unsigned udp_len)
{
	unsigned address = in->leg / WORLD_PER_ADDRESS;
	struct td_addr peer = world_peer(in->leg), ours = our_address(address);
	bool six = peer.family == 6;
	struct rte_ether_hdr *eth = (void *)p;
	struct rte_ipv4_hdr *ip = (void *)(eth + 1);
	struct rte_ipv6_hdr *ip6 = (void *)(eth + 1);

	memcpy(&eth->dst_addr, mac[address % 2], 6);
	eth->ether_type = htons(six ? RTE_ETHER_TYPE_IPV6 : RTE_ETHER_TYPE_IPV4);
	if (six) {
		*ip6 = (struct rte_ipv6_hdr){.vtc_flow = htonl(6u << 28 | in->seq),
			.payload_len = htons((uint16_t)udp_len),
			.proto = IPPROTO_UDP,
			.hop_limits = 60};
		memcpy(ip6->src_addr, in->src_six.family ? in->src_six.ip6 : peer.ip6, 16);
		memcpy(ip6->dst_addr, ours.ip6, 16);
		return (uint8_t *)(ip6 + 1);
	}
	*ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(20 + udp_len)),
		.packet_id = htons(in->seq),
		.fragment_offset = in->seq % 4 ? htons(RTE_IPV4_HDR_DF_FLAG) : 0,
		.time_to_live = 60,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = in->src_ip ? in->src_ip : peer.ip4,
		.dst_addr = ours.ip4};
	ip->hdr_checksum = htons((uint16_t)~internet_sum(0, p + 14, 20));
	return (uint8_t *)(ip + 1);
}

struct rte_mbuf *world_packet(struct world *w, const struct world_rtp *in)
{
	struct td_addr peer = world_peer(in->leg);
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	unsigned media_len = in->len ? in->len : 160;
	unsigned len = in->raw ? in->raw_len : 12 + media_len;
	unsigned padding = in->fast || in->seq % 2 == 0 ? 0 : 4; /* Ethernet's */
	unsigned addresses = peer.family == 6 ? 32 : 8, head = peer.family == 6 ? 62 : 42;
	uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(head + len + padding));
	struct rte_udp_hdr *udp;
	uint16_t sum,
		our_port = (uint16_t)(WORLD_PORT_MIN + in->leg % WORLD_PER_ADDRESS * 2 + in->rtcp);

	memset(p, 0xee, head + len + padding);
	memset(pkt_of(m), 0xee, sizeof(struct pkt));
	udp = (void *)write_ip(p, in, 8 + len);
	udp->src_port = htons(in->src_port ? in->src_port : (uint16_t)(peer.port + in->rtcp));
	udp->dst_port = htons(our_port);
	udp->dgram_len = htons((uint16_t)(8 + len));
	udp->dgram_cksum = 0;
	if (in->raw)
		memcpy(udp + 1, in->raw, len);
	else
		write_rtp((uint8_t *)(udp + 1), in, media_len);
	sum = internet_sum(17 + 8 + len, (uint8_t *)udp - addresses, addresses);
	if (in->checksum != CHECKSUM_PARTIAL)
		sum = (uint16_t)~internet_sum(sum, (uint8_t *)udp, 8 + len);
	if (in->checksum != CHECKSUM_NONE)
		udp->dgram_cksum = htons(sum ? sum : 0xffff);
	return m;
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

static unsigned port_of(struct rte_mbuf *m)
{
	/* As the Ethernet destination says. */
	return !memcmp(rte_pktmbuf_mtod(m, const void *), mac[1], 6);
}

void world_put(struct world *w, struct rte_mbuf **m, unsigned n)
{
	for (unsigned i = 0, run; i < n; i += run) {
		for (run = 1;
			i + run < n && run < LANE_BURST && port_of(m[i + run]) == port_of(m[i]);
			run++)
			;
		input_port(w, port_of(m[i]), m + i, run);
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
