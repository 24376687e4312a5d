/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <dataplane/tap.h>

#define LINE 64
/* Audio leaves this part of the ring free, so that TAP_END is not lost when audio is lost. */
#define TAP_RESERVE(size) ((size) / 16)

_Static_assert(sizeof(struct tap_rec) == 32, "recorders and tests rely on the record's size");
_Static_assert(sizeof(struct tap_rec) % TAP_UNIT == 0, "a pad has room for its kind");

/*
 * Positions count bytes since the start and are never reduced, so that head == tail is empty and
 * head - tail the fill. Each side keeps the other's position as it last saw it, and reads the
 * shared line only when that position is no longer enough.
 */
struct tap {
	_Alignas(LINE) _Atomic uint64_t head; /* worker: end of what is written whole */
	uint64_t written;                     /* worker: head, once it is published */
	uint64_t tail_seen;                   /* worker */
	_Atomic uint64_t lost;                /* worker */
	_Alignas(LINE) _Atomic uint64_t tail; /* recorder: end of what is read */
	uint64_t head_seen;                   /* recorder */
	_Alignas(LINE) unsigned char *ring;
	size_t size;
};

struct tap *tap_alloc(size_t size)
{
	struct tap *t;

	if (size < LINE || (size & (size - 1))) {
		errno = EINVAL;
		return NULL;
	}
	t = aligned_alloc(LINE, sizeof(*t)); /* the lines must be lines */
	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	t->ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t->ring == MAP_FAILED) {
		free(t);
		errno = ENOMEM;
		return NULL;
	}
	madvise(t->ring, size, MADV_HUGEPAGE); /* fewer TLB misses; refused, all works too */
	t->size = size;
	return t;
}

void tap_free(struct tap *t)
{
	if (!t)
		return;
	munmap(t->ring, t->size);
	free(t);
}

static uint64_t record_bytes(uint16_t len)
{
	return (sizeof(struct tap_rec) + len + TAP_UNIT - 1) & ~(uint64_t)(TAP_UNIT - 1);
}

static void *tap_place(struct tap *t, enum tap_kind kind, uint16_t len)
{
	uint64_t bytes = record_bytes(len);
	size_t at = t->written & (t->size - 1);
	uint64_t pad = at + bytes > t->size ? t->size - at : 0;
	uint64_t room = kind == TAP_AUDIO ? t->size - TAP_RESERVE(t->size) : t->size;
	uint64_t end = t->written + pad + bytes;

	if (end - t->tail_seen > room) {
		t->tail_seen = atomic_load_explicit(&t->tail, memory_order_acquire);
		if (end - t->tail_seen > room) {
			atomic_fetch_add_explicit(&t->lost, 1, memory_order_relaxed);
			return NULL;
		}
	}
	t->written = end;
	if (!pad)
		return t->ring + at;
	((struct tap_rec *)(t->ring + at))->kind = TAP_PAD;
	return t->ring;
}

void *tap_reserve(struct tap *t, uint16_t len)
{
	return tap_place(t, TAP_AUDIO, len);
}

/* Streaming stores are ordered by a fence alone. */
void tap_publish(struct tap *t)
{
	_mm_sfence();
	atomic_store_explicit(&t->head, t->written, memory_order_release);
}

bool tap_put(struct tap *t, const struct tap_rec *rec, const void *payload)
{
	unsigned char *place = tap_place(t, rec->kind, rec->len);

	if (!place)
		return false;
	memcpy(place, rec, sizeof(*rec));
	if (rec->len)
		memcpy(place + sizeof(*rec), payload, rec->len);
	tap_publish(t);
	return true;
}

uint64_t tap_lost(const struct tap *t)
{
	return atomic_load_explicit(&t->lost, memory_order_relaxed);
}

const struct tap_rec *tap_peek(struct tap *t)
{
	uint64_t tail = atomic_load_explicit(&t->tail, memory_order_relaxed);

	for (;;) {
		const struct tap_rec *rec = (void *)(t->ring + (tail & (t->size - 1)));

		if (tail == t->head_seen) {
			t->head_seen = atomic_load_explicit(&t->head, memory_order_acquire);
			if (tail == t->head_seen)
				return NULL;
		}
		if (rec->kind != TAP_PAD)
			return rec;
		tail += t->size - (tail & (t->size - 1));
		atomic_store_explicit(&t->tail, tail, memory_order_release);
	}
}

void tap_consume(struct tap *t, const struct tap_rec *rec)
{
	uint64_t tail = atomic_load_explicit(&t->tail, memory_order_relaxed);

	atomic_store_explicit(&t->tail, tail + record_bytes(rec->len), memory_order_release);
}
