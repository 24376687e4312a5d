/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Payload octets to 16-bit linear samples and back, CONVERT_RATE samples a second. Each row of the
 * table of codecs (include/tandem/codec.h) has a pair of functions in convert.c; the build names
 * those that are missing. A payload is converted by itself: none of our codecs keeps anything from
 * one payload to the next.
 */
#ifndef TANDEM_DATAPLANE_DSP_CONVERT_H
#define TANDEM_DATAPLANE_DSP_CONVERT_H

#include <engine/base/codec.h>

#define CONVERT_RATE 8000

struct convert {
	/* `samples` of whole milliseconds; out has convert_octets() bytes. */
	void (*encode)(const int16_t *in, size_t samples, uint8_t *out);
	/* out has room for convert_samples(). */
	void (*decode)(const uint8_t *in, size_t octets, int16_t *out);
};

/* NULL: there is no such codec. */
const struct convert *convert_get(unsigned codec);

/* What one is in the other; `codec` has a row. */
static inline size_t convert_octets(unsigned codec, size_t samples)
{
	return samples * codec_get(codec)->bps / (8 * CONVERT_RATE);
}

static inline size_t convert_samples(unsigned codec, size_t octets)
{
	return octets * (8 * CONVERT_RATE) / codec_get(codec)->bps;
}

/* So many units of an RTP clock (Hz) as samples. */
static inline int64_t convert_units(uint32_t clock, int32_t units)
{
	return (int64_t)units * CONVERT_RATE / clock;
}

#endif
