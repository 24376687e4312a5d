/* SPDX-License-Identifier: BSD-3-Clause */
/* The cryptography of SRTP, by libcrypto; srtp.c alone calls it. Lengths are in octets. */
#ifndef TANDEM_DATAPLANE_RTP_SRTP_CRYPTO_H
#define TANDEM_DATAPLANE_RTP_SRTP_CRYPTO_H

#include <tandem/media.h>

#define CRYPTO_SHA1    20                           /* of a whole HMAC-SHA1 */
#define CRYPTO_GCM_TAG TD_SRTP_TAG_AEAD_AES_128_GCM /* of 256 too */

struct crypto_suite {
	uint8_t key, salt; /* of the master key, and of the session keys */
	uint8_t tag, rtcp_tag;
	bool aead;
};
extern const struct crypto_suite crypto_suites[TD_SRTP_SUITE_COUNT];

struct srtp_crypto;                          /* a thread's contexts of libcrypto */
struct srtp_crypto *srtp_crypto_alloc(void); /* NULL: errno ENOMEM, or ENOTSUP without AES */
void srtp_crypto_free(struct srtp_crypto *x);

/* The keys that RFC 3711 section 4.3 derives. */
struct srtp_keys {
	uint8_t cipher[32];
	uint8_t salt[16];
	uint32_t inner[5], outer[5]; /* SHA-1 after the first block of HMAC's two hashes */
};

/* Section 4.3.1 with a key derivation rate of 0. */
void crypto_derive(struct srtp_crypto *x, const struct td_srtp_key *master, struct srtp_keys *rtp,
	struct srtp_keys *rtcp);
/* AES in counter mode (section 4.1.1), either way. */
void crypto_ctr(struct srtp_crypto *x, const struct srtp_keys *k, const uint8_t iv[static 16],
	uint8_t *data, unsigned n);
/* HMAC-SHA1 of data and the word behind it, as it lies in memory. */
void crypto_hmac(const struct srtp_keys *k, const uint8_t *data, unsigned n, uint32_t word,
	uint8_t out[static CRYPTO_SHA1]);

struct crypto_aad { /* what GCM authenticates and does not encrypt */
	const uint8_t *data;
	unsigned n;
	uint32_t word; /* behind it, when `has_word` */
	bool has_word;
};
void crypto_gcm_seal(struct srtp_crypto *x, unsigned suite, const struct srtp_keys *k,
	const uint8_t iv[static 12], const struct crypto_aad *aad, uint8_t *data, unsigned n,
	uint8_t tag[static CRYPTO_GCM_TAG]);
/* False: not authentic, and the data is as it was. */
bool crypto_gcm_open(struct srtp_crypto *x, unsigned suite, const struct srtp_keys *k,
	const uint8_t iv[static 12], const struct crypto_aad *aad, uint8_t *data, unsigned n,
	const uint8_t tag[static CRYPTO_GCM_TAG]);

#endif
