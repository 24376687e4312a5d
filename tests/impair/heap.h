/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that wait for their time: a binary heap, first by time, then by arrival. */
#ifndef TANDEM_TESTS_IMPAIR_HEAP_H
#define TANDEM_TESTS_IMPAIR_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_item {
	uint64_t due;    /* monotonic ns */
	uint64_t number; /* of arrival: equal times leave in order */
	unsigned from;   /* the side it came in on */
	size_t len;
	uint8_t *data; /* owned */
};

struct heap {
	struct heap_item *item;
	size_t count, cap;
	uint64_t number;
};

/* Copies data. 0 or -ENOMEM. */
int heap_push(struct heap *h, uint64_t due, unsigned from, const uint8_t *data, size_t len);
const struct heap_item *heap_peek(const struct heap *h); /* the next one, NULL when empty */
void heap_pop(struct heap *h);                           /* frees the next one; not on empty */
void heap_free(struct heap *h);

#endif
