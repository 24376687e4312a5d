/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ITU-T G.711: 8-bit logarithmic samples, and the 16-bit linear ones they stand for (13 bits of
 * A-law and 14 of u-law, shifted up).
 */
#ifndef TANDEM_DATAPLANE_DSP_G711_H
#define TANDEM_DATAPLANE_DSP_G711_H

#include <stdint.h>

extern const int16_t g711_ulaw_linear[256];
extern const int16_t g711_alaw_linear[256];

uint8_t g711_ulaw(int16_t sample);
uint8_t g711_alaw(int16_t sample);

#endif
