/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <tandem/config.h>
#include <tests/unit/unit.h>
#include <dataplane/net/parse.h>

#define DATA 24

static const struct rte_ether_addr mac = {{2, 0, 0, 0, 0, 1}};
static const uint8_t ours[16] = {0x20, 0x01, 0x0d, 0xb8, [13] = 0xaa, 0xbb, 0xcc};
static const uint8_t peer[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 9};

/* An mbuf without a pool: header, private area, room. */
static struct {
	struct rte_mbuf m;
	struct pkt k;
	uint8_t room[256];
} box;
static struct local table;
static struct worker_port port;

static struct frame6 *frame(void)
{
	return (struct frame6 *)box.room;
}

/* A right packet, with 4 bytes of padding behind it. */
static struct frame6 *packet(uint16_t to)
{
	struct frame6 *f = frame();

	memset(&box, 0, sizeof(box));
	box.m.buf_addr = box.room;
	box.m.nb_segs = 1;
	box.m.priv_size = sizeof(box.k);
	box.m.pkt_len = box.m.data_len = sizeof(*f) + DATA + 4;
	f->eth.dst_addr = mac;
	f->eth.ether_type = htons(RTE_ETHER_TYPE_IPV6);
	f->ip.vtc_flow = htonl(0x6ab12345);
	f->ip.payload_len = htons(8 + DATA);
	f->ip.proto = IPPROTO_UDP;
	memcpy(f->ip.src_addr, peer, 16);
	memcpy(f->ip.dst_addr, ours, 16);
	f->udp.src_port = htons(4000);
	f->udp.dst_port = htons(to);
	f->udp.dgram_len = htons(8 + DATA);
	memset(f + 1, 0x5a, DATA);
	worker_checksum6(&box.m);
	return f;
}

static unsigned parse(void)
{
	return parse_packet(&table, &port, 3, &box.m);
}

#define assert_drop(reason) assert_int_equal(parse(), PARSE_DROP(reason))

static int setup(void **state)
{
	local_init(&table, 5060, 20000, 20999);
	assert_int_equal(local6_add(&table.local6, peer, 4), 0);
	memset(&table.local6, 0, sizeof(table.local6));
	assert_int_equal(local6_add(&table.local6, ours, 7), 0);
	assert_int_equal(local6_add(&table.local6, ours, 8), -EEXIST);
	port = (struct worker_port){.mac = mac, .mtu = 1500};
	return 0;
}

static void all_addresses_are_found(void **state)
{
	struct local6 t = {0};
	uint8_t ip[16] = {0x20, 0x01};

	for (unsigned i = 0; i < PORT_MAX * TD_CONF_LIST; i++) {
		ip[15] = (uint8_t)i;
		assert_int_equal(local6_lookup(&t, ip), -ENOENT);
		assert_int_equal(local6_add(&t, ip, i), 0);
	}
	for (unsigned i = 0; i < PORT_MAX * TD_CONF_LIST; i++) {
		ip[15] = (uint8_t)i;
		assert_int_equal(local6_lookup(&t, ip), i);
	}
	ip[14] = 1;
	assert_int_equal(local6_lookup(&t, ip), -ENOENT);
}

static void sip_and_media_are_found(void **state)
{
	packet(5060)->ip.hop_limits = 0; /* only routers count them down */
	assert_int_equal(parse(), VERDICT_SIP);
	assert_int_equal(box.k.port, 3);
	assert_int_equal(box.k.family, 6);
	assert_memory_equal(box.k.src_ip6, peer, 16);
	assert_memory_equal(box.k.dst_ip6, ours, 16);
	assert_int_equal(box.k.src_port, 4000);
	assert_int_equal(box.k.payload, 62);
	assert_int_equal(box.k.payload_len, DATA);
	assert_int_equal(box.m.data_len, 62 + DATA); /* the padding is gone */
	packet(20007);
	assert_int_equal(parse(), VERDICT_MEDIA);
	assert_int_equal(box.k.leg, 7 * 500 + 3);
	assert_int_equal(box.k.rtcp, 1);
	assert_int_equal(box.k.ip_len, 48 + DATA);
}

/* What veth delivers when the sender left the sum to a card that there is not. */
static void unfinished_sums_are_right(void **state)
{
	struct frame6 *f = packet(5060);

	f->udp.dgram_cksum = rte_ipv6_phdr_cksum(&f->ip, 0);
	assert_int_equal(parse(), VERDICT_SIP);
}

static void sums_are_dpdks(void **state)
{
	const struct frame6 *f = packet(20000);
	uint16_t sum = f->udp.dgram_cksum;

	frame()->udp.dgram_cksum = 0;
	assert_int_equal(sum, rte_ipv6_udptcp_cksum(&f->ip, &f->udp));
}

static void each_fault_has_its_reason(void **state)
{
	packet(5060);
	box.m.data_len = 53;
	assert_drop(RUNT);
	packet(5060);
	box.m.data_len = 62 + DATA - 1;
	assert_drop(RUNT);
	packet(5060)->ip.vtc_flow = htonl(4u << 28);
	assert_drop(IP_HEADER);
	packet(5060)->ip.src_addr[0] = 0xff;
	assert_drop(IP_HEADER);
	packet(5060)->ip.dst_addr[15] = 1;
	assert_drop(NOT_FOR_US);
	packet(5060)->ip.proto = IPPROTO_TCP;
	assert_drop(IP_PROTOCOL);
	packet(5060)->ip.proto = IPPROTO_HOPOPTS;
	assert_drop(IP_EXTENSION);
	packet(5060)->ip.proto = IPPROTO_DSTOPTS;
	assert_drop(IP_EXTENSION);
	packet(5060)->ip.payload_len = htons(7);
	assert_drop(UDP_HEADER);
	packet(5060)->udp.dgram_len = htons(9 + DATA);
	assert_drop(UDP_HEADER);
	packet(20000)->udp.dgram_cksum = 0; /* RFC 8200 section 8.1 */
	assert_drop(UDP_HEADER);
	packet(5060);
	box.room[70] ^= 1;
	assert_drop(UDP_HEADER);
	packet(5061);
	assert_drop(UDP_PORT);
}

static void fragments_are_told_apart(void **state)
{
	static const struct {
		uint16_t frag, port, next, payload;
		unsigned verdict;
	} cases[] = {
		{RTE_IPV6_EHDR_MF_MASK, 5060, IPPROTO_UDP, 32, VERDICT_FRAGMENT},
		{24 | RTE_IPV6_EHDR_MF_MASK, 20000, IPPROTO_UDP, 32, VERDICT_FRAGMENT},
		{24, 20000, IPPROTO_UDP, 31, VERDICT_FRAGMENT},
		{24 | RTE_IPV6_EHDR_MF_MASK, 5060, IPPROTO_UDP, 31, PARSE_DROP(IP_HEADER)},
		{RTE_IPV6_EHDR_MF_MASK, 20000, IPPROTO_UDP, 32, PARSE_DROP(RTP_FRAGMENT)},
		{RTE_IPV6_EHDR_MF_MASK, 5061, IPPROTO_UDP, 32, PARSE_DROP(UDP_PORT)},
		{RTE_IPV6_EHDR_MF_MASK, 5060, IPPROTO_TCP, 32, PARSE_DROP(IP_PROTOCOL)},
		{RTE_IPV6_EHDR_MF_MASK, 5060, IPPROTO_UDP, 8, PARSE_DROP(IP_FRAGMENT)},
		{0, 5060, IPPROTO_UDP, 4, PARSE_DROP(IP_HEADER)},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame6 *f = packet(5060);
		struct rte_ipv6_fragment_ext *ext = (void *)&f->udp;
		struct rte_udp_hdr *udp = (void *)(ext + 1);

		f->ip.proto = IPPROTO_FRAGMENT;
		f->ip.payload_len = htons(cases[i].payload);
		*ext = (struct rte_ipv6_fragment_ext){
			.next_header = (uint8_t)cases[i].next, .frag_data = htons(cases[i].frag)};
		udp->dst_port = htons(cases[i].port);
		if (parse() != cases[i].verdict)
			fail_msg("case %u: %u", i, parse());
	}
}

static void groups_are_for_neighbour_discovery(void **state)
{
	static const uint8_t solicited[16] = {0xff, 2, [11] = 1, 0xff, 0xaa, 0xbb, 0xcc};
	static const uint8_t solicited_mac[6] = {0x33, 0x33, 0xff, 0xaa, 0xbb, 0xcc};
	struct frame6 *f = packet(5060);

	memcpy(f->ip.dst_addr, solicited, 16);
	memcpy(&f->eth.dst_addr, solicited_mac, 6);
	assert_drop(NOT_FOR_US);
	f->ip.proto = IPPROTO_ICMPV6;
	assert_int_equal(parse(), VERDICT_ICMP6);
	f->eth.dst_addr.addr_bytes[2] = 0; /* some other group */
	assert_drop(NOT_FOR_US);
	f = packet(5060);
	f->ip.proto = IPPROTO_ICMPV6;
	assert_int_equal(parse(), VERDICT_ICMP6);
}

static void the_kernels_packets_are_left_to_it(void **state)
{
	port.kernel_owned = true;
	packet(5060);
	assert_int_equal(parse(), VERDICT_SIP);
	packet(5061);
	assert_int_equal(parse(), VERDICT_KERNEL);
	packet(5060)->ip.dst_addr[15] = 1;
	assert_int_equal(parse(), VERDICT_KERNEL);
	packet(5060)->ip.proto = IPPROTO_ICMPV6;
	assert_int_equal(parse(), VERDICT_KERNEL);
	packet(5060)->ip.proto = IPPROTO_FRAGMENT;
	assert_int_equal(parse(), VERDICT_KERNEL);
	port.kernel_owned = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_addresses_are_found),
		cmocka_unit_test(sip_and_media_are_found),
		cmocka_unit_test(unfinished_sums_are_right),
		cmocka_unit_test(sums_are_dpdks),
		cmocka_unit_test(each_fault_has_its_reason),
		cmocka_unit_test(fragments_are_told_apart),
		cmocka_unit_test(groups_are_for_neighbour_discovery),
		cmocka_unit_test(the_kernels_packets_are_left_to_it),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
