/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/codec.h>

#define PT_DYNAMIC 96 /* RFC 3551 section 3 */
#define PT_MAX     127

#define ROW(id, word, rtp, type, hz, bits, fill, tag, ie_, bpl_, raw, text) \
	[TD_CODEC_##id] = {.name = #word,                                   \
		.encoding = (rtp),                                          \
		.pt = (type),                                               \
		.silence = (fill),                                          \
		.wav = (tag),                                               \
		.clock = (hz),                                              \
		.bps = (bits),                                              \
		.ie = (ie_),                                                \
		.bpl = (bpl_),                                              \
		.bpl_raw = (raw),                                           \
		.help = (text)},

const struct codec codec_table[TD_CODEC_COUNT] = {
	[TD_CODEC_NONE] = {.name = "none", .encoding = "", .help = ""}, TD_CODECS(ROW)};

/* The default comes first, so codecs before it move by one place. The last place ends the list. */
#define ORDER(id, ...)                                                     \
	[TD_CODEC_##id] = TD_CODEC_##id < TD_CODEC_DEFAULT ? TD_CODEC_##id \
							   : (TD_CODEC_##id + 1) % TD_CODEC_COUNT,
const uint8_t codec_all[TD_CODEC_COUNT] = {TD_CODEC_DEFAULT, TD_CODECS(ORDER)};

/* A row that cannot be right fails the build, with its name. */
#define CHECK(id, word, rtp, type, hz, bits, fill, tag, ie_, bpl_, raw, text)                      \
	_Static_assert((hz) > 0 && (hz) % 100 == 0, #word ": clock: 10 ms are whole units of it"); \
	_Static_assert((type) >= 0 && (type) <= PT_MAX && (type) != TD_PT_DTMF,                    \
		#word ": pt: a payload type is 0..127, and TD_PT_DTMF is taken");                  \
	_Static_assert((bits) >= 1000 && (bits) <= 64000,                                          \
		#word ": bps: 1000..64000, so that a packet of 60 ms fits into our frames");       \
	_Static_assert((fill) >= 0 && (fill) <= 0xff, #word ": silence: one octet");               \
	_Static_assert((tag) >= 0 && (tag) <= 0xffff, #word ": wav: a format tag has 16 bits");    \
	_Static_assert((tag) == 0 || (bits) == 64000, #word ": wav: is for one octet a sample");   \
	_Static_assert((tag) != 0 || TD_CODEC_##id != TD_CODEC_DEFAULT,                            \
		#word ": wav: recordings of the default need one");                                \
	_Static_assert(sizeof(rtp) > 1 && sizeof(text) > 1, #word ": encoding and help are text");
TD_CODECS(CHECK)
_Static_assert(TD_CODEC_COUNT <= TD_CODEC_LIST, "each codec once, and the end");

const char *codec_name(unsigned codec)
{
	return codec < TD_CODEC_COUNT ? codec_table[codec].name : "unknown";
}

enum td_codec codec_lookup(struct str name)
{
	for (unsigned i = 1; i < TD_CODEC_COUNT; i++)
		if (str_caseeq(name, str_of(codec_table[i].name)))
			return (enum td_codec)i;
	return TD_CODEC_NONE;
}

enum td_codec codec_lookup_encoding(struct str encoding, uint64_t clock)
{
	for (unsigned i = 1; i < TD_CODEC_COUNT; i++)
		if (codec_table[i].clock == clock &&
			str_caseeq(encoding, str_of(codec_table[i].encoding)))
			return (enum td_codec)i;
	return TD_CODEC_NONE;
}

enum td_codec codec_lookup_pt(unsigned pt)
{
	for (unsigned i = 1; i < TD_CODEC_COUNT; i++)
		if (codec_table[i].pt == pt && pt < PT_DYNAMIC)
			return (enum td_codec)i;
	return TD_CODEC_NONE;
}

void codec_names(struct td_buf *out, const char *separator)
{
	for (unsigned i = 0; codec_all[i]; i++)
		buf_printf(out, "%s%s", i ? separator : "", codec_table[codec_all[i]].name);
}
