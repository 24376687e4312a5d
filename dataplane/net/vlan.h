/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IEEE 802.1Q tags: taken off all frames of a port that has one before anything looks at them, put
 * on again when they leave. In between there are none.
 */
#ifndef TANDEM_DATAPLANE_NET_VLAN_H
#define TANDEM_DATAPLANE_NET_VLAN_H

#include <dataplane/net/ledger.h>

#define VLAN_ID 0x0fff

/* What came in by a port with a tag: those without this very tag are dropped. How many remain, in
 * their order. Bytes of tags are counted here, as no one sees them later. */
unsigned vlan_receive(struct worker_port *p, struct rte_mbuf **m, unsigned n);
/* Tags what is about to leave; how many remain: one whose buffer has no room is dropped. */
unsigned vlan_send(struct worker_port *p, struct rte_mbuf **m, unsigned n);

#endif
