/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dsp/convert.h>
#include <dataplane/dsp/g711.h>

static void pcmu_encode(const int16_t *in, size_t samples, uint8_t *out)
{
	for (size_t i = 0; i < samples; i++)
		out[i] = g711_ulaw(in[i]);
}

static void pcmu_decode(const uint8_t *in, size_t octets, int16_t *out)
{
	for (size_t i = 0; i < octets; i++)
		out[i] = g711_ulaw_linear[in[i]];
}

static void pcma_encode(const int16_t *in, size_t samples, uint8_t *out)
{
	for (size_t i = 0; i < samples; i++)
		out[i] = g711_alaw(in[i]);
}

static void pcma_decode(const uint8_t *in, size_t octets, int16_t *out)
{
	for (size_t i = 0; i < octets; i++)
		out[i] = g711_alaw_linear[in[i]];
}

#define CONVERT(id, name, ...) [TD_CODEC_##id] = {name##_encode, name##_decode},
static const struct convert converts[TD_CODEC_COUNT] = {TD_CODECS(CONVERT)};

const struct convert *convert_get(unsigned codec)
{
	return codec > TD_CODEC_NONE && codec < TD_CODEC_COUNT ? &converts[codec] : NULL;
}
