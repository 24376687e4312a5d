/* SPDX-License-Identifier: BSD-3-Clause */
/* The site's sounds: WAV files to G.711 of both laws, once, before a worker plays them. */
#ifndef TANDEM_ENGINE_HOST_SOUNDS_H
#define TANDEM_ENGINE_HOST_SOUNDS_H

#include <engine/conf/conf.h>

struct dp;

/*
 * Gives the dataplane every sound of `new` that `old` (NULL: nothing yet) has not or has from
 * another file, under its number. All files are read before the first takes effect. 0; -EINVAL,
 * -ENOMEM and one line in err, and nothing has changed.
 */
int sounds_load(
	struct dp *dp, const struct td_conf *old, const struct td_conf *new, struct td_text *err);

#endif
