/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IEEE 802.1Q tags: taken off all frames of a port that has one before anything looks at them, put
 * on again when they leave. In between there are none.
 */
#ifndef TANDEM_DATAPLANE_NET_VLAN_H
#define TANDEM_DATAPLANE_NET_VLAN_H

#include <engine/base/rate.h>
#include <rte_mbuf.h>
#include <tandem/stats.h>

#define VLAN_ID 0x0fff

/* Frames that came in by a port with the tag `vlan`. Frames without exactly this tag are dropped.
 * Returns how many remain, in their order. The bytes of tags are counted here, because nobody sees
 * them later. */
unsigned vlan_receive(struct td_port_stats *s, uint16_t vlan, struct rte_mbuf **m, unsigned n);
/* Tags frames that are about to leave. A frame whose buffer has no room is dropped. Returns how
 * many remain. */
unsigned vlan_send(struct td_port_stats *s, uint16_t vlan, struct rte_mbuf **m, unsigned n);

#endif
