/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <tests/scenario/credentials.h>

#define URI    "sip:" CREDENTIALS_DOMAIN
#define CNONCE "0a4f113b"
#define NC     "00000001"

static void ha1_of(enum td_digest algorithm, const char *user, const char *whose,
	char out[static DIGEST_HEX_BYTES])
{
	char text[128];

	snprintf(text, sizeof(text), "%s:" CREDENTIALS_DOMAIN ":%s-secret", user, whose);
	digest_hash(algorithm, str_of(text), out);
}

void credentials_ha1(const char *user, char out[static DIGEST_HEX_BYTES])
{
	ha1_of(TD_DIGEST_MD5, user, user, out);
}

bool credentials_encode(const char *method, const char *user, const char *whose,
	const char *challenge, char *out, size_t size)
{
	static const uint8_t none[DIGEST_SECRET_BYTES];
	char ha1[DIGEST_HEX_BYTES], response[DIGEST_HEX_BYTES];
	struct digest *d = digest_alloc(none, 1, 1);
	struct sip_auth a;
	bool ok = d && sip_auth_decode(&a, str_of(challenge)) == 0;

	if (ok) {
		enum td_digest algorithm =
			str_eq(a.algorithm, STR("SHA-256")) ? TD_DIGEST_SHA256 : TD_DIGEST_MD5;

		ha1_of(algorithm, user, whose, ha1);
		a.uri = STR(URI);
		a.cnonce = STR(CNONCE);
		a.nc = STR(NC);
		a.qop = STR("auth");
		digest_response(d, algorithm, str_of(ha1), str_of(method), &a, response);
		snprintf(out, size,
			"Authorization: Digest username=\"%s\", realm=\"" CREDENTIALS_DOMAIN
			"\", nonce=\"%.*s\", uri=\"" URI "\", response=\"%s\", algorithm=%.*s, "
			"cnonce=\"" CNONCE "\", qop=auth, nc=" NC "\r\n",
			user, STR_FMT(a.nonce), response, STR_FMT(a.algorithm));
	}
	digest_free(d);
	return ok;
}
