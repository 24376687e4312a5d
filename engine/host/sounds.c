/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <dataplane/dsp/convert.h>
#include <engine/base/wav.h>
#include <engine/host/sounds.h>
#include <system/file.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_SAMPLES (CONVERT_RATE / 50) /* 20 ms: workers play whole frames */

struct sound_file {
	uint8_t *octets; /* NULL: as it was */
	size_t count;    /* a multiple of FRAME_SAMPLES */
	int16_t *linear;
};

static int sound_read(const struct td_conf_sound *conf, struct sound_file *s, struct td_text *err)
{
	const unsigned char *samples;
	unsigned char *data = NULL;
	struct td_text reason;
	size_t n = 0, count;
	int rc = file_read(conf->file, WAV_FILE_MAX, &data, &n, &reason);

	if (rc) {
		td_text_set(err, "sound %s: %s: %s; give a WAV file that this user can read",
			conf->name, conf->file, reason.s);
		return rc == -ENOMEM ? rc : -EINVAL;
	}
	rc = wav_decode(data, n, &samples, &count, &reason);
	if (rc) {
		td_text_set(err, "sound %s: %s: %s", conf->name, conf->file, reason.s);
		goto free_data;
	}
	s->count = (count + FRAME_SAMPLES - 1) / FRAME_SAMPLES * FRAME_SAMPLES;
	if (!s->count)
		s->count = FRAME_SAMPLES;
	s->linear = calloc(s->count, sizeof(*s->linear));
	s->octets = malloc(s->count);
	if (!s->linear || !s->octets) {
		td_text_set(err, "sound %s: no memory", conf->name);
		rc = -ENOMEM;
		goto free_data;
	}
	for (size_t i = 0; i < count; i++)
		s->linear[i] = (int16_t)(samples[2 * i] | samples[2 * i + 1] << 8);
free_data:
	free(data);
	return rc;
}

static int sound_set(struct dp *dp, uint32_t number, struct sound_file *s)
{
	int rc = 0;

	for (unsigned codec = TD_CODEC_NONE + 1; codec < TD_CODEC_COUNT && !rc; codec++) {
		convert_get(codec)->encode(s->linear, s->count, s->octets);
		rc = dp_sound_set(dp, number, (enum td_codec)codec, s->octets,
			convert_octets(codec, s->count));
	}
	return rc;
}

int sounds_load(
	struct dp *dp, const struct td_conf *old, const struct td_conf *new, struct td_text *err)
{
	const struct conf_list *is = &new->of[TD_KIND_SOUND];
	struct sound_file *sounds = calloc(is->count ? is->count : 1, sizeof(*sounds));
	int rc = 0;

	if (!sounds) {
		td_text_set(err, "sounds: no memory");
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < is->count && !rc; i++) {
		const struct td_conf_sound *conf = &is->sound[i];
		struct str name = {conf->name, strlen(conf->name)};
		const struct td_conf_sound *was =
			old ? conf_lookup(old, TD_KIND_SOUND, name) : NULL;

		/* A sound in both configurations has the same number. */
		if (was && strcmp(was->file, conf->file) == 0)
			continue;
		rc = sound_read(conf, &sounds[i], err);
	}
	for (uint32_t i = 0; i < is->count && !rc; i++) {
		if (!sounds[i].octets)
			continue;
		rc = sound_set(dp, new->sound_number[i], &sounds[i]);
		if (rc)
			td_text_set(err, "sound %s: %s", is->sound[i].name, strerror(-rc));
	}
	for (uint32_t i = 0; i < is->count; i++) {
		free(sounds[i].octets);
		free(sounds[i].linear);
	}
	free(sounds);
	return rc;
}
