/* SPDX-License-Identifier: BSD-3-Clause */
/* SipHash-1-3: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012). */
#include <errno.h>
#include <stdlib.h>
#include <engine/base/hash.h>
#include <engine/base/prng.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 = rotl(s->v2, 32);
}

static void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

uint64_t hash_keyed(const uint64_t seed[static 2], struct str key)
{
	struct sip s = {
		.v0 = seed[0] ^ 0x736f6d6570736575u, /* "somepseudorandomlygeneratedbytes" */
		.v1 = seed[1] ^ 0x646f72616e646f6du,
		.v2 = seed[0] ^ 0x6c7967656e657261u,
		.v3 = seed[1] ^ 0x7465646279746573u,
	};
	uint64_t last = (uint64_t)key.n << 56;
	size_t i = 0;

	for (; i + 8 <= key.n; i += 8) {
		uint64_t word;

		memcpy(&word, key.p + i,
			sizeof(word)); /* little endian, as every machine we run on */
		sip_word(&s, word);
	}
	for (unsigned shift = 0; i < key.n; i++, shift += 8)
		last |= (uint64_t)(unsigned char)key.p[i] << shift;
	sip_word(&s, last);
	s.v2 ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t hash_bytes(const struct hash *h, struct str key)
{
	return hash_keyed(h->seed, key);
}

int hash_init(struct hash *h, uint32_t capacity, uint64_t seed)
{
	struct prng prng;
	uint64_t buckets = 1;

	while (buckets < capacity)
		buckets *= 2;
	*h = (struct hash){.mask = (uint32_t)(buckets - 1)};
	prng_init(&prng, seed);
	h->seed[0] = prng_u64(&prng);
	h->seed[1] = prng_u64(&prng);
	h->bucket = calloc(buckets, sizeof(struct hash_node *));
	return h->bucket ? 0 : -ENOMEM;
}

void hash_fini(struct hash *h)
{
	free(h->bucket);
	*h = (struct hash){0};
}

void hash_add(struct hash *h, struct hash_node *n, struct str key)
{
	n->key_hash = hash_bytes(h, key);
	struct hash_node **bucket = &h->bucket[n->key_hash & h->mask];

	n->next = *bucket;
	*bucket = n;
	h->count++;
}

void hash_del(struct hash *h, struct hash_node *n)
{
	for (struct hash_node **p = &h->bucket[n->key_hash & h->mask]; *p; p = &(*p)->next) {
		if (*p != n)
			continue;
		*p = n->next;
		n->next = NULL;
		h->count--;
		return;
	}
}

static struct hash_node *same_hash(struct hash_node *n, uint64_t key_hash)
{
	while (n && n->key_hash != key_hash)
		n = n->next;
	return n;
}

struct hash_node *hash_first(const struct hash *h, struct str key)
{
	uint64_t key_hash = hash_bytes(h, key);

	return same_hash(h->bucket[key_hash & h->mask], key_hash);
}

struct hash_node *hash_next(const struct hash_node *n)
{
	return same_hash(n->next, n->key_hash);
}

bool hash_sound(const struct hash *h)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i <= h->mask; i++)
		for (const struct hash_node *n = h->bucket[i]; n; n = n->next)
			if ((n->key_hash & h->mask) != i || ++count > h->count)
				return false;
	return count == h->count;
}
