/* SPDX-License-Identifier: BSD-3-Clause */
#include <tests/impair/heap.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool before(const struct heap_item *a, const struct heap_item *b)
{
	return a->due < b->due || (a->due == b->due && a->number < b->number);
}

int heap_push(struct heap *h, uint64_t due, unsigned from, const uint8_t *data, size_t len)
{
	struct heap_item it = {due, h->number, from, len, NULL};
	size_t i;

	if (h->count == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 64;
		struct heap_item *item = realloc(h->item, cap * sizeof(*item));

		if (!item)
			return -ENOMEM;
		h->item = item;
		h->cap = cap;
	}
	it.data = malloc(len ? len : 1);
	if (!it.data)
		return -ENOMEM;
	memcpy(it.data, data, len);
	h->number++;
	for (i = h->count++; i && before(&it, &h->item[(i - 1) / 2]); i = (i - 1) / 2)
		h->item[i] = h->item[(i - 1) / 2];
	h->item[i] = it;
	return 0;
}

const struct heap_item *heap_peek(const struct heap *h)
{
	return h->count ? h->item : NULL;
}

void heap_pop(struct heap *h)
{
	struct heap_item last = h->item[--h->count];
	size_t i = 0, child;

	free(h->item[0].data);
	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count && before(&h->item[child + 1], &h->item[child]))
			child++;
		if (!before(&h->item[child], &last))
			break;
		h->item[i] = h->item[child];
		i = child;
	}
	h->item[i] = last;
}

void heap_free(struct heap *h)
{
	for (size_t i = 0; i < h->count; i++)
		free(h->item[i].data);
	free(h->item);
	*h = (struct heap){0};
}
