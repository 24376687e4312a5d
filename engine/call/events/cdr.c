/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/base/codec.h>

void cdr_media(struct td_ev_media *out, const struct td_leg_stats *stats, uint8_t codec)
{
	*out = (struct td_ev_media){
		.in_packets = stats->in_packets,
		.in_bytes = stats->in_bytes,
		.out_packets = stats->out_packets,
		.out_bytes = stats->out_bytes,
		.in_lost = stats->in_lost,
		.in_jitter_us = codec_us(codec, stats->in_jitter),
		.rtt_us = stats->rtt_us,
		.codec = codec,
	};
}

uint16_t cdr_cause(uint16_t sip_code)
{
	static const struct {
		uint16_t sip, cause; /* enum td_cause */
	} causes[] = {
		{403, TD_CAUSE_REJECTED},
		{404, TD_CAUSE_UNALLOCATED},
		{408, TD_CAUSE_NO_USER},
		{480, TD_CAUSE_NO_ANSWER},
		{482, TD_CAUSE_ROUTING}, /* RFC 3398 section 8.2.6.1 */
		{483, TD_CAUSE_ROUTING},
		{484, TD_CAUSE_INVALID_NUMBER},
		{486, TD_CAUSE_BUSY},
		{600, TD_CAUSE_BUSY},
		{487, TD_CAUSE_NORMAL},
		{488, TD_CAUSE_INCOMPATIBLE},
		{500, TD_CAUSE_TEMPORARY},
		{502, TD_CAUSE_OUT_OF_ORDER},
		{503, TD_CAUSE_TEMPORARY},
		{504, TD_CAUSE_TIMER},
		{603, TD_CAUSE_REJECTED},
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].sip == sip_code)
			return causes[i].cause;
	return sip_code < 400 ? TD_CAUSE_NORMAL : TD_CAUSE_INTERWORKING;
}

void cdr_write(struct td_engine *e, const struct td_ev_cdr *cdr)
{
	e->io.event(e->io.ctx, TD_EV_CDR, cdr, sizeof(*cdr));
}
