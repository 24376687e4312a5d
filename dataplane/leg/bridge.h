/* SPDX-License-Identifier: BSD-3-Clause */
/* Two legs of which each is sent what arrives on the other. */
#ifndef TANDEM_DATAPLANE_LEG_BRIDGE_H
#define TANDEM_DATAPLANE_LEG_BRIDGE_H

#include <dataplane/leg/state.h>

/* Ends their sounds and their bridges with others. `cookie` is the peer's, and matters where the
 * peer is another worker's: that worker bridges its own leg. */
void leg_bridge(struct legs *r, uint32_t id, uint32_t peer, uint32_t cookie);
/* `ended`: leg `id` ends, and its peer stays. */
void leg_unbridge(struct legs *r, uint32_t id, bool ended);
/* Flags, codec or source of `id` or of its peer have changed: what each hears now. */
void leg_rebridge(struct legs *r, uint32_t id);

#endif
