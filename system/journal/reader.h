/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads a journal directory while an engine may be writing it, or none may be running. It never
 * changes anything there. Only whole records are given out, in order, each once; one that is
 * being written at this moment is given out by a later call.
 *
 *     struct journal_reader *r = journal_reader_open(dir);
 *     journal_reader_seek(r, stored + 1);
 *     // and each time that journal_reader_fd() is readable:
 *     journal_reader_clear(r);
 *     while ((rc = journal_reader_next(r, &rec, &payload)) != 0) {
 *             if (rc > 0)
 *                     store(&rec, payload);
 *             else
 *                     say(rc);   // and go on: the next call continues behind the damage
 *     }
 *
 * In the newest segment, what is not whole may be a record that is being written, so _next() takes
 * it for the end. journal_reader_end() tells damage from that.
 */
#ifndef TANDEM_SYSTEM_JOURNAL_READER_H
#define TANDEM_SYSTEM_JOURNAL_READER_H

#include <tandem/event.h>

struct journal_reader;

/* Stands before the oldest record kept. NULL with errno: ENOENT no such directory, ENOMEM, ... */
struct journal_reader *journal_reader_open(const char *dir);
void journal_reader_close(struct journal_reader *r); /* NULL is fine */

/*
 * The next record will be the first with a number >= seq; records that are gone already are passed
 * over (compare rec->seq with what you asked for). A number not yet written is waited for. 0 or a
 * negative errno.
 */
int journal_reader_seek(struct journal_reader *r, uint64_t seq);

/*
 * 1 and a record: *payload has rec->len bytes, aligned to 8, valid until the next call. 0: none
 * now. -EBADMSG: records were damaged on disk, and the next call goes on with the first whole one
 * behind them. Other errnos: as the system says; try again later.
 */
int journal_reader_next(struct journal_reader *r, struct td_rec *rec, const void **payload);

/*
 * For whoever does not wait for more records, once _next() has given 0. 0: that was the end.
 * -EBADMSG: it was damage in the newest segment, and _next() goes on behind it. Other errnos: as
 * the system says.
 */
int journal_reader_end(struct journal_reader *r);

/* For the owner's event loop, until journal_reader_close(): readable when there may be news. Then
 * call journal_reader_clear(), and _next() until it gives 0. -1 when inotify is not to be had: look
 * every 100 ms then. */
int journal_reader_fd(const struct journal_reader *r);
void journal_reader_clear(struct journal_reader *r);

#endif
