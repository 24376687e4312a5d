/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages kept for retransmission: each in a chain of chunks from one pool, so that 400-byte
 * responses and 64-kB requests live in the same memory and nothing is allocated on the way.
 */
#ifndef TANDEM_ENGINE_SIP_STORE_H
#define TANDEM_ENGINE_SIP_STORE_H

#include <engine/base/pool.h>
#include <engine/base/str.h>

#define STORE_CHUNK_BYTES 512

struct store {
	struct pool chunks;
};

struct blob {
	uint32_t first; /* index of the first chunk + 1; 0 nothing kept */
	uint32_t len;
};

int store_init(struct store *s, uint32_t chunks); /* 0 or -ENOMEM */
void store_fini(struct store *s);
/* Replaces what b held. False, and b empty, when there are not enough chunks. */
bool store_set(struct store *s, struct blob *b, struct str data);
/* Copies all of it to out, which has room for b->len bytes. */
struct str store_get(const struct store *s, const struct blob *b, char *out);
void store_del(struct store *s, struct blob *b);

#endif
