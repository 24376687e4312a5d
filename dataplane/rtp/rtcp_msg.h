/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RTCP compound packets (RFC 3550 section 6) as octets: SR or RR, SDES with a CNAME, BYE.
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

struct rtcp_msg {
	uint32_t ssrc; /* of who sends this */
	bool sender;   /* an SR: the next four hold */
	uint64_t ntp;
	uint32_t ts, packets, octets;
	bool block; /* there is a block: to encode, any; when decoded, one about `about` */
	struct rtcp_block report;
	bool bye;
	char cname[RTCP_CNAME_BYTES]; /* encode only */
};

size_t rtcp_encode(const struct rtcp_msg *m, uint8_t out[static RTCP_MAX]);
/* Checks as appendix A.2 says. Of the report blocks the one about SSRC `about` is kept. 0 or
 * -EINVAL. */
int rtcp_decode(struct rtcp_msg *m, const uint8_t *data, size_t len, uint32_t about);

#endif
