/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/net/icmp.h>
#include <dataplane/net/unreach.h>

/* With these whole messages stay within 576 and 1280 octets (RFC 1812 4.3.2.3, RFC 4443 2.4(c)). */
#define UNREACH_QUOTE4 (576u - sizeof(struct rte_ipv4_hdr) - sizeof(struct icmp_head))
#define UNREACH_QUOTE6 (1280u - sizeof(struct rte_ipv6_hdr) - sizeof(struct icmp_head))

struct unreach4 {
	struct rte_ether_hdr eth;
	struct rte_ipv4_hdr ip;
	struct icmp_head icmp;
} __attribute__((packed, aligned(2)));

struct unreach6 {
	struct rte_ether_hdr eth;
	struct rte_ipv6_hdr ip;
	struct icmp_head icmp;
} __attribute__((packed, aligned(2)));

/* A token bucket as a time: when it was, or will be, full less one token's time (GCRA). */
static bool unreach_token(struct worker_port *p, uint64_t now)
{
	const uint64_t interval = TD_NSEC_PER_SEC / UNREACH_RATE;
	uint64_t full = p->unreach_full > now ? p->unreach_full : now;

	if (full - now > (UNREACH_BURST - 1) * interval)
		return false;
	p->unreach_full = full + interval;
	return true;
}

/* Sent to one host and from one host (RFC 1122 section 3.2.2, RFC 4443 section 2.4(e)). */
static bool unreach_may4(const struct rte_ipv4_hdr *ip)
{
	unsigned first = ntohl(ip->src_addr) >> 24;

	return first != 0 && first != 127 && first < 224;
}

static bool unreach_may6(const struct rte_ipv6_hdr *ip)
{
	static const uint8_t none[15];

	return ip->src_addr[0] != 0xff && memcmp(ip->src_addr, none, sizeof(none)) != 0;
}

/* Makes room for `head` in front of the quoted packet, cuts the packet to `quote`, and swaps the
 * addresses. */
static void *unreach_head(
	struct rte_mbuf *m, const struct rte_ether_addr *mac, size_t head, size_t quote)
{
	const struct rte_ether_hdr was = *rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	struct rte_ether_hdr *eth;

	if (m->data_len > sizeof(was) + quote)
		m->data_len = (uint16_t)(sizeof(was) + quote);
	m->pkt_len = m->data_len;
	eth = (void *)rte_pktmbuf_prepend(m, (uint16_t)(head - sizeof(was)));
	if (!eth)
		return NULL;
	*eth = (struct rte_ether_hdr){
		.dst_addr = was.src_addr, .src_addr = *mac, .ether_type = was.ether_type};
	return eth;
}

static bool unreach_make4(struct rte_mbuf *m, const struct rte_ether_addr *mac)
{
	const struct rte_ipv4_hdr was =
		*rte_pktmbuf_mtod_offset(m, const struct rte_ipv4_hdr *, RTE_ETHER_HDR_LEN);
	struct unreach4 *f;
	size_t len;

	f = unreach_may4(&was) ? unreach_head(m, mac, sizeof(*f), UNREACH_QUOTE4) : NULL;
	if (!f)
		return false;
	len = m->pkt_len - offsetof(struct unreach4, icmp);
	f->icmp = (struct icmp_head){.type = 3, .code = 3}; /* destination, port unreachable */
	f->icmp.checksum = (uint16_t)~checksum_fold(checksum_add(0, &f->icmp, len));
	f->ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(len + sizeof(f->ip))),
		.fragment_offset = htons(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = ICMP_TTL,
		.next_proto_id = IPPROTO_ICMP,
		.src_addr = was.dst_addr,
		.dst_addr = was.src_addr};
	f->ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip)));
	return true;
}

static bool unreach_make6(struct rte_mbuf *m, const struct rte_ether_addr *mac)
{
	const struct rte_ipv6_hdr was =
		*rte_pktmbuf_mtod_offset(m, const struct rte_ipv6_hdr *, RTE_ETHER_HDR_LEN);
	struct unreach6 *f;

	f = unreach_may6(&was) ? unreach_head(m, mac, sizeof(*f), UNREACH_QUOTE6) : NULL;
	if (!f)
		return false;
	memcpy(f->ip.src_addr, was.dst_addr, 16);
	memcpy(f->ip.dst_addr, was.src_addr, 16);
	f->icmp = (struct icmp_head){.type = 1, .code = 4}; /* destination, port unreachable */
	icmp6_finish(&f->ip, m->pkt_len - offsetof(struct unreach6, icmp), ICMP_TTL);
	return true;
}

void unreach_drop(struct worker *w, struct rte_mbuf *m, enum td_drop reason, uint64_t now)
{
	unsigned port = pkt_of(m)->port;
	struct worker_port *p = &w->port[port];
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	bool v6 = eth->ether_type == htons(RTE_ETHER_TYPE_IPV6);

	if (eth->dst_addr.addr_bytes[0] & 1 || !unreach_token(p, now) ||
		!(v6 ? unreach_make6(m, &p->mac) : unreach_make4(m, &p->mac))) {
		worker_drop(w, m, reason);
		return;
	}
	p->stats.dropped[reason]++; /* the packet ends here, its buffer is a new one of ours */
	p->stats.originated++;
	worker_apart(p, TD_APART_ICMP, TD_DIR_OUT, m);
	worker_tx(w, port, m);
}
