/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rewrite: a packet of one leg becomes a packet of its peer, in place.
 *
 * The UDP checksum is carried over by differences (RFC 1624): what does not change, all of the
 * payload, is not read, and damage that happened to it before us stays visible to the receiver. Two
 * kinds of packet have no checksum that could be carried over, and get a whole one: those with none
 * (0), and those that the kernel passed along before it had finished it. Such a one is the sum of
 * the pseudo-header alone. A finished checksum looks like that once in 65,536 packets, where a
 * whole one does no harm.
 */
#ifndef TANDEM_DATAPLANE_RTP_RELAY_H
#define TANDEM_DATAPLANE_RTP_RELAY_H

#include <dataplane/rtp/priv.h>

/* The words of a packet that the rewrite changes. */
struct rtp_words {
	uint32_t first, ts, ssrc; /* of the RTP header, as they lie in memory */
	uint32_t ports;
};

static inline uint64_t rtp_sum(const struct rtp_words *w)
{
	return (uint64_t)w->first + w->ts + w->ssrc + w->ports;
}

/* `pt`: the payload type it leaves with. Takes the packet. */
static inline void rtp_relay(struct rtp *r, struct rte_mbuf *m, struct leg *out, uint8_t pt)
{
	const struct pkt *pkt = pkt_of(m);
	uint8_t *rtp = rte_pktmbuf_mtod_offset(m, uint8_t *, pkt->payload);
	struct frame *f = (struct frame *)(rtp - sizeof(struct frame));
	unsigned len = pkt->payload_len;
	uint16_t udp_len = rte_cpu_to_be_16((uint16_t)(len + sizeof(f->udp)));
	uint64_t pseudo = (uint64_t)pkt->src_ip + pkt->dst_ip + udp_len + htons(IPPROTO_UDP);
	uint16_t checksum = f->udp.dgram_cksum;
	bool whole = checksum == 0 || checksum == checksum_fold(pseudo);
	struct rtp_words old = {.first = rtp_load32(rtp),
		.ts = rtp_load32(rtp + 4),
		.ssrc = rtp_load32(rtp + 8),
		.ports = rtp_load32(&f->udp)};
	uint16_t seq = (uint16_t)(rte_be_to_cpu_16((uint16_t)(old.first >> 16)) + out->seq_add);
	uint32_t ts = rte_cpu_to_be_32(rte_be_to_cpu_32(old.ts) + out->ts_add);
	uint32_t first = (old.first & 0x80ff) | (uint32_t)(pt | out->mark) << 8 |
			 (uint32_t)rte_cpu_to_be_16(seq) << 16;
	uint64_t sum;

	out->mark = 0;
	memcpy(&f->ip, out->header, IP_UDP_BYTES);
	memcpy(rtp, &first, 4);
	memcpy(rtp + 4, &ts, 4);
	memcpy(rtp + 8, &out->out_ssrc, 4);
	m->data_off = (uint16_t)((uint8_t *)f - (uint8_t *)m->buf_addr);
	m->pkt_len = m->data_len = (uint16_t)(len + sizeof(*f));
	m->ol_flags = 0;
	f->udp.dgram_len = udp_len;
	f->ip.total_length = rte_cpu_to_be_16((uint16_t)(len + IP_UDP_BYTES));
	rtp_count_out(r, out, len + (unsigned)IP_UDP_BYTES);
	if (unlikely(whole)) {
		worker_send(r->worker, m, out->nexthop);
		return;
	}
	f->ip.hdr_checksum =
		(uint16_t)~checksum_fold((uint64_t)f->ip.hdr_checksum + f->ip.total_length);
	/* HC' = ~(~HC + ~m + m'), the old words negated as 32-bit ones. The lengths cancel out. */
	sum = (uint16_t)~checksum;
	sum += 6ull * UINT32_MAX - rtp_sum(&old) - pkt->src_ip - pkt->dst_ip;
	sum += (uint64_t)first + ts + out->sum;
	checksum = (uint16_t)~checksum_fold(sum);
	f->udp.dgram_cksum = checksum ? checksum : 0xffff;
	worker_send_summed(r->worker, m, out->nexthop);
}

#endif
