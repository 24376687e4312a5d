/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/* The one question that all three programs ask: is this packet for the engine? */
#ifndef TANDEM_DATAPLANE_XDP_FILTER_BPF_H
#define TANDEM_DATAPLANE_XDP_FILTER_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <dataplane/xdp/filter.h>

#define VLAN_ID          0x0fff
#define IP_FRAGMENT_BITS 0x3fff /* more fragments, and the offset */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct filter_config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_ADDRESSES);
	__type(key, __u32); /* network order */
	__type(value, __u8);
} addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_ADDRESSES);
	__type(key, struct in6_addr);
	__type(value, __u8);
} addresses6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FILTER_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void filter_add(__u32 kind, __u64 more)
{
	__u64 *n = bpf_map_lookup_elem(&counters, &kind);

	if (n)
		*n += more;
}

static __always_inline void filter_count(__u32 kind)
{
	filter_add(kind, 1);
}

static __always_inline const struct filter_config *filter_get(void)
{
	__u32 zero = 0;
	const struct filter_config *c = bpf_map_lookup_elem(&config, &zero);

	return c && c->frame_max ? c : NULL;
}

/*
 * A packet of `len` bytes with Ethernet header, UDP to one of our addresses. Fragments stay with
 * the kernel, and so does SIP that is too long for our buffers: a socket of the host's receives
 * whole datagrams from it. The kernel has no such socket for media, and would refuse it.
 */
static __always_inline enum filter_verdict filter_port(
	const struct filter_config *c, __u16 port, __u32 len)
{
	if (port == c->sip_port)
		return len > c->frame_max ? FILTER_PASS : FILTER_TAKE;
	if (port < c->rtp_port_min || port > c->rtp_port_max)
		return FILTER_PASS;
	return len > c->frame_max ? FILTER_STOP : FILTER_TAKE;
}

/* On a VLAN of the engine's own, whatever it is. */
static __always_inline enum filter_verdict filter_tag(
	const struct filter_config *c, __u16 tci, __u32 len)
{
	if ((tci & VLAN_ID) != c->vlan)
		return FILTER_PASS;
	return len > c->frame_max ? FILTER_STOP : FILTER_TAKE;
}

static __always_inline enum filter_verdict filter_ip4(
	const struct filter_config *c, const struct iphdr *ip, const struct udphdr *udp, __u32 len)
{
	__u32 to = ip->daddr;

	if (!bpf_map_lookup_elem(&addresses, &to))
		return FILTER_PASS;
	return filter_port(c, bpf_ntohs(udp->dest), len);
}

static __always_inline enum filter_verdict filter_ip6(const struct filter_config *c,
	const struct ipv6hdr *ip, const struct udphdr *udp, __u32 len)
{
	struct in6_addr to = ip->daddr;

	if (!bpf_map_lookup_elem(&addresses6, &to))
		return FILTER_PASS;
	return filter_port(c, bpf_ntohs(udp->dest), len);
}

static __always_inline enum filter_verdict filter_frame(
	const struct filter_config *c, const void *data, const void *end, __u32 len)
{
	const struct ethhdr *eth = data;
	const struct iphdr *ip = (const void *)(eth + 1);
	const struct ipv6hdr *ip6 = (const void *)(eth + 1);
	const struct udphdr *udp;

	if ((const void *)(ip + 1) > end)
		return FILTER_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if (ip->version != 4 || ip->ihl < 5 || ip->protocol != IPPROTO_UDP ||
			ip->frag_off & bpf_htons(IP_FRAGMENT_BITS))
			return FILTER_PASS;
		udp = (const void *)ip + ip->ihl * 4;
		return (const void *)(udp + 1) > end ? FILTER_PASS : filter_ip4(c, ip, udp, len);
	}
	udp = (const void *)(ip6 + 1);
	if (eth->h_proto != bpf_htons(ETH_P_IPV6) || (const void *)(udp + 1) > end ||
		ip6->version != 6 || ip6->nexthdr != IPPROTO_UDP)
		return FILTER_PASS;
	return filter_ip6(c, ip6, udp, len);
}

#endif
