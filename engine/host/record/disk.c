/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/record/disk.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define RING_ENTRIES 256 /* of one turn; the kernel queues what has been handed over */

void disk_init(struct disk *d)
{
	*d = (struct disk){0};
	d->uring = io_uring_queue_init(RING_ENTRIES, &d->ring, 0) == 0;
}

void disk_fini(struct disk *d)
{
	if (d->uring)
		io_uring_queue_exit(&d->ring);
}

struct disk_op *disk_op_alloc(size_t bytes)
{
	struct disk_op *op = malloc(sizeof(*op) + bytes);

	if (op)
		*op = (struct disk_op){0};
	return op;
}

static void finish(struct disk *d, struct disk_op *op, int result)
{
	d->flying--;
	d->bytes -= op->len;
	d->done++;
	d->written += op->written;
	d->failed += result < 0;
	bool kept = op->kept;
	if (op->done)
		op->done(op, result);
	if (!kept)
		free(op);
}

static int do_at_once(struct disk_op *op)
{
	if (op->sync)
		return fdatasync(op->fd) < 0 ? -errno : 0;
	while (op->written < op->len) {
		ssize_t n = pwrite(op->fd, op->data + op->written, op->len - op->written,
			(off_t)(op->offset + op->written));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		op->written += (size_t)n;
	}
	return 0;
}

static void enter(struct disk *d, struct disk_op *op)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&d->ring);

	if (!sqe) {
		io_uring_submit(&d->ring);
		sqe = io_uring_get_sqe(&d->ring);
	}
	if (!sqe) {
		finish(d, op, do_at_once(op));
		return;
	}
	if (op->sync)
		io_uring_prep_fsync(sqe, op->fd, IORING_FSYNC_DATASYNC);
	else
		io_uring_prep_write(sqe, op->fd, op->data + op->written,
			(unsigned)(op->len - op->written), op->offset + op->written);
	io_uring_sqe_set_data(sqe, op); /* disk_poll() hands it over, with the others of its turn */
}

static void completed(struct disk *d, struct io_uring_cqe *cqe)
{
	struct disk_op *op = io_uring_cqe_get_data(cqe);
	int result = cqe->res;

	io_uring_cqe_seen(&d->ring, cqe);
	if (result == -EINTR || result == -EAGAIN) {
		enter(d, op);
		return;
	}
	if (result < 0 || op->sync) {
		finish(d, op, result < 0 ? result : 0);
		return;
	}
	op->written += (size_t)result;
	if (result == 0)
		finish(d, op, -ENOSPC);
	else if (op->written < op->len)
		enter(d, op); /* a short write: a disk that is nearly full gives its reason at the
				 second try */
	else
		finish(d, op, 0);
}

void disk_poll(struct disk *d)
{
	struct io_uring_cqe *cqe;

	if (!d->uring || !d->flying)
		return;
	io_uring_submit(&d->ring);
	while (io_uring_peek_cqe(&d->ring, &cqe) == 0)
		completed(d, cqe);
}

static void wait_one(struct disk *d)
{
	struct io_uring_cqe *cqe;

	io_uring_submit(&d->ring);
	if (io_uring_wait_cqe(&d->ring, &cqe) == 0)
		completed(d, cqe);
}

void disk_submit(struct disk *d, struct disk_op *op)
{
	d->flying++;
	d->bytes += op->len;
	if (!d->uring) {
		finish(d, op, do_at_once(op));
		return;
	}
	while (d->bytes > DISK_BYTES_MAX)
		wait_one(d);
	enter(d, op);
}

void disk_drain(struct disk *d)
{
	while (d->flying)
		wait_one(d);
}
