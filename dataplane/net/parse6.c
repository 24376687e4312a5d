/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/net/parse6.h>
#include <dataplane/net/udp.h>

bool parse6_group(const struct rte_ether_addr *to)
{
	static const uint8_t all_nodes[6] = {0x33, 0x33, 0, 0, 0, 1},
			     solicited[3] = {0x33, 0x33, 0xff};

	return !memcmp(to, solicited, sizeof(solicited)) || !memcmp(to, all_nodes, 6);
}

/* ff02::1, ff02::1:ff00:0/104 */
static bool parse6_multicast(const uint8_t to[16])
{
	static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1};
	static const uint8_t solicited[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

	return !memcmp(to, solicited, sizeof(solicited)) || !memcmp(to, all_nodes, 16);
}

static unsigned parse6_udp(const struct local *t, const struct worker_port *p, struct rte_mbuf *m,
	const struct rte_ipv6_hdr *ip, unsigned index)
{
	const struct rte_udp_hdr *udp = (const void *)(ip + 1);
	unsigned room = ntohs(ip->payload_len), verdict = parse_udp(t, p, m, udp, room, index);
	struct pkt *k = pkt_of(m);

	if (verdict != VERDICT_MEDIA && verdict != VERDICT_SIP)
		return verdict;
	/* RFC 8200 section 8.1: without a checksum it is not to be received. */
	if (!udp->dgram_cksum)
		return PARSE_DROP(UDP_HEADER);
	k->family = 6;
	memcpy(k->src_ip6, ip->src_addr, 16);
	memcpy(k->dst_ip6, ip->dst_addr, 16);
	k->payload = (uint16_t)(sizeof(struct rte_ether_hdr) + sizeof(*ip) + sizeof(*udp));
	k->ip_len = (uint16_t)(sizeof(*ip) + room);
	if (verdict == VERDICT_SIP && !udp_sum_right(udp, ip->src_addr, 32))
		return PARSE_DROP(UDP_HEADER);
	return verdict;
}

/* A first fragment shows the ports. Fragments of media are dropped at once and do not wait for the
 * others. */
static unsigned parse6_fragment(const struct local *t, const struct rte_ipv6_hdr *ip)
{
	const struct rte_ipv6_fragment_ext *f = (const void *)(ip + 1);
	const struct rte_udp_hdr *udp = (const void *)(f + 1);
	unsigned room = ntohs(ip->payload_len), port;

	if (room < sizeof(*f) || (ntohs(f->frag_data) & RTE_IPV6_EHDR_MF_MASK && room % 8))
		return PARSE_DROP(IP_HEADER); /* RFC 8200 section 4.5: units of 8 octets */
	if (f->next_header != IPPROTO_UDP)
		return PARSE_DROP(IP_PROTOCOL);
	if (ntohs(f->frag_data) & RTE_IPV6_EHDR_FO_MASK)
		return VERDICT_FRAGMENT;
	if (room < sizeof(*f) + sizeof(*udp)) /* no need, and a way around filters */
		return PARSE_DROP(IP_FRAGMENT);
	port = ntohs(udp->dst_port);
	if (port >= t->rtp_port_min && port <= t->rtp_port_max)
		return PARSE_DROP(RTP_FRAGMENT);
	return port == t->sip_port ? VERDICT_FRAGMENT : PARSE_DROP(UDP_PORT);
}

/* By what follows the fixed header. */
static unsigned parse6_next(const struct local *t, const struct worker_port *p, struct rte_mbuf *m,
	const struct rte_ipv6_hdr *ip, unsigned index)
{
	switch (ip->proto) {
	case IPPROTO_UDP:
		return parse6_udp(t, p, m, ip, index);
	case IPPROTO_ICMPV6:
		return VERDICT_ICMP6;
	case IPPROTO_FRAGMENT:
		return parse6_fragment(t, ip);
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
	case IPPROTO_NONE:
		return PARSE_DROP(IP_EXTENSION);
	default:
		return PARSE_DROP(IP_PROTOCOL);
	}
}

unsigned parse6_packet(const struct local *t, const struct worker_port *p, struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	const struct rte_ipv6_hdr *ip = (const void *)(eth + 1);
	unsigned total, frame = m->data_len;
	int index;

	if (frame < sizeof(*eth) + sizeof(*ip))
		return PARSE_DROP(RUNT);
	total = sizeof(*ip) + ntohs(ip->payload_len);
	if ((ntohl(ip->vtc_flow) >> 28) != 6 || ip->src_addr[0] == 0xff)
		return PARSE_DROP(IP_HEADER);
	if (frame < sizeof(*eth) + total)
		return PARSE_DROP(RUNT);
	index = local6_lookup(&t->local6, ip->dst_addr);
	if (p->kernel_owned && (index < 0 || ip->proto != IPPROTO_UDP))
		return VERDICT_KERNEL;
	m->data_len = (uint16_t)(sizeof(*eth) + total); /* without Ethernet's padding */
	m->pkt_len = m->data_len;
	if (index < 0)
		return ip->proto == IPPROTO_ICMPV6 && parse6_multicast(ip->dst_addr)
			       ? VERDICT_ICMP6
			       : PARSE_DROP(NOT_FOR_US);
	return parse6_next(t, p, m, ip, (unsigned)index);
}
