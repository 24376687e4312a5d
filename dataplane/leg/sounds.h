/* SPDX-License-Identifier: BSD-3-Clause */
/* A sound as workers read it. What main does with sounds is in rtp.h. */
#ifndef TANDEM_DATAPLANE_LEG_SOUNDS_H
#define TANDEM_DATAPLANE_LEG_SOUNDS_H

#include <stdatomic.h>
#include <dataplane/leg/rtp.h>

struct sound {
	uint32_t bytes;
	uint8_t data[];
};

/* worker. Valid until its next quiescent point; NULL when there is none. */
const struct sound *sounds_get(const struct sounds *s, uint32_t sound, enum td_codec codec);

#endif
