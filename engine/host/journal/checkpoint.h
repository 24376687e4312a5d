/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The checkpoint's file, "checkpoint" in the journal's directory: the last record of each kind and
 * number (include/tandem/checkpoint.h), at a place of its own.
 *
 *     head     the areas that there are, which machine start it was written in; CRC32C
 *     pulse    when the run was seen last, its clock, the journal's last record by then; CRC32C
 *     areas    one for each kind: slots of one size, by number; CRC32C each. Not written: a hole
 *
 * A run writes "checkpoint.new" and leaves the earlier run's file alone until it has taken that
 * over (checkpoint_commit()). The journal thread alone writes, by pwrite(), and writes what the
 * journal has before what the checkpoint has: so a call whose slot is free has its CDR in the
 * journal.
 */
#ifndef TANDEM_ENGINE_HOST_JOURNAL_CHECKPOINT_H
#define TANDEM_ENGINE_HOST_JOURNAL_CHECKPOINT_H

#include <tandem/checkpoint.h>
#include <tandem/text.h>

#define CHECKPOINT_NAME "checkpoint"

struct checkpoint;

/* counts: how many numbers each kind has. NULL with errno. */
struct checkpoint *checkpoint_open(
	const char *dir, const uint32_t counts[static TD_CHECKPOINT_END]);
void checkpoint_close(struct checkpoint *c); /* writes what waits, and syncs; NULL is fine */

/* The record waits for checkpoint_flush(). len 0: there is none any more. */
void checkpoint_put(
	struct checkpoint *c, uint16_t kind, uint32_t number, const void *record, uint16_t len);
/* After the journal's records up to seq have been written: the run is there. 0 or -errno: the first
 * thing that could not be written since the last call. */
int checkpoint_flush(struct checkpoint *c, uint64_t seq);
/* All of the earlier run has been taken over: this file takes its place. 0 or -errno. */
int checkpoint_commit(struct checkpoint *c);

/* What an earlier run has left. */
struct checkpoint_image {
	struct td_restore restore;
	uint32_t refused; /* damaged slots */
	uint64_t seq;     /* of the journal's last record that is in it for sure */
	void *memory;
	struct td_checkpoint *records;
};

/* 0: also when there is no file. A negative errno, and a line in err, when the file is of no use:
 * the image is empty then. checkpoint_image_free() is due in any case. */
int checkpoint_read(const char *dir, struct checkpoint_image *image, struct td_text *err);
/* Takes out what the journal has told meanwhile, behind image->seq. 0 or -errno. */
int checkpoint_tail(const char *dir, struct checkpoint_image *image);
void checkpoint_image_free(struct checkpoint_image *image);

#endif
