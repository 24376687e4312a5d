/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of records of any length between one producer thread and one consumer thread: no lock, no
 * system call, no allocation after spsc_alloc(). Records are aligned to 8.
 */
#ifndef TANDEM_ENGINE_HOST_SPSC_H
#define TANDEM_ENGINE_HOST_SPSC_H

#include <stdbool.h>
#include <stddef.h>

struct spsc;

/* bytes: a power of two; a record takes its length, rounded up to 8, and 8 more. NULL: ENOMEM. */
struct spsc *spsc_alloc(size_t bytes);
void spsc_free(struct spsc *s); /* NULL is fine */

/* producer: room for a record of n bytes, NULL when it is full; commit hands it over. */
void *spsc_reserve(struct spsc *s, size_t n);
void spsc_commit(struct spsc *s);
size_t spsc_room(struct spsc *s); /* octets that are free: a record may need some to the end more */
bool spsc_put(struct spsc *s, const void *data, size_t n); /* both at once; false: full */

/* consumer: the oldest record, NULL when empty; it stays until it is consumed. */
void *spsc_peek(struct spsc *s, size_t *n);
void spsc_consume(struct spsc *s);

#endif
