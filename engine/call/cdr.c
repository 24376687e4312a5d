/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/cdr.h>

#define US_A_SAMPLE 125 /* G.711's clock: 8 kHz */

void cdr_media(struct td_ev_media *out, const struct td_leg_stats *stats, uint8_t codec)
{
	*out = (struct td_ev_media){
		.in_packets = stats->in_packets,
		.in_bytes = stats->in_bytes,
		.out_packets = stats->out_packets,
		.out_bytes = stats->out_bytes,
		.in_lost = stats->in_lost,
		.in_jitter_us = stats->in_jitter * US_A_SAMPLE,
		.rtt_us = stats->rtt_us,
		.codec = codec,
	};
}

void cdr_write(struct td_engine *e, const struct td_ev_cdr *cdr)
{
	e->io.event(e->io.ctx, TD_EV_CDR, cdr, sizeof(*cdr));
}
