/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attribute a=crypto (RFC 4568):
 *
 *     a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:4
 *              tag       suite                        base64 of key and salt     lifetime
 * MKI:octets
 *
 * A line that cannot be used counts as absent (section 5.1.2); the reason is returned.
 */
#include <engine/sdp/sdp.h>

#define TAG_MAX      999999999u
#define LIFETIME_MAX (1ull << 48)
#define LIFETIME_EXP 48
#define MKI_OCTETS   128 /* of the grammar; we take TD_SRTP_MKI_BYTES */
#define WSH_MIN      64

static const struct {
	struct str name;
	uint8_t bytes; /* of key and salt */
} suites[TD_SRTP_SUITE_COUNT] = {
#define SUITE(id, kind, key, salt, ...) [TD_SRTP_##id] = {{#id, sizeof(#id) - 1}, (key) + (salt)},
	TD_SRTP_SUITES(SUITE)
#undef SUITE
};

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const char *sdp_crypto_suite(unsigned suite)
{
	return suite < TD_SRTP_SUITE_COUNT && suites[suite].name.p ? suites[suite].name.p : "none";
}

unsigned sdp_crypto_bytes(unsigned suite)
{
	return suite < TD_SRTP_SUITE_COUNT ? suites[suite].bytes : 0;
}

/* Padding may be missing: some implementations of the AEAD suites leave it out. */
static bool base64_decode(struct str s, uint8_t *out, unsigned bytes)
{
	unsigned bits = 0, have = 0, n = 0;

	for (unsigned i = 0; i < 2 && s.n && s.p[s.n - 1] == '='; i++)
		s.n--;
	if (s.n != (bytes * 8 + 5) / 6)
		return false;
	for (; s.n; s.p++, s.n--) {
		const char *at = s.p[0] ? strchr(base64, s.p[0]) : NULL;

		if (!at)
			return false;
		bits = bits << 6 | (unsigned)(at - base64);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	return n == bytes;
}

static void base64_encode(struct td_buf *out, const uint8_t *p, unsigned n)
{
	for (; n; p += 3, n -= n < 3 ? n : 3) {
		unsigned bits = (unsigned)p[0] << 16 | (n > 1 ? (unsigned)p[1] << 8 : 0) |
				(n > 2 ? p[2] : 0u);
		char four[] = {base64[bits >> 18], base64[bits >> 12 & 63],
			n > 1 ? base64[bits >> 6 & 63] : '=', n > 2 ? base64[bits & 63] : '='};

		buf_put(out, four, sizeof(four));
	}
}

static bool lifetime_valid(struct str s)
{
	uint64_t n;

	if (str_has_prefix(s, STR("2^")))
		return str_u64((struct str){s.p + 2, s.n - 2}, LIFETIME_EXP, &n);
	return str_u64(s, LIFETIME_MAX, &n) && n;
}

/* "1:4": what each packet then carries in so many octets. */
static const char *mki_decode(struct td_srtp_key *key, struct str s)
{
	struct str value = str_cut(&s, ':');
	uint64_t n, octets;

	if (!str_u64(s, MKI_OCTETS, &octets) || !octets)
		return "MKI malformed";
	if (octets > TD_SRTP_MKI_BYTES || !str_u64(value, UINT64_MAX, &n))
		return "MKI of more than 8 octets";
	if (octets < 8 && n >> (8 * octets))
		return "MKI malformed";
	key->mki_len = (uint8_t)octets;
	for (unsigned i = 0; i < octets; i++)
		key->mki[i] = (uint8_t)(n >> (8 * (octets - 1 - i)));
	return NULL;
}

static const char *key_decode(struct td_srtp_key *key, struct str s)
{
	struct str part;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ';')
			return "several keys in one line";
	if (!str_has_prefix(s, STR("inline:")))
		return "key not inline";
	s.p += 7;
	s.n -= 7;
	if (!base64_decode(str_cut(&s, '|'), key->key, suites[key->suite].bytes))
		return "key of another length than the suite's, or not base64";
	part = str_cut(&s, '|');
	if (part.p && !memchr(part.p, ':', part.n)) {
		/* Only the peer can replace a key that wears out; it sends another one in time. */
		if (!lifetime_valid(part))
			return "lifetime malformed";
		part = str_cut(&s, '|');
	}
	if (s.p)
		return "key malformed";
	return part.p ? mki_decode(key, part) : NULL;
}

/* Section 6.3. We must not silently ignore a parameter that we do not have, unless its name begins
 * with -. */
static bool param_known(struct str s)
{
	uint64_t n;

	if (s.n && s.p[0] == '-')
		return true;
	if (str_eq(s, STR("KDR=0")))
		return true;
	return str_has_prefix(s, STR("WSH=")) &&
	       str_u64((struct str){s.p + 4, s.n - 4}, UINT32_MAX, &n) && n >= WSH_MIN;
}

static struct str word(struct str *rest)
{
	*rest = str_trim(*rest);
	return str_cut(rest, ' ');
}

const char *sdp_crypto_decode(struct sdp_crypto *out, struct str line)
{
	struct sdp_crypto c = {0};
	struct str suite, key;
	const char *why;
	uint64_t tag;

	if (!str_u64(word(&line), TAG_MAX, &tag))
		return "tag malformed";
	c.tag = (uint32_t)tag;
	suite = word(&line);
	key = word(&line);
	for (unsigned i = TD_SRTP_NONE + 1; i < TD_SRTP_SUITE_COUNT; i++)
		if (str_eq(suite, suites[i].name))
			c.key.suite = (uint8_t)i;
	if (!c.key.suite)
		return "suite not known here";
	why = key_decode(&c.key, key);
	while (!why && str_trim(line).n)
		if (!param_known(word(&line)))
			why = "session parameter not known here";
	if (!why)
		*out = c;
	explicit_bzero(&c, sizeof(c));
	return why;
}

void sdp_crypto_encode(const struct sdp_crypto *c, struct td_buf *out)
{
	buf_printf(out, "a=crypto:%u %s inline:", c->tag, sdp_crypto_suite(c->key.suite));
	base64_encode(out, c->key.key, suites[c->key.suite].bytes);
	buf_str(out, STR("\r\n"));
}

size_t sdp_crypto_redact(char *text, size_t n)
{
	static const struct str mark = {"inline:", 7};
	char *end = text + n;
	size_t count = 0;

	for (char *at = text; (at = memmem(at, (size_t)(end - at), mark.p, mark.n)); count++)
		for (at += mark.n; at < end && (strchr(base64, *at) || *at == '=') && *at; at++)
			*at = '*';
	return count;
}
