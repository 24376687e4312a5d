/* SPDX-License-Identifier: BSD-3-Clause */
/* One record of the journal in memory: include/tandem/event.h says what its fields mean. */
#ifndef TANDEM_SYSTEM_JOURNAL_RECORD_H
#define TANDEM_SYSTEM_JOURNAL_RECORD_H

#include <tandem/event.h>

#define RECORD_ALIGN     8u
#define RECORD_BYTES_MAX (sizeof(struct td_rec) + TD_REC_MAX)

/* What a record with `len` payload bytes takes in a segment. */
static inline size_t record_bytes(uint32_t len)
{
	return (sizeof(struct td_rec) + len + RECORD_ALIGN - 1) & ~(size_t)(RECORD_ALIGN - 1);
}

/* Writes header, payload and padding; returns their size. out has record_bytes(len) bytes;
 * len <= TD_REC_MAX; payload may be NULL when len is 0. */
size_t record_encode(
	void *out, uint64_t seq, uint64_t wall, uint16_t type, const void *payload, uint32_t len);

/*
 * Reads the record at p, of which n bytes are there. Its size and *rec, payload behind the header
 * at p; 0 when a header of zeros says that nothing was written here; -EAGAIN when more bytes are
 * needed than n; -EBADMSG when it is not whole: torn, being written, or damaged.
 */
long record_decode(const void *p, size_t n, struct td_rec *rec);

#endif
