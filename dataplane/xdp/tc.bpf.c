/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * af_packet: the kernel gives the engine's packet socket a copy of each packet. tandem_socket, on
 * that socket, keeps ours; tandem_tc, at clsact's ingress, keeps ours from the kernel's own stack,
 * which would refuse them by ICMP. Packet sockets come before clsact.
 */
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <dataplane/xdp/filter.bpf.h>

SEC("tc")
int tandem_tc(struct __sk_buff *skb)
{
	const struct filter_config *c = filter_get();
	enum filter_verdict verdict;

	if (!c)
		return TC_ACT_UNSPEC;
	if (c->vlan) { /* the kernel has taken the tag off */
		verdict = skb->vlan_present ? filter_tag(c, skb->vlan_tci, skb->len) : FILTER_PASS;
	} else {
		/* The headers of a packet that came in pages may not be linear yet. */
		if (skb->protocol == bpf_htons(ETH_P_IP) || skb->protocol == bpf_htons(ETH_P_IPV6))
			bpf_skb_pull_data(skb, sizeof(struct ethhdr) + 60 + sizeof(struct udphdr));
		verdict = skb->vlan_present ? FILTER_PASS
					    : filter_frame(c, (const void *)(long)skb->data,
						      (const void *)(long)skb->data_end, skb->len);
	}
	if (verdict == FILTER_PASS)
		return TC_ACT_UNSPEC;
	if (verdict == FILTER_TAKE)
		filter_count(FILTER_OURS);
	return TC_ACT_SHOT;
}

/* This type of program has no direct access to packets, so it copies. */
static __always_inline enum filter_verdict filter_copy(
	const struct filter_config *c, struct __sk_buff *skb)
{
	struct ipv6hdr ip6;
	struct iphdr ip;
	struct udphdr udp;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, sizeof(struct ethhdr), &ip, sizeof(ip)) ||
			ip.version != 4 || ip.ihl < 5 || ip.protocol != IPPROTO_UDP ||
			ip.frag_off & bpf_htons(IP_FRAGMENT_BITS) ||
			bpf_skb_load_bytes(
				skb, sizeof(struct ethhdr) + ip.ihl * 4, &udp, sizeof(udp)))
			return FILTER_PASS;
		return filter_ip4(c, &ip, &udp, skb->len);
	}
	if (skb->protocol != bpf_htons(ETH_P_IPV6) ||
		bpf_skb_load_bytes(skb, sizeof(struct ethhdr), &ip6, sizeof(ip6)) ||
		ip6.version != 6 || ip6.nexthdr != IPPROTO_UDP ||
		bpf_skb_load_bytes(skb, sizeof(struct ethhdr) + sizeof(ip6), &udp, sizeof(udp)))
		return FILTER_PASS;
	return filter_ip6(c, &ip6, &udp, skb->len);
}

/*
 * DPDK's driver asks the kernel to put IPv4's fragments together for it; such a datagram goes to
 * the kernel's socket too, and is known here by its length. (A fragmented one that is short comes
 * twice: to SIP, a retransmission.) On a VLAN of the engine's own no other socket has it: it is
 * lost.
 */
SEC("socket")
int tandem_socket(struct __sk_buff *skb)
{
	const struct filter_config *c = filter_get();
	enum filter_verdict verdict = FILTER_PASS;

	if (!c || skb->pkt_type == PACKET_OUTGOING)
		return 0;
	if (c->vlan && skb->vlan_present)
		verdict = filter_tag(c, skb->vlan_tci, skb->len);
	else if (!c->vlan && !skb->vlan_present)
		verdict = filter_copy(c, skb);
	if (verdict == FILTER_STOP)
		filter_count(FILTER_TOO_LONG);
	return verdict == FILTER_TAKE ? (int)skb->len : 0;
}

char tandem_license[] SEC("license") = "Dual BSD/GPL";
