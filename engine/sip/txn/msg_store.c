/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/sip/txn/msg_store.h>

struct chunk {
	uint32_t next; /* as blob.first */
	char data[MSG_STORE_CHUNK_BYTES - sizeof(uint32_t)];
};

int msg_store_init(struct msg_store *s, uint32_t chunks)
{
	return pool_init(&s->chunks, chunks, sizeof(struct chunk));
}

void msg_store_fini(struct msg_store *s)
{
	pool_fini(&s->chunks);
}

bool msg_store_set(struct msg_store *s, struct stored_msg *b, struct str data)
{
	uint32_t *link = &b->first;

	msg_store_del(s, b);
	if ((data.n + sizeof(((struct chunk *)0)->data) - 1) / sizeof(((struct chunk *)0)->data) >
		s->chunks.free_count)
		return false;
	b->len = (uint32_t)data.n;
	while (data.n > 0) {
		struct chunk *c = pool_alloc(&s->chunks);
		size_t n = data.n < sizeof(c->data) ? data.n : sizeof(c->data);

		memcpy(c->data, data.p, n);
		data.p += n;
		data.n -= n;
		*link = pool_index(&s->chunks, c) + 1;
		link = &c->next;
	}
	return true;
}

struct str msg_store_get(const struct msg_store *s, const struct stored_msg *b, char *out)
{
	uint32_t at = b->first;
	size_t done = 0;

	while (done < b->len) {
		const struct chunk *c = pool_at(&s->chunks, at - 1);
		size_t n = b->len - done < sizeof(c->data) ? b->len - done : sizeof(c->data);

		memcpy(out + done, c->data, n);
		done += n;
		at = c->next;
	}
	return (struct str){out, done};
}

void msg_store_del(struct msg_store *s, struct stored_msg *b)
{
	while (b->first) {
		struct chunk *c = pool_at(&s->chunks, b->first - 1);

		b->first = c->next;
		pool_free(&s->chunks, c);
	}
	b->len = 0;
}
