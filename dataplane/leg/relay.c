/* SPDX-License-Identifier: BSD-3-Clause */
/* The general way on: a packet whose struct pkt is filled leaves on another leg. */
#include <dataplane/leg/relay.h>
#include <dataplane/leg/secure.h>

/* Sends the packet, encrypted if it must be. `unsummed`: it has no checksums yet. */
static void relay_send(struct legs *r, struct rte_mbuf *m, struct leg *out, bool unsummed)
{
	if (out->flags & LEG_SRTP) {
		if (!secure_seal(r, (uint32_t)(out - r->leg), m, false))
			return;
		unsummed = true;
	}
	leg_count_out(r->acct, out, m->pkt_len - (unsigned)sizeof(struct rte_ether_hdr));
	if (unsummed)
		worker_send(r->worker, m, out->nexthop);
	else
		worker_send_summed(r->worker, m, out->nexthop);
}

/*
 * Where one side is IPv6: as relay_rewrite(), with headers made anew. The checksum is carried over
 * all the same, as its pseudo-headers differ in their addresses alone: lengths and protocol add the
 * same in both families.
 */
static void relay_any(
	struct legs *r, struct rte_mbuf *m, struct leg *out, uint8_t pt, struct relay_shift add)
{
	const struct pkt *pkt = pkt_of(m);
	uint32_t id = (uint32_t)(out - r->leg);
	uint8_t *rtp = rte_pktmbuf_mtod_offset(m, uint8_t *, pkt->payload), *f;
	struct rte_udp_hdr *udp = (void *)(rtp - sizeof(*udp));
	uint64_t addresses =
		pkt->family == 6 ? checksum_add(checksum_add(0, pkt->src_ip6, 16), pkt->dst_ip6, 16)
				 : (uint64_t)pkt->src_ip + pkt->dst_ip;
	bool unsummed =
		!udp->dgram_cksum ||
		udp->dgram_cksum == checksum_fold(addresses + htons(IPPROTO_UDP) + udp->dgram_len);
	uint32_t first = raw32(rtp), ts = raw32(rtp + 4);
	struct relay_words new = relay_words(add, first, ts, pt | (out->out_type & RTP_MARKER));
	uint64_t old = addresses + raw32(udp) + raw32(rtp + 8) + first + ts;
	uint64_t sum = (uint16_t)~udp->dgram_cksum;
	uint16_t checksum;

	if ((unsigned)(rtp - (uint8_t *)m->buf_addr) <
		sizeof(struct rte_ether_hdr) + leg_ip_bytes(out)) { /* no room for longer headers */
		worker_drop(r->worker, m, TD_DROP_TOO_BIG);
		return;
	}
	sum += (uint16_t)~checksum_fold(old);
	checksum = (uint16_t)~checksum_fold(sum + out->out_sum + new.first + new.ts);
	out->out_type &= RTP_TYPE;
	f = leg_head(r, id, &r->cold[id].to, false, rtp, pkt->payload_len);
	udp->dgram_cksum = checksum ? checksum : 0xffff;
	memcpy(rtp, &new, sizeof(new));
	memcpy(rtp + 8, &out->out_ssrc, 4);
	m->data_off = (uint16_t)(f - (uint8_t *)m->buf_addr);
	m->pkt_len = m->data_len = (uint16_t)(rtp - f + pkt->payload_len);
	m->ol_flags = 0;
	relay_send(r, m, out, unsummed);
}

void relay_packet(
	struct legs *r, struct rte_mbuf *m, struct leg *out, uint8_t pt, struct relay_shift add)
{
	const struct pkt *pkt = pkt_of(m);
	uint16_t total = (uint16_t)(pkt->payload_len + IP_UDP_BYTES);
	uint8_t *f = rte_pktmbuf_mtod_offset(m, uint8_t *, pkt->payload - RELAY_RTP);
	uint64_t addresses = (uint64_t)pkt->src_ip + pkt->dst_ip;
	uint64_t old = addresses + raw32(f + RELAY_PORTS) + raw32(f + RELAY_RTP + 8);
	bool unsummed = relay_unsummed(f, addresses + htons(IPPROTO_UDP));

	if (pkt->family == 6 || out->flags & LEG_SIX) {
		relay_any(r, m, out, pt, add);
		return;
	}
	/* Octets behind the end of UDP, by UDP's own length, are not sent on. */
	((struct frame *)f)->ip.total_length = rte_cpu_to_be_16(total);
	m->data_off = (uint16_t)(f - (uint8_t *)m->buf_addr);
	m->pkt_len = m->data_len = (uint16_t)(pkt->payload_len + RELAY_RTP);
	m->ol_flags = 0;
	relay_rewrite(
		out, f, pt | (out->out_type & RTP_MARKER), (uint16_t)~checksum_fold(old), add);
	relay_send(r, m, out, unsummed);
}
