/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one RTP stream takes of a line: all headers of its packets at a named layer, and its RTCP.
 * One place for admission, the check of a site's limits and `tandemctl bandwidth plan`.
 */
#ifndef TANDEM_ENGINE_BASE_RATE_H
#define TANDEM_ENGINE_BASE_RATE_H

#include <tandem/media.h>
#include <tandem/stats.h>
#include <tandem/types.h>

#define RATE_VLAN_BYTES 4 /* of an IEEE 802.1Q tag */

struct rate {
	uint8_t codec;    /* enum td_codec */
	uint8_t ptime_ms; /* 10..60 */
	uint8_t family;   /* 4 or 6 */
	uint8_t tag;      /* octets that SRTP adds to a packet (enum td_srtp_tag); 0: plain RTP */
	uint8_t extra;    /* of Ethernet's header: RATE_VLAN_BYTES, or 0 */
};

/* TD_LAYERS */
struct rate_layer {
	const char *name;
	unsigned bytes;   /* of each packet, beyond its IP bytes */
	const char *help; /* what is counted */
};
extern const struct rate_layer rate_layers[TD_LAYER_COUNT];

/* Octets of one RTP packet. */
unsigned rate_packet_bytes(const struct rate *r, enum td_layer layer);
/* Bits a second in one direction, RTCP included, rounded up. */
uint64_t rate_bps(const struct rate *r, enum td_layer layer);

#endif
