/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Telephone events on an SSRC of their own, while the audio of the same peer goes on:
 *
 *     audio, SSRC 7      100  101      102  103
 *     events, SSRC 9           1    2    3
 *     one stream leaves    n  n+1  n+2 ...        each takes the next number
 *
 * The listener gets one stream, and RFC 4733 gives an event one time stamp. So what is added to the
 * events' time stamps stays, from the first event of an SSRC on, as long as it leads to about the
 * time that the stream is at.
 */
#ifndef TANDEM_DATAPLANE_LEG_ASIDE_H
#define TANDEM_DATAPLANE_LEG_ASIDE_H

#include <dataplane/leg/relay.h>
#include <dataplane/leg/stats.h>
#include <dataplane/rtp/packet.h>

/* The packet's place among the events of its SSRC, which arrive on leg `id`. */
enum sequence aside_sequence(struct legs *r, uint32_t id, const struct rtp_packet *v);
/* It leaves on leg `id` at this time, by the next number: what is to be added. */
struct relay_shift aside_place(
	struct legs *r, uint32_t id, const struct rtp_packet *v, uint32_t time);

#endif
