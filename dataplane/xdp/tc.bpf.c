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
	/* Headers of what came by a page may not be linear yet. */
	if (skb->protocol == bpf_htons(ETH_P_IP))
		bpf_skb_pull_data(skb, sizeof(struct ethhdr) + 60 + sizeof(struct udphdr));
	if (!filter_ours((const void *)(long)skb->data, (const void *)(long)skb->data_end))
		return TC_ACT_UNSPEC;
	filter_count(FILTER_OURS);
	return TC_ACT_SHOT;
}

/*
 * No direct access to packets in this type of program: copies. DPDK's driver asks the kernel to put
 * fragments together for it; such a datagram goes to the kernel's socket too, and is known here by
 * its length. (A fragmented one that is short comes twice: to SIP, a retransmission.)
 */
SEC("socket")
int tandem_socket(struct __sk_buff *skb)
{
	struct iphdr ip;
	struct udphdr udp;

	if (skb->pkt_type == PACKET_OUTGOING || skb->len > filter_frame_max() ||
		skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	if (bpf_skb_load_bytes(skb, sizeof(struct ethhdr), &ip, sizeof(ip)) || ip.version != 4 ||
		ip.ihl < 5 || ip.protocol != IPPROTO_UDP ||
		ip.frag_off & bpf_htons(IP_FRAGMENT_BITS))
		return 0;
	if (bpf_skb_load_bytes(skb, sizeof(struct ethhdr) + ip.ihl * 4, &udp, sizeof(udp)))
		return 0;
	return filter_ours_ip(&ip, &udp) ? (int)skb->len : 0;
}

char tandem_license[] SEC("license") = "Dual BSD/GPL";
