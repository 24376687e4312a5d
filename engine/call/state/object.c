/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/object.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_FIRST 16

void objects_init(struct objects *t, size_t size)
{
	*t = (struct objects){.size = size};
}

void objects_fini(struct objects *t)
{
	for (uint32_t i = 0; i < t->count; i++)
		free(t->by_number[i]);
	free(t->by_number);
	free(t->by_name);
	*t = (struct objects){.size = t->size};
}

static int compare(const void *a, const void *b)
{
	return strcmp((*(struct object *const *)a)->name, (*(struct object *const *)b)->name);
}

static int grow(struct objects *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : TABLE_FIRST;
	struct object **p = realloc(t->by_number, cap * sizeof(struct object *));

	if (!p)
		return -ENOMEM;
	t->by_number = p;
	p = realloc(t->by_name, cap * sizeof(struct object *));
	if (!p)
		return -ENOMEM; /* by_number is merely longer than it says */
	t->by_name = p;
	t->cap = cap;
	return 0;
}

int objects_add(struct objects *t, const char *name)
{
	struct object *o;

	if (objects_lookup(t, name))
		return 0;
	if (t->count == t->cap && grow(t) < 0)
		return -ENOMEM;
	o = calloc(1, t->size);
	if (!o)
		return -ENOMEM;
	strncpy(o->name, name, sizeof(o->name) - 1);
	t->by_number[t->count] = o;
	t->by_name[t->count] = o;
	o->number = ++t->count;
	return 0;
}

void objects_sort(struct objects *t)
{
	if (t->sorted != t->count)
		qsort(t->by_name, t->count, sizeof(struct object *), compare);
	t->sorted = t->count;
}

void objects_cut(struct objects *t, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < t->count; i++)
		if (t->by_name[i]->number <= count)
			t->by_name[kept++] = t->by_name[i];
	for (uint32_t i = count; i < t->count; i++)
		free(t->by_number[i]);
	t->count = kept;
	t->sorted = t->sorted < kept ? t->sorted : kept;
}

void *objects_lookup(const struct objects *t, const char *name)
{
	uint32_t low = 0, high = t->sorted;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = strcmp(name, t->by_name[mid]->name);

		if (order == 0)
			return t->by_name[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

void *objects_configured(const struct objects *t, const char *name)
{
	struct object *o = objects_lookup(t, name);

	return o && o->configured ? o : NULL;
}

void *objects_get(const struct objects *t, uint32_t number)
{
	return number >= 1 && number <= t->count ? t->by_number[number - 1] : NULL;
}
