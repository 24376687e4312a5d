/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/* The one question that all three programs ask: is this packet for the engine? */
#ifndef TANDEM_DATAPLANE_XDP_FILTER_BPF_H
#define TANDEM_DATAPLANE_XDP_FILTER_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <dataplane/xdp/filter.h>

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
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FILTER_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void filter_count(__u32 kind)
{
	__u64 *n = bpf_map_lookup_elem(&counters, &kind);

	if (n)
		++*n;
}

/* UDP, no fragment, to one of our addresses and to the SIP port or the media range. Fragments stay
 * with the kernel: a socket of the host's receives the whole datagram from it. */
static __always_inline int filter_ours_ip(const struct iphdr *ip, const struct udphdr *udp)
{
	__u32 zero = 0, to = ip->daddr;
	const struct filter_config *c = bpf_map_lookup_elem(&config, &zero);
	__u16 port = bpf_ntohs(udp->dest);

	if (!c || !c->frame_max)
		return 0;
	if (port != c->sip_port && (port < c->rtp_port_min || port > c->rtp_port_max))
		return 0;
	return bpf_map_lookup_elem(&addresses, &to) != NULL;
}

static __always_inline __u32 filter_frame_max(void)
{
	__u32 zero = 0;
	const struct filter_config *c = bpf_map_lookup_elem(&config, &zero);

	return c ? c->frame_max : 0;
}

static __always_inline int filter_ours(const void *data, const void *end)
{
	const struct ethhdr *eth = data;
	const struct iphdr *ip = (const void *)(eth + 1);
	const struct udphdr *udp;

	if ((const void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return 0;
	if (ip->version != 4 || ip->ihl < 5 || ip->protocol != IPPROTO_UDP ||
		ip->frag_off & bpf_htons(IP_FRAGMENT_BITS))
		return 0;
	udp = (const void *)ip + ip->ihl * 4;
	if ((const void *)(udp + 1) > end)
		return 0;
	return filter_ours_ip(ip, udp);
}

#endif
