/* SPDX-License-Identifier: BSD-3-Clause */
/* What is on the wire of the world's two nets: frames that we make, and frames that are proven. */
#ifndef TANDEM_DATAPLANE_LEG_TEST_FRAMES_H
#define TANDEM_DATAPLANE_LEG_TEST_FRAMES_H

#include <dataplane/leg/test/world.h>

extern const uint8_t frames_mac[2][6]; /* of our ports */
extern const uint8_t frames_hop[2][6]; /* of the host that takes what we send */

struct td_addr frames_ours(unsigned address);
/* A packet as `in` says, in an mbuf of the pool. */
struct rte_mbuf *frames_make(struct rte_mempool *pool, const struct world_rtp *in);
unsigned frames_port(struct rte_mbuf *m); /* by which it comes */
/* A frame that left by the port: all that it must be, and what it is. */
void frames_prove(unsigned port, const struct rte_mbuf *m, struct world_frame *out);

#endif
