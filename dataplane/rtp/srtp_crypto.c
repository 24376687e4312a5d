/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES by EVP, which alone reaches the CPU's AES instructions. HMAC-SHA1 by SHA1_*: it begins from
 * the 20 octets that each key's first block leaves, while EVP would copy, and allocate, a context
 * for each packet. OpenSSL 3 calls these functions deprecated; API 1.1 is asked for.
 */
#define OPENSSL_API_COMPAT 0x10100000L
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <dataplane/rtp/srtp_crypto.h>

#define HMAC_BLOCK 64
#define PRF_SALT   14 /* section 4.3.3: 112 bits; a shorter one has zeros behind it (RFC 7714 11) */
#define PRF_LABEL  7  /* octet of it that the label changes, when the index is 0 */

enum label { /* section 4.3.1, 4.3.2 */
	LABEL_RTP_CIPHER,
	LABEL_RTP_AUTH,
	LABEL_RTP_SALT,
	LABEL_RTCP, /* the same three again */
};

const struct crypto_suite crypto_suites[TD_SRTP_SUITE_COUNT] = {
#define HMAC false
#define AEAD true
#define SUITE(id, kind, key, salt, tag, rtcp_tag, ...) \
	[TD_SRTP_##id] = {key, salt, tag, rtcp_tag, kind},
	TD_SRTP_SUITES(SUITE)
#undef SUITE
#undef AEAD
#undef HMAC
};

struct srtp_crypto {
	EVP_CIPHER_CTX *ctr128, *ctr256, *gcm128, *gcm256;
};

/* A key given here makes libcrypto allocate all that the context will ever need. */
static EVP_CIPHER_CTX *context_alloc(const char *name)
{
	static const uint8_t zeros[32];
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *c = cipher ? EVP_CIPHER_CTX_new() : NULL;

	if (c && EVP_EncryptInit_ex(c, cipher, NULL, zeros, zeros) != 1) {
		EVP_CIPHER_CTX_free(c);
		c = NULL;
	}
	EVP_CIPHER_free(cipher);
	return c;
}

struct srtp_crypto *srtp_crypto_alloc(void)
{
	struct srtp_crypto *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->ctr128 = context_alloc("AES-128-CTR");
	x->ctr256 = context_alloc("AES-256-CTR");
	x->gcm128 = context_alloc("AES-128-GCM");
	x->gcm256 = context_alloc("AES-256-GCM");
	if (x->ctr128 && x->ctr256 && x->gcm128 && x->gcm256)
		return x;
	srtp_crypto_free(x);
	errno = ENOTSUP;
	return NULL;
}

void srtp_crypto_free(struct srtp_crypto *x)
{
	if (!x)
		return;
	EVP_CIPHER_CTX_free(x->ctr128); /* each wipes its key */
	EVP_CIPHER_CTX_free(x->ctr256);
	EVP_CIPHER_CTX_free(x->gcm128);
	EVP_CIPHER_CTX_free(x->gcm256);
	free(x);
}

/* Neither can fail: the context has its cipher, and lengths fit. */
static void ctr(EVP_CIPHER_CTX *c, const uint8_t *key, const uint8_t *iv, uint8_t *data, unsigned n)
{
	int done;

	EVP_EncryptInit_ex(c, NULL, NULL, key, iv);
	EVP_EncryptUpdate(c, data, &done, data, (int)n);
}

static void prf(struct srtp_crypto *x, const struct td_srtp_key *master, unsigned label,
	uint8_t *out, unsigned n)
{
	const struct crypto_suite *s = &crypto_suites[master->suite];
	uint8_t iv[16] = {0};

	memcpy(iv, master->key + s->key, s->salt);
	iv[PRF_LABEL] ^= (uint8_t)label;
	memset(out, 0, n);
	ctr(s->key == 32 ? x->ctr256 : x->ctr128, master->key, iv, out, n);
}
_Static_assert(PRF_SALT <= 16, "the salt, and two octets that count blocks");

static void hmac_half(const uint8_t *key, uint8_t pad, uint32_t state[static 5])
{
	uint8_t block[HMAC_BLOCK];
	SHA_CTX c;

	memset(block, pad, sizeof(block));
	for (unsigned i = 0; i < CRYPTO_SHA1; i++)
		block[i] ^= key[i];
	SHA1_Init(&c);
	SHA1_Update(&c, block, sizeof(block));
	memcpy(state, (uint32_t[]){c.h0, c.h1, c.h2, c.h3, c.h4}, 5 * sizeof(*state));
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(&c, sizeof(c));
}

static void derive_one(struct srtp_crypto *x, const struct td_srtp_key *master, unsigned first,
	struct srtp_keys *out)
{
	const struct crypto_suite *s = &crypto_suites[master->suite];
	uint8_t auth[CRYPTO_SHA1];

	memset(out, 0, sizeof(*out));
	prf(x, master, first + LABEL_RTP_CIPHER, out->cipher, s->key);
	prf(x, master, first + LABEL_RTP_SALT, out->salt, s->salt);
	if (s->aead)
		return;
	prf(x, master, first + LABEL_RTP_AUTH, auth, sizeof(auth));
	hmac_half(auth, 0x36, out->inner); /* RFC 2104 */
	hmac_half(auth, 0x5c, out->outer);
	OPENSSL_cleanse(auth, sizeof(auth));
}

void crypto_derive(struct srtp_crypto *x, const struct td_srtp_key *master, struct srtp_keys *rtp,
	struct srtp_keys *rtcp)
{
	derive_one(x, master, 0, rtp);
	derive_one(x, master, LABEL_RTCP, rtcp);
}

void crypto_ctr(struct srtp_crypto *x, const struct srtp_keys *k, const uint8_t iv[static 16],
	uint8_t *data, unsigned n)
{
	ctr(x->ctr128, k->cipher, iv, data, n);
}

static void hmac_resume(SHA_CTX *c, const uint32_t state[static 5])
{
	*c = (SHA_CTX){.h0 = state[0],
		.h1 = state[1],
		.h2 = state[2],
		.h3 = state[3],
		.h4 = state[4],
		.Nl = HMAC_BLOCK * 8};
}

void crypto_hmac(const struct srtp_keys *k, const uint8_t *data, unsigned n, uint32_t word,
	uint8_t out[static CRYPTO_SHA1])
{
	SHA_CTX c;

	hmac_resume(&c, k->inner);
	SHA1_Update(&c, data, n);
	SHA1_Update(&c, &word, sizeof(word));
	SHA1_Final(out, &c);
	hmac_resume(&c, k->outer);
	SHA1_Update(&c, out, CRYPTO_SHA1);
	SHA1_Final(out, &c);
}

/* Everything but the tag. */
static EVP_CIPHER_CTX *gcm(struct srtp_crypto *x, unsigned suite, const struct srtp_keys *k,
	const uint8_t *iv, const struct crypto_aad *aad, uint8_t *data, unsigned n, int encrypt)
{
	EVP_CIPHER_CTX *c = suite == TD_SRTP_AEAD_AES_256_GCM ? x->gcm256 : x->gcm128;
	int done;

	EVP_CipherInit_ex(c, NULL, NULL, k->cipher, iv, encrypt);
	EVP_CipherUpdate(c, NULL, &done, aad->data, (int)aad->n);
	if (aad->has_word)
		EVP_CipherUpdate(c, NULL, &done, (const uint8_t *)&aad->word, sizeof(aad->word));
	if (n)
		EVP_CipherUpdate(c, data, &done, data, (int)n);
	return c;
}

void crypto_gcm_seal(struct srtp_crypto *x, unsigned suite, const struct srtp_keys *k,
	const uint8_t iv[static 12], const struct crypto_aad *aad, uint8_t *data, unsigned n,
	uint8_t tag[static CRYPTO_GCM_TAG])
{
	EVP_CIPHER_CTX *c = gcm(x, suite, k, iv, aad, data, n, 1);
	int done;

	EVP_CipherFinal_ex(c, data + n, &done);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, CRYPTO_GCM_TAG, tag);
}

bool crypto_gcm_open(struct srtp_crypto *x, unsigned suite, const struct srtp_keys *k,
	const uint8_t iv[static 12], const struct crypto_aad *aad, uint8_t *data, unsigned n,
	const uint8_t tag[static CRYPTO_GCM_TAG])
{
	EVP_CIPHER_CTX *c = gcm(x, suite, k, iv, aad, data, n, 0);
	uint8_t expected[CRYPTO_GCM_TAG], rest[1];
	int done;

	memcpy(expected, tag, sizeof(expected));
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, CRYPTO_GCM_TAG, expected);
	if (EVP_CipherFinal_ex(c, rest, &done) == 1)
		return true;
	gcm(x, suite, k, iv, aad, data, n, 1); /* counter mode is its own inverse */
	return false;
}
