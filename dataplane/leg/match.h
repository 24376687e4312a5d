/* SPDX-License-Identifier: BSD-3-Clause */
/* What the fast lane compares a packet with (lane.h). */
#ifndef TANDEM_DATAPLANE_LEG_MATCH_H
#define TANDEM_DATAPLANE_LEG_MATCH_H

#include <dataplane/leg/state.h>

/* Flags, source, SSRC or payload type changed: what the fast lane compares with. */
void leg_match(struct legs *r, uint32_t id);

#endif
