/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers that nobody can guess: ChaCha20 (RFC 8439) under a key. Each purpose has a stream of its
 * own. Who knows all numbers of one stream can tell none of another, and who learns the key of a
 * stream can tell none that it made before. The same key makes the same numbers.
 *
 * Nothing is allocated after random_alloc(). One thread at a time may use one struct random.
 */
#ifndef TANDEM_ENGINE_BASE_RANDOM_H
#define TANDEM_ENGINE_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#define RANDOM_KEY_BYTES 32

/* X(id): purposes. What a peer can see stands apart from each other thing that it can see. */
#define RANDOM_STREAMS(X)                                              \
	X(TABLES)  /* keys of hash tables; no peer sees them */        \
	X(SIP)     /* the key of the user agent's own struct random */ \
	X(NONCES)  /* secret of the nonces of digest */                \
	X(TAG)     /* of From and To */                                \
	X(BRANCH)  /* of Via */                                        \
	X(CALL_ID) /* of SIP's header field */                         \
	X(SSRC)                                                        \
	X(TIME)     /* the first time stamp of a stream */             \
	X(SEQUENCE) /* the first sequence number of a stream */        \
	X(COOKIE)   /* name of a leg; only we see it */                \
	X(SESSION)  /* the session's number in `o=` */                 \
	X(WORKER)   /* keys of the workers' own struct random */       \
	X(REPORT)   /* intervals of RTCP */                            \
	X(MARK)     /* key of the marks of RTP sources */
#define RANDOM_STREAM_ID(id) RANDOM_##id,
enum random_stream { RANDOM_STREAMS(RANDOM_STREAM_ID) RANDOM_STREAM_COUNT };

struct random;

struct random *random_alloc(const uint8_t key[static RANDOM_KEY_BYTES]); /* NULL: errno ENOMEM */
void random_free(struct random *r); /* wipes the keys; NULL is fine */
void random_bytes(struct random *r, enum random_stream stream, void *out, size_t n);
uint64_t random_u64(struct random *r, enum random_stream stream);
/* 0..n-1 without bias; n > 0 */
uint32_t random_below(struct random *r, enum random_stream stream, uint32_t n);

#endif
