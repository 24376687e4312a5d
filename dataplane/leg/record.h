/* SPDX-License-Identifier: BSD-3-Clause */
/* From a leg to the recorder. */
#ifndef TANDEM_DATAPLANE_LEG_RECORD_H
#define TANDEM_DATAPLANE_LEG_RECORD_H

#include <dataplane/leg/state.h>

/* Copies a payload to the recorder's ring. len 0: the packet came and has no audio, so that nobody
 * takes its number for a loss. */
void record_payload(struct legs *r, uint32_t id, const uint8_t *rtp, const void *payload,
	uint16_t len, uint64_t now);
/* What the fast lane records of what this leg relays lies with the leg that it leaves by: to be
 * called when either changes. */
void record_prepare(struct legs *r, uint32_t id);
void record_start(struct legs *r, uint32_t id, uint32_t recording, uint32_t channel, uint64_t now);
void record_stop(struct legs *r, uint32_t id, uint64_t now);

#endif
