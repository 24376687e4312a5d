/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/spsc.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define PAD        UINT64_MAX /* a record's length: skip to the start of the ring */

/*
 * head and tail count bytes and never wrap in practice (2^64). The producer publishes head with
 * release after it wrote the record; the consumer acquires it before it reads. The other way round
 * with tail. Each keeps a copy of the other's count and looks again only when that one is spent.
 */
struct spsc {
	size_t mask;
	unsigned char *data;
	char apart1[CACHE_LINE]; /* what one thread writes shares no line with the other's */
	_Atomic uint64_t head;   /* producer */
	uint64_t tail_seen, reserved;
	char apart2[CACHE_LINE];
	_Atomic uint64_t tail; /* consumer */
	uint64_t head_seen;
};

static uint64_t place_bytes(size_t n)
{
	return sizeof(uint64_t) + ((n + 7) & ~(size_t)7);
}

struct spsc *spsc_alloc(size_t bytes)
{
	struct spsc *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->data = malloc(bytes);
	if (!s->data) {
		free(s);
		errno = ENOMEM;
		return NULL;
	}
	s->mask = bytes - 1;
	return s;
}

void spsc_free(struct spsc *s)
{
	if (!s)
		return;
	free(s->data);
	free(s);
}

void *spsc_reserve(struct spsc *s, size_t n)
{
	uint64_t head = atomic_load_explicit(&s->head, memory_order_relaxed);
	uint64_t need = place_bytes(n), size = s->mask + 1;
	uint64_t to_end = size - (head & s->mask);
	uint64_t pad = need > to_end ? to_end : 0;

	if (head + pad + need - s->tail_seen > size) {
		s->tail_seen = atomic_load_explicit(&s->tail, memory_order_acquire);
		if (head + pad + need - s->tail_seen > size)
			return NULL;
	}
	if (pad)
		memcpy(s->data + (head & s->mask), &(uint64_t){PAD}, sizeof(uint64_t));
	head += pad;
	unsigned char *p = s->data + (head & s->mask);
	memcpy(p, &(uint64_t){n}, sizeof(uint64_t));
	s->reserved = head + need;
	return p + sizeof(uint64_t);
}

void spsc_commit(struct spsc *s)
{
	atomic_store_explicit(&s->head, s->reserved, memory_order_release);
}

size_t spsc_room(struct spsc *s)
{
	uint64_t head = atomic_load_explicit(&s->head, memory_order_relaxed);

	s->tail_seen = atomic_load_explicit(&s->tail, memory_order_acquire);
	return s->mask + 1 - (head - s->tail_seen);
}

bool spsc_put(struct spsc *s, const void *data, size_t n)
{
	void *p = spsc_reserve(s, n);

	if (!p)
		return false;
	memcpy(p, data, n);
	spsc_commit(s);
	return true;
}

void *spsc_peek(struct spsc *s, size_t *n)
{
	uint64_t tail = atomic_load_explicit(&s->tail, memory_order_relaxed);
	uint64_t len;

	for (;;) {
		if (tail == s->head_seen) {
			s->head_seen = atomic_load_explicit(&s->head, memory_order_acquire);
			if (tail == s->head_seen)
				return NULL;
		}
		memcpy(&len, s->data + (tail & s->mask), sizeof(len));
		if (len != PAD)
			break;
		tail += s->mask + 1 - (tail & s->mask);
		atomic_store_explicit(&s->tail, tail, memory_order_release);
	}
	*n = len;
	return s->data + (tail & s->mask) + sizeof(uint64_t);
}

void spsc_consume(struct spsc *s)
{
	uint64_t tail = atomic_load_explicit(&s->tail, memory_order_relaxed);
	uint64_t len;

	memcpy(&len, s->data + (tail & s->mask), sizeof(len));
	atomic_store_explicit(&s->tail, tail + place_bytes(len), memory_order_release);
}
