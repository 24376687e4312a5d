/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes a journal directory: the only writer there (a lock sees to that). Records are collected
 * in memory by journal_writer_put() and reach the file by journal_writer_flush(), whole, in order,
 * by pwrite() into space that was allocated before: a full disk shows when a segment is made and
 * never in the middle of one.
 *
 * The reserve is what the directory may hold of records that no one has acknowledged. At 3/4 of it
 * diagnostics (td_event_shed()) are refused, at all of it everything is; who is refused counts, and
 * reports the count in a TD_EV_GAP once there is room.
 */
#ifndef TANDEM_SYSTEM_JOURNAL_WRITER_H
#define TANDEM_SYSTEM_JOURNAL_WRITER_H

#include <tandem/event.h>
#include <tandem/text.h>

struct journal_writer;

struct journal_usage {
	uint64_t reserve, used;  /* bytes; used: of records not acknowledged */
	uint64_t last;           /* sequence numbers: of the last record, */
	uint64_t written, acked; /* of the last in the file, of the last acknowledged */
	uint32_t segments;
};

/*
 * Makes the directory when its parent is there, finds the last whole record and cuts off what is
 * torn behind it. NULL with errno and one line in err. EBUSY: another engine has it.
 */
struct journal_writer *journal_writer_open(const char *dir, uint64_t reserve, struct td_text *err);
void journal_writer_close(struct journal_writer *w); /* flushes, syncs; NULL is fine */

/* 0 and the record waits for the flush. -ENOBUFS: the reserve is full (for this type). -ENOSPC: so
 * is the disk. -EAGAIN: flush first. Other errnos: as the system says. */
int journal_writer_put(
	struct journal_writer *w, uint64_t wall, uint16_t type, const void *payload, uint32_t len);
int journal_writer_flush(struct journal_writer *w); /* 0, or a negative errno: call it again */
int journal_writer_sync(struct journal_writer *w);  /* fdatasync() when something was written */

/* All up to seq are stored elsewhere: segments with nothing else are removed. 0 or -errno. */
int journal_writer_ack(struct journal_writer *w, uint64_t seq);
void journal_writer_usage(const struct journal_writer *w, struct journal_usage *u);

#endif
