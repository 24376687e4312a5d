/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/clock.h>
#include <engine/host/journal/checkpoint.h>
#include <engine/host/journal/checkpoint_form.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEW     CHECKPOINT_NAME ".new"
#define PENDING (256u << 10)
#define SLOT    64u /* of the smallest slot */

static const struct {
	uint16_t version, len;
} kinds[TD_CHECKPOINT_END] = {
#define KIND(number, id, name, version, ...) \
	[number] = {version, sizeof(struct td_checkpoint_##name)},
	TD_CHECKPOINTS(KIND)
#undef KIND
};

struct checkpoint {
	int dirfd, fd;
	int failed;   /* -errno: what could not be written since the last flush */
	uint64_t seq; /* of the last flush */
	struct form_head head;
	size_t pending; /* bytes in buffer: slots, each with its record behind it */
	_Alignas(8) unsigned char buffer[PENDING];
};

static int write_at(const struct checkpoint *c, const void *data, size_t n, uint64_t offset)
{
	ssize_t done;

	do
		done = pwrite(c->fd, data, n, (off_t)offset);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	return (size_t)done == n ? 0 : -ENOSPC;
}

void form_boot(char out[static FORM_BOOT])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	memset(out, 0, FORM_BOOT);
	if (fd < 0)
		return;
	n = read(fd, out, FORM_BOOT - 1);
	out[n > 0 ? strcspn(out, "\n") : 0] = '\0';
	close(fd);
}

/* A power of two: no slot crosses a page, so a kill leaves none half written. */
static uint32_t slot_bytes(uint16_t len)
{
	uint32_t bytes = SLOT;

	while (bytes < sizeof(struct form_slot) + len)
		bytes *= 2;
	return bytes;
}

static void head_fill(struct form_head *h, const uint32_t counts[static TD_CHECKPOINT_END])
{
	uint64_t at = FORM_AREAS_AT;

	h->magic = FORM_MAGIC;
	h->version = FORM_VERSION;
	form_boot(h->boot);
	for (unsigned kind = 1; kind < TD_CHECKPOINT_END; kind++) {
		h->area[kind] = (struct form_area){
			.offset = at, .slots = counts[kind], .bytes = slot_bytes(kinds[kind].len)};
		at += (uint64_t)counts[kind] * h->area[kind].bytes;
		at = (at + FORM_AREAS_AT - 1) / FORM_AREAS_AT * FORM_AREAS_AT;
	}
	h->crc = FORM_CRC(h);
}

static int pulse(struct checkpoint *c)
{
	struct form_pulse p = {.alive = clock_monotonic(), .seq = c->seq};

	p.wall_offset = clock_wall() - p.alive;
	p.crc = FORM_CRC(&p);
	return write_at(c, &p, sizeof(p), FORM_PULSE_AT);
}

struct checkpoint *checkpoint_open(const char *dir, const uint32_t counts[static TD_CHECKPOINT_END])
{
	struct checkpoint *c = calloc(1, sizeof(*c));
	int rc = 0;

	if (!c) {
		errno = ENOMEM;
		return NULL;
	}
	c->fd = -1;
	c->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dirfd >= 0)
		c->fd = openat(c->dirfd, NEW, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (c->fd < 0)
		rc = -errno;
	head_fill(&c->head, counts);
	if (!rc)
		rc = write_at(c, &c->head, sizeof(c->head), 0);
	if (!rc)
		rc = checkpoint_flush(c, 0);
	if (!rc)
		return c;
	if (c->fd >= 0)
		close(c->fd);
	if (c->dirfd >= 0)
		close(c->dirfd);
	free(c);
	errno = -rc;
	return NULL;
}

void checkpoint_close(struct checkpoint *c)
{
	if (!c)
		return;
	checkpoint_flush(c, c->seq);
	fdatasync(c->fd);
	close(c->fd);
	close(c->dirfd);
	free(c);
}

/* What cannot be written now is not written later: the slot's next record will be. */
static void write_pending(struct checkpoint *c)
{
	for (size_t at = 0; at < c->pending;) {
		struct form_slot slot;
		const struct form_area *area;
		size_t n;
		int rc;

		memcpy(&slot, c->buffer + at, sizeof(slot));
		area = &c->head.area[slot.kind];
		n = sizeof(slot) + slot.len;
		if (!slot.len)
			memset(c->buffer + at, 0, sizeof(slot)); /* free */
		rc = write_at(
			c, c->buffer + at, n, area->offset + (uint64_t)slot.number * area->bytes);
		if (rc && !c->failed)
			c->failed = rc;
		at += (n + 7) & ~(size_t)7;
	}
	c->pending = 0;
}

void checkpoint_put(
	struct checkpoint *c, uint16_t kind, uint32_t number, const void *record, uint16_t len)
{
	struct form_slot slot = {.kind = kind, .number = number, .len = len};
	size_t n = (sizeof(slot) + len + 7) & ~(size_t)7;
	unsigned char *at;

	if (kind >= TD_CHECKPOINT_END || number >= c->head.area[kind].slots ||
		len > kinds[kind].len)
		return; /* cannot be: the engine has said how many there are */
	if (c->pending + n > sizeof(c->buffer))
		write_pending(c);
	at = c->buffer + c->pending;
	slot.version = kinds[kind].version;
	memcpy(at, &slot, sizeof(slot));
	if (len)
		memcpy(at + sizeof(slot), record, len);
	slot.crc = form_crc(at, offsetof(struct form_slot, crc), sizeof(slot) + len);
	memcpy(at, &slot.crc, sizeof(slot.crc));
	c->pending += n;
}

int checkpoint_flush(struct checkpoint *c, uint64_t seq)
{
	int rc;

	write_pending(c);
	c->seq = seq;
	rc = pulse(c);
	if (c->failed)
		rc = c->failed;
	c->failed = 0;
	return rc;
}

int checkpoint_commit(struct checkpoint *c)
{
	return renameat(c->dirfd, NEW, c->dirfd, CHECKPOINT_NAME) < 0 ? -errno : 0;
}
