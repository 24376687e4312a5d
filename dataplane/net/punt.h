/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is neither SIP nor media, on a port that no kernel owns: ARP (RFC 826) and ICMP echo
 * (RFC 792), answered in place.
 */
#ifndef TANDEM_DATAPLANE_NET_PUNT_H
#define TANDEM_DATAPLANE_NET_PUNT_H

#include <dataplane/net/parse.h>

struct punt_learnt { /* a neighbour that spoke ARP or neighbour discovery */
	struct td_addr ip;
	uint8_t mac[6];
	uint8_t port;
};

/* Takes the packet. True when *learnt was filled. */
bool punt_arp(
	struct worker *w, const struct local *t, struct rte_mbuf *m, struct punt_learnt *learnt);
void punt_icmp(struct worker *w, struct rte_mbuf *m);

/* An ARP request for `ip`, to mac or, NULL, broadcast, in an empty mbuf. */
void punt_request(struct rte_mbuf *m, const struct rte_ether_addr *ours, uint32_t our_ip,
	uint32_t ip, const uint8_t *mac);

#endif
