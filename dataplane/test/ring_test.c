/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole dataplane over two ports of rings, the test being what is on their other side:
 *
 *     test -- left.a --> port 0 (10.0.0.1/24) --+-- turn(): echoes SIP
 *     test <- left.b ---                        |
 *     test -- right.a -> port 1 (10.9.0.1/24) --+
 *     test <- right.b --
 */
#include <rte_arp.h>
#include <rte_icmp.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <unistd.h>
#include <tests/unit/unit.h>
#include <dataplane/dataplane.h>
#include <dataplane/port/mempool.h>
#include <dataplane/net/checksum.h>
#include <dataplane/net/frame.h>

#define OURS    RTE_BE32(RTE_IPV4(10, 0, 0, 1))
#define RIGHT   RTE_BE32(RTE_IPV4(10, 9, 0, 1))
#define PEER    RTE_BE32(RTE_IPV4(10, 0, 0, 9))
#define GARBAGE 100000
#define WAIT    2000 /* ms that an answer may take on a busy machine */

static const struct rte_ether_addr peer_mac = {{2, 0, 0, 0, 0, 9}};
static struct dp *dp;
static struct rte_mempool *pool;
static struct rte_ring *in[2], *out[2];
static struct rte_ether_addr our_mac;
static unsigned turns_with_sip, legs_gone;
static bool split; /* signalling on a core of its own */
static uint8_t latency;

static uint64_t turn(void *ctx, uint64_t now)
{
	struct dp_datagram d[16];
	unsigned n = dp_sip_recv(dp, d, 16);
	struct td_media_event ev;

	while (dp_media_events(dp, &ev, 1))
		legs_gone += ev.type == TD_MEDIA_LEG_GONE;
	turns_with_sip += n > 0;
	for (unsigned i = 0; i < n; i++)
		(void)dp_sip_send(dp, &d[i].local, &d[i].remote, 24, d[i].data, d[i].len);
	dp_sip_release(dp, d, n);
	return n == 16 ? 0 : TD_NEVER;
}

static void port(struct td_conf_port *p, const char *name, uint32_t ip)
{
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->device, sizeof(p->device), "%s", name);
	p->type = TD_PORT_RING;
	p->address[0].addr = (struct td_addr){.family = 4, .ip4 = ip};
	p->address[0].bits = 24;
	p->address_count = 1;
	p->mtu = 1500;
}

static const struct dp_params *params(void)
{
	static struct td_conf_port ports[2];
	static struct td_conf_site site;
	static const struct dp_params p = {
		.site = &site, .ports = ports, .port_count = 2, .turn = turn, .tap = true};

	site = (struct td_conf_site){.sip_port = 5060,
		.rtp_port_min = 20000,
		.rtp_port_max = 20999,
		.max_calls = 100,
		.max = {.sounds = 16, .bandwidth_rows = 16},
		.signalling_core = split ? 1 : -1,
		.latency = latency,
		.hugepages = TD_HUGEPAGES_NEVER,
		.memory_mb = 160};
	port(&ports[0], "left", OURS);
	port(&ports[1], "right", RIGHT);
	return &p;
}

static int setup(void **state)
{
	struct td_text err = {""};

	dp = dp_alloc(params(), &err);
	if (!dp)
		print_error("%s\n", err.s);
	assert_non_null(dp);
	pool = rte_mempool_lookup(MEMPOOL_NAME);
	in[0] = rte_ring_lookup("left.a");
	out[0] = rte_ring_lookup("left.b");
	in[1] = rte_ring_lookup("right.a");
	out[1] = rte_ring_lookup("right.b");
	assert_true(pool && in[0] && in[1] && out[0] && out[1]);
	return dp_start(dp);
}

static int teardown(void **state)
{
	dp_stop(dp);
	dp_free(dp);
	return 0;
}

static int build(void)
{
	struct td_text err = {""};

	dp = dp_alloc(params(), &err);
	if (!dp)
		return err.s[0] ? -errno : -EBADMSG;
	dp_free(dp);
	return 0;
}

/* EAL and DPDK's own memory stay; what is ours goes again, whichever allocation fails. */
static void alloc_survives_oom(void **state)
{
	teardown(state);
	oom_each(build, -ENOMEM);
	setup(state);
}

/* What main does while it waits. */
static void wait_a_little(void)
{
	dp_main_turn(dp);
	usleep(1000);
}

static struct rte_mbuf *receive(unsigned side)
{
	void *m;

	for (unsigned ms = 0; ms < WAIT; ms++) {
		if (!rte_ring_dequeue(out[side], &m))
			return m;
		wait_a_little();
	}
	return NULL;
}

static void inject(unsigned side, const void *data, size_t n)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), data, n);
	while (rte_ring_enqueue(in[side], m))
		wait_a_little();
}

struct arp_frame {
	struct rte_ether_hdr eth;
	struct rte_arp_hdr arp;
} __attribute__((packed, aligned(2)));

static struct arp_frame arp(uint16_t op, uint32_t sender, uint32_t target)
{
	struct arp_frame f = {
		.eth = {.ether_type = htons(RTE_ETHER_TYPE_ARP), .src_addr = peer_mac},
		.arp = {.arp_hardware = htons(1),
			.arp_protocol = htons(RTE_ETHER_TYPE_IPV4),
			.arp_hlen = 6,
			.arp_plen = 4,
			.arp_opcode = htons(op),
			.arp_data = {.arp_sha = peer_mac, .arp_sip = sender, .arp_tip = target}}};

	memset(&f.eth.dst_addr, 0xff, 6);
	return f;
}

static void arp_is_answered(void **state)
{
	struct arp_frame f = arp(RTE_ARP_OP_REQUEST, PEER, OURS), *g;
	struct rte_mbuf *m;

	inject(0, &f, sizeof(f));
	m = receive(0);
	assert_non_null(m);
	g = rte_pktmbuf_mtod(m, struct arp_frame *);
	assert_int_equal(g->arp.arp_opcode, htons(RTE_ARP_OP_REPLY));
	assert_int_equal(g->arp.arp_data.arp_sip, OURS);
	assert_int_equal(g->arp.arp_data.arp_tip, PEER);
	assert_memory_equal(&g->eth.dst_addr, &peer_mac, 6);
	assert_memory_equal(&g->eth.src_addr, &g->arp.arp_data.arp_sha, 6);
	our_mac = g->eth.src_addr;
	rte_pktmbuf_free(m);
}

static void it_can_be_made_again(void **state)
{
	teardown(state);
	setup(state);
	arp_is_answered(state);
}

static void ping_is_answered(void **state)
{
	struct {
		struct rte_ether_hdr eth;
		struct rte_ipv4_hdr ip;
		struct rte_icmp_hdr icmp;
		uint8_t data[56];
	} __attribute__((packed, aligned(2)))
	f = {.eth = {our_mac, peer_mac, htons(RTE_ETHER_TYPE_IPV4)},
		.ip = {.version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = htons(84),
			.time_to_live = 9,
			.next_proto_id = IPPROTO_ICMP,
			.src_addr = PEER,
			.dst_addr = OURS},
		.icmp = {.icmp_type = RTE_IP_ICMP_ECHO_REQUEST, .icmp_ident = 7, .icmp_seq_nb = 8},
		.data = "tandem"},
	*g;
	struct rte_mbuf *m;

	f.ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &f.ip, 20));
	f.icmp.icmp_cksum = (uint16_t)~checksum_fold(checksum_add(0, &f.icmp, 64));
	inject(0, &f, sizeof(f));
	m = receive(0);
	assert_non_null(m);
	g = rte_pktmbuf_mtod(m, void *);
	assert_int_equal(m->pkt_len, sizeof(f));
	assert_int_equal(g->icmp.icmp_type, RTE_IP_ICMP_ECHO_REPLY);
	assert_int_equal(g->ip.dst_addr, PEER);
	assert_int_equal(checksum_fold(checksum_add(0, &g->ip, 20)), 0xffff);
	assert_int_equal(checksum_fold(checksum_add(0, &g->icmp, 64)), 0xffff);
	assert_memory_equal(g->data, f.data, sizeof(f.data));
	rte_pktmbuf_free(m);
}

#define SIP_BYTES 33 /* odd: the last byte of a sum is alone */
#define SIP_FRAME (sizeof(struct frame) + SIP_BYTES)

struct sip_frame {
	struct frame f;
	uint8_t data[SIP_BYTES];
} __attribute__((packed, aligned(2)));

static uint16_t udp_sum(const struct frame *f)
{
	uint64_t sum = (uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP);

	sum = checksum_add(sum, &f->ip.src_addr, 8);
	return checksum_fold(checksum_add(sum, &f->udp, ntohs(f->udp.dgram_len)));
}

static struct sip_frame sip(uint32_t from, uint16_t to)
{
	struct sip_frame s = {.f = {.eth = {our_mac, peer_mac, htons(RTE_ETHER_TYPE_IPV4)},
				      .ip = {.version_ihl = RTE_IPV4_VHL_DEF,
					      .total_length = htons(28 + SIP_BYTES),
					      .time_to_live = 64,
					      .next_proto_id = IPPROTO_UDP,
					      .src_addr = from,
					      .dst_addr = OURS},
				      .udp = {.src_port = htons(5060),
					      .dst_port = htons(to),
					      .dgram_len = htons(8 + SIP_BYTES)}}};

	memset(s.data, 'x', SIP_BYTES);
	s.f.ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &s.f.ip, 20));
	s.f.udp.dgram_cksum = (uint16_t)~udp_sum(&s.f);
	return s;
}

/* The answer waits for its neighbour: ARP goes out, is answered, and the message follows. */
static void sip_comes_back_to_a_new_neighbour(void **state)
{
	uint32_t from = RTE_BE32(RTE_IPV4(10, 0, 0, 77));
	struct sip_frame s = sip(from, 5060), *g;
	struct arp_frame *a, answer;
	struct rte_mbuf *m;

	inject(0, &s, SIP_FRAME);
	m = receive(0);
	assert_non_null(m);
	a = rte_pktmbuf_mtod(m, struct arp_frame *);
	assert_int_equal(a->eth.ether_type, htons(RTE_ETHER_TYPE_ARP));
	assert_int_equal(a->arp.arp_opcode, htons(RTE_ARP_OP_REQUEST));
	assert_int_equal(a->arp.arp_data.arp_tip, from);
	assert_int_equal(a->arp.arp_data.arp_sip, OURS);
	rte_pktmbuf_free(m);
	answer = arp(RTE_ARP_OP_REPLY, from, OURS);
	answer.eth.dst_addr = our_mac;
	inject(0, &answer, sizeof(answer));
	m = receive(0);
	assert_non_null(m);
	g = rte_pktmbuf_mtod(m, struct sip_frame *);
	assert_int_equal(m->pkt_len, SIP_FRAME);
	assert_int_equal(g->f.ip.dst_addr, from);
	assert_int_equal(g->f.udp.src_port, htons(5060));
	assert_memory_equal(&g->f.eth.dst_addr, &peer_mac, 6);
	assert_memory_equal(g->data, s.data, SIP_BYTES);
	assert_int_equal(checksum_fold(checksum_add(0, &g->f.ip, 20)), 0xffff);
	assert_int_equal(udp_sum(&g->f), 0xffff);
	rte_pktmbuf_free(m);
}

static void what_can_not_be_sent_says_so(void **state)
{
	static const uint8_t big[65536];
	struct td_addr local = {.family = 4, .port = 5060, .ip4 = OURS}, remote = local;

	/* Called here as signalling, which has nothing to do now. */
	remote.ip4 = RTE_BE32(RTE_IPV4(172u, 16, 0, 1));
	assert_int_equal(dp_sip_send(dp, &local, &remote, 24, big, 100), -EHOSTUNREACH);
	remote.ip4 = PEER;
	assert_int_equal(
		dp_sip_send(dp, &local, &remote, 24, big, 65508), -EMSGSIZE); /* beyond UDP */
	local.family = 6;
	assert_int_equal(dp_sip_send(dp, &local, &remote, 24, big, 100), -EHOSTUNREACH);
}

static uint64_t sum(const uint64_t *v, unsigned n)
{
	uint64_t total = 0;

	while (n)
		total += v[--n];
	return total;
}

static struct td_media_cmd leg_add(uint32_t leg, uint32_t peer, uint16_t peer_port)
{
	return (struct td_media_cmd){.op = TD_MEDIA_LEG_ADD,
		.leg = leg,
		.leg_params = {.remote = {.family = 4, .port = peer_port, .ip4 = peer},
			.ssrc = 0x1000 + leg,
			.codec = TD_CODEC_PCMA,
			.pt = 8,
			.dtmf_pt = TD_PT_NONE,
			.flags = TD_LEG_SEND | TD_LEG_RECV,
			.ptime_ms = 20}};
}

/* The test is signalling here: the turn sends no media commands. */
static void media_crosses_from_port_to_port(void **state)
{
	uint32_t right_peer = RTE_BE32(RTE_IPV4(10, 9, 0, 9));
	struct td_media_cmd cmd[] = {leg_add(3, PEER, 4000), leg_add(500 + 7, right_peer, 4002),
		{.op = TD_MEDIA_BRIDGE, .leg = 3, .other = 500 + 7}};
	struct arp_frame answer = arp(RTE_ARP_OP_REPLY, right_peer, RIGHT);
	struct sip_frame s = sip(PEER, 20006), *g;
	struct dp_port_info before, after;
	struct rte_mbuf *m;

	dp_port_info(dp, 1, &before);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(dp_media_cmd(dp, &cmd[i]), 0);
	m = receive(1); /* the leg's next hop is resolved before there is media */
	assert_non_null(m);
	assert_int_equal(rte_pktmbuf_mtod(m, struct arp_frame *)->arp.arp_data.arp_tip, right_peer);
	memcpy(&answer.eth.dst_addr, &rte_pktmbuf_mtod(m, struct arp_frame *)->eth.src_addr, 6);
	rte_pktmbuf_free(m);
	inject(1, &answer, sizeof(answer));
	for (unsigned i = 0; i < 20; i++)
		wait_a_little();
	s.f.udp.src_port = htons(4000);
	memcpy(s.data, "\x80\x08\x00\x01\x00\x00\x00\xa0\x00\x00\x00\x07", 12);
	s.f.udp.dgram_cksum = 0;
	s.f.udp.dgram_cksum = (uint16_t)~udp_sum(&s.f);
	inject(0, &s, SIP_FRAME);
	m = receive(1);
	assert_non_null(m);
	g = rte_pktmbuf_mtod(m, struct sip_frame *);
	assert_int_equal(g->f.ip.src_addr, RIGHT);
	assert_int_equal(g->f.ip.dst_addr, right_peer);
	assert_int_equal(g->f.udp.src_port, htons(20014));
	assert_int_equal(g->f.udp.dst_port, htons(4002));
	assert_memory_equal(g->data + 12, s.data + 12, SIP_BYTES - 12);
	assert_int_equal(udp_sum(&g->f), 0xffff);
	assert_int_equal(checksum_fold(checksum_add(0, &g->f.ip, 20)), 0xffff);
	rte_pktmbuf_free(m);
	dp_port_info(dp, 1, &after);
	assert_int_equal(after.stats.crossed_in, before.stats.crossed_in + 1);
	for (unsigned i = 0; i < 2; i++) {
		cmd[i].op = TD_MEDIA_LEG_DEL;
		assert_int_equal(dp_media_cmd(dp, &cmd[i]), 0);
	}
	for (unsigned ms = 0; ms < WAIT && *(volatile unsigned *)&legs_gone < 2; ms++)
		wait_a_little();
	assert_int_equal(legs_gone, 2);
}

static void assert_balance(const struct td_port_stats *s)
{
	uint64_t left = s->in + s->originated + s->crossed_in;
	uint64_t right = s->out + sum(s->consumed, TD_CONSUMED_COUNT) +
			 sum(s->dropped, TD_DROP_COUNT) + s->held + s->crossed_out;

	if (left != right)
		print_error("in %llu originated %llu crossed %llu/%llu out %llu held %llu\n",
			(unsigned long long)s->in, (unsigned long long)s->originated,
			(unsigned long long)s->crossed_in, (unsigned long long)s->crossed_out,
			(unsigned long long)s->out, (unsigned long long)s->held);
	assert_int_equal(left, right);
}

static uint32_t rnd(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	return *seed ^= *seed << 5;
}

/* Bytes without meaning, or a right packet with a few of its bytes changed, cut, or whole. */
static size_t garbage(uint32_t *seed, uint8_t buffer[static 256])
{
	struct sip_frame s = sip(RTE_BE32(RTE_IPV4(10, 0, 0, 0) + rnd(seed) % 256),
		rnd(seed) % 3 ? (uint16_t)(20000 + rnd(seed) % 1000) : 5060);
	struct arp_frame a = arp(rnd(seed) % 3, PEER, OURS);
	size_t n = 1 + rnd(seed) % 255;

	for (unsigned i = 0; i < 256; i++)
		buffer[i] = (uint8_t)rnd(seed);
	switch (rnd(seed) % 4) {
	case 0:
		memcpy(buffer, &s, sizeof(s));
		n = SIP_FRAME;
		break;
	case 1:
		memcpy(buffer, &a, sizeof(a));
		n = sizeof(a);
		break;
	case 2:
		memcpy(buffer, &s, sizeof(s.f.eth) + 20);
		break;
	default:
		return n;
	}
	for (unsigned i = rnd(seed) % 4; i > 1; i--)
		buffer[rnd(seed) % n] = (uint8_t)rnd(seed);
	return n;
}

static void drain(void)
{
	void *m;

	for (unsigned side = 0; side < 2; side++)
		while (!rte_ring_dequeue(out[side], &m))
			rte_pktmbuf_free(m);
}

static uint64_t packets_in(void)
{
	struct dp_port_info p[2];

	dp_port_info(dp, 0, &p[0]);
	dp_port_info(dp, 1, &p[1]);
	return p[0].stats.in + p[1].stats.in;
}

static void garbage_is_accounted_for(void **state)
{
	uint32_t seed = 20250101;
	uint64_t before = packets_in();
	struct dp_port_info p[2];
	struct dp_memory memory;
	uint8_t buffer[256] = {0};

	for (unsigned i = 0; i < GARBAGE; i++) {
		inject(rnd(&seed) % 2, buffer, garbage(&seed, buffer));
		if (i % 256 == 0)
			drain();
		if (i % 4096 == 0)
			dp_main_turn(dp);
	}
	/* Held messages are given up after three seconds. */
	for (unsigned ms = 0; ms < 5000; ms += 10) {
		usleep(10000);
		dp_main_turn(dp);
		drain();
		dp_port_info(dp, 0, &p[0]);
		dp_port_info(dp, 1, &p[1]);
		if (packets_in() == before + GARBAGE && !p[0].stats.held && !p[1].stats.held)
			break;
	}
	assert_int_equal(packets_in(), before + GARBAGE);
	for (unsigned i = 0; i < 2; i++) {
		dp_port_info(dp, i, &p[i]);
		assert_balance(&p[i].stats);
		assert_int_equal(p[i].stats.held, 0);
		assert_true(p[i].up);
	}
	/* Each fault that the garbage can have was met. */
	assert_true(
		p[0].stats.dropped[TD_DROP_RUNT] && p[0].stats.dropped[TD_DROP_ETHERTYPE] &&
		p[0].stats.dropped[TD_DROP_NOT_FOR_US] && p[0].stats.dropped[TD_DROP_IP_HEADER] &&
		p[0].stats.dropped[TD_DROP_UDP_HEADER] && p[0].stats.dropped[TD_DROP_RTP_NO_LEG] &&
		p[0].stats.consumed[TD_CONSUMED_ARP] && p[0].stats.consumed[TD_CONSUMED_SIP]);
	assert_true(turns_with_sip > 0);
	drain();
	dp_memory(dp, &memory);
	assert_int_equal(memory.mbufs_in_use, 0);
	assert_false(memory.hugepages);
}

/* A wake is never lost: each of these is answered by a turn, asleep or not. */
static void waking_reaches_the_turn(void **state)
{
	struct dp_worker_info before, after;

	dp_worker_info(dp, 0, &before);
	after = before;
	for (unsigned ms = 0; ms < WAIT && after.asleep_ns == before.asleep_ns; ms++) {
		usleep(1000);
		dp_worker_info(dp, 0, &after);
	}
	assert_true(after.asleep_ns > before.asleep_ns); /* idle sleeps, sooner or later */
	for (unsigned i = 0; i < 200; i++) {
		struct sip_frame s = sip(PEER, 5060);
		unsigned seen = turns_with_sip, ms = 0;

		inject(0, &s, SIP_FRAME);
		while (*(volatile unsigned *)&turns_with_sip == seen && ms++ < WAIT)
			usleep(1000);
		assert_true(ms < WAIT);
		drain();
	}
}

static void a_core_has_one_loop(void **state)
{
	struct td_conf_site site = {
		.worker_cores = {0, 1}, .worker_count = 2, .signalling_core = 1};
	struct td_conf_port one = {.type = TD_PORT_RING};
	struct dp_params p = {.site = &site, .ports = &one, .port_count = 1};
	struct td_text err;

	assert_null(dp_alloc(&p, &err));
	assert_int_equal(errno, EINVAL);
	assert_non_null(strstr(err.s, "signalling_core: core 1"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_is_answered),
		cmocka_unit_test(ping_is_answered),
		cmocka_unit_test(sip_comes_back_to_a_new_neighbour),
		cmocka_unit_test(what_can_not_be_sent_says_so),
		cmocka_unit_test(media_crosses_from_port_to_port),
		cmocka_unit_test(waking_reaches_the_turn),
		cmocka_unit_test(garbage_is_accounted_for),
		cmocka_unit_test(a_core_has_one_loop),
		cmocka_unit_test(alloc_survives_oom),
		cmocka_unit_test(it_can_be_made_again),
	};

	split = argc > 1 && !strcmp(argv[1], "split");
	if (argc > 1 && !strcmp(argv[1], "low"))
		latency = TD_LATENCY_LOW;
	if (argc > 1 && !strcmp(argv[1], "cpu"))
		latency = TD_LATENCY_CPU;
	if (split && sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return 77; /* meson: skipped */
	return cmocka_run_group_tests(tests, setup, teardown);
}
