/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/net/parse.h>
#include <dataplane/net/parse6.h>
#include <dataplane/net/udp.h>

static unsigned parse_ip4_udp(const struct local *t, const struct worker_port *p,
	struct rte_mbuf *m, const struct rte_ipv4_hdr *ip, unsigned header, unsigned index)
{
	const struct rte_udp_hdr *udp = (const void *)((const uint8_t *)ip + header);
	unsigned total = ntohs(ip->total_length);
	unsigned verdict = parse_udp(t, p, m, udp, total - header, index);
	struct pkt *k = pkt_of(m);

	if (verdict != VERDICT_MEDIA && verdict != VERDICT_SIP)
		return verdict;
	k->family = 4;
	k->src_ip = ip->src_addr;
	k->dst_ip = ip->dst_addr;
	k->payload = (uint16_t)(sizeof(struct rte_ether_hdr) + header + sizeof(*udp));
	k->ip_len = (uint16_t)total;
	/* The checksum of media is not checked: a damaged sample is better than none (RFC 3828). */
	if (verdict == VERDICT_SIP && udp->dgram_cksum && !udp_sum_right(udp, &ip->src_addr, 8))
		return PARSE_DROP(UDP_HEADER);
	return verdict;
}

/* A first fragment shows the ports. Fragments of media are dropped at once and do not wait for the
 * others. */
static unsigned parse_fragment(
	const struct local *t, const struct rte_ipv4_hdr *ip, unsigned header)
{
	const struct rte_udp_hdr *udp = (const void *)((const uint8_t *)ip + header);
	unsigned room = ntohs(ip->total_length) - header, flags = ntohs(ip->fragment_offset), port;

	if (flags & RTE_IPV4_HDR_MF_FLAG && room % RTE_IPV4_HDR_OFFSET_UNITS)
		return PARSE_DROP(IP_HEADER);
	if (ip->next_proto_id != IPPROTO_UDP)
		return PARSE_DROP(IP_PROTOCOL);
	if (flags & RTE_IPV4_HDR_OFFSET_MASK)
		return VERDICT_FRAGMENT;
	if (room < sizeof(*udp)) /* nobody needs this, and it is a way around filters (RFC 1858) */
		return PARSE_DROP(IP_FRAGMENT);
	port = ntohs(udp->dst_port);
	if (port >= t->rtp_port_min && port <= t->rtp_port_max)
		return PARSE_DROP(RTP_FRAGMENT);
	return port == t->sip_port ? VERDICT_FRAGMENT : PARSE_DROP(UDP_PORT);
}

/* IPv4's fixed header, and that of its length the frame has all. VERDICT_COUNT: it is right. */
static unsigned parse_ip4_header(const struct rte_ipv4_hdr *ip, unsigned frame)
{
	unsigned header, total;

	if (frame < sizeof(struct rte_ether_hdr) + sizeof(*ip))
		return PARSE_DROP(RUNT);
	header = (ip->version_ihl & 15u) * 4;
	total = ntohs(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || header < sizeof(*ip) || total < header)
		return PARSE_DROP(IP_HEADER);
	if (frame < sizeof(struct rte_ether_hdr) + total)
		return PARSE_DROP(RUNT);
	/* Nearly all have no options; a length that the compiler knows needs no loop. */
	if (checksum_fold(header == sizeof(*ip) ? checksum_add(0, ip, sizeof(*ip))
						: checksum_add(0, ip, header)) != 0xffff)
		return PARSE_DROP(IP_HEADER);
	return VERDICT_COUNT;
}

static unsigned parse_ip4(const struct local *t, const struct worker_port *p, struct rte_mbuf *m)
{
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(
		m, const struct rte_ipv4_hdr *, sizeof(struct rte_ether_hdr));
	unsigned header, verdict = parse_ip4_header(ip, m->data_len);
	bool fragment;
	int index;

	if (verdict != VERDICT_COUNT)
		return verdict;
	header = (ip->version_ihl & 15u) * 4;
	index = local_lookup(t, ip->dst_addr);
	fragment = ip->fragment_offset & ~htons(RTE_IPV4_HDR_DF_FLAG);
	if (p->kernel_owned && (index < 0 || ip->next_proto_id != IPPROTO_UDP || fragment))
		return VERDICT_KERNEL;
	if (index < 0)
		return PARSE_DROP(NOT_FOR_US);
	/* Without Ethernet's padding. rte_pktmbuf_trim() would look for more segments, in a cache
	 * line that nothing else here needs. */
	m->data_len = (uint16_t)(sizeof(struct rte_ether_hdr) + ntohs(ip->total_length));
	m->pkt_len = m->data_len;
	if (fragment)
		return parse_fragment(t, ip, header);
	if (ip->next_proto_id == IPPROTO_ICMP)
		return VERDICT_ICMP;
	if (ip->next_proto_id != IPPROTO_UDP)
		return PARSE_DROP(IP_PROTOCOL);
	return parse_ip4_udp(t, p, m, ip, header, (unsigned)index);
}

/* The kernel gives us its own frames alone; on a port of ours others may come by. */
static bool parse_is_to_us(const struct worker_port *p, const struct rte_ether_addr *to)
{
	return p->kernel_owned || rte_is_same_ether_addr(to, &p->mac) ||
	       rte_is_broadcast_ether_addr(to) || parse6_group(to);
}

unsigned parse_packet(
	const struct local *t, const struct worker_port *p, unsigned port, struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);

	pkt_of(m)->port = (uint8_t)port;
	if (m->data_len < sizeof(*eth))
		return PARSE_DROP(RUNT);
	if (m->nb_segs != 1)
		return PARSE_DROP(TOO_BIG);
	if (!parse_is_to_us(p, &eth->dst_addr))
		return PARSE_DROP(NOT_FOR_US);
	if (eth->ether_type == htons(RTE_ETHER_TYPE_IPV6))
		return parse6_packet(t, p, m);
	if (eth->ether_type == htons(RTE_ETHER_TYPE_IPV4))
		return parse_ip4(t, p, m);
	if (p->kernel_owned)
		return VERDICT_KERNEL;
	return eth->ether_type == htons(RTE_ETHER_TYPE_ARP) ? VERDICT_ARP : PARSE_DROP(ETHERTYPE);
}
