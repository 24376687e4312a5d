/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/store/block.h>
#include <system/journal/crc32c.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define VARINT_MAX  10 /* bytes of 64 bits */
#define HEAD_CRC_AT offsetof(struct block_head, version)

_Static_assert(sizeof(struct block_head) == 56, "blocks on disk have this head");

void block_init(struct block *b)
{
	*b = (struct block){.head = {.magic = BLOCK_MAGIC, .version = BLOCK_VERSION}};
	buf_init(&b->raw);
}

void block_reset(struct block *b)
{
	b->head = (struct block_head){.magic = BLOCK_MAGIC, .version = BLOCK_VERSION};
	b->wall = 0;
	buf_reset(&b->raw);
}

void block_free(struct block *b)
{
	buf_free(&b->raw);
	block_init(b);
}

static uint8_t *varint_put(uint8_t *at, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*at++ = (uint8_t)(v | 0x80);
	*at++ = (uint8_t)v;
	return at;
}

static bool varint_get(struct block_cursor *c, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (c->at == c->end)
			return false;
		*v |= (uint64_t)(*c->at & 0x7f) << shift;
		if (!(*c->at++ & 0x80))
			return true;
	}
	return false;
}

static uint64_t zigzag(uint64_t difference)
{
	return difference >> 63 ? ~(difference << 1) : difference << 1;
}

static uint64_t unzigzag(uint64_t v)
{
	return v >> 1 ^ -(v & 1);
}

int block_put(struct block *b, const struct td_rec *rec, const void *payload)
{
	uint8_t start[6 * VARINT_MAX], *at = start;
	const uint8_t *bytes = payload;
	struct block_head *h = &b->head;
	uint32_t kept = rec->len;

	while (kept && !bytes[kept - 1])
		kept--;
	at = varint_put(at, rec->seq - h->last);
	at = varint_put(at, zigzag(rec->wall - b->wall));
	at = varint_put(at, rec->type);
	at = varint_put(at, rec->version);
	at = varint_put(at, rec->len);
	at = varint_put(at, kept);
	buf_put(&b->raw, start, (size_t)(at - start));
	buf_put(&b->raw, bytes, kept);
	if (b->raw.error)
		return b->raw.error;
	if (!h->records++) {
		h->first = rec->seq;
		h->since = h->until = rec->wall;
	}
	h->last = rec->seq;
	h->since = rec->wall < h->since ? rec->wall : h->since;
	h->until = rec->wall > h->until ? rec->wall : h->until;
	b->wall = rec->wall;
	return 0;
}

static uint32_t crc_of(const struct block_head *h, const void *compressed)
{
	uint32_t crc = crc32c(0, (const uint8_t *)h + HEAD_CRC_AT, sizeof(*h) - HEAD_CRC_AT);

	return crc32c(crc, compressed, h->bytes);
}

int block_encode(const struct block *b, void *zstd, struct td_buf *out)
{
	size_t most = ZSTD_compressBound(b->raw.len), n;
	uint8_t *at = malloc(sizeof(b->head) + most);
	struct block_head head = b->head;

	if (!at)
		return -ENOMEM;
	n = ZSTD_compress2(zstd, at + sizeof(head), most, b->raw.data, b->raw.len);
	if (ZSTD_isError(n)) {
		free(at);
		return -ENOMEM;
	}
	head.bytes = (uint32_t)n;
	head.raw = (uint32_t)b->raw.len;
	head.crc = crc_of(&head, at + sizeof(head));
	memcpy(at, &head, sizeof(head));
	buf_put(out, at, sizeof(head) + n);
	free(at);
	return out->error;
}

const char *block_check(const void *data, size_t n)
{
	struct block_head head;

	if (n < sizeof(head))
		return "its end is missing";
	memcpy(&head, data, sizeof(head));
	if (head.magic != BLOCK_MAGIC)
		return "no block begins there";
	/* Before the checksum: who changes the version may change what it covers. */
	if (head.version > BLOCK_VERSION)
		return "a newer release of tandemd wrote it";
	if (head.bytes > n - sizeof(head))
		return "its end is missing";
	if (head.raw > BLOCK_RAW_MAX ||
		crc_of(&head, (const uint8_t *)data + sizeof(head)) != head.crc)
		return "its checksum is wrong";
	return NULL;
}

int block_decode(struct block *b, const void *data)
{
	struct block_head head;
	size_t n;

	memcpy(&head, data, sizeof(head));
	block_reset(b);
	if (b->raw.cap < head.raw) {
		uint8_t *room = realloc(b->raw.data, head.raw);

		if (!room)
			return -ENOMEM;
		b->raw.data = (char *)room;
		b->raw.cap = head.raw;
	}
	n = ZSTD_decompress(
		b->raw.data, head.raw, (const uint8_t *)data + sizeof(head), head.bytes);
	if (n != head.raw)
		return -EBADMSG;
	b->raw.len = n;
	b->head = head;
	return 0;
}

void block_cursor_init(struct block_cursor *c, const struct block *b)
{
	c->at = (const uint8_t *)b->raw.data;
	c->end = c->at + b->raw.len;
	c->version = b->head.version;
	c->rec = (struct td_rec){.magic = TD_REC_MAGIC};
}

int block_next(struct block_cursor *c)
{
	uint64_t number, wall, type, version = 0, len, kept;

	if (c->at == c->end)
		return 0;
	if (!varint_get(c, &number) || !varint_get(c, &wall) || !varint_get(c, &type) ||
		(c->version > 1 && !varint_get(c, &version)) || !varint_get(c, &len) ||
		!varint_get(c, &kept) || type > UINT16_MAX || version > UINT16_MAX ||
		len > TD_REC_MAX || kept > len || kept > (size_t)(c->end - c->at))
		return -EBADMSG;
	c->rec.seq += number;
	c->rec.wall += unzigzag(wall);
	c->rec.type = (uint16_t)type;
	c->rec.version = (uint16_t)version;
	c->rec.len = (uint32_t)len;
	memcpy(c->payload, c->at, kept);
	memset(c->payload + kept, 0, len - kept);
	c->at += kept;
	return 1;
}
