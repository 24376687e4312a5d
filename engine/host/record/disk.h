/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes and syncs that their thread does not wait for: io_uring, or plain system calls where the
 * kernel refuses it. One thread a struct disk; `done` is called from disk_poll().
 */
#ifndef TANDEM_ENGINE_HOST_RECORD_DISK_H
#define TANDEM_ENGINE_HOST_RECORD_DISK_H

#include <liburing.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_BYTES_MAX (256ull << 20)

struct disk {
	struct io_uring ring;
	bool uring;                     /* else each operation is done at once */
	unsigned flying;                /* operations not done */
	uint64_t bytes;                 /* of these */
	uint64_t done, written, failed; /* since disk_init(): operations, bytes, errors */
};

struct disk_op {
	/* 0 or a negative errno; the operation is freed after it returns, unless kept. May be NULL.
	 */
	void (*done)(struct disk_op *op, int result);
	void *ctx;
	int fd;
	bool sync; /* fdatasync() of fd instead of a write */
	bool kept; /* the submitter's own: it may be submitted again once it is done */
	size_t len, written;
	uint64_t offset;
	unsigned char data[];
};

void disk_init(struct disk *d);
void disk_fini(struct disk *d); /* after disk_drain() */

struct disk_op *disk_op_alloc(size_t bytes); /* NULL with ENOMEM; free() when not submitted */
/* Waits when DISK_BYTES_MAX are not written: the disk does not keep up. */
void disk_submit(struct disk *d, struct disk_op *op);
void disk_poll(struct disk *d);  /* calls done() for what has ended */
void disk_drain(struct disk *d); /* waits for all */

#endif
