/* SPDX-License-Identifier: BSD-3-Clause */
/* What ICMP (RFC 792) and ICMPv6 (RFC 4443) messages of ours have in common. */
#ifndef TANDEM_DATAPLANE_NET_ICMP_H
#define TANDEM_DATAPLANE_NET_ICMP_H

#include <rte_ip.h>
#include <dataplane/net/checksum.h>

#define ICMP_TTL 64 /* and hop limit, of all that we send (RFC 1340, the Internet's default) */

struct icmp_head { /* of both families */
	uint8_t type, code;
	uint16_t checksum;
	uint32_t rest; /* identifier and sequence, flags, or unused */
} __attribute__((packed, aligned(2)));

/* The sum over an ICMPv6 message and its pseudo-header (RFC 8200 section 8.1): 0xffff when right.
 */
static inline uint16_t icmp6_sum(const struct rte_ipv6_hdr *ip, size_t len)
{
	uint64_t sum = (uint64_t)htonl((uint32_t)len) + htonl(IPPROTO_ICMPV6);

	sum = checksum_add(sum, ip->src_addr, 32);
	return checksum_fold(checksum_add(sum, ip + 1, len));
}

/* The IPv6 header's fields beside the addresses, and the checksum of the message behind it. */
static inline void icmp6_finish(struct rte_ipv6_hdr *ip, size_t len, uint8_t hops)
{
	struct icmp_head *icmp = (void *)(ip + 1);

	ip->vtc_flow = htonl(6u << 28);
	ip->payload_len = htons((uint16_t)len);
	ip->proto = IPPROTO_ICMPV6;
	ip->hop_limits = hops;
	icmp->checksum = 0;
	icmp->checksum = (uint16_t)~icmp6_sum(ip, len);
}

#endif
