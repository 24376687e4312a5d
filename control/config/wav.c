/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/wav.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_HEAD 8
#define FMT_BYTES  16

static uint32_t le(const unsigned char *p, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

/* Goes to the chunk of this name; its length, or -1. */
static long chunk_find(FILE *f, const char *name)
{
	unsigned char head[CHUNK_HEAD];

	while (fread(head, sizeof(head), 1, f) == 1) {
		uint32_t len = le(head + 4, 4);

		if (memcmp(head, name, 4) == 0)
			return len;
		/* A chunk of odd length is followed by a byte of padding. */
		if (fseek(f, (long)len + (len & 1), SEEK_CUR))
			break;
	}
	return -1;
}

static int format_check(FILE *f, char why[static WAV_ERROR])
{
	unsigned char riff[12], fmt[FMT_BYTES];

	if (fread(riff, sizeof(riff), 1, f) != 1 || memcmp(riff, "RIFF", 4) != 0 ||
		memcmp(riff + 8, "WAVE", 4) != 0 || chunk_find(f, "fmt ") < FMT_BYTES ||
		fread(fmt, sizeof(fmt), 1, f) != 1) {
		snprintf(why, WAV_ERROR, "this is no WAV file; convert it with sox");
		return -EINVAL;
	}
	if (le(fmt, 2) != 1 || le(fmt + 2, 2) != 1 || le(fmt + 4, 4) != 8000 ||
		le(fmt + 14, 2) != 16) {
		snprintf(why, WAV_ERROR,
			"format %u, %u channels, %u Hz, %u bit; use sox FILE -r 8000 -c 1 -b 16 "
			"NEW.wav",
			le(fmt, 2), le(fmt + 2, 2), le(fmt + 4, 4), le(fmt + 14, 2));
		return -EINVAL;
	}
	return 0;
}

int wav_check(const char *file, char why[static WAV_ERROR])
{
	FILE *f = fopen(file, "rbe");
	int rc = f ? 0 : -errno;

	if (rc == -ENOENT)
		snprintf(why, WAV_ERROR,
			"the file is not there; relative paths start beside the site file");
	else if (rc)
		snprintf(why, WAV_ERROR, "cannot be read: %s", strerror(-rc));
	if (!f)
		return rc;
	rc = format_check(f, why);
	fclose(f);
	return rc;
}
