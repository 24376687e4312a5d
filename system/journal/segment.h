/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The segment files of a journal directory: "NNNNNNNNNNNNNNNNNNNN.journal", the number being that
 * of its first record, in 20 decimal digits, so that names sort as numbers do.
 */
#ifndef TANDEM_SYSTEM_JOURNAL_SEGMENT_H
#define TANDEM_SYSTEM_JOURNAL_SEGMENT_H

#include <stddef.h>
#include <stdint.h>
#include <tandem/event.h>

#define SEGMENT_NAME 32 /* "NNNNNNNNNNNNNNNNNNNN.journal" and NUL */

const char *segment_name(uint64_t first, char out[static SEGMENT_NAME]);

/* The numbers of all segments in ascending order, in *list (free() it). Their count or -errno. */
long segment_list(int dirfd, uint64_t **list);

/* The first whole record at *offset or behind it, which is a multiple of RECORD_ALIGN: 1, *offset
 * and *rec; 0: there is none; or a negative errno. */
int segment_search(int fd, uint64_t *offset, struct td_rec *rec);

#endif
