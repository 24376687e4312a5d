/* SPDX-License-Identifier: BSD-3-Clause */
/* The parse's part for UDP over IPv4 and IPv6. Who decides by a port decides here, for both. */
#ifndef TANDEM_DATAPLANE_NET_UDP_H
#define TANDEM_DATAPLANE_NET_UDP_H

#include <dataplane/net/checksum.h>
#include <dataplane/net/ledger.h>
#include <dataplane/net/local.h>
#include <dataplane/net/verdict.h>

/* room: octets of the IP packet from the UDP header on. index: of our address that it came to.
 * VERDICT_SIP and VERDICT_MEDIA: the packet's ports, its payload's length and its leg are in its
 * struct pkt, and the checksum is not checked yet. */
static inline unsigned parse_udp(const struct local *t, const struct worker_port *p,
	struct rte_mbuf *m, const struct rte_udp_hdr *udp, unsigned room, unsigned index)
{
	struct pkt *k = pkt_of(m);
	unsigned len, port;

	if (room < sizeof(*udp))
		return PARSE_DROP(UDP_HEADER);
	len = ntohs(udp->dgram_len);
	port = ntohs(udp->dst_port);
	if (port != t->sip_port && (port < t->rtp_port_min || port > t->rtp_port_max))
		return p->kernel_owned ? VERDICT_KERNEL : PARSE_DROP(UDP_PORT);
	if (len < sizeof(*udp) || len > room ||
		(m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_BAD)
		return PARSE_DROP(UDP_HEADER);
	k->src_port = ntohs(udp->src_port);
	k->dst_port = (uint16_t)port;
	k->payload_len = (uint16_t)(len - sizeof(*udp));
	if (port == t->sip_port)
		return VERDICT_SIP;
	k->leg = index * t->ports_per_address + (port - t->rtp_port_min) / 2;
	k->rtcp = (port - t->rtp_port_min) & 1;
	return VERDICT_MEDIA;
}

/*
 * The checksum is right. addresses: source and destination, n octets together.
 *
 * A checksum that a sender on this machine left to its network card never gets completed on a veth
 * or memif: it is still the sum of the pseudo-header. Nothing was on a wire, so both are right.
 */
static inline bool udp_sum_right(const struct rte_udp_hdr *udp, const void *addresses, unsigned n)
{
	uint64_t pseudo = (uint64_t)udp->dgram_len + htons(IPPROTO_UDP);

	pseudo = checksum_add(pseudo, addresses, n);
	return udp->dgram_cksum == checksum_fold(pseudo) ||
	       checksum_fold(checksum_add(pseudo, udp, ntohs(udp->dgram_len))) == 0xffff;
}

#endif
