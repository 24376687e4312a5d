/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a listener would say about a stream: the E-model of ITU-T G.107 (06/2015), narrowband, and
 * its mean opinion score by Annex B. What RTP does not tell about a telephone (loudness, noise,
 * echo loss: TELR 65 dB, WEPL 110 dB) has G.107's default; loss counts as random (BurstR 1); there
 * is no advantage factor. The codecs' Ie and Bpl are in their table, include/tandem/codec.h.
 *
 * Results are integers, in hundredths. They are computed with IEEE doubles and libm, accurate to
 * 1e-12, and rounded once. So all machines give the same results, and runs can be compared byte for
 * byte.
 */
#ifndef TANDEM_ENGINE_BASE_EMODEL_H
#define TANDEM_ENGINE_BASE_EMODEL_H

#include <tandem/types.h>

struct emodel_path {
	uint32_t lost, expected; /* packets that did not come, or too late; expected 0: no loss */
	uint32_t delay_us;       /* from mouth to ear, one way */
	uint8_t codec;           /* enum td_codec */
	bool no_plc;             /* the listener is known not to conceal losses (G.711) */
};

/* The transmission rating R, 0..9321 hundredths. */
uint16_t emodel_r(const struct emodel_path *p);
/* G.107 Annex B: MOS of R, both in hundredths: 100..450. */
uint16_t emodel_mos(uint16_t r);
/* The delay of a jitter buffer about which nobody tells: twice the mean deviation, 40 ms at least
 * and 120 ms at most. */
uint32_t emodel_buffer_us(uint32_t jitter_us);
/* Delay from mouth to ear: half the round trip (0: unknown, and R is that much too good), a packet
 * of speech before it can be sent, and the listener's jitter buffer. */
uint32_t emodel_delay_us(uint32_t rtt_us, unsigned ptime_ms, uint32_t buffer_us);

#endif
