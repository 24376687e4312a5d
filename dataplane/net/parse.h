/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fused parse: one look at Ethernet, IP and UDP says where a packet goes, and fills its struct
 * pkt. No lookup beyond the tables of our own addresses.
 *
 * A time to live, or hop limit, of 0 or 1 is accepted like any other: only routers count them down
 * (RFC 1122 section 3.2.1.7, RFC 8200 section 3).
 */
#ifndef TANDEM_DATAPLANE_NET_PARSE_H
#define TANDEM_DATAPLANE_NET_PARSE_H

#include <dataplane/net/ledger.h>
#include <dataplane/net/local.h>
#include <dataplane/net/verdict.h>

/* `m` came in by port number `port`, which is `p`. */
unsigned parse_packet(
	const struct local *t, const struct worker_port *p, unsigned port, struct rte_mbuf *m);

#endif
