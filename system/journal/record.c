/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/event.h>
#include <system/journal/crc32c.h>
#include <system/journal/record.h>
#include <errno.h>
#include <string.h>

_Static_assert(sizeof(struct td_rec) == 32, "the header has no holes");

static uint32_t record_crc(const void *p, uint32_t len)
{
	const size_t from = offsetof(struct td_rec, len);

	return crc32c(0, (const char *)p + from, sizeof(struct td_rec) - from + len);
}

size_t record_encode(
	void *out, uint64_t seq, uint64_t wall, uint16_t type, const void *payload, uint32_t len)
{
	size_t bytes = record_bytes(len);
	struct td_rec rec = {.magic = TD_REC_MAGIC,
		.len = len,
		.type = type,
		.version = event_version(type),
		.seq = seq,
		.wall = wall};
	char *p = out;

	memcpy(p, &rec, sizeof(rec));
	if (len)
		memcpy(p + sizeof(rec), payload, len);
	memset(p + sizeof(rec) + len, 0, bytes - sizeof(rec) - len);
	rec.crc = record_crc(p, len);
	memcpy(p + offsetof(struct td_rec, crc), &rec.crc, sizeof(rec.crc));
	return bytes;
}

long record_decode(const void *p, size_t n, struct td_rec *rec)
{
	static const struct td_rec zeros;

	if (n < sizeof(*rec))
		return -EAGAIN;
	memcpy(rec, p, sizeof(*rec));
	if (memcmp(rec, &zeros, sizeof(zeros)) == 0)
		return 0;
	if (rec->magic != TD_REC_MAGIC || rec->len > TD_REC_MAX || rec->seq == 0)
		return -EBADMSG;
	if (n < record_bytes(rec->len))
		return -EAGAIN;
	if (record_crc(p, rec->len) != rec->crc)
		return -EBADMSG;
	return (long)record_bytes(rec->len);
}
