/* SPDX-License-Identifier: BSD-3-Clause */
/* Silences, and the timer that they share with reports. */
#ifndef TANDEM_DATAPLANE_LEG_WATCH_H
#define TANDEM_DATAPLANE_LEG_WATCH_H

#include <dataplane/leg/state.h>

void watch_start(struct legs *r, uint32_t id, uint64_t now); /* from now on; sets the timer */
void watch_due(struct legs *r, uint32_t id, uint64_t now);
void watch_heard(struct legs *r, uint32_t id, uint64_t now); /* a packet, with LEG_SILENT */

#endif
