/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ITU-T G.711: 8-bit logarithmic samples, and the 16-bit linear ones they stand for (13 bits of
 * A-law and 14 of u-law, shifted up).
 */
#ifndef TANDEM_DATAPLANE_DSP_G711_H
#define TANDEM_DATAPLANE_DSP_G711_H

#include <tandem/types.h>

#define G711_RATE 8000 /* samples a second */

extern const int16_t g711_ulaw_linear[256];
extern const int16_t g711_alaw_linear[256];

uint8_t g711_ulaw(int16_t sample);
uint8_t g711_alaw(int16_t sample);

/* codec: TD_CODEC_PCMU or TD_CODEC_PCMA. */
void g711_encode(enum td_codec codec, const int16_t *in, uint8_t *out, size_t samples);
void g711_decode(enum td_codec codec, const uint8_t *in, int16_t *out, size_t samples);

/* The octet of a sample of no amplitude. */
static inline uint8_t g711_silence(enum td_codec codec)
{
	return codec == TD_CODEC_PCMA ? 0xd5 : 0xff;
}

#endif
