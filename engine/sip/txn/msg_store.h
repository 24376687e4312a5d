/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages kept for retransmission: each in a chain of chunks from one pool, so that 400-byte
 * responses and 64-kB requests live in the same memory and nothing is allocated on the way.
 */
#ifndef TANDEM_ENGINE_SIP_TXN_MSG_STORE_H
#define TANDEM_ENGINE_SIP_TXN_MSG_STORE_H

#include <engine/base/pool.h>
#include <engine/base/str.h>

#define MSG_STORE_CHUNK_BYTES 512

struct msg_store {
	struct pool chunks;
};

struct stored_msg {
	uint32_t first; /* index of the first chunk + 1; 0 nothing kept */
	uint32_t len;
};

int msg_store_init(struct msg_store *s, uint32_t chunks); /* 0 or -ENOMEM */
void msg_store_fini(struct msg_store *s);
/* Replaces what b held. False, and b empty, when there are not enough chunks. */
bool msg_store_set(struct msg_store *s, struct stored_msg *b, struct str data);
/* Copies all of it to out, which has room for b->len bytes. */
struct str msg_store_get(const struct msg_store *s, const struct stored_msg *b, char *out);
void msg_store_del(struct msg_store *s, struct stored_msg *b);

#endif
