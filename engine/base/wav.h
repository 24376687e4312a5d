/* SPDX-License-Identifier: BSD-3-Clause */
/* RIFF/WAVE files: the header of our recordings, and the sounds we read. */
#ifndef TANDEM_ENGINE_BASE_WAV_H
#define TANDEM_ENGINE_BASE_WAV_H

#include <tandem/text.h>
#include <tandem/types.h>

#define WAV_CHANNELS     2
#define WAV_HEADER_BYTES 58          /* RIFF, fmt with an empty extension, fact, data */
#define WAV_FILE_MAX     (64u << 20) /* bytes of a sound: over an hour */
/* What the 32-bit sizes of the format can say: 74 hours. */
#define WAV_FRAMES_MAX ((UINT32_MAX - WAV_HEADER_BYTES) / WAV_CHANNELS)

/* The codec of a file with speech of this codec: it, or the default where WAV has no format. */
enum td_codec wav_codec(unsigned codec);
/* Stereo, 8 kHz, `frames` samples a channel, one octet each; codec as wav_codec() gives it. */
void wav_header(unsigned char out[static WAV_HEADER_BYTES], enum td_codec codec, uint64_t frames);

/*
 * The samples of a WAV file in memory: mono, 8 kHz, 16 bit PCM. 0 and where they are within data
 * (little endian, not aligned); or -EINVAL and what is wrong in err.
 */
int wav_decode(const unsigned char *data, size_t n, const unsigned char **samples, size_t *count,
	struct td_text *err);

#endif
