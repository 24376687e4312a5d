/* SPDX-License-Identifier: BSD-3-Clause */
/* Sounds to a peer. */
#ifndef TANDEM_DATAPLANE_LEG_PLAY_H
#define TANDEM_DATAPLANE_LEG_PLAY_H

#include <dataplane/leg/state.h>

void play_start(struct legs *r, uint32_t id, const struct play *p, uint64_t now);
/* Ends that play; another one goes on. */
void play_cancel(struct legs *r, uint32_t id, uint32_t number);
void play_due(struct legs *r, uint32_t id, uint64_t deadline, uint64_t now);

#endif
