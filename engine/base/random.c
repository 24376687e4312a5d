/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream makes its numbers in portions. The first octets of a portion become the key of the next
 * one, and each octet is wiped once it is given out: memory never has what made an earlier number.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <engine/base/random.h>

#define IV_BYTES     16 /* RFC 8439: a counter of 4 octets, and a nonce of 12 */
#define IV_STREAM    4
#define BUFFER_BYTES 256

struct keystream {
	uint8_t data[BUFFER_BYTES]; /* the next key, then what is to be given out */
	unsigned used;
};

struct random {
	EVP_CIPHER_CTX *cipher;
	struct keystream stream[RANDOM_STREAM_COUNT];
};
_Static_assert(RANDOM_STREAM_COUNT <= 256, "a stream's number is one octet");

/* It cannot fail: the context has its cipher. If it did, the octets could be guessed. */
static void encrypt_zeros(
	struct random *r, const uint8_t *key, const uint8_t *iv, uint8_t *out, unsigned n)
{
	int done = 0;

	memset(out, 0, n);
	if (EVP_EncryptInit_ex(r->cipher, NULL, NULL, key, iv) != 1 ||
		EVP_EncryptUpdate(r->cipher, out, &done, out, (int)n) != 1 || done != (int)n)
		abort();
}

static void refill(struct random *r, struct keystream *s)
{
	static const uint8_t iv[IV_BYTES];
	uint8_t key[RANDOM_KEY_BYTES];

	memcpy(key, s->data, sizeof(key));
	encrypt_zeros(r, key, iv, s->data, sizeof(s->data));
	OPENSSL_cleanse(key, sizeof(key));
	s->used = RANDOM_KEY_BYTES;
}

struct random *random_alloc(const uint8_t key[static RANDOM_KEY_BYTES])
{
	static const uint8_t zeros[RANDOM_KEY_BYTES];
	struct random *r = calloc(1, sizeof(*r));
	uint8_t iv[IV_BYTES] = {0};

	if (!r) {
		errno = ENOMEM;
		return NULL;
	}
	/* A key given here makes libcrypto allocate all that the context will ever need. It has
	 * ChaCha20 unless somebody built it without. */
	r->cipher = EVP_CIPHER_CTX_new();
	if (!r->cipher || EVP_EncryptInit_ex(r->cipher, EVP_chacha20(), NULL, zeros, iv) != 1) {
		random_free(r);
		errno = ENOMEM;
		return NULL;
	}
	for (unsigned i = 0; i < RANDOM_STREAM_COUNT; i++) {
		iv[IV_STREAM] = (uint8_t)i;
		encrypt_zeros(r, key, iv, r->stream[i].data, RANDOM_KEY_BYTES);
		r->stream[i].used = BUFFER_BYTES;
	}
	return r;
}

void random_free(struct random *r)
{
	if (!r)
		return;
	EVP_CIPHER_CTX_free(r->cipher); /* wipes its key */
	OPENSSL_cleanse(r, sizeof(*r));
	free(r);
}

void random_bytes(struct random *r, enum random_stream stream, void *out, size_t n)
{
	struct keystream *s = &r->stream[stream];
	uint8_t *to = out;

	while (n > 0) {
		if (s->used == BUFFER_BYTES)
			refill(r, s);
		size_t part = BUFFER_BYTES - s->used < n ? BUFFER_BYTES - s->used : n;

		memcpy(to, s->data + s->used, part);
		OPENSSL_cleanse(s->data + s->used, part);
		s->used += (unsigned)part;
		to += part;
		n -= part;
	}
}

uint64_t random_u64(struct random *r, enum random_stream stream)
{
	uint64_t x;

	random_bytes(r, stream, &x, sizeof(x));
	return x;
}

/* Lemire: the high half of a 32x32 product, drawn again where n does not divide 2^32. */
uint32_t random_below(struct random *r, enum random_stream stream, uint32_t n)
{
	uint32_t biased = -n % n;
	uint64_t product;

	do
		product = (random_u64(r, stream) >> 32) * n;
	while ((uint32_t)product < biased);
	return (uint32_t)(product >> 32);
}
