/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interleaved log of all recordings: tap records as they came (dataplane/tap.h), their payload
 * behind them, padded to 8; and two kinds of our own. Segment files NNNNNNNN.tap; one is removed
 * when all recordings that have records in it are whole on disk. After a crash, recover.h makes
 * recordings from what is left.
 *
 * Written at 1 MB or 150 ms, past the page cache where the file system can (it is only read after a
 * crash), one write at a time, so that a crash cuts the log off somewhere and never leaves a hole
 * in it. A write begins at a multiple of TAPLOG_BLOCK; zeroes fill it up. A power cut may leave
 * anything behind what was synced: a record's check is the CRC32C of all of it, padding too, taken
 * with check 0.
 */
#ifndef TANDEM_ENGINE_HOST_RECORD_TAPLOG_H
#define TANDEM_ENGINE_HOST_RECORD_TAPLOG_H

#include <dataplane/tap.h>
#include <engine/host/record/disk.h>
#include <engine/host/record/split.h>

#define TAPLOG_DIR  ".log" /* within the recordings directory */
#define TAPLOG_NAME 16     /* "NNNNNNNN.tap" and NUL */

#define TAPLOG_BLOCK 4096u /* what disks write whole */

enum taplog_kind {
	TAPLOG_START = 64, /* struct taplog_start: the recording begins; .codec is its file's */
	TAPLOG_DONE,       /* its file is whole */
};

struct taplog_start {
	char call[TD_CALL_ID_BYTES];
	char path[SPLIT_PATH];
};

struct taplog {
	struct disk *disk;
	int dirfd, fd;                  /* fd -1: no segment is open */
	uint32_t number;                /* of the segment that the next record goes to */
	uint32_t oldest;                /* of ours that is still there */
	uint64_t offset;                /* in it, of the next write */
	uint64_t since;                 /* when the first byte of active came */
	struct disk_op *active, *spare; /* one gathers while the other is written */
	bool flying, cached;            /* cached: no way past the page cache here */
	int error;                      /* of a write; the owner clears it */
};

const char *taplog_name(uint32_t number, char out[static TAPLOG_NAME]);
uint32_t taplog_number(const char *name); /* 0: not a segment's name */
/* The first record of n bytes: what it takes, or 0 when none is whole and sound; TAP_PAD then says
 * that the rest of the block is filled up. */
size_t taplog_decode(const void *p, size_t n, struct tap_rec *rec);

void taplog_init(struct taplog *l, struct disk *disk, int dirfd, uint32_t first_number);
void taplog_fini(struct taplog *l); /* after taplog_flush() and disk_drain() */
/* False: no room now, the disk is behind. */
bool taplog_append(struct taplog *l, const struct tap_rec *rec, const void *payload, uint64_t now);
void taplog_turn(struct taplog *l, uint64_t now); /* starts a write when one is due */
void taplog_flush(struct taplog *l);
void taplog_trim(struct taplog *l, uint32_t oldest); /* removes segments below */

#endif
