/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/rtp/packet.h>

bool rtp_packet_decode(struct rtp_packet *v, const uint8_t *rtp, unsigned len, bool plain)
{
	unsigned header = RTP_HEADER;
	unsigned padding = 0;

	if (len < RTP_HEADER || (rtp[0] & 0xc0) != RTP_VERSION)
		return false;
	header += (rtp[0] & 0x0fu) * 4;
	if (rtp[0] & 0x10) { /* extension: 16 bits of its own, 16 of length in words */
		if (len < header + 4)
			return false;
		header += 4 + be16_get(rtp + header + 2) * 4u;
	}
	if (plain && (rtp[0] & 0x20)) {
		padding = rtp[len - 1];
		if (padding == 0)
			return false;
	}
	if (header + padding > len)
		return false;
	*v = (struct rtp_packet){.rtp = rtp,
		.payload = rtp + header,
		.len = (uint16_t)(len - header - padding),
		.seq = be16_get(rtp + 2),
		.ts = be32_get(rtp + 4),
		.ssrc = raw32(rtp + 8),
		.pt = rtp[1] & 0x7f};
	return true;
}
