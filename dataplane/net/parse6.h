/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parse of IPv6: as parse_packet() for IPv4, and called from there. IPv6 always takes the
 * general way.
 *
 * A next header of UDP, ICMPv6 or Fragment follows the fixed header at once. Others, the options of
 * RFC 8200 sections 4.3 to 4.6 before all, are dropped by name: no telephone sends them, and half
 * of the Internet drops them too (RFC 7872).
 */
#ifndef TANDEM_DATAPLANE_NET_PARSE6_H
#define TANDEM_DATAPLANE_NET_PARSE6_H

#include <dataplane/net/ledger.h>
#include <dataplane/net/local.h>
#include <dataplane/net/verdict.h>

/* The Ethernet header has been looked at, and says IPv6. */
unsigned parse6_packet(const struct local *t, const struct worker_port *p, struct rte_mbuf *m);
/* Is this Ethernet destination one of ours beside the port's own: all nodes, or the solicited-node
 * group of any IPv6 address? Which address it is, neighbour discovery sees. */
bool parse6_group(const struct rte_ether_addr *to);

#endif
