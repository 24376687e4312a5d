/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rewrite: a packet of one leg becomes a packet of the other one, in place.
 *
 * The UDP checksum is carried over by differences (RFC 1624): what does not change, that is the
 * whole payload, is not read. So damage that happened before us stays visible to the receiver. Two
 * kinds of packet have no checksum that could be carried over, and get a new one: packets without a
 * checksum (0), and packets that the kernel passed on before it had finished theirs. An unfinished
 * checksum is the sum of the pseudo-header alone. A finished one looks like that once in 65,536
 * packets, and then a new checksum does no harm.
 */
#ifndef TANDEM_DATAPLANE_LEG_RELAY_H
#define TANDEM_DATAPLANE_LEG_RELAY_H

#include <immintrin.h>
#include <dataplane/leg/header.h>

#define RELAY_IP    14 /* offsets in a frame */
#define RELAY_ADDR  26
#define RELAY_PORTS 34
#define RELAY_RTP   42

_Static_assert(RELAY_RTP == sizeof(struct frame), "Ethernet, IPv4, UDP");
_Static_assert(LEG_HEADER == sizeof(struct frame) - RELAY_IP, "IPv4, UDP");

/* Both halves of the header's template lie inside the sending line. */
static inline void relay_copy16(uint8_t *to, const uint8_t *from)
{
	_mm_storeu_si128(
		(__m128i *)(void *)to, _mm_loadu_si128((const __m128i *)(const void *)from));
}

/* The checksum of a frame that came cannot be carried over. `pseudo`: the sum of the pseudo-header
 * but for the length. */
static inline bool relay_unsummed(const uint8_t *f, uint64_t pseudo)
{
	const struct rte_udp_hdr *udp = (const void *)(f + RELAY_PORTS);

	return !udp->dgram_cksum || udp->dgram_cksum == checksum_fold(pseudo + udp->dgram_len);
}

/* What is added to a packet's numbers. */
struct relay_shift {
	uint32_t ts;
	uint16_t seq;
};

/* For the next packet of the stream that `out` sends. */
static inline struct relay_shift relay_next(const struct leg *out)
{
	return (struct relay_shift){.ts = out->ts_add, .seq = out->seq_add};
}

/* The first words of an RTP header as they leave. */
struct relay_words {
	uint32_t first, ts;
};

static inline struct relay_words relay_words(
	struct relay_shift add, uint32_t first, uint32_t ts, uint8_t type)
{
	uint32_t host = rte_be_to_cpu_32(first); /* version, marker, type, sequence number */

	return (struct relay_words){
		.first = rte_cpu_to_be_32(
			(host & 0xff800000) | (uint32_t)type << 16 | ((host + add.seq) & 0xffff)),
		.ts = rte_cpu_to_be_32(rte_be_to_cpu_32(ts) + add.ts)};
}

/*
 * Makes the frame at `f` a frame of `out`: everything from IP to the RTP header. IP's and UDP's
 * lengths, UDP's checksum and the RTP header must be as they came. `old`: what the addresses, ports
 * and SSRC that it came with take away from the sum.
 */
static inline void relay_rewrite(
	struct leg *out, uint8_t *f, uint8_t type, uint64_t old, struct relay_shift add)
{
	const struct rte_ipv4_hdr *is = (const void *)(f + RELAY_IP), *ip = (void *)out->header;
	struct frame *frame = (struct frame *)f;
	uint32_t first = raw32(f + RELAY_RTP), ts = raw32(f + RELAY_RTP + 4);
	struct relay_words new = relay_words(add, first, ts, type);
	uint64_t sum = (uint16_t)~frame->udp.dgram_cksum;
	uint16_t checksum;

	/* HC' = ~(~HC + ~m + m'); the lengths cancel out. */
	sum += old + out->out_sum + (uint32_t)~first + (uint32_t)~ts + new.first + new.ts;
	checksum = (uint16_t)~checksum_fold(sum);
	out->out_type &= RTP_TYPE;
	if (unlikely(ip->total_length != is->total_length))
		leg_length(out, rte_be_to_cpu_16(is->total_length));
	relay_copy16(f + RELAY_IP, out->header);
	relay_copy16(f + RELAY_IP + LEG_HEADER - 16, out->header + LEG_HEADER - 16);
	frame->udp.dgram_cksum = checksum ? checksum : 0xffff;
	memcpy(f + RELAY_RTP, &new.first, 4);
	memcpy(f + RELAY_RTP + 4, &new.ts, 4);
	memcpy(f + RELAY_RTP + 8, &out->out_ssrc, 4);
}

/* Any packet, its struct pkt filled. `pt`: the payload type it leaves with. Takes the packet. */
void relay_packet(
	struct legs *r, struct rte_mbuf *m, struct leg *out, uint8_t pt, struct relay_shift add);

#endif
