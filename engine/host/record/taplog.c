/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/record/taplog.h>
#include <system/file.h>
#include <system/journal/crc32c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WRITE_BYTES   (1u << 20)
#define WRITE_NS      (150 * TD_NSEC_PER_MSEC)
#define ACTIVE_BYTES  (64 * WRITE_BYTES) /* what may gather while a write is under way */
#define SEGMENT_BYTES (64ull << 20)

const char *taplog_name(uint32_t number, char out[static TAPLOG_NAME])
{
	snprintf(out, TAPLOG_NAME, "%08u.tap", number);
	return out;
}

uint32_t taplog_number(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (digits < 8 || digits > 9 || strcmp(name + digits, ".tap") != 0)
		return 0;
	return (uint32_t)strtoul(name, NULL, 10);
}

/* Room that a record takes. */
static size_t rec_bytes(const struct tap_rec *rec)
{
	return sizeof(*rec) + ((rec->len + 7u) & ~(size_t)7);
}

/* rec: the header, whose own check does not count. */
static uint32_t check_of(struct tap_rec rec, const void *payload, size_t bytes)
{
	rec.check = 0;
	return crc32c(crc32c(0, &rec, sizeof(rec)), payload, bytes - sizeof(rec));
}

size_t taplog_decode(const void *p, size_t n, struct tap_rec *rec)
{
	size_t bytes;

	*rec = (struct tap_rec){.kind = TAP_PAD};
	if (n < sizeof(*rec))
		return 0;
	memcpy(rec, p, sizeof(*rec));
	bytes = rec_bytes(rec);
	if (rec->kind == TAP_PAD || bytes > n)
		return 0;
	return check_of(*rec, (const char *)p + sizeof(*rec), bytes) == rec->check ? bytes : 0;
}

void taplog_init(struct taplog *l, struct disk *disk, int dirfd, uint32_t first_number)
{
	*l = (struct taplog){.disk = disk,
		.dirfd = dirfd,
		.fd = -1,
		.number = first_number,
		.oldest = first_number};
}

/* An operation whose data begins at a block of its own. The pages of a large piece of memory are
 * the kernel's until they are touched. */
static struct disk_op *op_alloc(void)
{
	unsigned char *p = aligned_alloc(TAPLOG_BLOCK, TAPLOG_BLOCK + ACTIVE_BYTES);

	return p ? (void *)(p + TAPLOG_BLOCK - offsetof(struct disk_op, data)) : NULL;
}

static void op_free(struct disk_op *op)
{
	if (op)
		free((unsigned char *)op + offsetof(struct disk_op, data) - TAPLOG_BLOCK);
}

void taplog_fini(struct taplog *l)
{
	if (l->fd >= 0)
		close(l->fd);
	op_free(l->active);
	op_free(l->spare);
}

static struct disk_op *gather(struct taplog *l)
{
	struct disk_op *op = l->spare ? l->spare : op_alloc();

	l->spare = NULL;
	if (op)
		*op = (struct disk_op){.kept = true};
	return op;
}

bool taplog_append(struct taplog *l, const struct tap_rec *rec, const void *payload, uint64_t now)
{
	size_t bytes = rec_bytes(rec);

	if (!l->active) {
		l->active = gather(l);
		if (!l->active)
			return false;
		l->since = now;
	}
	if (l->active->len + bytes > ACTIVE_BYTES)
		return false;
	unsigned char *p = l->active->data + l->active->len;
	struct tap_rec head = *rec;

	memcpy(p + sizeof(head), payload, rec->len);
	memset(p + sizeof(head) + rec->len, 0, bytes - sizeof(head) - rec->len);
	head.check = check_of(head, p + sizeof(head), bytes);
	memcpy(p, &head, sizeof(head));
	l->active->len += bytes;
	return true;
}

static void written(struct disk_op *op, int result)
{
	struct taplog *l = op->ctx;

	l->flying = false;
	if (result)
		l->error = result;
	else
		l->offset = op->offset + op->len;
	if (l->spare)
		op_free(op);
	else
		l->spare = op;
}

static int segment_open(const struct taplog *l, int flags)
{
	char name[TAPLOG_NAME];

	return file_create(l->dirfd, taplog_name(l->number, name), O_WRONLY | flags, 0640);
}

void taplog_flush(struct taplog *l)
{
	struct disk_op *op = l->active;
	size_t rest;

	if (!op || l->flying)
		return;
	if (l->fd >= 0 && l->offset >= SEGMENT_BYTES) {
		close(l->fd);
		l->fd = -1;
		l->number++;
	}
	if (l->fd < 0) {
		l->offset = 0;
		l->fd = l->cached ? -1 : segment_open(l, O_DIRECT);
		l->cached |= l->fd < 0;
		if (l->fd < 0)
			l->fd = segment_open(l, 0);
		if (l->fd < 0) {
			l->error = l->fd;
			return;
		}
	}
	l->active = NULL;
	rest = -op->len % TAPLOG_BLOCK;
	memset(op->data + op->len, 0, rest);
	op->len += rest;
	op->done = written;
	op->ctx = l;
	op->fd = l->fd;
	op->offset = l->offset;
	l->flying = true;
	disk_submit(l->disk, op);
}

void taplog_turn(struct taplog *l, uint64_t now)
{
	if (l->active && (l->active->len >= WRITE_BYTES || now >= l->since + WRITE_NS))
		taplog_flush(l);
}

void taplog_trim(struct taplog *l, uint32_t oldest)
{
	char name[TAPLOG_NAME];

	for (; l->oldest < oldest && l->oldest < l->number; l->oldest++)
		unlinkat(l->dirfd, taplog_name(l->oldest, name), 0);
}
