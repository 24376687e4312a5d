/* SPDX-License-Identifier: BSD-3-Clause */
/* The header of an RTP packet (RFC 3550 section 5.1). */
#ifndef TANDEM_DATAPLANE_RTP_PACKET_H
#define TANDEM_DATAPLANE_RTP_PACKET_H

#include <stdbool.h>
#include <engine/base/octets.h>

#define RTP_HEADER  12
#define RTP_VERSION 0x80 /* version 2, no padding, no extension, no CSRC */
#define RTP_MARKER  0x80
#define RTP_TYPE    0x7f /* the payload type, in the octet of the marker */

struct rtp_packet {
	const uint8_t *rtp;
	const uint8_t *payload;
	uint16_t len; /* of the payload without padding */
	uint16_t seq;
	uint32_t ts, ssrc; /* host order; network order */
	uint8_t pt;
};

/* A packet of `len` octets. `plain`: the payload's end can be read, and padding taken off it.
 * False: that is no RTP packet. */
bool rtp_packet_decode(struct rtp_packet *v, const uint8_t *rtp, unsigned len, bool plain);

#endif
