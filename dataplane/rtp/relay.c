/* SPDX-License-Identifier: BSD-3-Clause */
/* The general way on: a packet whose struct pkt is filled leaves on another leg, or is recorded. */
#include <dataplane/rtp/relay.h>
#include <dataplane/rtp/secure.h>
#include <dataplane/tap.h>

void rtp_relay(struct rtp *r, struct rte_mbuf *m, struct leg *out, uint8_t pt)
{
	const struct pkt *pkt = pkt_of(m);
	uint16_t total = (uint16_t)(pkt->payload_len + IP_UDP_BYTES);
	uint8_t *f = rte_pktmbuf_mtod_offset(m, uint8_t *, pkt->payload - RELAY_RTP);
	uint64_t addresses = (uint64_t)pkt->src_ip + pkt->dst_ip;
	uint64_t old = addresses + rtp_load32(f + RELAY_PORTS) + rtp_load32(f + RELAY_RTP + 8);
	bool unsummed = relay_unsummed(f, addresses + htons(IPPROTO_UDP));

	/* What follows in IP behind UDP, as UDP says its length, does not leave. */
	((struct frame *)f)->ip.total_length = rte_cpu_to_be_16(total);
	m->data_off = (uint16_t)(f - (uint8_t *)m->buf_addr);
	m->pkt_len = m->data_len = (uint16_t)(pkt->payload_len + RELAY_RTP);
	m->ol_flags = 0;
	relay_rewrite(out, f, pt | (out->out_type & RTP_MARKER), (uint16_t)~checksum_fold(old));
	if (out->flags & LEG_SRTP) {
		if (!rtp_secure_seal(r, (uint32_t)(out - r->leg), m, false))
			return;
		total = (uint16_t)(m->pkt_len - sizeof(struct rte_ether_hdr));
		unsummed = true;
	}
	rtp_count_out(r->acct, out, total);
	if (unsummed)
		worker_send(r->worker, m, out->nexthop);
	else
		worker_send_summed(r->worker, m, out->nexthop);
}

void rtp_tap(struct rtp *r, uint32_t id, const uint8_t *rtp, const void *payload, uint16_t len,
	uint64_t now)
{
	const struct leg_cold *c = &r->cold[id];
	struct tap_rec rec = {.kind = TAP_AUDIO,
		.len = len,
		.recording = c->recording,
		.channel = c->channel,
		.codec = c->codec,
		.seq = (uint16_t)(rtp[2] << 8 | rtp[3]),
		.ts = rte_be_to_cpu_32(rtp_load32(rtp + 4)),
		.ssrc = rte_be_to_cpu_32(rtp_load32(rtp + 8)),
		.now = now};

	tap_put(r->tap, &rec, payload);
}
