/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <engine/base/pool.h>

int pool_init(struct pool *p, uint32_t capacity, size_t size)
{
	size_t align = _Alignof(max_align_t);
	size_t count = capacity ? capacity : 1; /* calloc(0) may be NULL */

	*p = (struct pool){.capacity = capacity, .free_count = capacity};
	p->size = (size + align - 1) / align * align;
	p->memory = calloc(count, p->size);
	if (!p->memory)
		goto fail;
	p->free = calloc(count, sizeof(*p->free));
	if (!p->free)
		goto fail_free;
	for (uint32_t i = 0; i < capacity; i++)
		p->free[i] = capacity - 1 - i; /* the lowest index goes first */
	return 0;

fail_free:
	free(p->memory);
fail:
	*p = (struct pool){0};
	return -ENOMEM;
}

void pool_fini(struct pool *p)
{
	free(p->free);
	free(p->memory);
	*p = (struct pool){0};
}

void *pool_alloc(struct pool *p)
{
	if (p->free_count == 0)
		return NULL;
	return memset(pool_at(p, p->free[--p->free_count]), 0, p->size);
}

void pool_free(struct pool *p, void *object)
{
	if (object)
		p->free[p->free_count++] = pool_index(p, object);
}

uint32_t pool_index(const struct pool *p, const void *object)
{
	return (uint32_t)((size_t)((const unsigned char *)object - p->memory) / p->size);
}

void *pool_at(const struct pool *p, uint32_t index)
{
	return p->memory + (size_t)index * p->size;
}
