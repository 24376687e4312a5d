/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records of the journal packed into blocks. A block on disk is a head and compressed bytes (zstd);
 * uncompressed they are records one after the other, each:
 *
 *     number       less the number of the record before it; varints all
 *     wall         less that of the record before it, zigzag
 *     type
 *     version      of the payload's layout; blocks of version 1 lack it
 *     len          of the payload
 *     kept         of the payload's bytes; zeros stood behind them
 *     payload      `kept` bytes
 */
#ifndef TANDEM_CONTROL_STORE_BLOCK_H
#define TANDEM_CONTROL_STORE_BLOCK_H

#include <engine/base/buf.h>
#include <tandem/event.h>

#define BLOCK_MAGIC   0x42415454u /* "TTAB" */
#define BLOCK_VERSION 2
#define BLOCK_RAW     (512u << 10) /* a block with so many bytes uncompressed is full */
#define BLOCK_RAW_MAX (BLOCK_RAW + TD_REC_MAX + 64)

/* As it lies on disk, little endian. */
struct block_head {
	uint32_t magic;
	uint32_t crc; /* CRC32C of the head from `version` on and the compressed bytes */
	uint16_t version, unused;
	uint32_t bytes, raw; /* compressed, uncompressed; without the head */
	uint32_t records;
	uint64_t first, last;  /* numbers of its first and last record */
	uint64_t since, until; /* the earliest and the latest time of a record */
};

/* Records not compressed yet: the head grows with them. */
struct block {
	struct block_head head;
	struct td_buf raw;
	uint64_t wall; /* of the last record */
};

void block_init(struct block *b);
void block_reset(struct block *b); /* no records; the memory stays */
void block_free(struct block *b);
int block_put(struct block *b, const struct td_rec *rec, const void *payload); /* 0 or -ENOMEM */

/* Appends the block as it lies on disk. 0 or a negative errno. zstd: a ZSTD_CCtx. */
int block_encode(const struct block *b, void *zstd, struct td_buf *out);
/* What is wrong with a block of `n` bytes, or NULL. */
const char *block_check(const void *data, size_t n);
/* The reverse of block_encode() for a block that has been checked: 0, -ENOMEM or -EBADMSG. */
int block_decode(struct block *b, const void *data);

/* Goes through the records of a block, which stays as it is meanwhile. */
struct block_cursor {
	const uint8_t *at, *end;
	uint16_t version; /* of the block */
	struct td_rec rec;
	_Alignas(8) uint8_t payload[TD_REC_MAX];
};

void block_cursor_init(struct block_cursor *c, const struct block *b);
/* 1: the record is in c->rec and c->payload, 0: no more, -EBADMSG. */
int block_next(struct block_cursor *c);

#endif
