/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks up rows of the table of codecs (include/tandem/codec.h). */
#ifndef TANDEM_ENGINE_BASE_CODEC_H
#define TANDEM_ENGINE_BASE_CODEC_H

#include <engine/base/buf.h>
#include <tandem/types.h>

struct codec {
	const char *name, *encoding;
	uint8_t pt;
	uint8_t silence;
	uint16_t wav;
	uint32_t clock;
	uint32_t bps;
	double ie, bpl, bpl_raw;
	const char *help;
};

/* By enum td_codec; TD_CODEC_NONE's row is empty, its name "none". */
extern const struct codec codec_table[TD_CODEC_COUNT];

/* The row of a codec's number. For a number without a row, the row of TD_CODEC_DEFAULT. */
static inline const struct codec *codec_get(unsigned codec)
{
	return &codec_table[codec > TD_CODEC_NONE && codec < TD_CODEC_COUNT ? codec
									    : TD_CODEC_DEFAULT];
}

/* "pcmu"; "none"; "unknown" for a number without a row. */
const char *codec_name(unsigned codec);
/* By its name, as people write it, case ignored. TD_CODEC_NONE: there is no such codec. */
enum td_codec codec_lookup(struct str name);
/* By what a=rtpmap says: encoding name and clock. */
enum td_codec codec_lookup_encoding(struct str encoding, uint64_t clock);
/* By a static payload type that has no a=rtpmap. */
enum td_codec codec_lookup_pt(unsigned pt);
/* All of them, the default first, ended by TD_CODEC_NONE. */
extern const uint8_t codec_all[TD_CODEC_COUNT];
/* Appends all names, the default first: "pcma|pcmu" with separator "|". */
void codec_names(struct td_buf *out, const char *separator);

/* Time-stamp units of a codec's clock as microseconds. */
static inline uint32_t codec_us(unsigned codec, uint32_t units)
{
	return (uint32_t)((uint64_t)units * 1000000u / codec_get(codec)->clock);
}

/* Octets of the payload of a packet of so many milliseconds. */
static inline unsigned codec_payload(unsigned codec, unsigned ptime_ms)
{
	return (codec_get(codec)->bps * ptime_ms + 7999u) / 8000u;
}

#endif
