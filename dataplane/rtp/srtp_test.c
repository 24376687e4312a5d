/* SPDX-License-Identifier: BSD-3-Clause */
/* Against the vectors of RFC 3711 appendix B and RFC 7714 sections 16 and 17, and itself. */
#include <stdio.h>
#include <dataplane/rtp/srtp.h>
#include <tests/unit/unit.h>

#define RTP_BYTES 172

static struct srtp_crypto *crypto;
static struct srtp_stream tx, rx;

static unsigned hex(const char *text, uint8_t *out)
{
	unsigned n = 0;

	for (; text[0] && text[1]; text += 2)
		sscanf(text, "%2hhx", &out[n++]);
	return n;
}

static struct td_srtp_key key_of(unsigned suite, const char *text)
{
	struct td_srtp_key k = {.suite = (uint8_t)suite};

	hex(text, k.key);
	return k;
}

static struct td_srtp_key any_key(unsigned suite, uint8_t seed)
{
	struct td_srtp_key k = {.suite = (uint8_t)suite};

	memset(k.key, seed, sizeof(k.key));
	return k;
}

static unsigned packet(uint8_t *out, uint16_t seq, uint32_t ssrc)
{
	memset(out, 0x55, RTP_BYTES);
	memcpy(out, (uint8_t[]){0x80, 8, (uint8_t)(seq >> 8), (uint8_t)seq, 0, 0, 0, 1}, 8);
	memcpy(out + 8, &ssrc, 4);
	return RTP_BYTES;
}

static enum srtp_result send_to(uint16_t seq, uint8_t *out, unsigned *len)
{
	*len = packet(out, seq, 1);
	return srtp_protect(crypto, &tx, out, len);
}

static enum srtp_result receive(const uint8_t *in, unsigned len)
{
	uint8_t copy[256], plain[256];
	enum srtp_result rc;

	memcpy(copy, in, len);
	rc = srtp_unprotect(crypto, &rx, copy, &len);
	if (rc == SRTP_OK) {
		packet(plain, (uint16_t)(in[2] << 8 | in[3]), 1);
		memcpy(plain + 8, in + 8, 4);
		assert_int_equal(len, RTP_BYTES);
		assert_memory_equal(copy, plain, RTP_BYTES);
	}
	return rc;
}

static enum srtp_result pass(uint16_t seq)
{
	uint8_t p[256];
	unsigned len;

	assert_int_equal(send_to(seq, p, &len), SRTP_OK);
	return receive(p, len);
}

static void both(unsigned suite, uint8_t seed)
{
	struct td_srtp_key k = any_key(suite, seed);

	assert_true(srtp_stream_init(crypto, &tx, &k));
	assert_true(srtp_stream_init(crypto, &rx, &k));
}

static int setup(void **state)
{
	crypto = srtp_crypto_alloc();
	return crypto ? 0 : -1;
}

static int teardown(void **state)
{
	srtp_crypto_free(crypto);
	return 0;
}

/* RFC 3711 appendix B.2 and B.3. */
static void keys_are_derived(void **state)
{
	struct td_srtp_key k = key_of(TD_SRTP_AES_CM_128_HMAC_SHA1_80,
		"E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6");
	uint8_t want[64], got[64] = {0}, iv[16] = {0};
	struct srtp_keys b2 = {0};

	assert_true(srtp_stream_init(crypto, &tx, &k));
	hex("C61E7A93744F39EE10734AFE3FF7A087", want);
	assert_memory_equal(tx.rtp.cipher, want, 16);
	hex("30CBBC08863D8C85D49DB34A9AE1", want);
	assert_memory_equal(tx.rtp.salt, want, 14);
	/* The authentication key itself is not kept: what Python's hmac makes of it. */
	crypto_hmac(&tx.rtp, (const uint8_t *)"abc", 3, 0, got);
	hex("00f8aa1be8641ed6404cc6ea870cdfb011680136", want);
	assert_memory_equal(got, want, CRYPTO_SHA1);

	hex("2B7E151628AED2A6ABF7158809CF4F3C", b2.cipher);
	hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000", iv);
	memset(got, 0, sizeof(got));
	crypto_ctr(crypto, &b2, iv, got, 48);
	hex("E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
	    "41E95B3BB0A2E8DD477901E4FCA894C0",
		want);
	assert_memory_equal(got, want, 48);
}

static const struct vector {
	unsigned suite;
	bool rtcp, derived; /* derived: `key` is a master key, else the session's and its salt */
	const char *key, *plain, *secret;
	uint32_t index; /* of RTCP */
} vectors[] = {
	{TD_SRTP_AES_CM_128_HMAC_SHA1_80, false, true,
		"e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6",
		"800f1234decafbadcafebabeabababababababababababababababab",
		"800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"},
	{TD_SRTP_AES_CM_128_HMAC_SHA1_80, true, true,
		"e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6",
		"81c8000bcafebabeabababababababababababababababab",
		"81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798", 1},
	/* RFC 7714 section 16.1.1, 16.2.1 */
	{TD_SRTP_AEAD_AES_128_GCM, false, false,
		"000102030405060708090a0b0c0d0e0f517569642070726f2071756f",
		"8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e6973206469766973612069"
		"6e207061727465732074726573",
		"8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42"
		"a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce"},
	{TD_SRTP_AEAD_AES_256_GCM, false, false,
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		"517569642070726f2071756f",
		"8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e6973206469766973612069"
		"6e207061727465732074726573",
		"8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b5"
		"0b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13"},
	/* section 17.1, 17.2 */
	{TD_SRTP_AEAD_AES_128_GCM, true, false,
		"000102030405060708090a0b0c0d0e0f517569642070726f2071756f",
		"81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61"
		"deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
		"81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f173"
		"0d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
		0x5d4},
	{TD_SRTP_AEAD_AES_256_GCM, true, false,
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		"517569642070726f2071756f",
		"81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61"
		"deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
		"81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c111"
		"0555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
		0x5d4},
};

static void vector_init(const struct vector *v, struct srtp_stream *s)
{
	struct td_srtp_key k = key_of(v->suite, v->key);
	const struct crypto_suite *suite = &crypto_suites[v->suite];
	struct srtp_source *src = &s->source[0];
	uint8_t plain[128];

	assert_true(srtp_stream_init(crypto, s, &k));
	if (!v->derived) {
		memcpy(s->rtp.cipher, k.key, suite->key);
		memcpy(s->rtp.salt, k.key + suite->key, suite->salt);
		s->rtcp = s->rtp;
	}
	if (!v->rtcp)
		return;
	hex(v->plain, plain);
	*src = (struct srtp_source){.used = true, .rtcp = true, .rtcp_top = v->index - 1};
	memcpy(&src->ssrc, plain + 4, 4);
}

static void vectors_are_met(void **state)
{
	for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		uint8_t plain[128], secret[128], p[128];
		unsigned plain_len = hex(v->plain, plain), secret_len = hex(v->secret, secret);
		unsigned len = plain_len;

		memcpy(p, plain, sizeof(p));
		vector_init(v, &tx);
		vector_init(v, &rx);
		assert_int_equal((v->rtcp ? srtp_protect_rtcp : srtp_protect)(crypto, &tx, p, &len),
			SRTP_OK);
		assert_int_equal(len, secret_len);
		assert_memory_equal(p, secret, len);
		/* Each bit matters, and what fails is left alone. */
		for (unsigned bit = 0; bit < secret_len * 8; bit++) {
			p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			memcpy(plain, p, secret_len);
			len = secret_len;
			assert_int_not_equal((v->rtcp ? srtp_unprotect_rtcp : srtp_unprotect)(
						     crypto, &rx, p, &len),
				SRTP_OK);
			assert_memory_equal(p, plain, secret_len);
			assert_int_equal(len, secret_len);
			p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (len = 0; len < secret_len; len++) {
			unsigned n = len;

			assert_int_not_equal((v->rtcp ? srtp_unprotect_rtcp : srtp_unprotect)(
						     crypto, &rx, p, &n),
				SRTP_OK);
		}
		hex(v->plain, plain);
		assert_int_equal(
			(v->rtcp ? srtp_unprotect_rtcp : srtp_unprotect)(crypto, &rx, p, &len),
			SRTP_OK);
		assert_int_equal(len, plain_len);
		assert_memory_equal(p, plain, len);
	}
}

static void every_suite(void (*run)(unsigned suite))
{
	for (unsigned suite = TD_SRTP_NONE + 1; suite < TD_SRTP_SUITE_COUNT; suite++)
		run(suite);
}

static void replayed(unsigned suite)
{
	uint8_t p[100][256];
	unsigned len[100];

	both(suite, 1);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(send_to((uint16_t)(1000 + i), p[i], &len[i]), SRTP_OK);
	for (unsigned i = 40; i < 100; i += 2)
		assert_int_equal(receive(p[i], len[i]), SRTP_OK);
	for (unsigned i = 41; i < 100; i += 2) /* later than its neighbours */
		assert_int_equal(receive(p[i], len[i]), SRTP_OK);
	for (unsigned i = 40; i < 100; i++)
		assert_int_equal(receive(p[i], len[i]), SRTP_REPLAY);
	assert_int_equal(receive(p[36], len[36]), SRTP_OK); /* 63 behind the highest */
	assert_int_equal(receive(p[35], len[35]), SRTP_REPLAY);
	/* A sender does not use an index twice either. */
	assert_int_equal(send_to(1099, p[0], &len[0]), SRTP_REPLAY);
	assert_int_equal(send_to(1036, p[0], &len[0]), SRTP_REPLAY);
	assert_int_equal(send_to(1100, p[0], &len[0]), SRTP_OK);
}

static void replays_are_refused(void **state)
{
	every_suite(replayed);
}

static void wrapped(unsigned suite)
{
	uint8_t p[6][256];
	unsigned len[6];
	static const uint16_t seq[] = {65533, 65534, 65535, 0, 1, 2};
	static const uint8_t order[] = {0, 3, 2, 5, 1, 4}; /* across the turn, both ways */

	both(suite, 2);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 6; i++)
			assert_int_equal(send_to(seq[i], p[i], &len[i]), SRTP_OK);
		for (unsigned i = 0; i < 6; i++)
			assert_int_equal(receive(p[order[i]], len[order[i]]), SRTP_OK);
		assert_int_equal(rx.source[0].index, (round + 1ull) << 16 | 2);
		assert_int_equal(rx.source[0].index, tx.source[0].index);
		for (unsigned i = 0; i < 6; i++)
			assert_int_equal(receive(p[i], len[i]), SRTP_REPLAY);
		for (unsigned at = 0; at < 65530; at += 20000) /* half a turn is too far */
			assert_int_equal(pass((uint16_t)(at + 3)), SRTP_OK);
	}
	/* A sender reorders too: the one before the turn comes after it. */
	assert_int_equal(send_to(65530, p[0], &len[0]), SRTP_OK);
	assert_int_equal(send_to(4, p[1], &len[1]), SRTP_OK);
	assert_int_equal(send_to(65531, p[2], &len[2]), SRTP_OK);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(receive(p[i], len[i]), SRTP_OK);
}

static void counter_rolls_over(void **state)
{
	every_suite(wrapped);
}

/* The first packet lost its predecessors from before a turn: those are from no round at all. */
static void first_packet_is_of_the_first_round(void **state)
{
	uint8_t p[2][256];
	unsigned len[2];

	both(TD_SRTP_AEAD_AES_128_GCM, 3);
	assert_int_equal(send_to(65535, p[0], &len[0]), SRTP_OK);
	assert_int_equal(send_to(0, p[1], &len[1]), SRTP_OK);
	assert_int_equal(receive(p[1], len[1]), SRTP_AUTH); /* RFC 3711 3.3.1: no way to know */
	assert_int_equal(receive(p[0], len[0]), SRTP_OK);
	assert_int_equal(receive(p[1], len[1]), SRTP_OK);
	/* And one that is late, before what came first, is not of a round before the first. */
	both(TD_SRTP_AEAD_AES_128_GCM, 3);
	assert_int_equal(pass(5), SRTP_OK);
	assert_int_equal(pass(3), SRTP_OK);
}

static void sources_are_told_apart(void **state)
{
	uint8_t first[256], p[256];
	unsigned first_len, len;

	both(TD_SRTP_AES_CM_128_HMAC_SHA1_80, 4);
	assert_int_equal(send_to(65000, first, &first_len), SRTP_OK);
	assert_int_equal(receive(first, first_len), SRTP_OK);
	assert_int_equal(pass(100), SRTP_OK);
	for (uint32_t ssrc = 2; ssrc <= SRTP_SOURCES; ssrc++) {
		len = packet(p, 7, ssrc);
		assert_int_equal(srtp_protect(crypto, &tx, p, &len), SRTP_OK);
		assert_int_equal(receive(p, len), SRTP_OK);
	}
	/* It is back, in its second round, and its first one cannot be played again. */
	assert_int_equal(receive(first, first_len), SRTP_REPLAY);
	assert_int_equal(pass(101), SRTP_OK);
	assert_int_equal(rx.source[0].index, 1ull << 16 | 101);
	/* A forged source takes nobody's place. */
	for (uint32_t ssrc = 10; ssrc < 20; ssrc++) {
		len = packet(p, 7, ssrc) + 10;
		assert_int_equal(srtp_unprotect(crypto, &rx, p, &len), SRTP_AUTH);
	}
	assert_int_equal(pass(102), SRTP_OK);
}

/* A talk whose numbers have wrapped, and at each of its holds another SSRC: the talk's own is the
 * one that stays, though it came first. */
static void the_least_recent_source_goes(void **state)
{
	uint8_t p[256];
	unsigned len;

	both(TD_SRTP_AES_CM_128_HMAC_SHA1_80, 4);
	assert_int_equal(pass(65000), SRTP_OK);
	for (uint32_t hold = 0; hold < 3 * SRTP_SOURCES; hold++) {
		assert_int_equal(pass((uint16_t)(100 + hold)), SRTP_OK);
		len = packet(p, 7, 10 + hold);
		assert_int_equal(srtp_protect(crypto, &tx, p, &len), SRTP_OK);
		assert_int_equal(receive(p, len), SRTP_OK);
	}
	assert_int_equal(pass(200), SRTP_OK);
	assert_int_equal(receive(p, len), SRTP_REPLAY);
	assert_int_equal(rx.source[0].ssrc, 1);
	assert_int_equal(rx.source[0].index, 1ull << 16 | 200);
}

static void rekeyed(unsigned suite)
{
	for (unsigned anew = 0; anew < 2; anew++) { /* whether the sender keeps its counter */
		struct td_srtp_key k = any_key(suite, 6);
		struct srtp_stream before;
		uint8_t p[256];
		unsigned len;

		both(suite, 5);
		assert_int_equal(pass(40000), SRTP_OK);
		assert_int_equal(pass(65530), SRTP_OK);
		assert_int_equal(pass(20), SRTP_OK);
		before = tx;
		assert_false(srtp_stream_same(&tx, &k));
		assert_true(srtp_stream_init(crypto, &tx, &k));
		assert_true(srtp_stream_same(&tx, &k));
		if (!anew)
			srtp_stream_inherit(&tx, &before);
		before = rx;
		assert_true(srtp_stream_init(crypto, &rx, &k));
		srtp_stream_inherit(&rx, &before);
		assert_int_equal(send_to(21, p, &len), SRTP_OK);
		assert_int_equal(receive(p, len), SRTP_OK);
		assert_int_equal(receive(p, len), SRTP_REPLAY);
		assert_int_equal(rx.source[0].index, (anew ? 0 : 1ull << 16) | 21);
		assert_int_equal(pass(22), SRTP_OK);
		assert_int_equal(pass(23), SRTP_OK);
	}
}

static void keys_change(void **state)
{
	every_suite(rekeyed);
}

static void reported(unsigned suite)
{
	uint8_t p[80][256], plain[20];
	unsigned len[80];

	memset(plain, 0x33, sizeof(plain));
	both(suite, 7);
	for (unsigned i = 0; i < 80; i++) {
		memset(p[i], 0x33, 256);
		len[i] = 28 + i % 3 * 4;
		assert_int_equal(srtp_protect_rtcp(crypto, &tx, p[i], &len[i]), SRTP_OK);
		assert_int_equal(len[i], 28 + i % 3 * 4 + srtp_rtcp_more(&tx));
		assert_memory_not_equal(p[i] + 8, plain, sizeof(plain));
	}
	for (unsigned i = 10; i < 80; i++) {
		uint8_t copy[256];
		unsigned n = len[i];

		memcpy(copy, p[i], sizeof(copy));
		assert_int_equal(srtp_unprotect_rtcp(crypto, &rx, copy, &n), SRTP_OK);
		assert_int_equal(n, 28 + i % 3 * 4);
		assert_int_equal(copy[n - 1], 0x33);
		n = len[i];
		assert_int_equal(srtp_unprotect_rtcp(crypto, &rx, p[i], &n), SRTP_REPLAY);
	}
	assert_int_equal(srtp_unprotect_rtcp(crypto, &rx, p[0], &len[0]), SRTP_REPLAY);
	/* Reports have indices of their own: the media's first packet has 0 too. */
	assert_int_equal(pass(0), SRTP_OK);
}

static void reports_are_protected(void **state)
{
	every_suite(reported);
}

static void identified(unsigned suite)
{
	struct td_srtp_key k = any_key(suite, 8);
	uint8_t p[256];
	unsigned len = RTP_BYTES;

	k.mki_len = 3;
	memcpy(k.mki, "\1\2\3", 3);
	assert_true(srtp_stream_init(crypto, &tx, &k));
	assert_true(srtp_stream_init(crypto, &rx, &k));
	assert_int_equal(pass(9), SRTP_OK);
	packet(p, 10, 1);
	assert_int_equal(srtp_protect(crypto, &tx, p, &len), SRTP_OK);
	assert_int_equal(len, RTP_BYTES + crypto_suites[suite].tag + 3u);
	p[len - 1 - (crypto_suites[suite].aead ? 0 : crypto_suites[suite].tag)] ^= 1;
	assert_int_equal(srtp_unprotect(crypto, &rx, p, &len), SRTP_AUTH);
	len = 28;
	memset(p, 0x33, sizeof(p));
	assert_int_equal(srtp_protect_rtcp(crypto, &tx, p, &len), SRTP_OK);
	assert_int_equal(srtp_unprotect_rtcp(crypto, &rx, p, &len), SRTP_OK);
	assert_int_equal(len, 28);
}

static void identifiers_have_their_place(void **state)
{
	every_suite(identified);
}

static void keys_run_out(void **state)
{
	uint8_t p[256];
	unsigned len = packet(p, 0xffff, 1);

	both(TD_SRTP_AEAD_AES_128_GCM, 9);
	tx.source[0] = (struct srtp_source){.ssrc = 1,
		.used = true,
		.rtp = true,
		.rtcp = true,
		.index = (1ull << 48) - 2,
		.seen = 1,
		.rtcp_top = (1u << 31) - 2};
	assert_int_equal(srtp_protect(crypto, &tx, p, &len), SRTP_OK);
	len = packet(p, 0, 1);
	assert_int_equal(srtp_protect(crypto, &tx, p, &len), SRTP_EXHAUSTED);
	memset(p, 0, sizeof(p));
	p[4] = 1;
	len = 28;
	assert_int_equal(srtp_protect_rtcp(crypto, &tx, p, &len), SRTP_OK);
	len = 28;
	assert_int_equal(srtp_protect_rtcp(crypto, &tx, p, &len), SRTP_EXHAUSTED);
}

static void headers_stay_in_the_clear(void **state)
{
	/* two CSRCs, an extension of one word, payload */
	uint8_t p[256] = {0x92, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}, before[64];
	unsigned len = 12 + 8 + 8 + 20;

	p[23] = 1;
	memcpy(before, p, sizeof(before));
	both(TD_SRTP_AES_CM_128_HMAC_SHA1_32, 10);
	assert_int_equal(srtp_protect(crypto, &tx, p, &len), SRTP_OK);
	assert_int_equal(len, 48 + 4);
	assert_memory_equal(p, before, 28);
	assert_memory_not_equal(p + 28, before + 28, 20);
	assert_int_equal(srtp_unprotect(crypto, &rx, p, &len), SRTP_OK);
	assert_memory_equal(p, before, 48);
	p[23] = 9; /* longer than the packet */
	assert_int_equal(srtp_protect(crypto, &tx, p, &len), SRTP_MALFORMED);
}

static void unknown_suites_are_refused(void **state)
{
	struct td_srtp_key k = any_key(TD_SRTP_SUITE_COUNT, 1);
	static const struct srtp_stream zero;

	assert_false(srtp_stream_init(crypto, &tx, &k));
	assert_memory_equal(&tx, &zero, sizeof(zero));
	k.suite = TD_SRTP_NONE;
	assert_false(srtp_stream_init(crypto, &tx, &k));
	both(TD_SRTP_AEAD_AES_256_GCM, 1);
	srtp_stream_wipe(&tx);
	assert_memory_equal(&tx, &zero, sizeof(zero));
}

static int build(void)
{
	struct srtp_crypto *x = srtp_crypto_alloc();

	if (!x)
		return -errno;
	srtp_crypto_free(x);
	return 0;
}

static void out_of_memory_is_told(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_derived),
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(replays_are_refused),
		cmocka_unit_test(counter_rolls_over),
		cmocka_unit_test(first_packet_is_of_the_first_round),
		cmocka_unit_test(sources_are_told_apart),
		cmocka_unit_test(the_least_recent_source_goes),
		cmocka_unit_test(keys_change),
		cmocka_unit_test(reports_are_protected),
		cmocka_unit_test(identifiers_have_their_place),
		cmocka_unit_test(keys_run_out),
		cmocka_unit_test(headers_stay_in_the_clear),
		cmocka_unit_test(unknown_suites_are_refused),
		cmocka_unit_test(out_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
