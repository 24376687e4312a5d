/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_arp.h>
#include <rte_icmp.h>
#include <dataplane/net/punt.h>

struct punt_frame {
	struct rte_ether_hdr eth;
	struct rte_arp_hdr arp;
} __attribute__((packed, aligned(2)));

bool punt_arp(
	struct worker *w, const struct local *t, struct rte_mbuf *m, struct punt_learnt *learnt)
{
	struct punt_frame *f = rte_pktmbuf_mtod(m, struct punt_frame *);
	struct rte_arp_ipv4 *a = &f->arp.arp_data;
	unsigned port = pkt_of(m)->port;
	struct worker_port *p = &w->port[port];
	uint32_t ours = a->arp_tip;

	if (m->data_len < sizeof(*f)) {
		worker_drop(w, m, TD_DROP_RUNT);
		return false;
	}
	if (f->arp.arp_hardware != htons(RTE_ARP_HRD_ETHER) ||
		f->arp.arp_protocol != htons(RTE_ETHER_TYPE_IPV4) || f->arp.arp_hlen != 6 ||
		f->arp.arp_plen != 4 || local_lookup(t, ours) < 0 ||
		local_lookup(t, a->arp_sip) >= 0 || rte_is_multicast_ether_addr(&a->arp_sha)) {
		worker_drop(w, m, TD_DROP_NOT_FOR_US);
		return false;
	}
	*learnt = (struct punt_learnt){.ip = addr_v4(a->arp_sip), .port = (uint8_t)port};
	memcpy(learnt->mac, &a->arp_sha, 6);
	if (f->arp.arp_opcode != htons(RTE_ARP_OP_REQUEST)) {
		worker_consume(w, m, TD_CONSUMED_ARP);
		return true;
	}
	f->arp.arp_opcode = htons(RTE_ARP_OP_REPLY);
	a->arp_tha = a->arp_sha;
	a->arp_tip = a->arp_sip;
	a->arp_sha = p->mac;
	a->arp_sip = ours;
	f->eth.dst_addr = f->eth.src_addr;
	f->eth.src_addr = p->mac;
	worker_turn_round(w, m, TD_CONSUMED_ARP);
	worker_apart(p, TD_APART_ARP, TD_DIR_OUT, m);
	worker_tx(w, port, m);
	return true;
}

void punt_icmp(struct worker *w, struct rte_mbuf *m)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	struct rte_ipv4_hdr *ip = (void *)(eth + 1);
	unsigned header = (ip->version_ihl & 15u) * 4;
	struct rte_icmp_hdr *icmp = (void *)((uint8_t *)ip + header);
	unsigned port = pkt_of(m)->port;
	unsigned len = ntohs(ip->total_length) - header; /* the parse has checked both */
	uint32_t ours = ip->dst_addr;

	if (len < sizeof(*icmp)) {
		worker_drop(w, m, TD_DROP_RUNT);
		return;
	}
	if (icmp->icmp_type != RTE_IP_ICMP_ECHO_REQUEST || icmp->icmp_code ||
		rte_is_broadcast_ether_addr(&eth->dst_addr)) {
		worker_consume(w, m, TD_CONSUMED_ICMP);
		return;
	}
	if (checksum_fold(checksum_add(0, icmp, len)) != 0xffff) {
		worker_drop(w, m, TD_DROP_IP_HEADER);
		return;
	}
	icmp->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
	icmp->icmp_cksum = 0;
	icmp->icmp_cksum = (uint16_t)~checksum_fold(checksum_add(0, icmp, len));
	ip->dst_addr = ip->src_addr;
	ip->src_addr = ours;
	ip->time_to_live = 64;
	ip->hdr_checksum = 0;
	ip->hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, ip, header));
	eth->dst_addr = eth->src_addr;
	eth->src_addr = w->port[port].mac;
	worker_turn_round(w, m, TD_CONSUMED_ICMP);
	worker_apart(&w->port[port], TD_APART_ICMP, TD_DIR_OUT, m);
	worker_tx(w, port, m);
}

void punt_request(struct rte_mbuf *m, const struct rte_ether_addr *ours, uint32_t our_ip,
	uint32_t ip, const uint8_t *mac)
{
	struct punt_frame *f = (void *)rte_pktmbuf_append(m, sizeof(*f));

	memset(f, 0, sizeof(*f));
	memset(&f->eth.dst_addr, 0xff, 6);
	if (mac)
		memcpy(&f->eth.dst_addr, mac, 6);
	f->eth.src_addr = *ours;
	f->eth.ether_type = htons(RTE_ETHER_TYPE_ARP);
	f->arp.arp_hardware = htons(RTE_ARP_HRD_ETHER);
	f->arp.arp_protocol = htons(RTE_ETHER_TYPE_IPV4);
	f->arp.arp_hlen = 6;
	f->arp.arp_plen = 4;
	f->arp.arp_opcode = htons(RTE_ARP_OP_REQUEST);
	f->arp.arp_data.arp_sha = *ours;
	f->arp.arp_data.arp_sip = our_ip;
	f->arp.arp_data.arp_tip = ip;
}
