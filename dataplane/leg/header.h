/* SPDX-License-Identifier: BSD-3-Clause */
/* The headers of packets to a peer. */
#ifndef TANDEM_DATAPLANE_LEG_HEADER_H
#define TANDEM_DATAPLANE_LEG_HEADER_H

#include <dataplane/leg/state.h>

void leg_nexthops(struct legs *r, uint32_t id); /* asks for them; the old ones are not put back */
void leg_address(struct legs *r, uint32_t id, const struct td_addr *remote); /* next hop, header */
/* The header of `l` is made for packets of `total` bytes of IP. */
void leg_length(struct leg *l, uint16_t total);
/* Headers of a frame to the peer's address `to`, in front of `len` octets of RTP or RTCP: all but
 * Ethernet's addresses and UDP's checksum. Where it begins, leg_ip_bytes() and Ethernet's before
 * them.
 */
uint8_t *leg_head(const struct legs *r, uint32_t id, const struct td_addr *to, bool above,
	uint8_t *payload, unsigned len);
/* A packet to the peer, rtcp or rtp: headers in place, `len` octets of room at *payload. NULL when
 * the pool is empty (counted). */
struct rte_mbuf *leg_packet(
	struct legs *r, uint32_t id, bool rtcp, unsigned len, uint8_t **payload);

#endif
