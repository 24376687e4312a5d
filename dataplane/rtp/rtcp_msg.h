/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RTCP as octets: compound packets (RFC 3550 section 6) of SR or RR, SDES with a CNAME, BYE; and to
 * read, the VoIP metrics of extended reports (RFC 3611), and reduced-size packets (RFC 5506).
 */
#ifndef TANDEM_DATAPLANE_RTP_RTCP_MSG_H
#define TANDEM_DATAPLANE_RTP_RTCP_MSG_H

#include <tandem/types.h>

#define RTCP_CNAME_BYTES 24                                        /* with NUL */
#define RTCP_MAX         (8 + 20 + 24 + 12 + RTCP_CNAME_BYTES + 8) /* octets of what we send */

/* A report block (section 6.4.1), all in host order. */
struct rtcp_block {
	uint32_t ssrc; /* of the stream reported on */
	uint8_t fraction;
	int32_t lost; /* 24 bits with sign */
	uint32_t seq_max, jitter, lsr, dlsr;
};

#define RTCP_VOIP_NONE 127 /* of r, mos_lq, mos_cq: unavailable */

/* What of a VoIP metrics block (RFC 3611 section 4.7) tells of the stream it is about; the fields
 * have the block's own units. */
struct rtcp_voip {
	uint8_t loss, discard;  /* 256ths */
	uint16_t end_system_ms; /* of the receiver */
	uint8_t r, mos_lq, mos_cq;
	uint8_t plc;        /* the first two bits of RX config */
	uint16_t buffer_ms; /* jitter buffer, nominal */
};

struct rtcp_msg {
	uint32_t ssrc; /* of who sends this; 0 in a packet without a report */
	bool sender;   /* an SR: the next four hold */
	uint64_t ntp;
	uint32_t ts, packets, octets;
	bool block; /* there is a block: to encode, any; when decoded, one about `about` */
	struct rtcp_block report;
	bool bye;
	char cname[RTCP_CNAME_BYTES]; /* encode only */
	bool xr;                      /* decode only: voip is about `about` */
	struct rtcp_voip voip;
};

/* Whether a packet to an RTP port is RTCP, by its second octet (RFC 5761 section 4): types 192 to
 * 223, which as RTP would have the marker and payload type 64 to 95. */
static inline bool rtcp_is(uint8_t octet)
{
	return (octet & 0xe0) == 0xc0;
}

size_t rtcp_encode(const struct rtcp_msg *m, uint8_t out[static RTCP_MAX]);
/*
 * Checks as appendix A.2 of RFC 3550 says, but for its first packet, which may be of any type. Of
 * report and VoIP metrics blocks the one about SSRC `about` is kept. 0 or -EINVAL.
 */
int rtcp_decode(struct rtcp_msg *m, const uint8_t *data, size_t len, uint32_t about);

#endif
