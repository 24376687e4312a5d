/* SPDX-License-Identifier: BSD-3-Clause */
/* The site's sounds, which all workers share. */
#ifndef TANDEM_DATAPLANE_LEG_SOUNDS_H
#define TANDEM_DATAPLANE_LEG_SOUNDS_H

#include <stdint.h>
#include <tandem/media.h>

/* main. `synchronize` returns when every worker has
 * passed a quiescent point; sounds_set() calls it before it frees what it replaced, so a worker
 * must not keep a pointer to samples from one turn to the next: it keeps index and position. */
struct sounds *sounds_alloc(
	uint32_t count, void (*synchronize)(void *ctx), void *ctx); /* NULL with errno */
void sounds_free(struct sounds *s);
int sounds_set(struct sounds *s, uint32_t sound, enum td_codec codec, const uint8_t *data,
	size_t bytes); /* copied; 0, -ENOMEM, -EINVAL */
uint64_t sounds_bytes(const struct sounds *s);

struct samples {
	uint32_t bytes;
	uint8_t data[];
};

/* worker. Valid until its next quiescent point; NULL when there is none. */
const struct samples *sounds_get(const struct sounds *s, uint32_t sound, enum td_codec codec);

#endif
