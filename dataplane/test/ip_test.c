/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both families, fragments, a VLAN and refusals, on a port that no kernel owns: the test is what is
 * on the other side of its rings, on VLAN 7.
 *
 *     test -- vlan.a --> port 0 (10.0.0.1/24, 2001:db8::1/64, MTU 1500) ── turn(): echoes SIP
 *     test <- vlan.b ---
 */
#include <rte_ip_frag.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <unistd.h>
#include <tests/unit/unit.h>
#include <dataplane/dataplane.h>
#include <dataplane/port/mempool.h>
#include <dataplane/net/datagram.h>
#include <dataplane/net/frag.h>
#include <dataplane/net/icmp.h>
#include <dataplane/net/nd.h>
#include <dataplane/net/unreach.h>
#include <dataplane/net/vlan.h>

#define VLAN      7
#define MTU       1500
#define STRANGERS 6000 /* more than there is room for next hops */
#define WAIT      2000 /* ms that an answer may take on a busy machine */
#define LONG      9000 /* octets of a long message: 7 fragments */

static const struct rte_ether_addr peer_mac = {{2, 0, 0, 0, 0, 9}};
static const struct td_addr ours4 = {.family = 4, .port = 5060, .ip4 = RTE_BE32(0x0a000001)};
static const struct td_addr peer4 = {.family = 4, .port = 5070, .ip4 = RTE_BE32(0x0a000009)};
static const struct td_addr ours6 = {
	.family = 6, .port = 5060, .ip6 = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
static const struct td_addr peer6 = {
	.family = 6, .port = 5070, .ip6 = {0x20, 0x01, 0x0d, 0xb8, [15] = 9}};
static struct dp *dp;
static struct rte_mempool *pool;
static struct rte_ring *in, *out;
static struct rte_ether_addr our_mac;
static uint8_t message[LONG];

static uint64_t turn(void *ctx, uint64_t now)
{
	struct dp_datagram d[16];
	unsigned n = dp_sip_recv(dp, d, 16);

	for (unsigned i = 0; i < n; i++)
		(void)dp_sip_send(dp, &d[i].local, &d[i].remote, 26, d[i].data, d[i].len);
	dp_sip_release(dp, d, n);
	return n == 16 ? 0 : TD_NEVER;
}

static int setup(void **state)
{
	static struct td_conf_port port = {.name = "vlan",
		.device = "vlan",
		.type = TD_PORT_RING,
		.address_count = 2,
		.mtu = MTU,
		.vlan = VLAN};
	static const struct td_conf_site site = {.sip_port = 5060,
		.rtp_port_min = 20000,
		.rtp_port_max = 20999,
		.max_calls = 100,
		.max = {.sounds = 16, .bandwidth_rows = 16},
		.signalling_core = -1,
		.hugepages = TD_HUGEPAGES_NEVER,
		.memory_mb = 160};
	static const struct dp_params p = {
		.site = &site, .ports = &port, .port_count = 1, .turn = turn};
	struct td_text err = {""};

	port.address[0] = (struct td_prefix){.addr = ours4, .bits = 24};
	port.address[1] = (struct td_prefix){.addr = ours6, .bits = 64};
	for (unsigned i = 0; i < LONG; i++)
		message[i] = (uint8_t)(i * 31 + i / 256);
	dp = dp_alloc(&p, &err);
	if (!dp)
		print_error("%s\n", err.s);
	assert_non_null(dp);
	pool = rte_mempool_lookup(MEMPOOL_NAME);
	in = rte_ring_lookup("vlan.a");
	out = rte_ring_lookup("vlan.b");
	return dp_start(dp);
}

static int teardown(void **state)
{
	dp_stop(dp);
	dp_free(dp);
	return 0;
}

/* What main does while it waits. */
static void wait_a_little(void)
{
	dp_main_turn(dp);
	usleep(1000);
}

/* A frame that left, its tag proven and taken off; NULL when none comes. */
static struct rte_mbuf *receive_within(unsigned ms)
{
	struct rte_mbuf *m;
	uint8_t *f;

	for (unsigned i = 0; i <= ms; i++) {
		if (!rte_ring_dequeue(out, (void **)&m)) {
			f = rte_pktmbuf_mtod(m, uint8_t *);
			assert_int_equal(f[12] << 8 | f[13], RTE_ETHER_TYPE_VLAN);
			assert_int_equal(f[14] << 8 | f[15], VLAN);
			memmove(f + RATE_VLAN_BYTES, f, 12);
			rte_pktmbuf_adj(m, RATE_VLAN_BYTES);
			return m;
		}
		wait_a_little();
	}
	return NULL;
}

static struct rte_mbuf *receive(void)
{
	struct rte_mbuf *m = receive_within(WAIT);

	assert_non_null(m);
	return m;
}

/* Puts a frame on the wire, tagged; the mbuf is taken. */
static void put(struct rte_mbuf *m, uint16_t tag)
{
	uint8_t *f;

	assert_non_null(rte_pktmbuf_prepend(m, RATE_VLAN_BYTES));
	f = rte_pktmbuf_mtod(m, uint8_t *);
	memmove(f, f + RATE_VLAN_BYTES, 12);
	f[12] = RTE_ETHER_TYPE_VLAN >> 8;
	f[13] = RTE_ETHER_TYPE_VLAN & 0xff;
	f[14] = (uint8_t)(tag >> 8);
	f[15] = (uint8_t)tag;
	while (rte_ring_enqueue(in, m))
		wait_a_little();
}

static struct td_port_stats stats(void)
{
	struct dp_port_info info;

	dp_port_info(dp, 0, &info);
	return info.stats;
}

/* Waits until the counter is what it should be, and says so when it is not. */
static void assert_dropped(enum td_drop reason, uint64_t wanted)
{
	for (unsigned ms = 0; ms < WAIT && stats().dropped[reason] != wanted; ms++)
		wait_a_little();
	assert_int_equal(stats().dropped[reason], wanted);
}

/* A datagram of the peer's in frames, Ethernet addresses too. */
static unsigned peers(struct rte_mbuf **m, const struct td_addr *from, const struct td_addr *to,
	size_t len, unsigned mtu)
{
	static uint32_t id = 1000;
	struct datagram d = {.local = from, .remote = to, .data = message, .len = len, .id = id++};
	unsigned n = datagram_frames(&d, mtu);

	assert_int_equal(rte_pktmbuf_alloc_bulk(pool, m, n), 0);
	datagram_fill(&d, mtu, m, n);
	for (unsigned i = 0; i < n; i++) {
		struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m[i], struct rte_ether_hdr *);

		eth->dst_addr = our_mac;
		eth->src_addr = peer_mac;
		eth->ether_type =
			htons(to->family == 6 ? RTE_ETHER_TYPE_IPV6 : RTE_ETHER_TYPE_IPV4);
	}
	return n;
}

static struct icmp_head *icmp6_of(struct rte_mbuf *m)
{
	struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod_offset(m, void *, RTE_ETHER_HDR_LEN);

	assert_int_equal(ip->proto, IPPROTO_ICMPV6);
	assert_int_equal(m->pkt_len, RTE_ETHER_HDR_LEN + sizeof(*ip) + ntohs(ip->payload_len));
	assert_int_equal(icmp6_sum(ip, ntohs(ip->payload_len)), 0xffff);
	return (struct icmp_head *)(ip + 1);
}

/* A neighbour solicitation by the peer, whole; it goes to the group's Ethernet address. */
static struct rte_mbuf *solicitation(const struct td_addr *from, const struct td_addr *target)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	assert_non_null(m);
	nd_solicit(m, &peer_mac, from, target, NULL);
	return m;
}

static void neighbours_are_answered(void **state)
{
	static const struct td_addr any = {.family = 6};
	static const uint8_t all_nodes[6] = {0x33, 0x33, 0, 0, 0, 1};
	struct rte_mbuf *m, *probe;
	const struct rte_ipv6_hdr *ip;
	const struct icmp_head *icmp;

	put(solicitation(&peer6, &ours6), VLAN);
	m = receive();
	icmp = icmp6_of(m);
	assert_int_equal(icmp->type, 136);
	assert_int_equal(icmp->rest, htonl(0x60000000)); /* solicited, override */
	ip = rte_pktmbuf_mtod_offset(m, const void *, RTE_ETHER_HDR_LEN);
	assert_int_equal(ip->hop_limits, 255);
	assert_memory_equal(ip->src_addr, ours6.ip6, 16);
	assert_memory_equal(ip->dst_addr, peer6.ip6, 16);
	assert_memory_equal(icmp + 1, ours6.ip6, 16);
	our_mac = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *)->src_addr;
	assert_memory_equal((const uint8_t *)(icmp + 1) + 18, &our_mac, 6);
	assert_memory_equal(rte_pktmbuf_mtod(m, const void *), &peer_mac, 6);
	rte_pktmbuf_free(m);

	/* Is our address free? The probe has no source and no option: all are told that it is not.
	 */
	probe = solicitation(&any, &ours6);
	rte_pktmbuf_trim(probe, 8);
	icmp6_finish(rte_pktmbuf_mtod_offset(probe, void *, RTE_ETHER_HDR_LEN), 24, 255);
	put(probe, VLAN);
	m = receive();
	assert_int_equal(icmp6_of(m)->rest, htonl(0x20000000));
	assert_memory_equal(rte_pktmbuf_mtod(m, const void *), all_nodes, 6);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, const uint8_t *, 38), "\xff\2", 2);
	rte_pktmbuf_free(m);
}

static void false_discovery_is_not_heard(void **state)
{
	uint64_t icmp = stats().dropped[TD_DROP_ICMP], other = stats().dropped[TD_DROP_NOT_FOR_US];
	struct rte_mbuf *m = solicitation(&peer6, &ours6);
	struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod_offset(m, void *, RTE_ETHER_HDR_LEN);

	icmp6_finish(ip, ntohs(ip->payload_len), 254); /* came by a router */
	put(m, VLAN);
	m = solicitation(&peer6, &ours6);
	*rte_pktmbuf_mtod_offset(m, uint8_t *, 60) ^= 1; /* the checksum is wrong */
	put(m, VLAN);
	m = solicitation(&peer6, &ours6);
	*rte_pktmbuf_mtod_offset(m, uint8_t *, 79) = 0; /* an option of no length */
	icmp6_finish(rte_pktmbuf_mtod_offset(m, void *, RTE_ETHER_HDR_LEN), 32, 255);
	put(m, VLAN);
	put(solicitation(&peer6, &peer6), VLAN); /* for someone else */
	assert_dropped(TD_DROP_ICMP, icmp + 3);
	assert_dropped(TD_DROP_NOT_FOR_US, other + 1);
	assert_null(receive_within(0));
}

static void ping_is_answered(void **state)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	size_t odd = 57, len = sizeof(struct rte_ipv6_hdr) + sizeof(struct icmp_head) + odd;
	struct rte_ipv6_hdr *ip;
	struct icmp_head *icmp;
	uint8_t *f;

	assert_non_null(m);
	assert_non_null(rte_pktmbuf_append(m, (uint16_t)(RTE_ETHER_HDR_LEN + len)));
	f = rte_pktmbuf_mtod(m, uint8_t *);
	memset(f, 0x11, RTE_ETHER_HDR_LEN + len);
	memcpy(f, &(struct rte_ether_hdr){our_mac, peer_mac, htons(RTE_ETHER_TYPE_IPV6)},
		RTE_ETHER_HDR_LEN);
	ip = (void *)(f + RTE_ETHER_HDR_LEN);
	icmp = (void *)(ip + 1);
	memcpy(ip->src_addr, peer6.ip6, 16);
	memcpy(ip->dst_addr, ours6.ip6, 16);
	*icmp = (struct icmp_head){.type = 128, .rest = 0x01020304};
	icmp6_finish(ip, sizeof(*icmp) + odd, 3);
	put(m, VLAN);
	m = receive();
	icmp = icmp6_of(m);
	assert_int_equal(icmp->type, 129);
	assert_int_equal(icmp->rest, 0x01020304);
	assert_int_equal(m->pkt_len, RTE_ETHER_HDR_LEN + len);
	ip = rte_pktmbuf_mtod_offset(m, void *, RTE_ETHER_HDR_LEN);
	assert_int_equal(ip->hop_limits, 64);
	assert_memory_equal(ip->dst_addr, peer6.ip6, 16);
	assert_int_equal(((uint8_t *)(icmp + 1))[odd - 1], 0x11);
	rte_pktmbuf_free(m);
}

static uint16_t udp6_sum(const struct frame6 *f)
{
	uint64_t sum = (uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP);

	sum = checksum_add(sum, f->ip.src_addr, 32);
	return checksum_fold(checksum_add(sum, &f->udp, ntohs(f->udp.dgram_len)));
}

/* The first message to a neighbour waits for the answer to our solicitation. */
static void sip_comes_back_to_a_new_neighbour(void **state)
{
	static const uint8_t group[6] = {0x33, 0x33, 0xff, 0, 0, 9};
	struct rte_mbuf *m;
	struct frame6 *f;
	uint8_t *nd;

	assert_int_equal(peers(&m, &peer6, &ours6, 33, MTU), 1);
	put(m, VLAN);
	m = receive();
	assert_int_equal(icmp6_of(m)->type, 135);
	assert_memory_equal(icmp6_of(m) + 1, peer6.ip6, 16);
	assert_memory_equal(rte_pktmbuf_mtod(m, const void *), group, 6);
	nd = (uint8_t *)icmp6_of(m);
	f = rte_pktmbuf_mtod(m, struct frame6 *);
	assert_memory_equal(f->ip.src_addr, ours6.ip6, 16);
	/* Turned into its answer: solicited, its option the target's. */
	f->eth = (struct rte_ether_hdr){our_mac, peer_mac, htons(RTE_ETHER_TYPE_IPV6)};
	memcpy(f->ip.dst_addr, ours6.ip6, 16);
	memcpy(f->ip.src_addr, peer6.ip6, 16);
	nd[0] = 136;
	nd[4] = 0x40;
	nd[24] = 2;
	memcpy(nd + 26, &peer_mac, 6);
	icmp6_finish(&f->ip, 32, 255);
	put(m, VLAN);
	m = receive();
	f = rte_pktmbuf_mtod(m, struct frame6 *);
	assert_int_equal(m->pkt_len, sizeof(*f) + 33);
	assert_memory_equal(&f->eth.dst_addr, &peer_mac, 6);
	assert_memory_equal(f->ip.dst_addr, peer6.ip6, 16);
	assert_int_equal(ntohl(f->ip.vtc_flow), 0x60000000 | 26 << 22);
	assert_int_equal(f->ip.hop_limits, 64);
	assert_int_equal(f->udp.dst_port, htons(5070));
	assert_memory_equal(f + 1, message, 33);
	assert_int_equal(udp6_sum(f), 0xffff);
	rte_pktmbuf_free(m);
}

/* An answer leaves by the way that the request came. Addresses that are forged cost no next hop, no
 * question on the wire, and no entry of the kernel's. */
static void answers_to_strangers_take_no_neighbour(void **state)
{
	static const char answer[] = "SIP/2.0 200 OK\r\n";
	struct td_addr stranger = peer6;
	struct rte_mbuf *m;
	uint8_t kept[sizeof(answer)];

	memcpy(kept, message, sizeof(kept));
	memcpy(message, answer, sizeof(answer));
	for (unsigned i = 0; i < STRANGERS; i++) {
		struct rte_ether_hdr *eth;

		stranger.ip6[13] = (uint8_t)(1 + i / 256);
		stranger.ip6[14] = (uint8_t)i;
		assert_int_equal(peers(&m, &stranger, &ours6, sizeof(answer), MTU), 1);
		eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
		eth->src_addr.addr_bytes[5] = (uint8_t)(7 * i);
		put(m, VLAN);
		m = receive();
		eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
		assert_int_equal(eth->dst_addr.addr_bytes[5], (uint8_t)(7 * i));
		assert_memory_equal(&eth->src_addr, &our_mac, 6);
		assert_int_equal(m->pkt_len, sizeof(struct frame6) + sizeof(answer));
		assert_memory_equal(
			rte_pktmbuf_mtod(m, struct frame6 *)->ip.dst_addr, stranger.ip6, 16);
		assert_int_equal(udp6_sum(rte_pktmbuf_mtod(m, struct frame6 *)), 0xffff);
		rte_pktmbuf_free(m);
	}
	memcpy(message, kept, sizeof(kept));
	assert_int_equal(peers(&m, &peer6, &ours6, 33, MTU), 1);
	rte_pktmbuf_mtod(m, struct rte_ether_hdr *)->src_addr.addr_bytes[0] |= 1;
	put(m, VLAN);
	assert_dropped(TD_DROP_ETHERNET_SOURCE, 1);
	/* Whom we ask something has a next hop, and there is room for it. */
	stranger.ip6[12] = 1;
	assert_int_equal(peers(&m, &stranger, &ours6, 33, MTU), 1);
	put(m, VLAN);
	m = receive();
	assert_int_equal(icmp6_of(m)->type, 135);
	rte_pktmbuf_free(m);
	assert_int_equal(stats().dropped[TD_DROP_NO_ROUTE], 0);
}

static void answer_arp(struct rte_mbuf *m)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);

	assert_int_equal(f[12] << 8 | f[13], RTE_ETHER_TYPE_ARP);
	memcpy(f, &our_mac, 6);
	memcpy(f + 6, &peer_mac, 6);
	f[21] = 2; /* reply */
	memcpy(f + 32, f + 22, 10);
	memcpy(f + 22, &peer_mac, 6);
	memcpy(f + 28, &peer4.ip4, 4);
	put(m, VLAN);
}

/* Puts what came back together by DPDK's own means. */
static void assert_echo(const struct td_addr *to, unsigned frames, size_t len)
{
	struct rte_ip_frag_tbl *table = rte_ip_frag_table_create(16, 16, 16, UINT32_MAX, 0);
	struct rte_ip_frag_death_row dead = {0};
	size_t head = to->family == 6 ? sizeof(struct frame6) : sizeof(struct frame);
	struct rte_mbuf *m = NULL, *each;
	static uint8_t got[LONG];

	assert_non_null(table);
	for (unsigned i = 0; i < frames; i++) {
		struct rte_ipv6_hdr *ip6;

		assert_null(m);
		each = receive();
		if (rte_pktmbuf_mtod(each, const uint8_t *)[13] == 6) { /* ARP comes first */
			answer_arp(each);
			i--;
			continue;
		}
		assert_true(each->pkt_len <= MTU + RTE_ETHER_HDR_LEN);
		ip6 = rte_pktmbuf_mtod_offset(each, void *, RTE_ETHER_HDR_LEN);
		each->l2_len = RTE_ETHER_HDR_LEN;
		each->l3_len = to->family == 6 ? 48 : 20;
		if (frames == 1)
			m = each;
		else
			m = to->family == 6 ? rte_ipv6_frag_reassemble_packet(
						      table, &dead, each, 1, ip6, (void *)(ip6 + 1))
					    : rte_ipv4_frag_reassemble_packet(
						      table, &dead, each, 1, (void *)ip6);
	}
	assert_non_null(m);
	assert_int_equal(m->pkt_len, head + len);
	assert_memory_equal(rte_pktmbuf_read(m, (uint32_t)head, (uint32_t)len, got), message, len);
	rte_pktmbuf_free(m);
	rte_ip_frag_table_destroy(table);
	assert_null(receive_within(0));
}

/* In any order; the checksum over the whole of it is proven by whoever parses it here. */
static void fragments_go_both_ways(const struct td_addr *from, const struct td_addr *to)
{
	struct rte_mbuf *m[DATAGRAM_FRAMES];
	unsigned n = peers(m, from, to, LONG, MTU);
	struct td_port_stats before = stats(), after;

	assert_int_equal(n, 7);
	for (unsigned i = 0; i < n; i++)
		put(m[i * 3 % n], VLAN);
	assert_echo(from, n, LONG);
	after = stats();
	assert_int_equal(after.consumed[TD_CONSUMED_FRAGMENT],
		before.consumed[TD_CONSUMED_FRAGMENT] + n - 1);
	assert_int_equal(after.consumed[TD_CONSUMED_SIP], before.consumed[TD_CONSUMED_SIP] + 1);
	assert_int_equal(after.held, 0);
}

static void long_sip_has_fragments(void **state)
{
	fragments_go_both_ways(&peer4, &ours4);
	fragments_go_both_ways(&peer6, &ours6);
}

static void fragments_of_media_are_dropped(void **state)
{
	struct td_addr media = ours6;
	struct rte_mbuf *m[DATAGRAM_FRAMES];
	uint64_t rtp = stats().dropped[TD_DROP_RTP_FRAGMENT];

	media.port = 20000;
	assert_int_equal(peers(m, &peer6, &media, 1600, MTU), 2);
	put(m[0], VLAN);
	assert_dropped(TD_DROP_RTP_FRAGMENT, rtp + 1);
	put(m[1], VLAN); /* nothing says that it is media's: it waits for the first */
	for (unsigned ms = 0; ms < WAIT && !stats().held; ms++)
		wait_a_little();
	assert_int_equal(stats().held, 1);
}

/* Strangers' fragments fill no more than their table, and go in time. */
static void fragments_do_not_stay(void **state)
{
	static struct worker w;
	struct rte_mbuf *m[DATAGRAM_FRAMES];
	const struct td_port_stats *s = &w.port[0].stats;
	struct frag *f = frag_alloc(99);
	uint64_t now = 5 * TD_NSEC_PER_SEC;
	unsigned given = 0;

	assert_non_null(f);
	assert_int_equal(frag_expire(f, &w, now), TD_NEVER);
	for (unsigned i = 0; i < 2 * FRAG_DATAGRAMS; i++) {
		unsigned n = peers(m, i % 2 ? &peer6 : &peer4, i % 2 ? &ours6 : &ours4, 4000, MTU);

		for (unsigned k = 0; k + 1 < n; k++) { /* the last one is lost */
			pkt_of(m[k])->port = 0;
			assert_null(frag_input(f, &w, m[k], now + i));
			given++;
		}
		rte_pktmbuf_free(m[n - 1]);
		assert_int_equal(s->held + s->dropped[TD_DROP_IP_FRAGMENT], given);
		assert_in_range(s->held, 1, 2 * FRAG_DATAGRAMS);
	}
	assert_int_equal(frag_expire(f, &w, now + 1), now + FRAG_TIME);
	assert_int_equal(frag_expire(f, &w, now + 2 * FRAG_TIME), TD_NEVER);
	assert_int_equal(s->held, 0);
	assert_int_equal(s->dropped[TD_DROP_IP_FRAGMENT], given);
	frag_free(f);
}

/* A frame in several buffers, as a device brings one that is longer than a buffer. */
static void jumbo_frames_are_read_whole(void **state)
{
	uint64_t too_big = stats().dropped[TD_DROP_TOO_BIG];
	struct td_addr media = ours6;
	struct rte_mbuf *m[2], *whole, *tail;

	for (unsigned i = 0; i < 2; i++) {
		media.port = i ? 20000 : 5060;
		assert_int_equal(peers(m, &peer6, &media, 1000, MTU), 1);
		whole = m[0];
		tail = rte_pktmbuf_alloc(pool);
		memcpy(rte_pktmbuf_append(tail, 700),
			rte_pktmbuf_mtod_offset(whole, void *, whole->pkt_len - 700), 700);
		rte_pktmbuf_trim(whole, 700);
		assert_int_equal(rte_pktmbuf_chain(whole, tail), 0);
		put(whole, VLAN);
		if (!i)
			assert_echo(&peer6, 1, 1000);
	}
	assert_dropped(TD_DROP_TOO_BIG, too_big + 1); /* of media there is no such thing */
}

static void other_tags_are_dropped(void **state)
{
	uint64_t before = stats().dropped[TD_DROP_VLAN];
	struct rte_mbuf *m;

	put(solicitation(&peer6, &ours6), VLAN + 1);
	m = solicitation(&peer6, &ours6);
	while (rte_ring_enqueue(in, m)) /* no tag */
		wait_a_little();
	assert_dropped(TD_DROP_VLAN, before + 2);
	put(solicitation(&peer6, &ours6), 5 << 13 | VLAN); /* a priority is no other VLAN */
	rte_pktmbuf_free(receive());
}

static void a_port_of_no_one_is_refused(const struct td_addr *from, struct td_addr to)
{
	size_t head = RTE_ETHER_HDR_LEN + (to.family == 6 ? 40 : 20);
	struct rte_mbuf *m, *sent, *copy;
	const struct icmp_head *icmp;

	to.port = 9;
	assert_int_equal(peers(&sent, from, &to, 1300, MTU), 1);
	copy = rte_pktmbuf_copy(sent, pool, 0, UINT32_MAX);
	put(sent, VLAN);
	m = receive();
	icmp = rte_pktmbuf_mtod_offset(m, const void *, head);
	if (to.family == 6) {
		assert_ptr_equal(icmp6_of(m), icmp);
		assert_int_equal(icmp->type, 1);
		assert_int_equal(icmp->code, 4);
		assert_int_equal(m->pkt_len, RTE_ETHER_HDR_LEN + 1280);
		assert_memory_equal(rte_pktmbuf_mtod_offset(m, void *, 38), from->ip6, 16);
	} else {
		assert_int_equal(icmp->type, 3);
		assert_int_equal(icmp->code, 3);
		assert_int_equal(m->pkt_len, RTE_ETHER_HDR_LEN + 576);
		assert_int_equal(checksum_fold(checksum_add(0, icmp, 556)), 0xffff);
		assert_int_equal(
			checksum_fold(checksum_add(0, rte_pktmbuf_mtod_offset(m, void *, 14), 20)),
			0xffff);
		assert_memory_equal(rte_pktmbuf_mtod_offset(m, void *, 30), &from->ip4, 4);
	}
	/* The packet as it came, from its IP header on. */
	assert_memory_equal(icmp + 1, rte_pktmbuf_mtod_offset(copy, void *, RTE_ETHER_HDR_LEN),
		m->pkt_len - head - sizeof(*icmp));
	rte_pktmbuf_free(copy);
	rte_pktmbuf_free(m);
}

static void ports_of_no_one_are_refused(void **state)
{
	struct td_addr nobody = ours4, media = ours6, group = peer6;
	uint64_t before = stats().dropped[TD_DROP_UDP_PORT];
	struct rte_mbuf *m;
	unsigned told = 0;

	a_port_of_no_one_is_refused(&peer4, ours4);
	a_port_of_no_one_is_refused(&peer6, ours6);
	/* Never to someone who can't be one host, nor for media just now. */
	memset(group.ip6, 0, 15);
	nobody.port = 9;
	peers(&m, &(struct td_addr){.family = 4, .port = 9}, &nobody, 20, MTU);
	put(m, VLAN);
	media.port = 20000;
	peers(&m, &peer6, &media, 20, MTU);
	put(m, VLAN);
	assert_dropped(TD_DROP_UDP_PORT, before + 3);
	assert_null(receive_within(20));
	/* A scan gets as many as the bucket holds and a little more, not as many as it asks for. */
	for (unsigned i = 0; i < 200; i++) {
		peers(&m, &peer4, &nobody, 20, MTU);
		put(m, VLAN);
	}
	assert_dropped(TD_DROP_UDP_PORT, before + 203);
	for (; (m = receive_within(0)); told++)
		rte_pktmbuf_free(m);
	assert_in_range(told, 1, 199);
}

static uint64_t sum(const uint64_t *v, unsigned n)
{
	uint64_t total = 0;

	while (n)
		total += v[--n];
	return total;
}

static void all_is_accounted_for(void **state)
{
	struct td_port_stats s = stats();
	struct dp_memory memory;

	assert_int_equal(s.in + s.originated, s.out + sum(s.consumed, TD_CONSUMED_COUNT) +
						      sum(s.dropped, TD_DROP_COUNT) + s.held);
	dp_memory(dp, &memory);
	assert_int_equal(memory.mbufs_in_use, s.held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_are_answered),
		cmocka_unit_test(false_discovery_is_not_heard),
		cmocka_unit_test(ping_is_answered),
		cmocka_unit_test(sip_comes_back_to_a_new_neighbour),
		cmocka_unit_test(long_sip_has_fragments),
		cmocka_unit_test(jumbo_frames_are_read_whole),
		cmocka_unit_test(other_tags_are_dropped),
		cmocka_unit_test(ports_of_no_one_are_refused),
		cmocka_unit_test(fragments_of_media_are_dropped),
		cmocka_unit_test(fragments_do_not_stay),
		cmocka_unit_test(answers_to_strangers_take_no_neighbour),
		cmocka_unit_test(all_is_accounted_for),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
