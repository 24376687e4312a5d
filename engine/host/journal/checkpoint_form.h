/* SPDX-License-Identifier: BSD-3-Clause */
/* The form of the checkpoint's file, for who writes it and who reads it. */
#ifndef TANDEM_ENGINE_HOST_JOURNAL_CHECKPOINT_FORM_H
#define TANDEM_ENGINE_HOST_JOURNAL_CHECKPOINT_FORM_H

#include <stddef.h>
#include <system/journal/crc32c.h>
#include <tandem/checkpoint.h>

#define FORM_MAGIC    0x504b4354u /* "TCKP" */
#define FORM_VERSION  1u
#define FORM_AREAS    32u
#define FORM_PULSE_AT 2048u
#define FORM_AREAS_AT 4096u
#define FORM_SLOT_MAX 4096u
#define FORM_BOOT     40 /* "boot_id" of the kernel, with NUL */

struct form_area {
	uint64_t offset;
	uint32_t slots, bytes; /* bytes: of a slot */
};

/* crc: of all that follows it, here and below. */
struct form_head {
	uint32_t magic, crc;
	uint32_t version, unused;
	char boot[FORM_BOOT];
	struct form_area area[FORM_AREAS]; /* by kind; no slots: there is none */
};

struct form_pulse {
	uint32_t crc, unused;
	uint64_t alive, wall_offset; /* monotonic; wall - monotonic */
	uint64_t seq;
};

/* A slot of zeros is free. The record stands behind it. */
struct form_slot {
	uint32_t crc;
	uint16_t kind, version;
	uint32_t number, len;
};

_Static_assert(sizeof(struct form_head) <= FORM_PULSE_AT, "the head ends before the pulse");
_Static_assert((int)TD_CHECKPOINT_END <= (int)FORM_AREAS, "an area for each kind");

/* n bytes at p, of which the crc at `at` covers all behind itself. */
static inline uint32_t form_crc(const void *p, size_t at, size_t n)
{
	return crc32c(0, (const char *)p + at + sizeof(uint32_t), n - at - sizeof(uint32_t));
}
#define FORM_CRC(p) form_crc(p, offsetof(__typeof__(*(p)), crc), sizeof(*(p)))

/* Which start of the machine this is; empty: not known. */
void form_boot(char out[static FORM_BOOT]);

#endif
