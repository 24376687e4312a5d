/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects of one size, all allocated at once, given out zeroed, in O(1). */
#ifndef TANDEM_ENGINE_BASE_POOL_H
#define TANDEM_ENGINE_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool {
	unsigned char *memory;
	uint32_t *free;
	uint32_t free_count, capacity;
	size_t size;
};

int pool_init(struct pool *p, uint32_t capacity, size_t size); /* 0 or -ENOMEM */
void pool_fini(struct pool *p);
void *pool_alloc(struct pool *p); /* NULL when none is left */
void pool_free(struct pool *p, void *object);
uint32_t pool_index(const struct pool *p, const void *object);
void *pool_at(const struct pool *p, uint32_t index); /* whether in use is the caller's to know */

#endif
