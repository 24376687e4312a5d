/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A UDP datagram of ours as frames: one, or fragments (RFC 791, RFC 8200 section 4.5) when it is
 * longer than a packet of the port may be. Checksums are in place, Ethernet's addresses are not.
 */
#ifndef TANDEM_DATAPLANE_NET_DATAGRAM_H
#define TANDEM_DATAPLANE_NET_DATAGRAM_H

#include <rte_mbuf.h>
#include <tandem/types.h>

#define DATAGRAM_FRAMES 128 /* of the longest datagram by the least MTU, 576 */

struct datagram {
	const struct td_addr *local, *remote; /* of one family */
	const void *data;
	size_t len;
	uint8_t dscp;
	uint32_t id; /* another one for each datagram */
};

/* How many frames it takes; 0: UDP cannot carry this length. */
unsigned datagram_frames(const struct datagram *d, unsigned mtu);
/* As many empty mbufs are filled. */
void datagram_fill(const struct datagram *d, unsigned mtu, struct rte_mbuf **m, unsigned n);

#endif
