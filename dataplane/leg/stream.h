/* SPDX-License-Identifier: BSD-3-Clause */
/* What a peer gets is one stream whatever feeds it. */
#ifndef TANDEM_DATAPLANE_LEG_STREAM_H
#define TANDEM_DATAPLANE_LEG_STREAM_H

#include <dataplane/leg/state.h>

struct position {
	uint32_t ts, time; /* of the last packet, and when it was sent */
	uint16_t seq;
};
struct position stream_position(const struct legs *r, uint32_t id);
void stream_settle(struct legs *r, uint32_t id); /* position into the cold record */
/* The time stamp of the packet after the last one, sent now. */
uint32_t stream_next_ts(const struct leg_cold *c, uint32_t time);
/* `in` is about to relay its first packet; seq and ts are those of that packet. */
void stream_switch(struct legs *r, struct leg *in, uint16_t seq, uint32_t ts, uint32_t time);
void stream_stop(struct legs *r, uint32_t id); /* what arrives on `id` is relayed no more */
/* Flags, peer, codec or sound changed: relays what arrives on `id`, or stops. */
void stream_update(struct legs *r, uint32_t id);

#endif
