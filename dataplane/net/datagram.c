/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <rte_ip_frag.h>
#include <dataplane/net/checksum.h>
#include <dataplane/net/datagram.h>
#include <dataplane/net/frame.h>
#include <dataplane/net/icmp.h>

#define ROOM (RTE_MBUF_DEFAULT_DATAROOM - sizeof(struct rte_ether_hdr)) /* of an mbuf, for IP */

static size_t datagram_head(const struct datagram *d, bool fragment)
{
	if (d->remote->family == 6)
		return sizeof(struct rte_ipv6_hdr) +
		       (fragment ? sizeof(struct rte_ipv6_fragment_ext) : 0);
	return sizeof(struct rte_ipv4_hdr);
}

/* Octets of IP payload in each fragment but the last: units of 8. */
static size_t datagram_step(const struct datagram *d, unsigned mtu)
{
	return ((mtu < ROOM ? mtu : ROOM) - datagram_head(d, true)) & ~7ul;
}

unsigned datagram_frames(const struct datagram *d, unsigned mtu)
{
	size_t payload = sizeof(struct rte_udp_hdr) + d->len, step = datagram_step(d, mtu);
	size_t whole = datagram_head(d, false) + payload;

	if (payload > UINT16_MAX || (d->remote->family == 4 && whole > UINT16_MAX))
		return 0;
	if (whole <= mtu && whole <= ROOM)
		return 1;
	return (unsigned)((payload + step - 1) / step);
}

static struct rte_udp_hdr datagram_udp(const struct datagram *d)
{
	struct rte_udp_hdr udp = {
		.src_port = htons(d->local->port),
		.dst_port = htons(d->remote->port),
		.dgram_len = htons((uint16_t)(sizeof(udp) + d->len)),
	};
	uint64_t sum = (uint64_t)udp.dgram_len + htons(IPPROTO_UDP);
	uint16_t folded;

	/* IPv4 has zeros behind its four octets: they add nothing. */
	sum = checksum_add(sum, d->local->ip6, 16);
	sum = checksum_add(sum, d->remote->ip6, 16);
	sum = checksum_add(sum, &udp, sizeof(udp));
	folded = (uint16_t)~checksum_fold(checksum_add(sum, d->data, d->len));
	udp.dgram_cksum = folded ? folded : 0xffff; /* 0 means none, RFC 768 */
	return udp;
}

/* `offset`, `len`: of this fragment's part of the datagram; `more`: other fragments follow. */
static void datagram_head4(
	const struct datagram *d, struct rte_mbuf *m, size_t offset, size_t len, bool more)
{
	struct rte_ipv4_hdr *ip = (void *)rte_pktmbuf_append(m, sizeof(*ip));

	*ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = (uint8_t)(d->dscp << 2), /* RFC 2474 section 3 */
		.total_length = htons((uint16_t)(sizeof(*ip) + len)),
		.packet_id = htons((uint16_t)d->id),
		.fragment_offset =
			htons((uint16_t)(offset / 8 | (more ? RTE_IPV4_HDR_MF_FLAG : 0))),
		.time_to_live = ICMP_TTL,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = d->local->ip4,
		.dst_addr = d->remote->ip4,
	};
	ip->hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, ip, sizeof(*ip)));
}

static void datagram_head6(const struct datagram *d, struct rte_mbuf *m, size_t offset, size_t len,
	bool fragment, bool more)
{
	struct rte_ipv6_hdr *ip = (void *)rte_pktmbuf_append(m, sizeof(*ip));
	struct rte_ipv6_fragment_ext *f;

	*ip = (struct rte_ipv6_hdr){
		.vtc_flow = htonl(6u << 28 | (uint32_t)d->dscp << 22),
		.payload_len = htons((uint16_t)(len + (fragment ? sizeof(*f) : 0))),
		.proto = fragment ? IPPROTO_FRAGMENT : IPPROTO_UDP,
		.hop_limits = ICMP_TTL,
	};
	memcpy(ip->src_addr, d->local->ip6, 16);
	memcpy(ip->dst_addr, d->remote->ip6, 16);
	if (!fragment)
		return;
	f = (void *)rte_pktmbuf_append(m, sizeof(*f));
	*f = (struct rte_ipv6_fragment_ext){
		.next_header = IPPROTO_UDP,
		.frag_data = htons((uint16_t)(offset | (more ? RTE_IPV6_EHDR_MF_MASK : 0))),
		.id = htonl(d->id),
	};
}

void datagram_fill(const struct datagram *d, unsigned mtu, struct rte_mbuf **m, unsigned n)
{
	struct rte_udp_hdr udp = datagram_udp(d);
	size_t total = sizeof(udp) + d->len, step = n > 1 ? datagram_step(d, mtu) : total;
	const uint8_t *data = d->data;

	for (unsigned i = 0; i < n; i++) {
		size_t at = i * step, len = i + 1 < n ? step : total - at;
		struct rte_ether_hdr *eth = (void *)rte_pktmbuf_append(m[i], sizeof(*eth));

		memset(eth, 0, sizeof(*eth));
		if (d->remote->family == 6)
			datagram_head6(d, m[i], at, len, n > 1, i + 1 < n);
		else
			datagram_head4(d, m[i], at, len, i + 1 < n);
		if (!i) {
			memcpy(rte_pktmbuf_append(m[i], sizeof(udp)), &udp, sizeof(udp));
			at += sizeof(udp);
			len -= sizeof(udp);
		}
		if (len)
			memcpy(rte_pktmbuf_append(m[i], (uint16_t)len), data + at - sizeof(udp),
				len);
	}
}
