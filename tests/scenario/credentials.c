/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <tests/scenario/credentials.h>

#define URI    "sip:" CREDENTIALS_DOMAIN
#define CNONCE "0a4f113b"
#define NC     "00000001"

void credentials_ha1(const char *user, char out[static DIGEST_HEX_BYTES])
{
	char text[128];

	snprintf(text, sizeof(text), "%s:" CREDENTIALS_DOMAIN ":%s-secret", user, user);
	digest_hash(TD_DIGEST_MD5, str_of(text), out);
}

bool credentials_encode(const char *user, const char *challenge, char *out, size_t size)
{
	static const uint8_t none[DIGEST_SECRET_BYTES];
	char ha1[DIGEST_HEX_BYTES], response[DIGEST_HEX_BYTES];
	struct digest *d = digest_alloc(none, 1, 1);
	struct sip_auth a;
	bool ok = d && sip_auth_decode(&a, str_of(challenge)) == 0;

	if (ok) {
		credentials_ha1(user, ha1);
		a.uri = STR(URI);
		a.cnonce = STR(CNONCE);
		a.nc = STR(NC);
		a.qop = STR("auth");
		digest_response(d, TD_DIGEST_MD5, str_of(ha1), STR("REGISTER"), &a, response);
		snprintf(out, size,
			"Authorization: Digest username=\"%s\", realm=\"" CREDENTIALS_DOMAIN
			"\", nonce=\"%.*s\", uri=\"" URI "\", response=\"%s\", algorithm=MD5, "
			"cnonce=\"" CNONCE "\", qop=auth, nc=" NC "\r\n",
			user, STR_FMT(a.nonce), response);
	}
	digest_free(d);
	return ok;
}
