/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports: RTCP ends here and is made anew for each leg (RFC 3550 section 6), and signalling gets
 * the statistics. An interval is 5 s times 0.5 .. 1.5, section 6.2 for a session of two with no
 * bandwidth to save; the first is half of that.
 */
#include <stdio.h>
#include <dataplane/leg/header.h>
#include <dataplane/leg/police.h>
#include <dataplane/leg/rtcp.h>
#include <dataplane/leg/secure.h>
#include <dataplane/leg/source.h>
#include <dataplane/leg/stats.h>
#include <dataplane/leg/stream.h>
#include <dataplane/rtp/rtcp_msg.h>

#define NTP_1970 2208988800u /* seconds from 1900 on, where NTP begins */

/* Nanoseconds as NTP's seconds and fraction. */
static uint64_t ntp_of(uint64_t ns)
{
	return ns / TD_NSEC_PER_SEC << 32 | ((ns % TD_NSEC_PER_SEC) << 32) / TD_NSEC_PER_SEC;
}

/* The time stamp of section 4. */
static uint64_t ntp_time(struct legs *r, uint64_t now)
{
	uint64_t told = atomic_load_explicit(&r->wall_told, memory_order_relaxed);

	return ntp_of(now + told) + ((uint64_t)NTP_1970 << 32);
}

static uint32_t ntp_middle(uint64_t ntp)
{
	return (uint32_t)(ntp >> 16);
}

static void set_timer(struct legs *r, uint32_t id, uint32_t mean, uint64_t now)
{
	r->cold[id].report_at = (uint32_t)(now / TD_NSEC_PER_MSEC) + mean / 2 +
				random_below(r->random, RANDOM_REPORT, mean);
}

void report_start(struct legs *r, uint32_t id, uint64_t now)
{
	set_timer(r, id, REPORT_MS / 2, now);
}

/* RTCP counts in the bandwidth row of its leg, but not among its packets: those are RTP's. */
static void account(struct legs *r, uint16_t row, enum td_direction way, unsigned ip_bytes)
{
	r->acct[row].packets[way]++;
	r->acct[row].ip_bytes[way] += ip_bytes;
}

/* What we heard since the last report (A.3). */
static void block_make(struct legs *r, uint32_t id, struct rtcp_block *b, uint64_t now)
{
	const struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	const struct leg_heard *h = leg_heard(r, id);
	bool sr = h && h->sr_ntp;
	uint32_t expected = l->seq_max - c->base + 1;
	uint32_t received = (uint32_t)(leg_in_packets(l, c) - c->packets_before);
	int64_t lost = (int64_t)expected - received;
	uint32_t interval = expected - c->expected_prior;
	int64_t lost_interval = (int64_t)interval - (received - c->received_prior);

	c->expected_prior = expected;
	c->received_prior = received;
	*b = (struct rtcp_block){.ssrc = rte_be_to_cpu_32(c->in_ssrc),
		.fraction = interval == 0 || lost_interval <= 0
				    ? 0
				    : (uint8_t)((lost_interval << 8) / interval -
						(lost_interval == interval)),
		.lost = lost > 0x7fffff    ? 0x7fffff
			: lost < -0x800000 ? -0x800000
					   : (int32_t)lost,
		.seq_max = l->seq_max,
		.jitter = l->jitter >> 4,
		.lsr = sr ? h->sr_ntp : 0,
		.dlsr = sr ? ntp_middle(ntp_of(now)) - h->sr_time : 0};
}

/* An SR is sent. Never 0: that says in a block that there was none. */
static void remember(struct legs *r, uint32_t id, uint64_t ntp, uint64_t now)
{
	struct leg_heard *h = take_heard(r, id);
	unsigned i = h->sent_next++ % LEG_SR;

	h->sent[i].ntp = ntp_middle(ntp);
	h->sent[i].time = ntp_middle(ntp_of(now));
}

static void send_report(struct legs *r, uint32_t id, bool bye, uint64_t now)
{
	const struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	uint64_t sent = leg_out_packets(l, c);
	struct rtcp_msg msg = {.ssrc = ntohl(l->out_ssrc), .bye = bye};
	struct position p = stream_position(r, id);
	uint8_t octets[RTCP_MAX], *payload;
	struct rte_mbuf *m;
	size_t n;

	if (!(l->flags & LEG_RTCP) || (sent == 0 && !(l->flags & LEG_STARTED)))
		return;
	if ((uint32_t)sent != c->out_packets_sr) {
		msg.sender = true;
		msg.ntp = ntp_time(r, now);
		msg.ts = p.ts + leg_units(c, leg_ticks(now) - p.time);
		msg.packets = (uint32_t)sent;
		msg.octets = (uint32_t)(c->out_bytes + l->out_bytes -
					sent * (leg_ip_bytes(l) + RTP_HEADER + secure_more(r, id)));
		c->out_packets_sr = (uint32_t)sent;
		remember(r, id, msg.ntp, now);
	}
	if (l->flags & LEG_STARTED) {
		msg.block = true;
		block_make(r, id, &msg.report, now);
	}
	snprintf(msg.cname, sizeof(msg.cname), "%08x@tandem", msg.ssrc);
	n = rtcp_encode(&msg, octets);
	m = leg_packet(r, id, true, (unsigned)n, &payload);
	if (!m)
		return;
	memcpy(payload, octets, n);
	if ((l->flags & LEG_SRTP) && !secure_seal(r, id, m, true))
		return;
	account(r, l->out_acct, TD_DIR_OUT, m->pkt_len - (unsigned)sizeof(struct rte_ether_hdr));
	worker_send_rtcp(r->worker, m, c->rtcp_nexthop);
}

void report_bye(struct legs *r, uint32_t id, uint64_t now)
{
	send_report(r, id, true, now);
}

void report_due(struct legs *r, uint32_t id, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	struct td_media_event ev = {.type = TD_MEDIA_LEG_STATS};
	uint32_t packets;

	police_settle(&l->police_time, leg_ticks(now));
	police_settle(&c->rtcp_time, leg_ticks(now));
	stats_fold(l, c);
	packets = (uint32_t)(c->in_packets + c->out_packets);
	if (packets != c->reported_packets) {
		c->reported_packets = packets;
		stats_get(r, id, &ev.stats);
		legs_event(r, id, &ev);
	}
	send_report(r, id, false, now);
	set_timer(r, id, REPORT_MS, now);
}

/* The round trip by LSR and DLSR (section 6.4.1), microseconds. A block that answers none of our
 * last SRs tells of none: some peers put times of their own there. */
static void read_trip(struct leg_heard *h, const struct rtcp_block *b, uint64_t now)
{
	for (unsigned i = 0; i < LEG_SR; i++) {
		int32_t rtt = (int32_t)(ntp_middle(ntp_of(now)) - h->sent[i].time - b->dlsr);

		if (!b->lsr || h->sent[i].ntp != b->lsr)
			continue;
		h->rtt_us = rtt > 0 ? (uint32_t)(((uint64_t)rtt * 1000000) >> 16) : 0;
	}
}

static void read_block(struct leg_heard *h, const struct rtcp_block *b, uint64_t now)
{
	h->out_reports++;
	h->out_lost = b->lost;
	h->out_seq_max = b->seq_max;
	h->out_jitter = b->jitter;
	read_trip(h, b, now);
}

static void read_voip(struct leg_heard *h, const struct rtcp_voip *v)
{
	h->xr = (struct td_leg_xr){.known = true,
		.plc = v->plc,
		.r = v->r,
		.mos = v->mos_cq != RTCP_VOIP_NONE ? v->mos_cq : v->mos_lq,
		.loss = v->loss,
		.discard = v->discard,
		.buffer_ms = v->buffer_ms};
}

void report_input(struct legs *r, struct rte_mbuf *m, uint64_t now)
{
	const struct pkt *pkt = pkt_of(m);
	const struct leg *l = &r->leg[pkt->leg];
	struct leg_cold *c = &r->cold[pkt->leg];
	struct leg_heard *h = NULL;
	struct rtcp_msg msg;

	if (!source_rtcp(l, c, pkt)) {
		c->strangers++;
		worker_drop(r->worker, m, TD_DROP_RTP_STRANGER);
		return;
	}
	if (!police_rtcp(&c->rtcp_time, leg_ticks(now))) {
		worker_drop(r->worker, m, TD_DROP_RTCP_FLOOD);
		return;
	}
	if ((l->flags & LEG_SRTP) && !secure_open(r, m, true, leg_ticks(now)))
		return;
	account(r, l->in_acct, TD_DIR_IN, pkt->ip_len);
	if (rtcp_decode(&msg, rte_pktmbuf_mtod_offset(m, const uint8_t *, pkt->payload),
		    pkt->payload_len, ntohl(l->out_ssrc))) {
		worker_drop(r->worker, m, TD_DROP_RTCP_INVALID);
		return;
	}
	if (msg.sender || msg.block || msg.xr)
		h = take_heard(r, pkt->leg);
	if (msg.sender) {
		h->sr_ntp = (uint32_t)(msg.ntp >> 16);
		h->sr_time = ntp_middle(ntp_of(now));
	}
	if (msg.block)
		read_block(h, &msg.report, now);
	if (msg.xr)
		read_voip(h, &msg.voip);
	worker_consume(r->worker, m, TD_CONSUMED_RTCP);
}
