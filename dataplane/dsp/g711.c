/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dsp/g711.h>

/*
 * An octet is sign, 3 bits of segment s, 4 bits of step q, and travels inverted: all of it in
 * u-law, every other bit in A-law. Magnitudes on the 16-bit scale:
 *     u-law: ((2q + 33) << s) - 33, times 4
 *     A-law: 2q + 1 in segment 0, else (2q + 33) << (s - 1), times 8
 */
#define SEG(o)        ((o) >> 4 & 7)
#define STEP2(o)      (((o)&15) * 2)
#define ULAW_MAG(o)   ((((STEP2(o) + 33) << SEG(o)) - 33) * 4)
#define ALAW_MAG(o)   ((SEG(o) ? (STEP2(o) + 33) << (SEG(o) - 1 + !SEG(o)) : STEP2(o) + 1) * 8)
#define ULAW(o)       ((o)&0x80 ? ULAW_MAG((o) ^ 0xff) : -ULAW_MAG((o) ^ 0xff))
#define ALAW(o)       ((o)&0x80 ? ALAW_MAG((o) ^ 0x55) : -ALAW_MAG((o) ^ 0x55))
#define FOUR(f, o)    f(o), f((o) + 1), f((o) + 2), f((o) + 3)
#define SIXTEEN(f, o) FOUR(f, o), FOUR(f, (o) + 4), FOUR(f, (o) + 8), FOUR(f, (o) + 12)
#define SIXTYFOUR(f, o) \
	SIXTEEN(f, o), SIXTEEN(f, (o) + 16), SIXTEEN(f, (o) + 32), SIXTEEN(f, (o) + 48)
#define ALL(f) SIXTYFOUR(f, 0), SIXTYFOUR(f, 64), SIXTYFOUR(f, 128), SIXTYFOUR(f, 192)

const int16_t g711_ulaw_linear[256] = {ALL(ULAW)};
const int16_t g711_alaw_linear[256] = {ALL(ALAW)};

#define ULAW_BIAS 33
#define ULAW_CLIP 8158 /* the largest magnitude of 14 bits that segment 7 covers */

uint8_t g711_ulaw(int16_t sample)
{
	/* 14-bit magnitude; of the two's complement, so that -1 is as far from 0 as 0 is. */
	int negative = sample < 0;
	unsigned magnitude = (unsigned)(negative ? -(sample + 1) >> 2 : sample >> 2);
	unsigned biased, segment;

	if (magnitude > ULAW_CLIP)
		magnitude = ULAW_CLIP;
	biased = magnitude + ULAW_BIAS;
	segment = 26 - (unsigned)__builtin_clz(biased); /* of the leading one: 5..12 */
	return (uint8_t)(((negative ? 0x80 : 0) | segment << 4 | (biased >> (segment + 1) & 15)) ^
			 0xff);
}

uint8_t g711_alaw(int16_t sample)
{
	int negative = sample < 0;
	unsigned magnitude = (unsigned)(negative ? -(sample + 1) >> 3 : sample >> 3) >> 1;
	unsigned segment = magnitude < 16 ? 0 : 28 - (unsigned)__builtin_clz(magnitude);
	unsigned step = segment < 2 ? magnitude : magnitude >> (segment - 1);

	return (uint8_t)(((negative ? 0 : 0x80) | segment << 4 | (step & 15)) ^ 0x55);
}
