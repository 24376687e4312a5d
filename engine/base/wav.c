/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/codec.h>
#include <engine/base/wav.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RATE        8000
#define FORMAT_PCM  1
#define FMT_BYTES   16 /* without the extension */
#define RIFF_BYTES  12 /* before the first chunk */
#define CHUNK_BYTES 8  /* before what it holds: name and length */

static unsigned char *put16(unsigned char *p, uint16_t v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
	return p + 2;
}

static unsigned char *put32(unsigned char *p, uint32_t v)
{
	return put16(put16(p, (uint16_t)v), (uint16_t)(v >> 16));
}

static unsigned char *put_tag(unsigned char *p, const char *tag)
{
	memcpy(p, tag, 4);
	return p + 4;
}

enum td_codec wav_codec(unsigned codec)
{
	bool has = codec < TD_CODEC_COUNT && codec_table[codec].wav != 0;

	return has ? (enum td_codec)codec : TD_CODEC_DEFAULT;
}

void wav_header(unsigned char out[static WAV_HEADER_BYTES], enum td_codec codec, uint64_t frames)
{
	uint32_t count = (uint32_t)(frames > WAV_FRAMES_MAX ? WAV_FRAMES_MAX : frames);
	uint32_t bytes = count * WAV_CHANNELS;
	unsigned char *p = out;

	p = put_tag(p, "RIFF");
	p = put32(p, WAV_HEADER_BYTES - 8 + bytes);
	p = put_tag(p, "WAVE");
	p = put_tag(p, "fmt ");
	p = put32(p, FMT_BYTES + 2);
	p = put16(p, codec_get(codec)->wav);
	p = put16(p, WAV_CHANNELS);
	p = put32(p, RATE);
	p = put32(p, RATE * WAV_CHANNELS);
	p = put16(p, WAV_CHANNELS); /* bytes a frame */
	p = put16(p, 8);            /* bits a sample */
	p = put16(p, 0);            /* extension */
	p = put_tag(p, "fact");     /* all formats but PCM must have it */
	p = put32(p, 4);
	p = put32(p, count);
	p = put_tag(p, "data");
	put32(p, bytes);
}

static uint32_t get16(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const unsigned char *p)
{
	return get16(p) | get16(p + 2) << 16;
}

/* Finds the samples, and the format that stands before them. False: there are none. */
static bool chunks_find(const unsigned char *data, size_t n, const unsigned char **fmt,
	const unsigned char **samples, size_t *count)
{
	*fmt = NULL;
	for (size_t at = RIFF_BYTES; at < n && n - at >= CHUNK_BYTES;) {
		const unsigned char *chunk = data + at;
		size_t len = get32(chunk + 4), there = n - at - CHUNK_BYTES;

		if (memcmp(chunk, "fmt ", 4) == 0 && len >= FMT_BYTES && there >= len)
			*fmt = chunk + CHUNK_BYTES;
		if (memcmp(chunk, "data", 4) == 0) {
			/* Writers that were cut off leave a length of 0 or 2^32 - 1. */
			*samples = chunk + CHUNK_BYTES;
			*count = (len > there || len == 0 ? there : len) / 2;
			return *fmt;
		}
		if (len > there)
			return false;
		at += CHUNK_BYTES + len + (len & 1); /* a chunk begins at an even place */
	}
	return false;
}

int wav_decode(const unsigned char *data, size_t n, const unsigned char **samples, size_t *count,
	struct td_text *err)
{
	const unsigned char *fmt;

	if (n < RIFF_BYTES || memcmp(data, "RIFF", 4) != 0 || memcmp(data + 8, "WAVE", 4) != 0) {
		td_text_set(err, "this is no WAV file; convert it with sox");
		return -EINVAL;
	}
	if (!chunks_find(data, n, &fmt, samples, count)) {
		td_text_set(err, "a WAV file without sound in it; record or convert it again");
		return -EINVAL;
	}
	if (get16(fmt) != FORMAT_PCM || get16(fmt + 2) != 1 || get32(fmt + 4) != RATE ||
		get16(fmt + 14) != 16) {
		td_text_set(err,
			"format %u, %u channels, %u Hz, %u bit; make it mono, 8000 Hz, 16 bit PCM "
			"(sox IN -r 8000 -c 1 -b 16 OUT.wav)",
			get16(fmt), get16(fmt + 2), get32(fmt + 4), get16(fmt + 14));
		return -EINVAL;
	}
	return 0;
}
