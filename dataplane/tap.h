/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The recorder's ring: one worker writes, the recorder thread reads; a single-producer
 * single-consumer ring of bytes, no lock, no system call. When it is full the record is not
 * written and tap_lost() grows: the recorder fills silence and says so.
 */
#ifndef TANDEM_DATAPLANE_TAP_H
#define TANDEM_DATAPLANE_TAP_H

#include <tandem/types.h>

#define TAP_UNIT 32 /* bytes: records begin at multiples of it */

enum tap_kind {
	TAP_PAD,   /* the rest up to the end of the ring: skip */
	TAP_AUDIO, /* len payload bytes follow */
	TAP_END,   /* UNTAP or LEG_DEL was carried out: no more of this channel */
};

struct tap_rec {
	uint16_t kind;
	uint16_t len; /* payload bytes; the record takes sizeof + len, rounded up to TAP_UNIT */
	uint32_t recording;
	uint8_t channel; /* 0 left (caller), 1 right (agent) */
	uint8_t codec;   /* enum td_codec */
	uint16_t seq;    /* of the RTP packet */
	uint32_t ts;
	uint32_t ssrc;
	uint32_t check; /* 0; of the recorder's log (engine/host/record/taplog.h) */
	uint64_t now;   /* arrival, dp_now() */
};

struct tap;

/* Also for tests of the recorder without DPDK. size: a power of two, bytes. NULL with ENOMEM. */
struct tap *tap_alloc(size_t size);
void tap_free(struct tap *t);

/* worker. False when full. `rec->len` bytes are copied from payload. */
bool tap_put(struct tap *t, const struct tap_rec *rec, const void *payload);
/* worker, for a burst: the place, aligned to TAP_UNIT, of an audio record with `len` bytes behind
 * it, to be written in whole units; NULL when full. The recorder sees nothing of it before
 * tap_publish(), or the next tap_put(). */
void *tap_reserve(struct tap *t, uint16_t len);
void tap_publish(struct tap *t);
uint64_t tap_lost(const struct tap *t); /* any thread */

/* recorder: the next record, its payload behind it, or NULL when empty; then consume it. */
const struct tap_rec *tap_peek(struct tap *t);
void tap_consume(struct tap *t, const struct tap_rec *rec);

#endif
