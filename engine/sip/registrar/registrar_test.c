/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <engine/base/addr.h>
#include <engine/sip/test/fake.h>
#include <engine/sip/registrar/registrar.h>

static struct fake f;
static struct registrar *r;
static char log_text[1024], held_text[256];
static char ha1_md5[DIGEST_HEX_BYTES], ha1_sha[DIGEST_HEX_BYTES];
static unsigned cseq;
static const char *escaped_to;    /* the user in To; NULL: as it is */
static const char *asked, *meant; /* the Request-URI, and the URI that the telephone has signed */

static bool on_user(void *ctx, struct str name, struct registrar_user *out)
{
	bool sha = str_eq(name, STR("bob"));

	if (!sha && !str_eq(name, STR("alice")) && !str_eq(name, STR("carol")))
		return false;
	*out = (struct registrar_user){
		sha ? TD_DIGEST_SHA256 : TD_DIGEST_MD5, str_of(sha ? ha1_sha : ha1_md5)};
	return true;
}

static void on_changed(void *ctx, struct str name, enum registrar_change what)
{
	static const char sign[] = {[REGISTRAR_REGISTERED] = '+',
		[REGISTRAR_REFRESHED] = '=',
		[REGISTRAR_UNREGISTERED] = '-',
		[REGISTRAR_EXPIRED] = '<',
		[REGISTRAR_DISCONNECTED] = '!'};
	size_t n = strlen(log_text);

	snprintf(log_text + n, sizeof(log_text) - n, "%c%.*s", sign[what], STR_FMT(name));
}

static void on_connected(
	void *ctx, struct str name, const struct td_flow *left, const struct td_flow *flow)
{
	size_t n = strlen(log_text);

	snprintf(log_text + n, sizeof(log_text) - n, "%u>%u ", left ? left->connection : 0,
		flow->connection);
}

static void on_held(void *ctx, const struct td_flow *flow, bool held)
{
	size_t n = strlen(held_text);

	snprintf(held_text + n, sizeof(held_text) - n, " %c%u", held ? '+' : '-', flow->connection);
}

static void on_request(struct fake *fake, struct sip_request *req, const struct sip_msg *m)
{
	registrar_request(r, fake->now, req, m, &fake->flow);
}

static const struct registrar_params params = {.secret = {7},
	.seed = 1,
	.max_users = 2,
	.nonce_life_ns = 60 * TD_NSEC_PER_SEC,
	.expires_min_s = 60,
	.expires_max_s = 3600,
	.expires_default_s = 300,
	.users = {2, 1}, /* alice and carol; bob */
	.guard = {.failures = 3, .block_ns = 300 * TD_NSEC_PER_SEC},
	.realm = {"tandem.example", 14}};
static void on_guessing(void *ctx, bool on, struct str name, const struct td_addr *source)
{
	size_t n = strlen(log_text);

	snprintf(log_text + n, sizeof(log_text) - n, "%s%.*s", on ? "?" : ".", STR_FMT(name));
}

static const struct registrar_ops ops = {.user = on_user,
	.connected = on_connected,
	.held = on_held,
	.changed = on_changed,
	.guessing = on_guessing};

static int setup(void **state)
{
	fake_init(&f, 4);
	f.on_request = on_request;
	log_text[0] = held_text[0] = '\0';
	cseq = 0;
	escaped_to = NULL;
	asked = meant = "sip:tandem.example";
	digest_hash(TD_DIGEST_MD5, STR("alice:tandem.example:secret"), ha1_md5);
	digest_hash(TD_DIGEST_SHA256, STR("bob:tandem.example:secret"), ha1_sha);
	r = registrar_alloc(&params, &ops);
	return r ? 0 : -1;
}

static int teardown(void **state)
{
	registrar_free(r);
	fake_fini(&f);
	return 0;
}

static char user_shape[SIP_MSG_MAX];

static void assert_reachable(const char *expected)
{
	assert_string_equal(log_text, expected);
	log_text[0] = '\0';
}

/* One REGISTER as it is; the status of the answer. */
static int send_register(const char *user, const char *call_id, const char *extra)
{
	cseq++;
	fake_recv(&f,
		"REGISTER %s SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 192.168.1.2:5060;rport;branch=z9hG4bKr%u\r\n"
		"From: <sip:%s@tandem.example>;tag=f\r\nTo: <sip:%s@tandem.example>\r\n"
		"Call-ID: %s\r\nCSeq: %u REGISTER\r\n%s\r\n",
		asked, cseq, user, escaped_to ? escaped_to : user, call_id, cseq, extra);
	return f.m.code;
}

/* With credentials for the nonce and algorithm in `a`. */
static int answer_challenge(struct sip_auth a, const char *user, const char *password,
	const char *call_id, const char *extra)
{
	char a1[256], ha1[DIGEST_HEX_BYTES], response[DIGEST_HEX_BYTES], text[2048];
	static const uint8_t none[DIGEST_SECRET_BYTES];
	struct digest *telephone = digest_alloc(none, 1, 1);
	bool sha = str_eq(a.algorithm, STR("SHA-256"));
	enum td_digest algorithm = sha ? TD_DIGEST_SHA256 : TD_DIGEST_MD5;

	snprintf(a1, sizeof(a1), "%s:tandem.example:%s", user, password);
	digest_hash(algorithm, str_of(a1), ha1);
	a.uri = str_of(meant);
	a.qop = STR("auth");
	a.nc = STR("00000001");
	a.cnonce = STR("abc");
	digest_response(telephone, algorithm, str_of(ha1), STR("REGISTER"), &a, response);
	digest_free(telephone);
	snprintf(text, sizeof(text),
		"Authorization: Digest username=\"%s\", realm=\"tandem.example\", nonce=\"%.*s\", "
		"uri=\"%s\", response=\"%s\", algorithm=%.*s, qop=auth, "
		"nc=00000001, "
		"cnonce=\"abc\"\r\n%s",
		user, STR_FMT(a.nonce), meant, response, STR_FMT(a.algorithm), extra);
	return send_register(user, call_id, text);
}

/* As a telephone does it: with a challenge. */
static int do_register(
	const char *user, const char *password, const char *call_id, const char *extra)
{
	char value[512];
	struct sip_auth a;

	assert_int_equal(send_register(user, call_id, extra), 401);
	assert_true(str_copy(value, sizeof(value), fake_values(&f, SIP_HDR_WWW_AUTHENTICATE)));
	assert_int_equal(sip_auth_decode(&a, str_of(value)), 0);
	return answer_challenge(a, user, password, call_id, extra);
}

/* What a guesser sees: the answer without what the request chose and what is new each time. */
static void answer_shape(const char *user, const char *password, char out[static SIP_MSG_MAX])
{
	struct sip_auth a = {
		.realm = STR("tandem.example"), .nonce = STR("0"), .algorithm = STR("MD5")};
	struct td_buf b;
	struct sip_auth told;

	answer_challenge(a, user, password, "guess", "");
	buf_init_fixed(&b, out, SIP_MSG_MAX);
	buf_printf(&b, "%d", f.m.code);
	if (sip_auth_decode(&told, fake_values(&f, SIP_HDR_WWW_AUTHENTICATE)) == 0)
		buf_printf(&b, " %zu %.*s stale %d", told.nonce.n, STR_FMT(told.algorithm),
			told.stale);
	buf_put(&b, "", 1);
}

/* An invented nonce told whether the password was right: stale or not. */
static void an_invented_nonce_tells_nothing(void **state)
{
	static char right[SIP_MSG_MAX], guess[SIP_MSG_MAX];

	answer_shape("alice", "secret", right);
	answer_shape("alice", "guess", guess);
	assert_string_equal(right, guess);
	assert_non_null(strstr(right, "401 "));
	assert_non_null(strstr(right, "stale 0"));
	assert_int_equal(registrar_stats(r)->forged, 2);
	assert_int_equal(registrar_stats(r)->stale, 0);
}

/* The answer that each password gets to a nonce of ours that is over, and that nobody counts. */
static void assert_nonce_is_over(struct sip_auth a)
{
	static const char *const users[] = {"alice", "alice", "nobody"};
	static const char *const passwords[] = {"secret", "guess", "guess"};
	char first[64], text[64];

	for (unsigned i = 0; i < 30; i++) {
		struct sip_auth told;

		a.algorithm = STR("MD5"); /* what a nobody has is drawn, and not looked at here */
		if (i % 3 == 2) {
			assert_int_equal(send_register("nobody", "n", ""), 401);
			assert_int_equal(
				sip_auth_decode(&told, fake_values(&f, SIP_HDR_WWW_AUTHENTICATE)),
				0);
			a.algorithm = told.algorithm.n == 3 ? STR("MD5") : STR("SHA-256");
		}
		answer_challenge(a, users[i % 3], passwords[i % 3], "over", "");
		assert_int_equal(
			sip_auth_decode(&told, fake_values(&f, SIP_HDR_WWW_AUTHENTICATE)), 0);
		snprintf(text, sizeof(text), "%d %zu stale %d", f.m.code, told.nonce.n, told.stale);
		if (!i)
			strcpy(first, text);
		assert_string_equal(text, first);
	}
	assert_string_equal(first, "401 52 stale 1");
}

/* Whoever has seen a nonce can write it into forged packets: it must not have anybody blocked, and
 * tells nothing of the password. */
static void a_nonce_that_is_over_counts_nothing(void **state)
{
	char value[512];
	struct sip_auth a;

	assert_int_equal(send_register("alice", "c", ""), 401);
	assert_true(str_copy(value, sizeof(value), fake_values(&f, SIP_HDR_WWW_AUTHENTICATE)));
	assert_int_equal(sip_auth_decode(&a, str_of(value)), 0);
	assert_int_equal(
		answer_challenge(a, "alice", "secret", "c", "Contact: <sip:a@10.0.0.2>\r\n"), 200);
	assert_nonce_is_over(a); /* used to this count */
	fake_advance(&f, 61000);
	assert_nonce_is_over(a); /* and too old */
	assert_int_equal(registrar_stats(r)->refused, 0);
	assert_int_equal(registrar_stats(r)->stale, 60);
	assert_reachable("+alice");
	assert_int_equal(do_register("alice", "secret", "c", "Contact: <sip:a@10.0.0.2>\r\n"), 200);
}

static unsigned guess(const char *user, unsigned times)
{
	unsigned looked = 0;

	for (unsigned i = 0; i < times; i++) {
		uint64_t before = registrar_stats(r)->blocked;

		assert_int_equal(do_register(user, "guess", "g", ""), 403);
		looked += registrar_stats(r)->blocked == before;
	}
	return looked;
}

/* Known and unknown names alike, and the right password no better than a wrong one. */
static void who_guesses_is_blocked(void **state)
{
	struct guard_row row;
	unsigned rows = 0;

	assert_int_equal(guess("alice", 5), 3);
	assert_reachable("?alice");
	assert_int_equal(do_register("alice", "secret", "g", ""), 403);
	assert_int_equal(guess("nobody", 5), 3);
	assert_int_equal(registrar_stats(r)->blocks, 2);
	for (uint32_t i = 0; i < GUARD_PLACES; i++)
		if (registrar_blocked(r, f.now, i, &row)) {
			rows++;
			assert_int_equal(row.kind, GUARD_PAIR);
			assert_true(addr_equal_ip(&row.source, &f.flow.remote));
			assert_true(!strcmp(row.user, "alice") || !strcmp(row.user, "nobody"));
		}
	assert_int_equal(rows, 2);
	/* from elsewhere she may come in */
	f.flow.remote.ip4++;
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.3>\r\n"), 200);
	assert_reachable("+alice");
	f.flow.remote.ip4--;
	/* and when the time is over, from here too */
	uint64_t end = f.now + params.guard.block_ns;

	assert_true(registrar_advance(r, f.now) <= end);
	fake_advance(&f, 301000);
	registrar_advance(r, f.now);
	assert_reachable("<alice.");
	assert_int_equal(do_register("alice", "secret", "d", ""), 200);
	assert_false(registrar_blocked(r, f.now, 0, &row));
}

/* Many names from one source, and one name from many sources. */
static void guesses_add_up(void **state)
{
	char user[16];
	unsigned looked = 0;

	assert_int_equal(do_register("carol", "secret", "k", "Contact: <sip:c@10.0.0.2>\r\n"), 403);
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	for (unsigned i = 0; i < 20; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		looked += guess(user, 1);
	}
	assert_int_equal(looked, 14); /* with carol's five times three */
	/* who is registered from there stays so, and nobody new comes in */
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	assert_int_equal(do_register("bob", "secret", "b", "Contact: <sip:b@10.0.0.2>\r\n"), 403);
	looked = 0;
	for (unsigned i = 0; i < 20; i++) {
		f.flow.remote.ip4 += 0x01000000;
		looked += guess("alice", 1);
	}
	assert_int_equal(looked, 15);
	f.flow.remote.ip4 -= 20 * 0x01000000;
	assert_int_equal(/* her own telephone has no part in it */
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
}

/* For a name that is nobody's the challenge is an agent's, and stays the same. */
static void challenges_tell_no_names(void **state)
{
	unsigned sha = 0;
	char user[16];

	for (unsigned i = 0; i < 300; i++) {
		bool first = false;

		snprintf(user, sizeof(user), "u%u", i);
		for (unsigned k = 0; k < 2; k++) {
			struct sip_auth a;

			assert_int_equal(send_register(user, "c", ""), 401);
			assert_int_equal(
				sip_auth_decode(&a, fake_values(&f, SIP_HDR_WWW_AUTHENTICATE)), 0);
			bool is_sha = str_eq(a.algorithm, STR("SHA-256"));

			if (k)
				assert_int_equal(is_sha, first);
			first = is_sha;
		}
		sha += first;
	}
	assert_in_range(sha, 60, 140); /* one agent of three has it */
	struct registrar_params p = params;

	p.users[TD_DIGEST_MD5] = 0;
	registrar_set(r, &p);
	assert_int_equal(do_register("nobody", "guess", "c", ""), 403);
	assert_non_null(strstr(f.out, "403"));
	answer_shape("nobody", "guess", user_shape);
	assert_non_null(strstr(user_shape, "SHA-256"));
}

static void telephone_registers_and_leaves(void **state)
{
	const struct registrar_binding *b;
	char text[ADDR_TEXT];

	assert_null(registrar_lookup(r, STR("alice")));
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@192.168.1.2;ob>\r\n"),
		200);
	assert_reachable("+alice");
	assert_true(str_eq(
		fake_values(&f, SIP_HDR_CONTACT), STR("<sip:alice@192.168.1.2;ob>;expires=300")));
	assert_string_equal(addr_encode(&f.by.remote, text), "10.0.0.2:5080"); /* rport */
	b = registrar_lookup(r, STR("alice"));
	assert_non_null(b);
	assert_string_equal(b->contact, "sip:alice@192.168.1.2;ob");
	assert_string_equal(addr_encode(&b->flow.remote, text), "10.0.0.2:5080");
	assert_string_equal(addr_encode(&b->flow.local, text), "10.0.0.1:5060");
	assert_true(str_eq(registrar_lookup_source(r, &f.flow), STR("alice")));
	/* a query changes nothing */
	assert_int_equal(do_register("alice", "secret", "c", ""), 200);
	assert_true(sip_msg_has(&f.m, SIP_HDR_CONTACT));
	/* refreshed */
	assert_int_equal(do_register("alice", "secret", "c",
				 "Contact: <sip:alice@192.168.1.2;ob>;expires=7200\r\n"),
		200);
	assert_true(str_eq(
		fake_values(&f, SIP_HDR_CONTACT), STR("<sip:alice@192.168.1.2;ob>;expires=3600")));
	assert_reachable("=alice");
	assert_int_equal(do_register("alice", "secret", "c",
				 "Contact: <sip:alice@192.168.1.2;ob>\r\nExpires: 0\r\n"),
		200);
	assert_false(sip_msg_has(&f.m, SIP_HDR_CONTACT));
	assert_reachable("-alice");
	assert_null(registrar_lookup(r, STR("alice")));
	assert_int_equal(registrar_count(r), 0);
	assert_int_equal(registrar_lookup_source(r, &f.flow).n, 0);
}

/* RFC 3261 section 10.3 step 5: an escape in To is the letter that it stands for. Digest's username
 * has none. */
static void an_escaped_name_is_the_same_name(void **state)
{
	escaped_to = "%61l%69ce";
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	assert_reachable("+alice");
	assert_non_null(registrar_lookup(r, STR("alice")));
	/* nor does a guesser get more tries by it */
	f.flow.remote.ip4++;
	escaped_to = "%61lice";
	assert_int_equal(guess("alice", 2), 2);
	escaped_to = "a%6cice";
	assert_int_equal(guess("alice", 2), 1);
	assert_reachable("?alice");
	/* what no name has stays an escape */
	escaped_to = "alice%00";
	assert_int_equal(do_register("alice", "secret", "d", ""), 403);
}

/* RFC 7616 section 3.4.6 */
static void what_is_asked_is_what_was_signed(void **state)
{
	static const struct {
		const char *asked, *meant;
		int code;
	} cases[] = {
		{"sip:0900123@tandem.example", "sip:100@tandem.example", 400},
		{"sip:100@tandem.example", "sip:%31%300@10.9.9.9:5062;transport=tcp", 200},
		{"sip:a@tandem.example", "sip:A@tandem.example", 400},
		{"sip:tandem.example", "SIPS:TANDEM.example:5061", 200},
		{"sip:pbx.example", "sip:pbx.example;transport=tcp", 200},
		{"sip:100@tandem.example", "sip:10.0.0.1:5060", 200}, /* as SIPp writes it */
		{"sip:tandem.example", "sip:2001:db8::1:5060", 200},  /* the same, of IPv6 */
		{"sip:tandem.example", "sip:elsewhere.example", 400},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f.flow.remote.ip4 += 0x01000000; /* where nobody has guessed yet */
		fake_advance(&f, 1);
		asked = cases[i].asked;
		meant = cases[i].meant;
		if (do_register("alice", "secret", "c", "") != cases[i].code)
			fail_msg("%s signed for %s: %d", meant, asked, f.m.code);
	}
	assert_int_equal(registrar_stats(r)->refused, 3);
	for (unsigned i = 0; i < 3; i++) /* a guess, whether the password is right or not */
		assert_int_equal(
			do_register("alice", i ? "guess" : "secret", "c", ""), i < 2 ? 400 : 403);
	assert_reachable("?alice");
}

static void binding_goes_with_its_connection(void **state)
{
	struct td_flow second;

	f.flow.transport = TD_TRANSPORT_TCP;
	f.flow.connection = 7;
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	second = f.flow;
	second.connection = 8; /* from the same address, by a proxy */
	registrar_flow_failed(r, &second);
	assert_reachable("0>7 +alice");
	/* her address and port are not she: by UDP anybody can write them */
	assert_true(str_eq(registrar_lookup_source(r, &f.flow), STR("alice")));
	assert_int_equal(registrar_lookup_source(r, &second).n, 0);
	second = f.flow;
	second.remote.port = 5062; /* of our answer: the Via's, for another connection */
	assert_true(str_eq(registrar_lookup_source(r, &second), STR("alice")));
	second = f.flow;
	second.transport = TD_TRANSPORT_UDP;
	second.connection = 0;
	assert_int_equal(registrar_lookup_source(r, &second).n, 0);
	registrar_flow_failed(r, &f.flow);
	assert_reachable("!alice");
	assert_int_equal(registrar_stats(r)->disconnected, 1);
	/* an ICMP message about UDP takes no binding away: anybody can send one */
	f.flow.transport = TD_TRANSPORT_UDP;
	f.flow.connection = 0;
	assert_int_equal(
		do_register("alice", "secret", "d", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	registrar_flow_failed(r, &f.flow);
	assert_reachable("+alice");
}

/* RFC 5626 section 5.3: the newest flow of a device counts. */
static void telephone_leaves_a_connection(void **state)
{
	static const char *const contacts[] = {"Contact: <sip:a@10.0.0.2:40001>\r\n",
		"Contact: <sip:a@10.0.0.2:40002>;+sip.instance=\"<urn:uuid:1>\"\r\n",
		"Contact: <sip:a@10.0.0.2:40003>;+sip.instance=\"<urn:uuid:1>\"\r\n",
		"Contact: <sip:a@10.0.0.2:40003>\r\n"};
	static const char *const calls[] = {"c", "c", "d", "e"};
	static const char *const said[] = {"0>7 +alice", "7>8 =alice", "8>9 =alice", "9>10 =alice"};

	f.flow.transport = TD_TRANSPORT_TCP;
	for (unsigned i = 0; i < 4; i++) {
		f.flow.connection = 7 + i;
		f.flow.remote.port = (uint16_t)(40001 + i);
		assert_int_equal(do_register("alice", "secret", calls[i], contacts[i]), 200);
		assert_reachable(said[i]);
	}
	/* another one of hers, and a connection that is there still */
	f.flow.connection = 20;
	f.flow.remote = fake_addr("10.0.0.3:40001");
	assert_int_equal(
		do_register("alice", "secret", "x", "Contact: <sip:a@10.0.0.3:1>\r\n"), 200);
	assert_reachable("0>20 =alice");
	assert_int_equal(
		do_register("alice", "secret", "x", "Contact: <sip:a@10.0.0.3:1>\r\n"), 200);
	assert_reachable("0>20 =alice");
	/* the one at that address first, else the newest one */
	f.flow.remote = fake_addr("10.0.0.2:40009");
	f.flow.connection = 99;
	assert_int_equal(registrar_lookup_other(r, STR("alice"), &f.flow)->flow.connection, 10);
	f.flow.remote = fake_addr("10.0.0.4:40009");
	assert_int_equal(registrar_lookup_other(r, STR("alice"), &f.flow)->flow.connection, 20);
	f.flow.connection = 20;
	assert_int_equal(registrar_lookup_other(r, STR("alice"), &f.flow)->flow.connection, 10);
	f.flow.transport = TD_TRANSPORT_TLS;
	assert_null(registrar_lookup_other(r, STR("alice"), &f.flow));
}

static void assert_held(const char *expected)
{
	assert_string_equal(held_text, expected);
	held_text[0] = '\0';
}

static void register_by(
	uint32_t connection, const char *user, const char *call_id, const char *contact)
{
	f.flow.transport = connection ? TD_TRANSPORT_TCP : TD_TRANSPORT_UDP;
	f.flow.connection = connection;
	f.flow.remote.port = (uint16_t)(40000 + connection);
	fake_advance(&f, 1); /* the table of nonces is small, and takes those that are younger */
	assert_int_equal(do_register(user, "secret", call_id, contact), 200);
}

/* One password holds as many connections as a user has contacts, however many registrations come.
 */
static void a_connection_that_was_left_is_held_no_more(void **state)
{
	char contact[96];

	register_by(7, "alice", "c", "Contact: <sip:a@10.0.0.2>\r\n");
	register_by(7, "alice", "c", "Contact: <sip:a@10.0.0.2>\r\n");
	assert_held(" +7 +7"); /* again: the host may have had no room before */
	/* the same Contact, Call-ID or device */
	register_by(8, "alice", "d", "Contact: <sip:a@10.0.0.2>\r\n");
	assert_held(" +8 -7");
	register_by(9, "alice", "d", "Contact: <sip:b@10.0.0.2>;+sip.instance=\"<x>\"\r\n");
	assert_held(" +9 -8");
	register_by(10, "alice", "e", "Contact: <sip:c@10.0.0.2>;+sip.instance=\"<x>\"\r\n");
	assert_held(" +10 -9");
	/* each time another telephone, to all appearances: the fifth takes the place of the first
	 */
	for (uint32_t i = 11; i < 20; i++) {
		char call_id[8];

		snprintf(call_id, sizeof(call_id), "x%u", i);
		snprintf(contact, sizeof(contact), "Contact: <sip:x%u@10.0.0.2>\r\n", i);
		register_by(i, "alice", call_id, contact);
	}
	assert_held(" +11 +12 +13 +14 -10 +15 -11 +16 -12 +17 -13 +18 -14 +19 -15");
	/* bound and removed at once: 19's telephone was here, and has gone */
	register_by(
		20, "alice", "x19", "Contact: <sip:y@10.0.0.2>, <sip:y@10.0.0.2>;expires=0\r\n");
	assert_held(" +20 -16 -20 -19");
	register_by(19, "alice", "x19", "Contact: <sip:x19@10.0.0.2>\r\n");
	assert_held(" +19");
	/* by UDP now */
	register_by(0, "alice", "x19", "Contact: <sip:x19@10.0.0.2>\r\n");
	assert_held(" -19");
	/* somebody else's is held still */
	register_by(18, "bob", "b", "Contact: <sip:b@10.0.0.2>\r\n");
	assert_held(" +18");
	register_by(18, "alice", "x18", "Contact: <sip:x18@10.0.0.2>;expires=0\r\n");
	assert_held("");
	register_by(18, "bob", "b", "Contact: *\r\nExpires: 0\r\n");
	assert_held(" -18");
	fake_advance(&f, 301000);
	registrar_advance(r, f.now);
	assert_held(" -17");
}

static void nobody_holds_the_connection_of_a_deleted_user(void **state)
{
	register_by(7, "alice", "c", "Contact: <sip:a@10.0.0.2>\r\n");
	registrar_del(r, STR("alice"));
	assert_held(" +7 -7");
}

static void sha256_is_offered_alone_where_wanted(void **state)
{
	assert_int_equal(do_register("bob", "secret", "c", "Contact: <sip:bob@10.0.0.2>\r\n"), 200);
	assert_reachable("+bob");
}

static void strangers_and_wrong_passwords_look_the_same(void **state)
{
	static char known[SIP_MSG_MAX];

	assert_int_equal(do_register("alice", "guess", "c", "Contact: <sip:a@10.0.0.2>\r\n"), 403);
	strcpy(known, f.out);
	assert_int_equal(do_register("nobody", "guess", "c", "Contact: <sip:a@10.0.0.2>\r\n"), 403);
	assert_int_equal(strlen(known) + strlen("nobody") * 2 - strlen("alice") * 2, f.out_len);
	/* carol's credentials must be carol's */
	assert_int_equal(do_register("carol", "secret", "c", "Contact: <sip:c@10.0.0.2>\r\n"), 403);
	assert_int_equal(registrar_stats(r)->refused, 3);
	assert_int_equal(registrar_count(r), 0);
	assert_int_equal(send_register("alice", "c", "Authorization: Bearer x\r\n"), 401);
	assert_int_equal(send_register("averyveryveryveryveryverylongname1234", "c", ""), 401);
	assert_reachable("");
}

static void bindings_expire(void **state)
{
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>;expires=60\r\n"),
		200);
	assert_reachable("+alice");
	assert_true(registrar_advance(r, f.now) == f.now + 60 * TD_NSEC_PER_SEC);
	registrar_advance(r, f.now + 60 * TD_NSEC_PER_SEC - 1);
	assert_reachable("");
	assert_true(registrar_advance(r, f.now + 60 * TD_NSEC_PER_SEC) == TD_NEVER);
	assert_reachable("<alice");
	assert_int_equal(registrar_stats(r)->expired, 1);
}

static void bad_contacts_change_nothing(void **state)
{
	char text[512];

	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	assert_reachable("+alice");
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.3>;expires=59\r\n"),
		423);
	assert_true(str_eq(sip_msg_header(&f.m, SIP_HDR_MIN_EXPIRES), STR("60")));
	assert_int_equal(do_register("alice", "secret", "c", "Contact: *\r\nExpires: 10\r\n"), 400);
	assert_int_equal(do_register("alice", "secret", "c",
				 "Contact: *\r\nContact: <sip:a@h>\r\nExpires: 0\r\n"),
		400);
	assert_int_equal(do_register("alice", "secret", "c", "Contact: <tel:123>\r\n"), 400);
	assert_int_equal(do_register("alice", "secret", "c",
				 "Contact: <sip:a@10.0.0.9>, <sip:b@10.0.0.9>;expires=1\r\n"),
		423);
	/* section 7.3.1: which of them would it be? */
	assert_int_equal(do_register("alice", "secret", "c",
				 "Contact: <sip:alice@10.0.0.3>;expires=0;Expires=60\r\n"),
		400);
	snprintf(text, sizeof(text), "Contact: <sip:%0300d@h>\r\n", 1);
	assert_int_equal(do_register("alice", "secret", "c", text), 513);
	assert_int_equal(do_register("alice", "secret", "c",
				 "Contact: <sip:a@h>,<sip:b@h>,<sip:c@h>,<sip:d@h>,<sip:e@h>\r\n"),
		513);
	assert_string_equal(registrar_lookup(r, STR("alice"))->contact, "sip:alice@10.0.0.2");
	assert_int_equal(do_register("alice", "secret", "c", "Contact: *\r\nExpires: 0\r\n"), 200);
	assert_reachable("-alice");
}

static void order_within_a_call_id_counts(void **state)
{
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	unsigned latest = cseq;

	cseq -= 2; /* delayed on its way; the branch is another */
	fake_advance(&f, 40000);
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>;expires=0\r\n"),
		500);
	cseq = latest - 2;
	fake_advance(&f, 40000);
	assert_int_equal(do_register("alice", "secret", "c", "Contact: *\r\nExpires: 0\r\n"), 500);
	cseq = latest - 2;
	fake_advance(&f, 40000);
	assert_int_equal(do_register("alice", "secret", "other",
				 "Contact: <sip:alice@10.0.0.2>;expires=0\r\n"),
		200);
	assert_reachable("+alice-alice");
}

static void newest_of_many_contacts_is_rung(void **state)
{
	char text[128], call_id[16];

	for (unsigned i = 0; i < 6; i++) {
		snprintf(call_id, sizeof(call_id), "c%u", i);
		f.flow.remote.port = (uint16_t)(6000 + i);
		snprintf(text, sizeof(text), "Contact: <sip:alice@10.0.0.%u>\r\n", i);
		assert_int_equal(do_register("alice", "secret", call_id, text), 200);
		snprintf(text, sizeof(text), "sip:alice@10.0.0.%u", i);
		assert_string_equal(registrar_lookup(r, STR("alice"))->contact, text);
	}
	assert_reachable("+alice=alice=alice=alice=alice=alice");
	f.flow.remote.port = 6001; /* went as the oldest */
	assert_int_equal(registrar_lookup_source(r, &f.flow).n, 0);
	f.flow.remote.port = 6002;
	assert_true(str_eq(registrar_lookup_source(r, &f.flow), STR("alice")));
	/* started again: another contact from the same address takes the place */
	assert_int_equal(
		do_register("alice", "secret", "new", "Contact: <sip:alice-2@10.0.0.2>\r\n"), 200);
	unsigned contacts = 0;

	for (unsigned i = 0; i < f.m.hdr_count; i++) {
		contacts += f.m.hdr[i].id == SIP_HDR_CONTACT;
		assert_false(str_has_prefix(f.m.hdr[i].value, STR("<sip:alice@10.0.0.2>")));
	}
	assert_int_equal(contacts, 4);
	/* two contacts of one telephone stay two */
	assert_int_equal(do_register("bob", "secret", "b",
				 "Contact: <sip:b1@10.0.0.2>, <sip:b2@10.0.0.2>\r\n"),
		200);
	assert_string_equal(registrar_lookup(r, STR("bob"))->contact, "sip:b2@10.0.0.2");
	assert_int_equal(
		do_register("bob", "secret", "b", "Contact: <sip:b2@10.0.0.2>;expires=0\r\n"), 200);
	assert_string_equal(registrar_lookup(r, STR("bob"))->contact, "sip:b1@10.0.0.2");
	registrar_del(r, STR("bob"));
	assert_null(registrar_lookup(r, STR("bob")));
	assert_reachable("=alice+bob");
}

static void a_full_table_is_told(void **state)
{
	struct registrar_params p = params;

	registrar_free(r);
	p.max_users = 1;
	r = registrar_alloc(&p, &ops);
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	assert_int_equal(do_register("bob", "secret", "c", "Contact: <sip:bob@10.0.0.2>\r\n"), 503);
	assert_reachable("+alice");
	assert_int_equal(registrar_stats(r)->full, 1);
}

static void retransmission_gets_the_same_answer(void **state)
{
	assert_int_equal(
		do_register("alice", "secret", "c", "Contact: <sip:alice@10.0.0.2>\r\n"), 200);
	uint64_t registered = registrar_stats(r)->registered;

	/* what came last, once more: the nonce count was used, but the transaction knows it */
	fake_recv(&f,
		"REGISTER sip:tandem.example SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 192.168.1.2:5060;rport;branch=z9hG4bKr%u\r\n"
		"From: <sip:alice@tandem.example>;tag=f\r\nTo: <sip:alice@tandem.example>\r\n"
		"Call-ID: c\r\nCSeq: %u REGISTER\r\n\r\n",
		cseq, cseq);
	assert_int_equal(f.m.code, 200);
	assert_int_equal(registrar_stats(r)->registered, registered);
}

static int build(void)
{
	struct registrar *x = registrar_alloc(&params, &ops);

	if (!x)
		return -errno;
	registrar_free(x);
	return 0;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
	registrar_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(telephone_registers_and_leaves),
		TEST(an_escaped_name_is_the_same_name),
		TEST(what_is_asked_is_what_was_signed),
		TEST(binding_goes_with_its_connection),
		TEST(telephone_leaves_a_connection),
		TEST(a_connection_that_was_left_is_held_no_more),
		TEST(nobody_holds_the_connection_of_a_deleted_user),
		TEST(sha256_is_offered_alone_where_wanted),
		TEST(strangers_and_wrong_passwords_look_the_same),
		TEST(an_invented_nonce_tells_nothing),
		TEST(a_nonce_that_is_over_counts_nothing),
		TEST(who_guesses_is_blocked),
		TEST(guesses_add_up),
		TEST(challenges_tell_no_names),
		TEST(bindings_expire),
		TEST(bad_contacts_change_nothing),
		TEST(order_within_a_call_id_counts),
		TEST(newest_of_many_contacts_is_rung),
		TEST(a_full_table_is_told),
		TEST(retransmission_gets_the_same_answer),
		cmocka_unit_test(alloc_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
