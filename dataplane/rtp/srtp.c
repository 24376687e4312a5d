/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <string.h>
#include <engine/base/octets.h>
#include <dataplane/rtp/srtp.h>

#define RTP_FIXED  12u /* octets of RTP's header that are always there */
#define RTCP_CLEAR 8u  /* of the first RTCP packet, not encrypted */
#define WINDOW     64  /* bits of `seen`; section 3.3.2 wants that many */
#define INDEX_MAX  ((1ull << 48) - 1)
#define RTCP_MAX   ((1u << 31) - 1)
#define RTCP_E     0x80000000u /* encrypted; the index below it */

bool srtp_stream_init(struct srtp_crypto *x, struct srtp_stream *s, const struct td_srtp_key *key)
{
	struct td_srtp_key master = *key; /* which may be the stream's own */
	bool known = key->suite > TD_SRTP_NONE && key->suite < TD_SRTP_SUITE_COUNT &&
		     key->mki_len <= TD_SRTP_MKI_BYTES;

	srtp_stream_wipe(s);
	if (known) {
		s->master = master;
		crypto_derive(x, &s->master, &s->rtp, &s->rtcp);
	}
	explicit_bzero(&master, sizeof(master));
	return known;
}

void srtp_stream_inherit(struct srtp_stream *s, const struct srtp_stream *before)
{
	s->uses = before->uses;
	s->last = before->last;
	for (unsigned i = 0; i < SRTP_SOURCES; i++) {
		const struct srtp_source *b = &before->source[i];

		s->source[i] = (struct srtp_source){.ssrc = b->ssrc,
			.used = b->used && b->rtp,
			.rtp = b->rtp,
			.used_at = b->used_at,
			.inherited = true,
			.index = b->index};
	}
}

bool srtp_stream_same(const struct srtp_stream *s, const struct td_srtp_key *key)
{
	const struct crypto_suite *suite = &crypto_suites[s->master.suite];

	return s->master.suite == key->suite && s->master.mki_len == key->mki_len &&
	       !memcmp(s->master.mki, key->mki, key->mki_len) &&
	       !CRYPTO_memcmp(s->master.key, key->key, suite->key + suite->salt);
}

void srtp_stream_wipe(struct srtp_stream *s)
{
	explicit_bzero(s, sizeof(*s));
}

unsigned srtp_rtp_more(const struct srtp_stream *s)
{
	return crypto_suites[s->master.suite].tag + s->master.mki_len;
}

unsigned srtp_rtcp_more(const struct srtp_stream *s)
{
	return crypto_suites[s->master.suite].rtcp_tag + s->master.mki_len + 4u;
}

static struct srtp_source *source_find(struct srtp_stream *s, uint32_t ssrc)
{
	for (unsigned i = 0; i < SRTP_SOURCES; i++)
		if (s->source[i].used && s->source[i].ssrc == ssrc)
			return &s->source[i];
	return NULL;
}

/* A packet goes out by it, or an authentic one came. */
static void source_use(struct srtp_stream *s, struct srtp_source *src)
{
	uint8_t at = (uint8_t)(src - s->source);

	if (at == s->last)
		return;
	s->last = at;
	src->used_at = ++s->uses;
}

/* The place that is free, or was not used for the longest time. */
static struct srtp_source *source_add(struct srtp_stream *s, uint32_t ssrc)
{
	struct srtp_source *src = &s->source[0];

	for (unsigned i = 1; i < SRTP_SOURCES && src->used; i++)
		if (!s->source[i].used || s->uses - s->source[i].used_at > s->uses - src->used_at)
			src = &s->source[i];
	*src = (struct srtp_source){.ssrc = ssrc, .used = true, .used_at = ++s->uses};
	s->last = (uint8_t)(src - s->source);
	return src;
}

/* The index that has this sequence number and is nearest to the highest one (section 3.3.1,
 * appendix A). */
static uint64_t index_guess(uint64_t top, uint16_t seq)
{
	int16_t ahead = (int16_t)(seq - (uint16_t)top);

	if (ahead < 0 && top < (uint64_t)-ahead) /* there was nothing before the first round */
		return seq;
	return top + (uint64_t)ahead;
}

static bool was_seen(uint64_t top, uint64_t seen, uint64_t index)
{
	if (index > top)
		return false;
	return top - index >= WINDOW || (seen >> (top - index) & 1);
}

static void see(uint64_t *top, uint64_t *seen, uint64_t index)
{
	if (index > *top) {
		uint64_t ahead = index - *top;

		*seen = ahead < WINDOW ? *seen << ahead | 1 : 1;
		*top = index;
	} else {
		*seen |= 1ull << (*top - index);
	}
}

/* SSRC and index, each in its place. */
static void iv_mix(uint8_t *iv, uint32_t ssrc, uint64_t index)
{
	const uint8_t *octets = (const uint8_t *)&ssrc;

	for (unsigned i = 0; i < 4; i++)
		iv[i] ^= octets[i];
	for (unsigned i = 0; i < 6; i++)
		iv[4 + i] ^= (uint8_t)(index >> (40 - 8 * i));
}

/* Section 4.1.1: salt, SSRC and index, and two octets that count blocks. */
static void ctr_iv(const struct srtp_keys *k, uint32_t ssrc, uint64_t index, uint8_t iv[static 16])
{
	memcpy(iv, k->salt, 16);
	iv_mix(iv + 4, ssrc, index);
}

/* RFC 7714 sections 8.1 and 9.1. */
static void gcm_iv(const struct srtp_keys *k, uint32_t ssrc, uint64_t index, uint8_t iv[static 12])
{
	memcpy(iv, k->salt, 12);
	iv_mix(iv + 2, ssrc, index);
}

/* Length of the header, which is not encrypted, with CSRCs and extension; 0 when it is not whole.
 */
static unsigned header_len(const uint8_t *rtp, unsigned len)
{
	unsigned n = RTP_FIXED;

	if (len < n)
		return 0;
	n += (rtp[0] & 0x0fu) * 4;
	if (rtp[0] & 0x10) {
		if (len < n + 4)
			return 0;
		n += 4 + be16_get(rtp + n + 2) * 4u;
	}
	return len < n ? 0 : n;
}

/* A packet goes out, or an authentic one came; `begins`: the first of its source. */
static void source_count(
	struct srtp_stream *s, struct srtp_source *src, uint64_t index, bool begins)
{
	source_use(s, src);
	if (begins || src->inherited) {
		src->index = index;
		src->seen = 0;
	}
	see(&src->index, &src->seen, index);
	src->rtp = true;
	src->inherited = false;
}

/* Encrypts, and decrypts as well: AES-CM. */
static void rtp_ctr(struct srtp_crypto *x, const struct srtp_stream *s, uint8_t *rtp,
	unsigned header, unsigned len, uint64_t index)
{
	uint8_t iv[16];

	ctr_iv(&s->rtp, raw32(rtp + 8), index, iv);
	crypto_ctr(x, &s->rtp, iv, rtp + header, len - header);
}

/* The digest of a packet as it is on the wire, of which the tag is the beginning. */
static void rtp_mac(const struct srtp_stream *s, const uint8_t *rtp, unsigned len, uint64_t index,
	uint8_t mac[static CRYPTO_SHA1])
{
	crypto_hmac(&s->rtp, rtp, len, htonl((uint32_t)(index >> 16)), mac);
}

/* The tag of a packet of `len` octets; `len` and the MKI's place behind it are the caller's. */
static void seal(struct srtp_crypto *x, const struct srtp_stream *s, uint8_t *rtp, unsigned header,
	unsigned len, uint64_t index, uint8_t *tag)
{
	const struct crypto_suite *suite = &crypto_suites[s->master.suite];
	struct crypto_aad aad = {.data = rtp, .n = header};
	uint8_t iv[16], mac[CRYPTO_SHA1];

	if (!suite->aead) {
		rtp_ctr(x, s, rtp, header, len, index);
		rtp_mac(s, rtp, len, index, mac);
		memcpy(tag, mac, suite->tag);
		return;
	}
	gcm_iv(&s->rtp, raw32(rtp + 8), index, iv);
	crypto_gcm_seal(x, s->master.suite, &s->rtp, iv, &aad, rtp + header, len - header, tag);
}

enum srtp_result srtp_protect(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtp, unsigned *len)
{
	const struct crypto_suite *suite = &crypto_suites[s->master.suite];
	unsigned header = header_len(rtp, *len), n = *len;
	struct srtp_source *src;
	uint8_t *tag, *mki;
	uint64_t index;
	uint16_t seq;

	if (!header)
		return SRTP_MALFORMED;
	index = seq = be16_get(rtp + 2);
	src = source_find(s, raw32(rtp + 8));
	if (!src)
		src = source_add(s, raw32(rtp + 8));
	if (src->rtp) {
		index = index_guess(src->index, seq);
		/* The same keystream twice would give both packets away. */
		if (!src->inherited && was_seen(src->index, src->seen, index))
			return SRTP_REPLAY;
		if (index > INDEX_MAX)
			return SRTP_EXHAUSTED;
	}
	tag = rtp + n + (suite->aead ? 0 : s->master.mki_len);
	mki = rtp + n + (suite->aead ? suite->tag : 0);
	seal(x, s, rtp, header, n, index, tag);
	memcpy(mki, s->master.mki, s->master.mki_len);
	source_count(s, src, index, !src->rtp);
	*len = n + srtp_rtp_more(s);
	return SRTP_OK;
}

/* Decrypts when the packet is authentic with this index; else leaves it as it was. */
static bool unseal(struct srtp_crypto *x, const struct srtp_stream *s, uint8_t *rtp,
	unsigned header, unsigned len, uint64_t index, const uint8_t *tag)
{
	const struct crypto_suite *suite = &crypto_suites[s->master.suite];
	uint8_t mac[CRYPTO_SHA1];

	if (suite->aead) {
		struct crypto_aad aad = {.data = rtp, .n = header};
		uint8_t iv[16];

		gcm_iv(&s->rtp, raw32(rtp + 8), index, iv);
		return crypto_gcm_open(
			x, s->master.suite, &s->rtp, iv, &aad, rtp + header, len - header, tag);
	}
	rtp_mac(s, rtp, len, index, mac);
	if (CRYPTO_memcmp(mac, tag, suite->tag))
		return false;
	rtp_ctr(x, s, rtp, header, len, index);
	return true;
}

/* Perhaps the sender began to count at 0 with the new key. */
static bool may_begin_anew(const struct srtp_source *src, uint64_t index, uint16_t seq)
{
	return src && src->rtp && src->inherited && index != seq;
}

enum srtp_result srtp_unprotect(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtp, unsigned *len)
{
	const struct crypto_suite *suite = &crypto_suites[s->master.suite];
	unsigned more = srtp_rtp_more(s), n, header;
	const uint8_t *tag, *mki;
	struct srtp_source *src;
	uint64_t index;
	bool begins;
	uint16_t seq;

	if (*len < more)
		return SRTP_MALFORMED;
	n = *len - more;
	header = header_len(rtp, n);
	if (!header)
		return SRTP_MALFORMED;
	tag = rtp + n + (suite->aead ? 0 : s->master.mki_len);
	mki = rtp + n + (suite->aead ? suite->tag : 0);
	if (memcmp(mki, s->master.mki, s->master.mki_len))
		return SRTP_AUTH;
	seq = be16_get(rtp + 2);
	src = source_find(s, raw32(rtp + 8));
	begins = !src || !src->rtp;
	index = begins ? seq : index_guess(src->index, seq);
	if (!begins && !src->inherited && was_seen(src->index, src->seen, index))
		return SRTP_REPLAY;
	if (!unseal(x, s, rtp, header, n, index, tag)) {
		if (!may_begin_anew(src, index, seq) || !unseal(x, s, rtp, header, n, seq, tag))
			return SRTP_AUTH;
		index = seq;
	}
	source_count(s, src ? src : source_add(s, raw32(rtp + 8)), index, begins);
	*len = n;
	return SRTP_OK;
}

enum srtp_result srtp_protect_rtcp(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtcp, unsigned *len)
{
	const struct crypto_suite *suite = &crypto_suites[s->master.suite];
	unsigned n = *len;
	uint32_t ssrc, word;
	struct srtp_source *src;
	uint8_t iv[16], mac[CRYPTO_SHA1];
	uint8_t *at = rtcp + n;
	uint64_t index = 0;

	if (n < RTCP_CLEAR)
		return SRTP_MALFORMED;
	ssrc = raw32(rtcp + 4);
	src = source_find(s, ssrc);
	if (!src)
		src = source_add(s, ssrc);
	if (src->rtcp)
		index = src->rtcp_top + 1;
	if (index > RTCP_MAX)
		return SRTP_EXHAUSTED;
	word = htonl(RTCP_E | (uint32_t)index);
	if (suite->aead) {
		struct crypto_aad aad = {
			.data = rtcp, .n = RTCP_CLEAR, .word = word, .has_word = true};

		gcm_iv(&s->rtcp, ssrc, index, iv);
		crypto_gcm_seal(x, s->master.suite, &s->rtcp, iv, &aad, rtcp + RTCP_CLEAR,
			n - RTCP_CLEAR, at);
		at += CRYPTO_GCM_TAG;
	} else {
		ctr_iv(&s->rtcp, ssrc, index, iv);
		crypto_ctr(x, &s->rtcp, iv, rtcp + RTCP_CLEAR, n - RTCP_CLEAR);
		crypto_hmac(&s->rtcp, rtcp, n, word, mac);
	}
	memcpy(at, &word, sizeof(word));
	memcpy(at + sizeof(word), s->master.mki, s->master.mki_len);
	if (!suite->aead)
		memcpy(at + sizeof(word) + s->master.mki_len, mac, suite->rtcp_tag);
	src->rtcp_top = index;
	src->rtcp = true;
	*len = n + srtp_rtcp_more(s);
	return SRTP_OK;
}

enum srtp_result srtp_unprotect_rtcp(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtcp, unsigned *len)
{
	const struct crypto_suite *suite = &crypto_suites[s->master.suite];
	unsigned more = srtp_rtcp_more(s), n;
	uint32_t ssrc, word;
	struct srtp_source *src;
	uint8_t iv[16], mac[CRYPTO_SHA1];
	const uint8_t *at;
	uint64_t index;

	if (*len < RTCP_CLEAR + more)
		return SRTP_MALFORMED;
	n = *len - more;
	at = rtcp + n + (suite->aead ? suite->rtcp_tag : 0);
	ssrc = raw32(rtcp + 4);
	word = raw32(at);
	index = ntohl(word) & ~RTCP_E;
	/* E clear is for UNENCRYPTED_SRTCP, which we never agree to. */
	if (!(ntohl(word) & RTCP_E) || memcmp(at + sizeof(word), s->master.mki, s->master.mki_len))
		return SRTP_AUTH;
	src = source_find(s, ssrc);
	if (src && src->rtcp && was_seen(src->rtcp_top, src->rtcp_seen, index))
		return SRTP_REPLAY;
	if (suite->aead) {
		struct crypto_aad aad = {
			.data = rtcp, .n = RTCP_CLEAR, .word = word, .has_word = true};

		gcm_iv(&s->rtcp, ssrc, index, iv);
		if (!crypto_gcm_open(x, s->master.suite, &s->rtcp, iv, &aad, rtcp + RTCP_CLEAR,
			    n - RTCP_CLEAR, rtcp + n))
			return SRTP_AUTH;
	} else {
		crypto_hmac(&s->rtcp, rtcp, n, word, mac);
		if (CRYPTO_memcmp(mac, at + sizeof(word) + s->master.mki_len, suite->rtcp_tag))
			return SRTP_AUTH;
		ctr_iv(&s->rtcp, ssrc, index, iv);
		crypto_ctr(x, &s->rtcp, iv, rtcp + RTCP_CLEAR, n - RTCP_CLEAR);
	}
	if (!src)
		src = source_add(s, ssrc);
	if (!src->rtcp) {
		src->rtcp_top = index;
		src->rtcp_seen = 0;
	}
	see(&src->rtcp_top, &src->rtcp_seen, index);
	source_use(s, src);
	src->rtcp = true;
	*len = n;
	return SRTP_OK;
}
