/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/clock.h>
#include <engine/host/journal/checkpoint.h>
#include <engine/host/journal/checkpoint_form.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (256u << 10) /* read at once: many slots */

struct reading {
	int fd;
	struct form_head head;
	struct checkpoint_image *image;
	uint32_t capacity;  /* of image->records */
	size_t bytes, room; /* of image->memory */
	unsigned char *chunk;
	bool no_memory;
};

static bool read_all(int fd, void *out, size_t n, uint64_t offset)
{
	return pread(fd, out, n, (off_t)offset) == (ssize_t)n;
}

/* NULL, or what is wrong with the file as a whole. */
static const char *head_check(const struct form_head *h)
{
	if (h->magic != FORM_MAGIC)
		return "it is no checkpoint";
	if (h->version != FORM_VERSION)
		return "another release has written it";
	if (h->crc != FORM_CRC(h))
		return "its head is damaged";
	for (unsigned i = 0; i < FORM_AREAS; i++)
		if (h->area[i].slots && (h->area[i].bytes < sizeof(struct form_slot) ||
						h->area[i].bytes > FORM_SLOT_MAX))
			return "its head is damaged";
	return NULL;
}

/* How this run's clock differs from that of the earlier one: not at all while the machine runs. */
static int64_t shift(const struct form_head *h, const struct form_pulse *p)
{
	uint64_t offset = clock_wall() - clock_monotonic();
	char boot[FORM_BOOT];

	form_boot(boot);
	if (boot[0] && strncmp(boot, h->boot, sizeof(boot)) == 0)
		return 0;
	return (int64_t)(p->wall_offset - offset);
}

/* Records are found by their place in memory, which may move: their pointers follow at the end. */
static bool keep(struct reading *g, const struct form_slot *slot, const void *record)
{
	struct checkpoint_image *image = g->image;
	size_t n = (slot->len + 7u) & ~7u;

	if (image->restore.count == g->capacity) {
		uint32_t capacity = g->capacity ? 2 * g->capacity : 256;
		void *more = realloc(image->records, capacity * sizeof(*image->records));

		if (!more)
			return false;
		image->records = more;
		g->capacity = capacity;
	}
	if (g->bytes + n > g->room) {
		size_t room = g->room ? 2 * g->room : CHUNK;
		void *more = realloc(image->memory, room);

		if (!more)
			return false;
		image->memory = more;
		g->room = room;
	}
	memcpy((char *)image->memory + g->bytes, record, slot->len);
	image->records[image->restore.count++] = (struct td_checkpoint){.kind = slot->kind,
		.version = slot->version,
		.number = slot->number,
		.len = slot->len};
	g->bytes += n;
	return true;
}

static void slot_take(struct reading *g, unsigned kind, uint32_t number, const unsigned char *p)
{
	struct form_slot slot;

	memcpy(&slot, p, sizeof(slot));
	if (!slot.kind && !slot.crc)
		return;
	if (slot.kind != kind || slot.number != number ||
		slot.len > g->head.area[kind].bytes - sizeof(slot) ||
		slot.crc != form_crc(p, offsetof(struct form_slot, crc), sizeof(slot) + slot.len))
		g->image->refused++;
	else if (!keep(g, &slot, p + sizeof(slot)))
		g->no_memory = true;
}

/* Holes are passed over. */
static void area_read(struct reading *g, unsigned kind)
{
	const struct form_area *a = &g->head.area[kind];
	uint32_t number = 0;

	while (number < a->slots) {
		uint32_t slots = CHUNK / a->bytes;
		off_t data =
			lseek(g->fd, (off_t)(a->offset + (uint64_t)number * a->bytes), SEEK_DATA);
		ssize_t got;

		if (data < 0)
			return; /* a hole to the end */
		if ((uint64_t)data > a->offset)
			number = (uint32_t)(((uint64_t)data - a->offset) / a->bytes);
		if (number >= a->slots)
			return;
		got = pread(g->fd, g->chunk, (size_t)slots * a->bytes,
			(off_t)(a->offset + (uint64_t)number * a->bytes));
		if (got <= 0)
			return;
		/* The last slot may be short: what is behind the end of the file is free. */
		memset(g->chunk + got, 0, (size_t)slots * a->bytes - (size_t)got);
		for (uint32_t i = 0; i < slots && number < a->slots; i++)
			slot_take(g, kind, number++, g->chunk + (size_t)i * a->bytes);
	}
}

static void records_point(struct checkpoint_image *image)
{
	size_t at = 0;

	for (uint32_t i = 0; i < image->restore.count; i++) {
		image->records[i].record = (char *)image->memory + at;
		at += (image->records[i].len + 7u) & ~7u;
	}
	image->restore.records = image->records;
}

static const char *file_read(struct reading *g)
{
	struct form_pulse pulse;
	const char *wrong;

	if (!read_all(g->fd, &g->head, sizeof(g->head), 0))
		return "it is too short";
	wrong = head_check(&g->head);
	if (wrong)
		return wrong;
	if (!read_all(g->fd, &pulse, sizeof(pulse), FORM_PULSE_AT) || pulse.crc != FORM_CRC(&pulse))
		return "its pulse is damaged";
	g->image->restore.shift = shift(&g->head, &pulse);
	g->image->restore.ended = pulse.alive;
	g->image->seq = pulse.seq;
	g->image->restore.wall_offset = pulse.wall_offset;
	for (unsigned kind = 1; kind < FORM_AREAS; kind++)
		area_read(g, kind);
	records_point(g->image);
	return g->no_memory ? strerror(ENOMEM) : NULL;
}

static const char *opened_read(struct reading *g)
{
	const char *wrong = strerror(ENOMEM);

	g->chunk = malloc(CHUNK + FORM_SLOT_MAX);
	g->no_memory = !g->chunk;
	if (g->chunk)
		wrong = file_read(g);
	free(g->chunk);
	return wrong;
}

int checkpoint_read(const char *dir, struct checkpoint_image *image, struct td_text *err)
{
	struct reading g = {.image = image};
	char path[PATH_MAX];
	const char *wrong = NULL;

	*image = (struct checkpoint_image){0};
	snprintf(path, sizeof(path), "%s/%s", dir, CHECKPOINT_NAME);
	g.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (g.fd >= 0) {
		wrong = opened_read(&g);
		close(g.fd);
	} else if (errno != ENOENT) {
		wrong = strerror(errno);
	}
	if (!wrong)
		return 0;
	td_text_set(err, "checkpoint %s: %s", path, wrong);
	checkpoint_image_free(image);
	return g.no_memory ? -ENOMEM : -EBADMSG;
}

void checkpoint_image_free(struct checkpoint_image *image)
{
	free(image->records);
	free(image->memory);
	*image = (struct checkpoint_image){0};
}
