/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <engine/base/octets.h>
#include <dataplane/rtp/rtcp_msg.h>

#define RTCP_SR   200
#define RTCP_RR   201
#define RTCP_SDES 202
#define RTCP_BYE  203
#define RTCP_XR   207

#define VERSION      0x80
#define VERSION_MASK 0xc0
#define PADDING      0x20
#define COUNT        0x1f
#define HEADER       4
#define SENDER_INFO  20
#define BLOCK        24
#define SDES_CNAME   1
#define XR_VOIP      7
#define XR_VOIP_SIZE 36 /* of the block with its header */

static uint8_t *add32(uint8_t *p, uint32_t v)
{
	be32_put(p, v);
	return p + 4;
}

/* The header of the packet that began at `start` and ends at `end`, a multiple of 4. */
static void finish(uint8_t *start, const uint8_t *end, uint8_t count, uint8_t type)
{
	size_t words = (size_t)(end - start) / 4 - 1;

	start[0] = VERSION | count;
	start[1] = type;
	be16_put(start + 2, (uint16_t)words);
}

static uint8_t *put_report(const struct rtcp_msg *m, uint8_t *start)
{
	uint8_t *p = add32(start + HEADER, m->ssrc);

	if (m->sender) {
		p = add32(p, (uint32_t)(m->ntp >> 32));
		p = add32(p, (uint32_t)m->ntp);
		p = add32(p, m->ts);
		p = add32(p, m->packets);
		p = add32(p, m->octets);
	}
	if (m->block) {
		p = add32(p, m->report.ssrc);
		p = add32(p, (uint32_t)m->report.fraction << 24 | (m->report.lost & 0xffffff));
		p = add32(p, m->report.seq_max);
		p = add32(p, m->report.jitter);
		p = add32(p, m->report.lsr);
		p = add32(p, m->report.dlsr);
	}
	finish(start, p, m->block, m->sender ? RTCP_SR : RTCP_RR);
	return p;
}

/* One chunk, one item, then at least one zero octet up to a multiple of 4 (section 6.5). */
static uint8_t *put_sdes(const struct rtcp_msg *m, uint8_t *start)
{
	uint8_t *p = add32(start + HEADER, m->ssrc);
	size_t n = strnlen(m->cname, sizeof(m->cname) - 1);

	*p++ = SDES_CNAME;
	*p++ = (uint8_t)n;
	memcpy(p, m->cname, n);
	p += n;
	do
		*p++ = 0;
	while ((p - start) % 4);
	finish(start, p, 1, RTCP_SDES);
	return p;
}

size_t rtcp_encode(const struct rtcp_msg *m, uint8_t out[static RTCP_MAX])
{
	uint8_t *p = put_report(m, out);

	p = put_sdes(m, p);
	if (m->bye) {
		uint8_t *end = add32(p + HEADER, m->ssrc);

		finish(p, end, 1, RTCP_BYE);
		p = end;
	}
	return (size_t)(p - out);
}

static int get_report(struct rtcp_msg *m, const uint8_t *p, size_t len, uint32_t about)
{
	bool sender = p[1] == RTCP_SR;
	size_t at = HEADER + 4 + (sender ? SENDER_INFO : 0);
	unsigned count = p[0] & COUNT;

	if (len < at + count * BLOCK)
		return -EINVAL;
	m->ssrc = be32_get(p + HEADER);
	if (sender) {
		m->sender = true;
		m->ntp = (uint64_t)be32_get(p + 8) << 32 | be32_get(p + 12);
		m->ts = be32_get(p + 16);
		m->packets = be32_get(p + 20);
		m->octets = be32_get(p + 24);
	}
	for (const uint8_t *b = p + at; count > 0; count--, b += BLOCK) {
		if (be32_get(b) != about)
			continue;
		m->block = true;
		m->report = (struct rtcp_block){.ssrc = about,
			.fraction = b[4],
			.lost = (int32_t)(be32_get(b + 4) << 8) >> 8,
			.seq_max = be32_get(b + 8),
			.jitter = be32_get(b + 12),
			.lsr = be32_get(b + 16),
			.dlsr = be32_get(b + 20)};
	}
	return 0;
}

/* Blocks of a type, an octet of its own, and a length (RFC 3611 section 3). */
static int get_extended(struct rtcp_msg *m, const uint8_t *p, size_t len, uint32_t about)
{
	size_t n;

	if (len < HEADER + 4)
		return -EINVAL;
	p += HEADER + 4;
	len -= HEADER + 4;
	for (; len > 0; p += n, len -= n) {
		n = ((size_t)be16_get(p + 2) + 1) * 4; /* len is a multiple of 4 */
		if (n > len)
			return -EINVAL;
		if (p[0] != XR_VOIP || n < XR_VOIP_SIZE || be32_get(p + 4) != about)
			continue;
		m->xr = true;
		m->voip = (struct rtcp_voip){.loss = p[8],
			.discard = p[9],
			.end_system_ms = be16_get(p + 18),
			.r = p[24],
			.mos_lq = p[26],
			.mos_cq = p[27],
			.plc = p[28] >> 6,
			.buffer_ms = be16_get(p + 30)};
	}
	return 0;
}

static int get_packet(struct rtcp_msg *m, const uint8_t *p, size_t len, uint32_t about)
{
	switch (p[1]) {
	case RTCP_SR:
	case RTCP_RR:
		return len < HEADER + 4 ? -EINVAL : get_report(m, p, len, about);
	case RTCP_XR:
		return get_extended(m, p, len, about);
	case RTCP_BYE:
		m->bye = true;
		return 0;
	default: /* SDES, APP and unknown types: nothing that we need */
		return 0;
	}
}

/*
 * Appendix A.2 demands SR or RR first. But some telephones send APP or SDES alone, for example to
 * keep a NAT's binding, without having negotiated reduced size (RFC 5506), which allows it. The
 * check serves to tell RTCP from other traffic. Version, type and lengths that add up do that too.
 */
int rtcp_decode(struct rtcp_msg *m, const uint8_t *data, size_t len, uint32_t about)
{
	memset(m, 0, sizeof(*m));
	if (len < HEADER || !rtcp_is(data[1]))
		return -EINVAL;
	for (size_t n; len > 0; data += n, len -= n) {
		size_t padding = 0;

		if (len < HEADER || (data[0] & VERSION_MASK) != VERSION)
			return -EINVAL;
		n = ((size_t)be16_get(data + 2) + 1) * 4;
		if (n > len)
			return -EINVAL;
		if (data[0] & PADDING) { /* only the last packet has padding: whole words, the count
					    in its last octet */
			padding = data[n - 1];
			if (n != len || padding == 0 || padding % 4 || padding > n - HEADER)
				return -EINVAL;
		}
		if (get_packet(m, data, n - padding, about))
			return -EINVAL;
	}
	return 0;
}
