/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPv6 on a port that no kernel owns: neighbour discovery (RFC 4861) as far as a host with
 * configured addresses needs it, and echo (RFC 4443), answered in place. Routers are configured, so
 * advertisements and redirects are ignored. We do not look for duplicate addresses, but we defend
 * ours (RFC 4862 section 5.4).
 */
#ifndef TANDEM_DATAPLANE_NET_ND_H
#define TANDEM_DATAPLANE_NET_ND_H

#include <dataplane/net/local6.h>
#include <dataplane/net/punt.h>

/* ICMPv6 to one of our addresses, or to a multicast group. Takes the packet. True when *learnt was
 * filled. */
bool nd_input(
	struct worker *w, const struct local6 *t, struct rte_mbuf *m, struct punt_learnt *learnt);

/* A neighbour solicitation for `ip`, to mac or, NULL, its solicited-node group, in an empty mbuf.
 */
void nd_solicit(struct rte_mbuf *m, const struct rte_ether_addr *mac_ours,
	const struct td_addr *ours, const struct td_addr *ip, const uint8_t *mac);

/* The Ethernet address of an IPv6 address' solicited-node group (RFC 4291 2.7.1, RFC 2464 7). */
void nd_group_mac(const uint8_t ip[16], uint8_t mac[6]);

#endif
