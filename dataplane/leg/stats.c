/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/stats.h>

/* The first packet of a stream that we have not counted yet (A.1 init_seq). The counts of the
 * stream before it are added to the sums over all streams. */
void seq_start(
	struct leg *l, struct leg_cold *c, uint32_t ssrc, uint16_t seq, uint32_t ts, uint32_t time)
{
	if (l->flags & LEG_STARTED)
		c->expected_before += l->seq_max - c->base + 1;
	c->packets_before = (uint32_t)leg_in_packets(l, c);
	c->base = seq;
	c->jumped = false;
	c->expected_prior = 0;
	c->received_prior = 0;
	c->top_ts = ts;
	c->floor = seq;
	l->flags |= LEG_STARTED;
	c->in_ssrc = ssrc;
	l->seq_max = seq;
	l->seen = 1;
	l->in_ts = ts;
	l->in_time = time;
	l->jitter = 0;
}

/*
 * A.1 update_seq, with a memory of LEG_WINDOW packets to tell reordered ones from duplicates. A
 * jump is believed when the packet after it follows on; RESTART asks for seq_start().
 */
enum sequence seq_update(struct leg *l, struct leg_cold *c, uint16_t seq)
{
	uint16_t delta = (uint16_t)(seq - l->seq_max);
	uint32_t behind = (uint16_t)-delta;

	if (delta != 0 && delta < SEQ_MAX_DROPOUT) {
		leg_advance(l, delta);
		return SEQ_NEXT;
	}
	if (delta != 0 && delta <= UINT16_MAX + 1 - SEQ_MAX_MISORDER) {
		if (c->jumped && seq == c->bad_seq)
			return SEQ_RESTART;
		c->jumped = true;
		c->bad_seq = (uint16_t)(seq + 1);
		return SEQ_JUMP;
	}
	if (behind >= LEG_WINDOW || (int32_t)(l->seq_max - behind - c->floor) < 0)
		return SEQ_LATE;
	if (l->seen & 1u << behind)
		return SEQ_DUPLICATE;
	l->seen |= 1u << behind;
	return SEQ_REORDERED;
}

/* The hot counters are 32 bits wide: at 10 Mbit/s a report's interval fills a thousandth. */
void stats_fold(struct leg *l, struct leg_cold *c)
{
	c->in_packets += l->in_packets;
	c->in_bytes += l->in_bytes;
	c->out_packets += l->out_packets;
	c->out_bytes += l->out_bytes;
	l->in_packets = l->in_bytes = l->out_packets = l->out_bytes = 0;
}

static void heard_get(const struct leg_heard *h, struct td_leg_stats *out)
{
	out->out_reports = h->out_reports;
	out->out_lost = h->out_lost;
	out->out_jitter = h->out_jitter;
	out->out_seq_max = h->out_seq_max;
	out->rtt_us = h->rtt_us;
	out->xr = h->xr;
}

void stats_get(const struct legs *r, uint32_t id, struct td_leg_stats *out)
{
	const struct leg *l = &r->leg[id];
	const struct leg_cold *c = &r->cold[id];
	const struct leg_heard *h = leg_heard(r, id);
	uint64_t in_packets = leg_in_packets(l, c);

	*out = (struct td_leg_stats){.in_packets = in_packets,
		.in_bytes = c->in_bytes + l->in_bytes,
		.out_packets = leg_out_packets(l, c),
		.out_bytes = c->out_bytes + l->out_bytes,
		.strangers = c->strangers,
		.unexpected_pt = c->unexpected_pt,
		.in_jitter = l->jitter >> 4,
		.in_jitter_max = l->jitter_max};
	if (h)
		heard_get(h, out);
	if (l->flags & LEG_STARTED) {
		out->in_ssrc = rte_be_to_cpu_32(c->in_ssrc);
		out->in_expected = c->expected_before + l->seq_max - c->base + 1;
		out->in_lost = (int32_t)(out->in_expected - (uint32_t)in_packets);
	}
}
