/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A nonce is 12 hexadecimal digits of milliseconds, 8 of a counter and 32 of an HMAC of both and of
 * the address that it was issued to. The
 * highest count of each nonce that has let someone in is kept in a set of four, which the counter
 * chooses. When a set is full, the oldest nonce goes, and the set remembers when that one was
 * issued. A nonce that is not found and is not younger might have been used, so it is stale. So no
 * nonce counts twice, whatever the size of the table.
 */
#include <errno.h>
#include <stdlib.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <engine/base/hex.h>
#include <engine/sip/msg/encode.h>
#include <engine/sip/registrar/digest.h>
#include <tandem/types.h>

#define TIME_HEX    12
#define COUNTER_HEX 8
#define MAC_HEX     32
#define NONCE_HEX   (TIME_HEX + COUNTER_HEX + MAC_HEX)
#define WAYS        4
#define HASH_PARTS  6

struct used {
	uint64_t issued; /* ms; 0 the place is free */
	uint32_t counter;
	uint32_t nc;
};

struct set {
	struct used way[WAYS];
	uint64_t horizon; /* ms: the youngest that had to go */
};

struct digest {
	uint8_t secret[DIGEST_SECRET_BYTES];
	uint64_t life_ns;
	uint32_t counter;
	uint32_t sets;
	struct set *set;
	EVP_MD *md[2]; /* by enum td_digest */
	EVP_MD_CTX *md_ctx;
	EVP_MAC *mac;
	EVP_MAC_CTX *mac_ctx;
};

static const char *const md_names[] = {[TD_DIGEST_MD5] = "MD5", [TD_DIGEST_SHA256] = "SHA2-256"};
static const struct str tokens[] = {/* RFC 7616 section 3.3 */
	[TD_DIGEST_MD5] = {"MD5", 3},
	[TD_DIGEST_SHA256] = {"SHA-256", 7}};

static void hex_put(char *out, const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hex_encode(data[i], 2, out + 2 * i);
}

/* H(part:part:...) */
static void hash_parts(EVP_MD_CTX *ctx, const EVP_MD *md, const struct str *parts, unsigned count,
	char out[static DIGEST_HEX_BYTES])
{
	uint8_t raw[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	out[0] = '\0';
	if (!ctx || !md || !EVP_DigestInit_ex(ctx, md, NULL))
		return;
	for (unsigned i = 0; i < count; i++) {
		if ((i > 0 && !EVP_DigestUpdate(ctx, ":", 1)) ||
			!EVP_DigestUpdate(ctx, parts[i].p, parts[i].n))
			return;
	}
	if (!EVP_DigestFinal_ex(ctx, raw, &n) || 2 * n >= DIGEST_HEX_BYTES)
		return;
	hex_put(out, raw, n);
	out[2 * n] = '\0';
}

void digest_hash(enum td_digest algorithm, struct str data, char out[static DIGEST_HEX_BYTES])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	hash_parts(ctx, algorithm == TD_DIGEST_SHA256 ? EVP_sha256() : EVP_md5(), &data, 1, out);
	EVP_MD_CTX_free(ctx);
}

struct digest *digest_alloc(const uint8_t secret[static DIGEST_SECRET_BYTES], uint32_t max_nonces,
	uint64_t nonce_life_ns)
{
	struct digest *d = calloc(1, sizeof(*d));

	if (!d)
		goto fail;
	memcpy(d->secret, secret, sizeof(d->secret));
	d->life_ns = nonce_life_ns;
	d->sets = max_nonces / WAYS + 1;
	d->set = calloc(d->sets, sizeof(*d->set));
	if (!d->set)
		goto fail_free;
	for (unsigned i = 0; i < 2; i++)
		d->md[i] = EVP_MD_fetch(NULL, md_names[i], NULL);
	d->md_ctx = EVP_MD_CTX_new();
	d->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	d->mac_ctx = d->mac ? EVP_MAC_CTX_new(d->mac) : NULL;
	if (!d->md[0] || !d->md[1] || !d->md_ctx || !d->mac_ctx)
		goto fail_free;
	char sha256[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end()};

	if (!EVP_MAC_init(d->mac_ctx, d->secret, sizeof(d->secret), params))
		goto fail_free;
	return d;

fail_free:
	digest_free(d);
fail:
	errno = ENOMEM;
	return NULL;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	EVP_MAC_CTX_free(d->mac_ctx);
	EVP_MAC_free(d->mac);
	EVP_MD_CTX_free(d->md_ctx);
	for (unsigned i = 0; i < 2; i++)
		EVP_MD_free(d->md[i]);
	free(d->set);
	OPENSSL_cleanse(d->secret, sizeof(d->secret));
	free(d);
}

void digest_set_life(struct digest *d, uint64_t nonce_life_ns)
{
	d->life_ns = nonce_life_ns;
}

static bool mac(
	struct digest *d, const char *text, const struct td_addr *peer, char out[static MAC_HEX])
{
	uint8_t raw[EVP_MAX_MD_SIZE];
	size_t n = 0;

	if (!EVP_MAC_init(d->mac_ctx, NULL, 0, NULL) ||
		!EVP_MAC_update(d->mac_ctx, (const uint8_t *)text, TIME_HEX + COUNTER_HEX) ||
		!EVP_MAC_update(d->mac_ctx, &peer->family, sizeof(peer->family)) ||
		!EVP_MAC_update(d->mac_ctx, peer->ip6, sizeof(peer->ip6)) ||
		!EVP_MAC_final(d->mac_ctx, raw, &n, sizeof(raw)) || n < MAC_HEX / 2)
		return false;
	hex_put(out, raw, MAC_HEX / 2);
	return true;
}

void digest_challenge(struct digest *d, uint64_t now, const struct td_addr *to, enum sip_header id,
	struct str realm, enum td_digest algorithm, bool stale, struct td_buf *out)
{
	uint64_t ms = now / TD_NSEC_PER_MSEC + 1; /* 0 is a free place */
	uint32_t counter = ++d->counter;
	char nonce[NONCE_HEX];

	hex_encode(ms, TIME_HEX, nonce);
	hex_encode(counter, COUNTER_HEX, nonce + TIME_HEX);
	if (!mac(d, nonce, to, nonce + TIME_HEX + COUNTER_HEX)) {
		out->error = -ENOMEM;
		return;
	}
	header_name_encode(out, id);
	buf_str(out, STR("Digest realm=\""));
	buf_str(out, realm);
	buf_str(out, STR("\", nonce=\""));
	buf_put(out, nonce, sizeof(nonce));
	buf_str(out, STR("\", algorithm="));
	buf_str(out, tokens[algorithm]);
	buf_str(out, STR(", qop=\"auth\""));
	buf_str(out, stale ? STR(", stale=true\r\n") : STR("\r\n"));
}

struct nonce {
	uint64_t issued; /* ms */
	uint32_t counter;
	bool fresh; /* its time is not over */
};

/* True: we issued it to this address. */
static bool nonce_decode(struct digest *d, uint64_t now, const struct td_addr *from,
	struct str text, struct nonce *out)
{
	uint64_t now_ms = now / TD_NSEC_PER_MSEC + 1, counter;
	char expected[MAC_HEX];

	if (text.n != NONCE_HEX || !mac(d, text.p, from, expected) ||
		CRYPTO_memcmp(text.p + TIME_HEX + COUNTER_HEX, expected, MAC_HEX) != 0)
		return false;
	if (!hex_decode((struct str){text.p, TIME_HEX}, &out->issued) ||
		!hex_decode((struct str){text.p + TIME_HEX, COUNTER_HEX}, &counter))
		return false;
	out->counter = (uint32_t)counter;
	out->fresh = out->issued <= now_ms && now_ms - out->issued <= d->life_ns / TD_NSEC_PER_MSEC;
	return true;
}

/* The record of the nonce; with *oldest the place for one. NULL: there is none. */
static struct used *used_lookup(struct set *set, const struct nonce *n, struct used **oldest)
{
	*oldest = &set->way[0];
	for (unsigned i = 0; i < WAYS; i++) {
		struct used *u = &set->way[i];

		if (u->issued == n->issued && u->counter == n->counter)
			return u;
		if (u->issued < (*oldest)->issued)
			*oldest = u;
	}
	return NULL;
}

/* False: its time is over, or it was used to this count already, or might have been. */
static bool nonce_alive(const struct digest *d, const struct nonce *n, uint64_t nc)
{
	struct set *set = &d->set[n->counter % d->sets];
	struct used *oldest;
	const struct used *u = used_lookup(set, n, &oldest);

	return n->fresh && (u ? nc > u->nc : n->issued > set->horizon);
}

/* Counts a use of a nonce that is alive. */
static void nonce_use(struct digest *d, uint64_t now, const struct nonce *n, uint64_t nc)
{
	struct set *set = &d->set[n->counter % d->sets];
	uint64_t life_ms = d->life_ns / TD_NSEC_PER_MSEC, now_ms = now / TD_NSEC_PER_MSEC + 1;
	struct used *oldest, *u = used_lookup(set, n, &oldest);

	if (u) {
		u->nc = (uint32_t)nc;
		return;
	}
	/* a nonce whose time is over is refused anyway, so it does not move the horizon */
	if (oldest->issued && now_ms - oldest->issued <= life_ms)
		set->horizon = oldest->issued;
	*oldest = (struct used){n->issued, n->counter, (uint32_t)nc};
}

void digest_response(struct digest *d, enum td_digest algorithm, struct str ha1, struct str method,
	const struct sip_auth *a, char out[static DIGEST_HEX_BYTES])
{
	const EVP_MD *md = d->md[algorithm];
	char ha2[DIGEST_HEX_BYTES];

	hash_parts(d->md_ctx, md, (struct str[]){method, a->uri}, 2, ha2);
	if (a->qop.n > 0)
		hash_parts(d->md_ctx, md,
			(struct str[HASH_PARTS]){
				ha1, a->nonce, a->nc, a->cnonce, a->qop, str_of(ha2)},
			HASH_PARTS, out);
	else
		hash_parts(d->md_ctx, md, (struct str[]){ha1, a->nonce, str_of(ha2)}, 3, out);
	if (!ha2[0])
		out[0] = '\0';
}

/* The nonce count, 1 without qop: then a nonce serves once. False: with a qop that is not ours. */
static bool count_decode(const struct sip_auth *a, uint64_t *nc)
{
	*nc = 1;
	return a->qop.n == 0 || (str_caseeq(a->qop, STR("auth")) && a->nc.n == 8 &&
					hex_decode(a->nc, nc) && *nc > 0 && a->cnonce.n > 0);
}

enum digest_verdict digest_check(struct digest *d, uint64_t now, const struct td_addr *from,
	const struct sip_auth *a, struct str method, struct str realm, enum td_digest algorithm,
	struct str ha1)
{
	struct str token = a->algorithm.p ? a->algorithm : tokens[TD_DIGEST_MD5];
	char expected[DIGEST_HEX_BYTES];
	struct nonce nonce = {0};
	uint64_t nc;

	if (!str_eq(a->realm, realm) || !str_caseeq(token, tokens[algorithm]) ||
		!count_decode(a, &nc))
		return DIGEST_AGAIN;
	/* before anybody looks at the password: whoever invents a nonce learns nothing of it */
	if (!nonce_decode(d, now, from, a->nonce, &nonce))
		return DIGEST_FORGED;
	/* likewise: a nonce that others have seen tells nothing, and has nobody counted, once the
	 * telephone has used it */
	if (!nonce_alive(d, &nonce, nc))
		return DIGEST_STALE;
	digest_response(d, algorithm, ha1, method, a, expected);
	size_t n = strlen(expected);
	bool right = n > 0 && a->response.n == n && CRYPTO_memcmp(a->response.p, expected, n) == 0;

	if (!right)
		return DIGEST_WRONG;
	nonce_use(d, now, &nonce, nc);
	return DIGEST_OK;
}
