/* SPDX-License-Identifier: BSD-3-Clause */
/* Two legs of which each is sent what arrives on the other. */
#ifndef TANDEM_DATAPLANE_LEG_BRIDGE_H
#define TANDEM_DATAPLANE_LEG_BRIDGE_H

#include <dataplane/leg/state.h>

/* Ends their sounds and their bridges with others. `cookie` is the other's, and matters where that
 * leg is another worker's: that worker bridges its own leg. */
void leg_bridge(struct legs *r, uint32_t id, uint32_t other, uint32_t cookie);
/* `ended`: leg `id` ends, and the other one stays. */
void leg_unbridge(struct legs *r, uint32_t id, bool ended);
/* Flags, codec or feed of `id` or of the other leg have changed: what each hears now. */
void leg_rebridge(struct legs *r, uint32_t id);

#endif
