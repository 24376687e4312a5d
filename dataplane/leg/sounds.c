/* SPDX-License-Identifier: BSD-3-Clause */
/* The site's sounds, encoded once for each codec and shared by all legs of all workers. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <dataplane/leg/sounds.h>
#include <tandem/config.h>

struct sounds {
	_Atomic(struct samples *) *table; /* by sound * TD_CODEC_COUNT + codec */
	uint32_t count;
	_Atomic uint64_t bytes;
	void (*synchronize)(void *ctx);
	void *ctx;
};

struct sounds *sounds_alloc(uint32_t count, void (*synchronize)(void *ctx), void *ctx)
{
	struct sounds *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->count = count;
	s->table = calloc((size_t)count * TD_CODEC_COUNT, sizeof(*s->table));
	if (!s->table) {
		free(s);
		return NULL;
	}
	s->synchronize = synchronize;
	s->ctx = ctx;
	return s;
}

void sounds_free(struct sounds *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->count * TD_CODEC_COUNT; i++)
		free(atomic_load(&s->table[i]));
	free(s->table);
	free(s);
}

int sounds_set(
	struct sounds *s, uint32_t sound, enum td_codec codec, const uint8_t *data, size_t bytes)
{
	struct samples *new, *old;

	if (sound >= s->count || codec >= TD_CODEC_COUNT || bytes == 0 || bytes > UINT32_MAX / 2)
		return -EINVAL;
	new = malloc(sizeof(*new) + bytes);
	if (!new)
		return -ENOMEM;
	new->bytes = (uint32_t)bytes;
	memcpy(new->data, data, bytes);
	old = atomic_exchange(&s->table[sound * TD_CODEC_COUNT + codec], new);
	atomic_fetch_add(&s->bytes, bytes);
	if (old) {
		s->synchronize(s->ctx);
		atomic_fetch_sub(&s->bytes, old->bytes);
		free(old);
	}
	return 0;
}

uint64_t sounds_bytes(const struct sounds *s)
{
	return atomic_load(&s->bytes);
}

const struct samples *sounds_get(const struct sounds *s, uint32_t sound, enum td_codec codec)
{
	if (!s || sound >= s->count)
		return NULL;
	return atomic_load_explicit(
		&s->table[sound * TD_CODEC_COUNT + codec], memory_order_acquire);
}
