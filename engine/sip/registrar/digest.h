/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Digest authentication of requests (RFC 7616, 2617, and 8760 for SIP), qop=auth.
 *
 * Nonces prove themselves: time of issue, a counter and an HMAC of both and of whom it was issued
 * to under a secret, so a challenge costs no memory, and who uses a nonce has read our answer at
 * that address. A table of fixed size keeps the highest nonce count of each nonce that has
 * authenticated someone. Only holders of a password can fill it. A nonce whose record had to go is
 * answered as stale and never taken again.
 */
#ifndef TANDEM_ENGINE_SIP_REGISTRAR_DIGEST_H
#define TANDEM_ENGINE_SIP_REGISTRAR_DIGEST_H

#include <engine/base/buf.h>
#include <engine/base/str.h>
#include <engine/sip/msg/msg.h>
#include <tandem/config.h>

#define DIGEST_SECRET_BYTES 32
#define DIGEST_HEX_BYTES    65 /* SHA-256 in hex, with NUL */

/* H(data) as lower-case hex; empty when OpenSSL has no memory. */
void digest_hash(enum td_digest algorithm, struct str data, char out[static DIGEST_HEX_BYTES]);

struct digest;
/* max_nonces: nonce counts remembered. NULL: ENOMEM. */
struct digest *digest_alloc(const uint8_t secret[static DIGEST_SECRET_BYTES], uint32_t max_nonces,
	uint64_t nonce_life_ns);
void digest_free(struct digest *d);
void digest_set_life(struct digest *d, uint64_t nonce_life_ns);

/* Appends a whole header line: SIP_HDR_WWW_AUTHENTICATE or SIP_HDR_PROXY_AUTHENTICATE. The nonce is
 * good for requests from the address `to`, whatever the port. */
void digest_challenge(struct digest *d, uint64_t now, const struct td_addr *to, enum sip_header id,
	struct str realm, enum td_digest algorithm, bool stale, struct td_buf *out);

/* The `response` of RFC 7616 section 3.4.1; qop empty: RFC 2069's. Empty when OpenSSL fails. */
void digest_response(struct digest *d, enum td_digest algorithm, struct str ha1, struct str method,
	const struct sip_auth *a, char out[static DIGEST_HEX_BYTES]);

enum digest_verdict {
	DIGEST_OK,
	DIGEST_AGAIN,  /* another realm, algorithm or qop: 401; nobody looks at the password */
	DIGEST_FORGED, /* a nonce that we did not issue to this address: likewise */
	DIGEST_STALE,  /* a nonce whose time or count is over: likewise, with stale */
	DIGEST_WRONG,  /* a nonce of ours that is good, and a wrong password: 403 */
};
/* ha1: hex of H(user:realm:password). Remembers the nonce count when OK. */
enum digest_verdict digest_check(struct digest *d, uint64_t now, const struct td_addr *from,
	const struct sip_auth *a, struct str method, struct str realm, enum td_digest algorithm,
	struct str ha1);

#endif
