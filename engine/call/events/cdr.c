/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>

#define US_A_UNIT (1000000 / TD_RTP_CLOCK) /* of RTP time stamps */

void cdr_media(struct td_ev_media *out, const struct td_leg_stats *stats, uint8_t codec)
{
	*out = (struct td_ev_media){
		.in_packets = stats->in_packets,
		.in_bytes = stats->in_bytes,
		.out_packets = stats->out_packets,
		.out_bytes = stats->out_bytes,
		.in_lost = stats->in_lost,
		.in_jitter_us = stats->in_jitter * US_A_UNIT,
		.rtt_us = stats->rtt_us,
		.codec = codec,
	};
}

uint16_t cdr_cause(uint16_t sip_code)
{
	static const struct {
		uint16_t sip, cause;
	} causes[] = {
		{403, 21}, /* call rejected */
		{404, 1},  /* unallocated number */
		{408, 18}, /* no user responding */
		{480, 19}, /* no answer */
		{484, 28}, /* invalid number format */
		{486, 17}, /* user busy */
		{600, 17},
		{487, CDR_CAUSE_NORMAL},
		{488, 88},  /* incompatible destination */
		{502, 38},  /* network out of order */
		{503, 41},  /* temporary failure */
		{504, 102}, /* recovery on timer expiry */
		{603, 21},
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].sip == sip_code)
			return causes[i].cause;
	return sip_code < 400 ? CDR_CAUSE_NORMAL : 127; /* interworking */
}

void cdr_write(struct td_engine *e, const struct td_ev_cdr *cdr)
{
	e->io.event(e->io.ctx, TD_EV_CDR, cdr, sizeof(*cdr));
}
