/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/quality.h>
#include <engine/base/codec.h>
#include <engine/base/emodel.h>

#define US_A_MS     1000
#define UNAVAILABLE 127 /* RFC 3611 section 4.7 */
#define PLC_OFF     1

void quality_init(struct quality *q, uint16_t first_seq)
{
	*q = (struct quality){.first_seq = first_seq};
}

static void rate(struct quality_rating *x, const struct emodel_path *p)
{
	uint16_t r = emodel_r(p), mos = emodel_mos(r);

	x->r += (uint64_t)r * p->expected;
	x->mos += (uint64_t)mos * p->expected;
	/* The rest at the end of a call is too short to count as the worst window, unless it is
	 * the only one. */
	if (p->expected >= QUALITY_PACKETS || !x->packets) {
		x->mos_last = mos;
		if (!x->packets || mos < x->mos_worst || r < x->r_worst) {
			x->r_worst = r;
			x->mos_worst = mos;
		}
	}
	x->packets += p->expected;
}

static uint32_t positive(int32_t n)
{
	return n > 0 ? (uint32_t)n : 0;
}

static void rate_in(
	struct quality *q, const struct td_leg_stats *s, uint8_t codec, uint8_t ptime_ms, bool last)
{
	uint32_t expected = s->in_expected - q->in_expected;
	uint32_t buffer_us = emodel_buffer_us(codec_us(codec, s->in_jitter));

	if ((int32_t)expected <= 0 || (expected < QUALITY_PACKETS && !last))
		return;
	rate(&q->in, &(struct emodel_path){.lost = positive(s->in_lost - q->in_lost),
			     .expected = expected,
			     .delay_us = emodel_delay_us(s->rtt_us, ptime_ms, buffer_us),
			     .codec = codec});
	q->in_expected = s->in_expected;
	q->in_lost = s->in_lost;
}

static void rate_out(
	struct quality *q, const struct td_leg_stats *s, uint8_t codec, uint8_t ptime_ms, bool last)
{
	uint32_t expected = s->out_seq_max - q->out_seq_max;
	uint32_t lost = positive(s->out_lost - q->out_lost);
	uint32_t buffer_us = emodel_buffer_us(codec_us(codec, s->out_jitter));

	if (s->out_reports == q->out_reports)
		return;
	if (!q->out_reports) { /* the peer's first report: its count of wraps is the peer's own */
		expected = (uint16_t)(s->out_seq_max - q->first_seq + 1);
		lost = positive(s->out_lost);
	}
	/* Backwards: the peer has begun to count anew. */
	if ((int32_t)expected > 0) {
		if (expected < QUALITY_PACKETS && !last)
			return;
		if (s->xr.known) {
			lost += (uint32_t)((uint64_t)expected * s->xr.discard >> 8);
			buffer_us = s->xr.buffer_ms ? s->xr.buffer_ms * US_A_MS : buffer_us;
		}
		rate(&q->out, &(struct emodel_path){.lost = lost,
				      .expected = expected,
				      .delay_us = emodel_delay_us(s->rtt_us, ptime_ms, buffer_us),
				      .codec = codec,
				      .no_plc = s->xr.known && s->xr.plc == PLC_OFF});
	}
	q->out_reports = s->out_reports;
	q->out_seq_max = s->out_seq_max;
	q->out_lost = s->out_lost;
}

void quality_update(struct quality *q, const struct td_leg_stats *stats, uint8_t codec,
	uint8_t ptime_ms, bool last)
{
	rate_in(q, stats, codec, ptime_ms, last);
	rate_out(q, stats, codec, ptime_ms, last);
	if (stats->rtt_us > q->rtt_max_us)
		q->rtt_max_us = stats->rtt_us;
	q->last = *stats;
	q->codec = codec;
}

static struct td_ev_rating rating(const struct quality_rating *x)
{
	if (!x->packets)
		return (struct td_ev_rating){0};
	return (struct td_ev_rating){
		.r = (uint16_t)((x->r + x->packets / 2) / x->packets),
		.r_worst = x->r_worst,
		.mos = (uint16_t)((x->mos + x->packets / 2) / x->packets),
		.mos_worst = x->mos_worst,
	};
}

void quality_get(const struct quality *q, struct td_ev_quality *out)
{
	const struct td_leg_stats *s = &q->last;
	bool xr = s->xr.known;

	*out = (struct td_ev_quality){
		.in = rating(&q->in),
		.out = rating(&q->out),
		.xr_r = xr && s->xr.r != UNAVAILABLE ? s->xr.r * 100 : 0,
		.xr_mos = xr && s->xr.mos != UNAVAILABLE ? s->xr.mos * 10 : 0,
		.silences = q->silences,
		.silent_ms = q->silent_ms,
		.in_jitter_max_us = codec_us(q->codec, s->in_jitter_max),
		.out_lost = s->out_lost,
		.out_jitter_us = codec_us(q->codec, s->out_jitter),
		.rtt_max_us = q->rtt_max_us,
	};
}

uint16_t quality_mos_now(const struct quality *q)
{
	uint16_t in = q->in.mos_last, out = q->out.mos_last;

	return !out || (in && in < out) ? in : out;
}
