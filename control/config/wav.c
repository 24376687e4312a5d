/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/wav.h>
#include <engine/base/wav.h>
#include <system/file.h>
#include <errno.h>
#include <stdlib.h>

int wav_check(const char *file, struct td_text *why)
{
	const unsigned char *samples;
	unsigned char *data;
	struct td_text reason;
	size_t n, count;
	int rc = file_read(file, WAV_FILE_MAX, &data, &n, &reason);

	if (rc == -ENOENT)
		td_text_set(
			why, "the file is not there; relative paths start beside the site file");
	else if (rc)
		td_text_set(why, "cannot be read: %s", reason.s);
	else
		rc = wav_decode(data, n, &samples, &count, why);
	free(data);
	return rc;
}
