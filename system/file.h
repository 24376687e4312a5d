/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TANDEM_SYSTEM_FILE_H
#define TANDEM_SYSTEM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <tandem/text.h>

/*
 * Reads a whole file of at most `max` bytes, and a NUL behind them, into *data, which the caller
 * frees. Nothing but an ordinary file is read: a pipe would hold us up. 0; or -ENOMEM,
 * -EINVAL (no ordinary file), -EFBIG or what the system says, with a line in err and *data NULL.
 */
int file_read(const char *path, size_t max, unsigned char **data, size_t *n, struct td_text *err);

/*
 * Makes a new file. What had the name before is unlinked and never written into: it could be a link
 * to another file, or one that others may read. Its descriptor, or a negative errno. flags:
 * O_WRONLY or O_RDWR and more.
 */
int file_create(int dirfd, const char *name, int flags, mode_t mode);

/* The numbers that a directory's files have in their names, ascending, in *list, which the caller
 * frees. number_of: 0 for another name. Their count or a negative errno. */
long file_numbers(int dirfd, uint64_t (*number_of)(const char *name), uint64_t **list);

/* Both are names of one file, or will be when it is made. */
bool file_same(const char *a, const char *b);

#endif
