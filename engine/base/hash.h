/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An intrusive hash table keyed by bytes (SipHash-1-3 with a seed: an attacker who picks Call-IDs
 * cannot make it slow). Buckets are fixed at init; adding never allocates.
 */
#ifndef TANDEM_ENGINE_BASE_HASH_H
#define TANDEM_ENGINE_BASE_HASH_H

#include <engine/base/str.h>

struct hash_node {
	struct hash_node *next;
	uint64_t key_hash;
};

struct hash {
	struct hash_node **bucket;
	uint32_t mask;
	uint32_t count;
	uint64_t seed[2];
};

int hash_init(struct hash *h, uint32_t capacity, uint64_t seed); /* 0 or -ENOMEM */
void hash_fini(struct hash *h);
/* The keyed function itself: a PRF (SipHash-1-3). */
uint64_t hash_keyed(const uint64_t seed[static 2], struct str key);
uint64_t hash_bytes(const struct hash *h, struct str key);
void hash_add(struct hash *h, struct hash_node *n, struct str key); /* no check for doubles */
void hash_del(struct hash *h, struct hash_node *n);
/* First node with key's hash; go on with hash_next() until the caller's own comparison holds. */
struct hash_node *hash_first(const struct hash *h, struct str key);
struct hash_node *hash_next(const struct hash_node *n);
bool hash_sound(const struct hash *h); /* each node is in its bucket, and counted; visits all */

#endif
