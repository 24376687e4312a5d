/* SPDX-License-Identifier: BSD-3-Clause */
/* What a peer gets is one stream, whatever feeds it. */
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
/* From now on, `to` is what the peer of leg `id` hears. What it was before ends. */
void stream_feed(struct legs *r, uint32_t id, enum leg_feed to);
/* The peer of leg `id` is about to get the first packet of a stream that is relayed to it; seq and
 * ts are those of that packet. */
void stream_begin(struct legs *r, uint32_t id, uint16_t seq, uint32_t ts, uint32_t time);
/* The number of a packet from beside that stream, which is sent at once: those that follow move up.
 */
uint16_t stream_insert(struct legs *r, uint32_t id);

/* Of each feed: another one takes its place on leg `id`. */
#define LEG_FEED_LEAVE(feed, name) void name##_leave(struct legs *r, uint32_t id);
LEG_FEEDS(LEG_FEED_LEAVE)

#endif
