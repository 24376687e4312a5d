/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <engine/sip/registrar/digest.h>
#include <tests/unit/unit.h>

#define LIFE (60 * TD_NSEC_PER_SEC)
#define NOW  (1000 * TD_NSEC_PER_SEC)

static const uint8_t secret[DIGEST_SECRET_BYTES] = {1, 2, 3};
static const struct str realm = {"tandem.example", 14}, method = {"REGISTER", 8};
static const struct td_addr peer = {.family = 4, .port = 5060, .ip4 = 0x0a00000a};
static struct td_addr from; /* of the request */
static struct digest *d;
static char ha1[DIGEST_HEX_BYTES];

static int setup(void **state)
{
	from = peer;
	d = digest_alloc(secret, 8, LIFE);
	digest_hash(TD_DIGEST_MD5, STR("alice:tandem.example:secret"), ha1);
	return d ? 0 : -1;
}

static int teardown(void **state)
{
	digest_free(d);
	return 0;
}

/* RFC 2617 section 3.5, RFC 7616 section 3.9.1 */
static void examples_of_the_rfcs(void **state)
{
	static const struct {
		enum td_digest algorithm;
		const char *a1, *value, *response;
	} cases[] = {
		{TD_DIGEST_MD5, "Mufasa:testrealm@host.com:Circle Of Life",
			"Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
			"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
			"qop=auth, "
			"nc=00000001, cnonce=\"0a4f113b\", "
			"response=\"6629fae49393a05397450978507c4ef1\", "
			"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
			"6629fae49393a05397450978507c4ef1"},
		{TD_DIGEST_SHA256, "Mufasa:http-auth@example.org:Circle of Life",
			"Digest username=\"Mufasa\" ,\r\n realm=\"http-auth@example.org\", "
			"uri=\"/dir/index.html\", algorithm=SHA-256, "
			"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
			"cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth",
			"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
	};

	for (unsigned i = 0; i < 2; i++) {
		char a1[DIGEST_HEX_BYTES], out[DIGEST_HEX_BYTES];
		struct sip_auth a;

		assert_int_equal(sip_auth_decode(&a, str_of(cases[i].value)), 0);
		digest_hash(cases[i].algorithm, str_of(cases[i].a1), a1);
		digest_response(d, cases[i].algorithm, str_of(a1), STR("GET"), &a, out);
		assert_string_equal(out, cases[i].response);
	}
}

static void malformed_credentials_are_refused(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} cases[] = {
		{"Basic QWxhZGRpbg==", -ENOTSUP},
		{"", -ENOTSUP},
		{"Digest", -EBADMSG},
		{"Digest username", -EBADMSG},
		{"Digest username=", -EBADMSG},
		{"Digest username=\"a", -EBADMSG},
		{"Digest username=\"a\" realm=\"b\"", -EBADMSG},
		{"Digest username=\"a\",", -EBADMSG},
		{"Digest username=\"a\"", -EBADMSG}, /* no nonce */
		{"Digest realm=a, nonce=b, username=\"a\", Username=\"b\"", -EBADMSG},
		{"Digest realm=a, nonce=b, nonce=\"\"", -EBADMSG},
		{"Digest realm=a, nonce=b, stale=false, stale=true", -EBADMSG},
		{"digest REALM=a, nonce=\"b\" , stale=TRUE, unknown=x", 0},
	};
	struct sip_auth a;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (sip_auth_decode(&a, str_of(cases[i].text)) != cases[i].rc)
			fail_msg("%s", cases[i].text);
	assert_true(a.stale);
}

/* A challenge as the client reads it; the slices live in text. */
static struct sip_auth challenge(uint64_t now, char text[static 512])
{
	struct sip_auth a;
	struct td_buf b;

	buf_init_fixed(&b, text, 512);
	digest_challenge(d, now, &peer, SIP_HDR_WWW_AUTHENTICATE, realm, TD_DIGEST_MD5, false, &b);
	assert_int_equal(b.error, 0);
	struct str line = {b.data, b.len}, name = str_cut(&line, ':');

	assert_true(str_eq(name, STR("WWW-Authenticate")));
	assert_int_equal(sip_auth_decode(&a, line), 0);
	assert_true(str_eq(a.realm, realm));
	assert_true(str_eq(a.algorithm, STR("MD5")));
	return a;
}

static enum digest_verdict check(
	uint64_t now, struct sip_auth a, const char *nc, const char *password_ha1)
{
	char response[DIGEST_HEX_BYTES];

	a.username = STR("alice");
	a.uri = STR("sip:tandem.example");
	a.qop = nc ? STR("auth") : (struct str){0};
	a.nc = str_of(nc);
	a.cnonce = STR("c");
	digest_response(d, TD_DIGEST_MD5, str_of(password_ha1), method, &a, response);
	a.response = str_of(response);
	return digest_check(d, now, &from, &a, method, realm, TD_DIGEST_MD5, str_of(ha1));
}

static void nonce_counts_are_used_once(void **state)
{
	char text[512];
	struct sip_auth a = challenge(NOW, text);

	assert_int_equal(check(NOW, a, "00000001", ha1), DIGEST_OK);
	assert_int_equal(check(NOW, a, "00000001", ha1), DIGEST_STALE);
	assert_int_equal(check(NOW, a, "00000003", ha1), DIGEST_OK);
	assert_int_equal(check(NOW, a, "00000002", ha1), DIGEST_STALE);
	assert_int_equal(check(NOW, a, "0000000A", ha1), DIGEST_OK);
	assert_int_equal(check(NOW, a, "00000000", ha1), DIGEST_AGAIN);
	assert_int_equal(check(NOW, a, "1", ha1), DIGEST_AGAIN);
	assert_int_equal(check(NOW, a, "0000000x", ha1), DIGEST_AGAIN);

	a = challenge(NOW, text);
	assert_int_equal(check(NOW, a, NULL, ha1), DIGEST_OK);
	assert_int_equal(check(NOW, a, NULL, ha1), DIGEST_STALE);
}

static void passwords_and_nonces_are_checked(void **state)
{
	char text[512], other[DIGEST_HEX_BYTES], forged[64];
	struct sip_auth a = challenge(NOW, text);

	digest_hash(TD_DIGEST_MD5, STR("alice:tandem.example:wrong"), other);
	assert_int_equal(check(NOW, a, "00000001", other), DIGEST_WRONG);
	assert_int_equal(check(NOW, a, "00000001", ha1), DIGEST_OK); /* a guess spoils nothing */
	assert_int_equal(check(NOW + LIFE, a, "00000002", ha1), DIGEST_OK);
	assert_int_equal(check(NOW + LIFE + TD_NSEC_PER_SEC, a, "00000003", ha1), DIGEST_STALE);
	/* whoever has seen an old nonce learns nothing by it, and has nobody counted */
	assert_int_equal(check(NOW + LIFE + TD_NSEC_PER_SEC, a, "00000003", other), DIGEST_STALE);
	assert_int_equal(check(NOW, a, "00000002", other), DIGEST_STALE);
	assert_int_equal(check(NOW - TD_NSEC_PER_SEC, a, "00000004", ha1), DIGEST_STALE);

	for (size_t i = 0; i < a.nonce.n; i++) { /* each digit counts */
		memcpy(forged, a.nonce.p, a.nonce.n);
		forged[i] = forged[i] == '0' ? '1' : '0';
		struct sip_auth b = a;

		b.nonce = (struct str){forged, a.nonce.n};
		assert_int_equal(check(NOW, b, "00000009", other), DIGEST_FORGED);
		assert_int_equal(check(NOW, b, "00000009", ha1), DIGEST_FORGED);
	}
	struct sip_auth b = a;

	b.nonce = STR("0");
	assert_int_equal(check(NOW, b, "00000009", other), DIGEST_FORGED);
	assert_int_equal(check(NOW, b, "00000009", ha1), DIGEST_FORGED);
	/* who uses a nonce has got it at that address, from whatever port */
	from.port++;
	assert_int_equal(check(NOW, a, "00000009", other), DIGEST_WRONG);
	from.ip4++;
	assert_int_equal(check(NOW, a, "00000009", other), DIGEST_FORGED);
	assert_int_equal(check(NOW, a, "00000009", ha1), DIGEST_FORGED);
	from = peer;
	assert_int_equal(check(NOW, a, "00000009", ha1), DIGEST_OK);
	b = a;
	b.realm = STR("other.example");
	assert_int_equal(check(NOW, b, "00000009", ha1), DIGEST_AGAIN);
	b = a;
	b.algorithm = STR("SHA-256");
	assert_int_equal(check(NOW, b, "00000009", ha1), DIGEST_AGAIN);
}

/* Far more nonces than the table holds: each is taken once, or not at all; never twice. */
static void a_full_table_lets_nothing_in_twice(void **state)
{
	enum { COUNT = 200 };
	static char text[COUNT][512];
	static struct sip_auth a[COUNT];
	unsigned first = 0;

	for (unsigned i = 0; i < COUNT; i++)
		a[i] = challenge(NOW + i * TD_NSEC_PER_MSEC, text[i]);
	for (unsigned i = 0; i < COUNT; i++)
		first += check(NOW + TD_NSEC_PER_SEC, a[i], "00000001", ha1) == DIGEST_OK;
	assert_int_equal(first, COUNT); /* in order of issue all are younger than what went */
	for (unsigned i = 0; i < COUNT; i++)
		assert_int_equal(check(NOW + TD_NSEC_PER_SEC, a[i], "00000001", ha1), DIGEST_STALE);
}

static int build(void)
{
	struct digest *x = digest_alloc(secret, 8, LIFE);

	if (!x)
		return -errno;
	digest_free(x);
	return 0;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(examples_of_the_rfcs),
		cmocka_unit_test(malformed_credentials_are_refused),
		TEST(nonce_counts_are_used_once),
		TEST(passwords_and_nonces_are_checked),
		TEST(a_full_table_lets_nothing_in_twice),
		cmocka_unit_test(alloc_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
