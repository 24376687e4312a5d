/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <tests/unit/unit.h>
#include <dataplane/net/parse.h>

#define OURS   RTE_BE32(RTE_IPV4(10, 0, 0, 1))
#define SECOND RTE_BE32(RTE_IPV4(10, 0, 0, 2))
#define PEER   RTE_BE32(RTE_IPV4(10, 0, 0, 9))
#define DATA   20

static const struct rte_ether_addr mac = {{2, 0, 0, 0, 0, 1}};

/* An mbuf without a pool: header, private area, room. */
static struct {
	struct rte_mbuf m;
	struct pkt k;
	uint8_t room[256];
} box;
static struct local table;
static struct worker_port port;

static struct frame *frame(void)
{
	return (struct frame *)box.room;
}

static void sums(void)
{
	struct frame *f = frame();
	uint64_t pseudo = (uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP);

	f->ip.hdr_checksum = 0;
	f->ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip)));
	f->udp.dgram_cksum = 0;
	pseudo = checksum_add(pseudo, &f->ip.src_addr, 8);
	f->udp.dgram_cksum =
		(uint16_t)~checksum_fold(checksum_add(pseudo, &f->udp, sizeof(f->udp) + DATA));
}

/* A right packet from PEER to OURS, with 4 bytes of padding behind it. */
static struct rte_mbuf *packet(uint16_t to)
{
	struct frame *f = frame();

	memset(&box, 0, sizeof(box));
	box.m.buf_addr = box.room;
	box.m.nb_segs = 1;
	box.m.priv_size = sizeof(box.k);
	box.m.pkt_len = box.m.data_len = sizeof(*f) + DATA + 4;
	f->eth.dst_addr = mac;
	f->eth.ether_type = htons(RTE_ETHER_TYPE_IPV4);
	f->ip.version_ihl = RTE_IPV4_VHL_DEF;
	f->ip.total_length = htons(20 + 8 + DATA);
	f->ip.next_proto_id = IPPROTO_UDP;
	f->ip.src_addr = PEER;
	f->ip.dst_addr = OURS;
	f->udp.src_port = htons(4000);
	f->udp.dst_port = htons(to);
	f->udp.dgram_len = htons(8 + DATA);
	memset(f + 1, 0x5a, DATA);
	sums();
	return &box.m;
}

static unsigned parse(void)
{
	return parse_packet(&table, &port, 3, &box.m);
}

#define assert_drop(reason) assert_int_equal(parse(), VERDICT_DROP + TD_DROP_##reason)

static int setup(void **state)
{
	local_init(&table, 5060, 20000, 20999);
	assert_int_equal(local_add(&table, OURS, 0), 0);
	assert_int_equal(local_add(&table, SECOND, 1), 0);
	assert_int_equal(local_add(&table, OURS, 2), -EEXIST);
	port = (struct worker_port){.mac = mac, .mtu = 1500};
	return 0;
}

static void sip_is_found(void **state)
{
	packet(5060);
	assert_int_equal(parse(), VERDICT_SIP);
	assert_int_equal(box.k.port, 3);
	assert_int_equal(box.k.src_ip, PEER);
	assert_int_equal(box.k.src_port, 4000);
	assert_int_equal(box.k.payload, 42);
	assert_int_equal(box.k.payload_len, DATA);
	assert_int_equal(box.m.data_len, 42 + DATA); /* the padding is gone */
}

static void legs_are_numbered(void **state)
{
	packet(20007);
	assert_int_equal(parse(), VERDICT_MEDIA);
	assert_int_equal(box.k.leg, 3);
	assert_int_equal(box.k.rtcp, 1);
	packet(20998);
	frame()->ip.dst_addr = SECOND;
	sums();
	assert_int_equal(parse(), VERDICT_MEDIA);
	assert_int_equal(box.k.leg, 500 + 499);
	assert_int_equal(box.k.rtcp, 0);
	assert_int_equal(box.k.ip_len, 48);
}

static void options_are_stepped_over(void **state)
{
	struct frame *f = frame();

	packet(5060);
	memmove((uint8_t *)&f->udp + 8, &f->udp, 8 + DATA);
	memset(&f->udp, 1, 8); /* no-operation options */
	f->ip.version_ihl = 0x47;
	f->ip.total_length = htons(28 + 8 + DATA);
	f->ip.hdr_checksum = 0;
	f->ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &f->ip, 28));
	box.m.pkt_len = box.m.data_len = 42 + 8 + DATA;
	assert_int_equal(parse(), VERDICT_SIP);
	assert_int_equal(box.k.payload, 50);
	assert_int_equal(box.k.payload_len, DATA);
}

static void each_fault_has_its_reason(void **state)
{
	packet(5060)->data_len = 13;
	assert_drop(RUNT);
	packet(5060)->data_len = 33;
	assert_drop(RUNT);
	packet(5060)->data_len = 42 + DATA - 1;
	assert_drop(RUNT);
	packet(5060)->nb_segs = 2;
	assert_drop(TOO_BIG);
	packet(5060);
	frame()->eth.dst_addr.addr_bytes[5] = 2;
	assert_drop(NOT_FOR_US);
	packet(5060);
	frame()->eth.ether_type = htons(RTE_ETHER_TYPE_VLAN);
	assert_drop(ETHERTYPE);
	packet(5060);
	frame()->ip.version_ihl = 0x65;
	assert_drop(IP_HEADER);
	packet(5060);
	frame()->ip.version_ihl = 0x44;
	assert_drop(IP_HEADER);
	packet(5060);
	frame()->ip.time_to_live ^= 1;
	assert_drop(IP_HEADER);
	packet(5060);
	frame()->ip.dst_addr = PEER;
	sums();
	assert_drop(NOT_FOR_US);
	packet(5060);
	frame()->ip.fragment_offset = htons(RTE_IPV4_HDR_MF_FLAG); /* 28 octets: no units of 8 */
	sums();
	assert_drop(IP_HEADER);
	packet(5060);
	frame()->ip.next_proto_id = IPPROTO_TCP;
	sums();
	assert_drop(IP_PROTOCOL);
	packet(5060);
	frame()->udp.dgram_len = htons(9 + DATA);
	assert_drop(UDP_HEADER);
	packet(5060);
	frame()->udp.dgram_len = htons(7);
	assert_drop(UDP_HEADER);
	packet(5061);
	assert_drop(UDP_PORT);
	packet(5060);
	box.room[50] ^= 1;
	assert_drop(UDP_HEADER);
}

/* Of `payload` octets of IP at this offset. */
static unsigned fragment(uint16_t to, unsigned offset, unsigned payload, bool more)
{
	packet(to);
	frame()->ip.total_length = htons((uint16_t)(20 + payload));
	frame()->ip.fragment_offset =
		htons((uint16_t)(offset / 8 | (more ? RTE_IPV4_HDR_MF_FLAG : 0)));
	frame()->ip.hdr_checksum = 0;
	frame()->ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &frame()->ip, 20));
	return parse();
}

static void fragments_are_told_apart(void **state)
{
	assert_int_equal(fragment(5060, 0, 24, true), VERDICT_FRAGMENT);
	assert_int_equal(fragment(5060, 24, 24, true), VERDICT_FRAGMENT);
	assert_int_equal(fragment(5060, 48, 21, false), VERDICT_FRAGMENT);
	assert_int_equal(fragment(20000, 0, 24, true), PARSE_DROP(RTP_FRAGMENT));
	assert_int_equal(fragment(5061, 0, 24, true), PARSE_DROP(UDP_PORT));
	assert_int_equal(fragment(5060, 0, 4, false), PARSE_DROP(UDP_HEADER)); /* is whole */
	assert_int_equal(fragment(5060, 0, 0, true), PARSE_DROP(IP_FRAGMENT));
}

static void a_time_to_live_of_nothing_will_do(void **state)
{
	packet(5060);
	frame()->ip.time_to_live = 0;
	sums();
	assert_int_equal(parse(), VERDICT_SIP);
}

/* What veth delivers when the sender left the sum to a card that there is not. */
static void unfinished_sums_are_right(void **state)
{
	struct frame *f = frame();
	uint64_t pseudo;

	packet(5060);
	pseudo = (uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP);
	f->udp.dgram_cksum = checksum_fold(checksum_add(pseudo, &f->ip.src_addr, 8));
	assert_int_equal(parse(), VERDICT_SIP);
	packet(5060);
	f->udp.dgram_cksum = 0; /* none, RFC 768 */
	assert_int_equal(parse(), VERDICT_SIP);
}

static void the_kernels_packets_are_left_to_it(void **state)
{
	port.kernel_owned = true;
	packet(5061);
	assert_int_equal(parse(), VERDICT_KERNEL);
	packet(5060);
	frame()->ip.dst_addr = PEER;
	sums();
	assert_int_equal(parse(), VERDICT_KERNEL);
	packet(5060);
	frame()->ip.fragment_offset = htons(RTE_IPV4_HDR_MF_FLAG);
	sums();
	assert_int_equal(parse(), VERDICT_KERNEL);
	packet(5060);
	assert_int_equal(parse(), VERDICT_SIP);
	port.kernel_owned = false;
}

/* Against DPDK's own arithmetic: whole sums without offload, the pseudo-header's with it. */
static void sums_are_dpdks(void **state)
{
	struct rte_mbuf *m = packet(20000);
	struct frame *f = frame();
	uint16_t sum;

	f->ip.hdr_checksum = f->udp.dgram_cksum = 0x1234;
	worker_checksum(&port, m);
	sum = f->udp.dgram_cksum;
	f->udp.dgram_cksum = 0;
	assert_int_equal(sum, rte_ipv4_udptcp_cksum(&f->ip, &f->udp));
	assert_int_equal(rte_raw_cksum(&f->ip, sizeof(f->ip)), 0xffff);
	assert_int_equal(m->ol_flags, 0);
	port.tx_checksum = true;
	worker_checksum(&port, m);
	assert_int_equal(
		m->ol_flags, RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM);
	assert_int_equal(f->ip.hdr_checksum, 0);
	assert_int_equal(f->udp.dgram_cksum, rte_ipv4_phdr_cksum(&f->ip, m->ol_flags));
	assert_int_equal(m->l2_len, 14);
	assert_int_equal(m->l3_len, 20);
	port.tx_checksum = false;
}

/* RFC 1071's own example, and each way to cut a block in two. */
static void checksum_is_rfc_1071(void **state)
{
	static const uint8_t d[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	uint8_t odd[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

	assert_int_equal(ntohs(checksum_fold(checksum_add(0, d, 8))), 0xddf2);
	assert_int_equal(
		ntohs(checksum_fold(checksum_add(checksum_add(0, d, 4), d + 4, 4))), 0xddf2);
	assert_int_equal(ntohs(checksum_fold(checksum_add(0, odd, 9))),
		0x0102 + 0x0304 + 0x0506 + 0x0708 + 0x0900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sip_is_found),
		cmocka_unit_test(legs_are_numbered),
		cmocka_unit_test(options_are_stepped_over),
		cmocka_unit_test(each_fault_has_its_reason),
		cmocka_unit_test(fragments_are_told_apart),
		cmocka_unit_test(a_time_to_live_of_nothing_will_do),
		cmocka_unit_test(unfinished_sums_are_right),
		cmocka_unit_test(the_kernels_packets_are_left_to_it),
		cmocka_unit_test(sums_are_dpdks),
		cmocka_unit_test(checksum_is_rfc_1071),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
