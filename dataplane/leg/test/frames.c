/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/test/frames.h>

const uint8_t frames_mac[2][6] = {{2, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2}};
const uint8_t frames_hop[2][6] = {{6, 1, 0, 0, 0, 1}, {6, 2, 0, 0, 0, 1}};

uint8_t world_pattern(uint16_t seq, unsigned i)
{
	return (uint8_t)(seq * 7 + i * 13 + 1);
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

struct td_addr frames_ours(unsigned address)
{
	return net_address(address, 254);
}

struct td_addr world_peer(uint32_t leg)
{
	struct td_addr a = net_address(leg / WORLD_PER_ADDRESS, 1 + leg % WORLD_PER_ADDRESS);

	a.port = (uint16_t)(4000 + 2 * leg);
	return a;
}

unsigned frames_port(struct rte_mbuf *m)
{
	/* As the Ethernet destination says. */
	return !memcmp(rte_pktmbuf_mtod(m, const void *), frames_mac[1], 6);
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
	struct td_addr peer = world_peer(in->leg), ours = frames_ours(address);
	bool six = peer.family == 6;
	struct rte_ether_hdr *eth = (void *)p;
	struct rte_ipv4_hdr *ip = (void *)(eth + 1);
	struct rte_ipv6_hdr *ip6 = (void *)(eth + 1);

	memcpy(&eth->dst_addr, frames_mac[address % 2], 6);
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

struct rte_mbuf *frames_make(struct rte_mempool *pool, const struct world_rtp *in)
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

void frames_prove(unsigned port, const struct rte_mbuf *m, struct world_frame *out)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	bool six = p[14] >> 4 == 6;
	const uint8_t *udp = p + (six ? 54 : 34), *rtp = udp + 8;

	assert_int_equal(m->nb_segs, 1);
	assert_int_equal(m->pkt_len, m->data_len);
	assert_memory_equal(p, frames_hop[port], 6);
	assert_memory_equal(p + 6, frames_mac[port], 6);
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
