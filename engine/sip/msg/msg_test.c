/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdio.h>
#include <engine/sip/msg/encode.h>
#include <engine/sip/msg/msg.h>
#include <tests/unit/unit.h>

static const char *torture_dir;
static struct sip_msg m;

static const char example[] = /* RFC 3261 section 24.2, F1, with a body for its length */
	"INVITE sip:bob@biloxi.example SIP/2.0\r\n"
	"Via: SIP/2.0/UDP pc33.atlanta.example:5061;rport;branch=z9hG4bKnashds8\r\n"
	"Max-Forwards: 70\r\n"
	"To: Bob <sip:bob@biloxi.example>\r\n"
	"From: \"Alice, A.\" <sip:alice@atlanta.example>;tag=1928301774\r\n"
	"Call-ID: a84b4c76e66710\r\n"
	"CSeq: 314159 INVITE\r\n"
	"Contact: <sip:alice@pc33.atlanta.example>, "
	"<sip:alice@192.0.2.4:5070;transport=udp>;q=0.5\r\n"
	"Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>\r\n"
	"Record-Route: <sip:p0.example;lr>\r\n"
	"Expires: 120\r\n"
	"Content-Type: application/sdp\r\n"
	"Content-Length: 4\r\n\r\n"
	"v=0\n and what is beyond";

static int decode(const char *text)
{
	return sip_msg_decode(&m, (const uint8_t *)text, strlen(text));
}

static void assert_str(struct str s, const char *z)
{
	if (!str_eq(s, str_of(z)))
		fail_msg("'%.*s' is not '%s'", STR_FMT(s), z);
}

static void request_is_decoded(void **state)
{
	struct sip_values it = {0};
	struct str v;

	assert_int_equal(decode(example), 0);
	assert_true(m.request);
	assert_int_equal(m.method, SIP_INVITE);
	assert_str(m.uri.user, "bob");
	assert_str(m.uri.host, "biloxi.example");
	assert_str(m.via.host, "pc33.atlanta.example");
	assert_int_equal(m.via.port, 5061);
	assert_str(m.via.branch, "z9hG4bKnashds8");
	assert_true(m.via.rport);
	assert_str(m.to.display, "Bob");
	assert_null(m.to.tag.p);
	assert_str(m.from.display, "Alice, A.");
	assert_str(m.from.tag, "1928301774");
	assert_str(m.call_id, "a84b4c76e66710");
	assert_int_equal(m.cseq.number, 314159);
	assert_int_equal(m.max_forwards, 70);
	assert_int_equal(m.expires, 120);
	assert_str(m.contact.uri.text, "sip:alice@pc33.atlanta.example");
	assert_str(m.body, "v=0\n");
	assert_int_equal(m.data.n, strlen(example) - strlen(" and what is beyond"));

	const char *routes[] = {
		"<sip:p2.example;lr>", "<sip:p1.example;lr>", "<sip:p0.example;lr>"};

	for (unsigned i = 0; i < 3; i++) {
		assert_true(sip_msg_value(&m, SIP_HDR_RECORD_ROUTE, &it, &v));
		assert_str(v, routes[i]);
	}
	assert_false(sip_msg_value(&m, SIP_HDR_RECORD_ROUTE, &it, &v));
	it = (struct sip_values){0};
	assert_true(sip_msg_value(&m, SIP_HDR_CONTACT, &it, &v));
	assert_true(sip_msg_value(&m, SIP_HDR_CONTACT, &it, &v));
	struct sip_addr a;
	struct td_addr ip;

	assert_int_equal(sip_addr_decode(&a, v), 0);
	assert_str(a.params, ";q=0.5");
	assert_true(sip_uri_addr(&a.uri, &ip));
	assert_int_equal(ip.port, 5070);
	assert_true(sip_param(a.uri.params, STR("Transport"), &v));
	assert_str(v, "udp");
}

static void every_prefix_is_refused(void **state)
{
	size_t whole = strlen(example) - strlen(" and what is beyond");

	for (size_t n = 0; n < whole; n++) {
		/* its own memory, so that ASan sees a read beyond */
		uint8_t *copy = test_malloc(n + 1);

		memcpy(copy, example, n);
		assert_int_equal(sip_msg_decode(&m, copy, n), -EBADMSG);
		assert_true(m.fault == SIP_FAULT_TRUNCATED || m.fault == SIP_FAULT_START_LINE);
		test_free(copy);
	}
}

/* The empty line before it is not folded with it. */
static void a_body_may_begin_with_a_space(void **state)
{
	decode("OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
	       "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n"
	       "Content-Length: 6\r\n\r\n body\n");
	assert_int_equal(m.fault, SIP_FAULT_NONE);
	assert_str(m.body, " body\n");
}

static void empty_words_are_refused(void **state)
{
	static const struct {
		const char *start, *call_id;
		enum sip_fault fault;
		enum sip_header header;
	} cases[] = {
		{"OPTIONS sip:h SIP/2.0", "c", SIP_FAULT_NONE, 0},
		{"OPTIONS sip:h SIP/2.1", "c", SIP_FAULT_VERSION, 0},
		{"OPTIONS sip:h SIP/2.", "c", SIP_FAULT_START_LINE, 0},
		{"OPTIONS sip:h SIP/.0", "c", SIP_FAULT_START_LINE, 0},
		{"OPTIONS sip:h SIP/2", "c", SIP_FAULT_START_LINE, 0},
		{" sip:h SIP/2.0", "c", SIP_FAULT_START_LINE, 0},
		{"OPTIONS sip:h? SIP/2.0", "c", SIP_FAULT_START_LINE, 0},
		{"OPTIONS sip:h SIP/2.0", "", SIP_FAULT_HEADER, SIP_HDR_CALL_ID},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"%s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
			"To: <sip:b@h>\r\nCall-ID: %s\r\nCSeq: 1 OPTIONS\r\n\r\n",
			cases[i].start, cases[i].call_id);
		decode(text);
		if (m.fault != cases[i].fault || m.fault_header != cases[i].header)
			fail_msg("'%s', '%s': fault %d in %.*s", cases[i].start, cases[i].call_id,
				m.fault, STR_FMT(sip_header_name(m.fault_header)));
	}
}

/* section 7.1: the version is read in any case. */
static void versions_are_read_in_any_case(void **state)
{
	static const char fields[] =
		"Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
		"To: <sip:b@h>;tag=2\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n";
	static const char *const starts[] = {
		"sip/2.0 200 OK", "SiP/2.0 200 OK", "OPTIONS sip:h sip/2.0"};

	for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), "%s\r\n%s", starts[i], fields);
		assert_int_equal(decode(text), 0);
		assert_int_equal(m.code, i < 2 ? 200 : 0);
		assert_int_equal(m.method, SIP_OPTIONS);
	}
}

/* RFC 3261 sections 20.12, 20.15 */
static void sdp_is_what_is_said_to_be(void **state)
{
	static const struct {
		const char *fields;
		bool sdp;
	} cases[] = {
		{"Content-Type: application/sdp\r\n", true},
		{"c: Application / SDP;charset=utf-8\r\ne: identity\r\n", true},
		{"", false},
		{"Content-Type: text/plain\r\n", false},
		{"Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", false},
		{"Content-Type: application/sdp\r\ne: identity\r\ne: gzip\r\n", false},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"ACK sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
			"From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c\r\n"
			"CSeq: 1 ACK\r\n%s\r\nv=0\r\n",
			cases[i].fields);
		assert_int_equal(decode(text), 0);
		assert_str(sip_msg_sdp(&m), cases[i].sdp ? "v=0\r\n" : "");
	}
}

#define ISUP "--b 1\r\nContent-Type: application/ISUP;version=itu-t92+\r\n"

/* RFC 5621, RFC 2046 section 5.1.1: SDP is one part of several. */
static void sdp_is_a_part(void **state)
{
	static const struct {
		const char *type, *body, *sdp; /* sdp NULL: none */
		bool known;
	} cases[] = {
		{"boundary=\"b 1\"",
			"preamble\r\n--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=x\r\n"
			"\r\n" ISUP "Content-Disposition: signal; handling=optional\r\n\r\n\1\2\r\n"
			"--b 1--\r\n--b 1\r\nepilogue",
			"v=0\r\no=x\r\n", true},
		{"charset=x;boundary=\"b 1\"",
			ISUP "\r\n\1\r\n--b 1  \r\nc: Application/SDP\r\n"
			     "Content-Disposition: session;handling=required\r\n\r\nv=0\r\n--b 1--",
			"v=0", true},
		{"boundary=\"b 1\"",
			ISUP "Content-Disposition: signal;\r\n handling=REQUIRED\r\n\r\n\1\r\n"
			     "--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b 1--\r\n",
			"v=0", false},
		{"boundary=b", "--b\nContent-Type: application/sdp\n\nv=0\n--bb\n--b--\n",
			"v=0\n--bb", true},
		{"boundary=b", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n", NULL, false},
		{"boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nv=0\r\n--b--\r\n", NULL,
			false},
		{"boundary=b",
			"--b\r\nContent-Type: application/sdp\r\nContent-Encoding: "
			"gzip\r\n\r\nv=0\r\n"
			"--b--\r\n",
			NULL, false},
		{"boundary=\"\"", "--\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n----\r\n",
			NULL, false},
		{"x=y", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--\r\n", NULL,
			false},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];

		snprintf(text, sizeof(text),
			"INVITE sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
			"From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
			"Content-Type: multipart/mixed; %s\r\n\r\n%s",
			cases[i].type, cases[i].body);
		assert_int_equal(decode(text), 0);
		assert_str(sip_msg_sdp(&m), cases[i].sdp ? cases[i].sdp : "");
		assert_int_equal(sip_msg_body_known(&m), cases[i].known);
	}
}

static void names_are_known(void **state)
{
	assert_int_equal(sip_method_decode(STR("invite")), SIP_OTHER);
	assert_string_equal(sip_reason(486), "Busy Here");
	assert_string_equal(sip_reason(499), "Request Failure");
	assert_string_equal(sip_reason(999), "");
}

/* RFC 3261 section 19.1.4: an escape is the character that it stands for. */
static void users_are_unescaped(void **state)
{
	static const struct {
		const char *user, *plain, *encoded; /* NULL: as it came; as `plain` */
	} cases[] = {
		{"alice"},
		{"%61l%69c%65", "alice"},
		{"%2B49%2f1", "+49/1"},
		{"0%3900%31", "09001"},
		{"%2331%23%2A", "#31#*", "%2331%23*"},
		/* what would mean something else: parameters, a password, a host, an end of text */
		{"1%3bx%3A2%40h%25%00%0a%20%7f%C3%A4"},
		{"%2561"}, /* once, and not again */
		{""},
	};
	char plain[64], text[64];
	struct td_buf b;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *want = cases[i].plain ? cases[i].plain : cases[i].user;

		assert_true(sip_user_plain(str_of(cases[i].user), plain, sizeof(plain)));
		assert_string_equal(plain, want);
		buf_init_fixed(&b, text, sizeof(text));
		user_encode(&b, str_of(plain));
		buf_put(&b, "", 1);
		assert_string_equal(text, cases[i].encoded ? cases[i].encoded : want);
	}
	/* cut, and no escape in two */
	assert_false(sip_user_plain(STR("12345"), plain, 5));
	assert_string_equal(plain, "1234");
	assert_false(sip_user_plain(STR("12%3B"), plain, 5));
	assert_string_equal(plain, "12");
	assert_true(sip_user_plain(STR("123%34"), plain, 5));
	assert_string_equal(plain, "1234");
}

static void uris(void **state)
{
	static const struct {
		const char *text;
		int rc;
		unsigned port;
		const char *user, *host;
	} cases[] = {
		{"sip:alice@atlanta.example", 0, 0, "alice", "atlanta.example"},
		{"sip:alice:secretword@atlanta.example;transport=udp", 0, 0, "alice",
			"atlanta.example"},
		{"sips:1212@gateway.example:5061", 0, 5061, "1212", "gateway.example"},
		{"sip:atlanta.example;method=REGISTER?to=alice%40atlanta.example", 0, 0, "",
			"atlanta.example"},
		{"sip:alice;day=tuesday@atlanta.example", 0, 0, "alice;day=tuesday",
			"atlanta.example"},
		{"sip:[2001:db8::10]:5070", 0, 5070, "", "[2001:db8::10]"},
		{"sip:+49891#00@h", 0, 0, "+49891#00", "h"},
		{"SIP:h", 0, 0, "", "h"},
		{"tel:+4989100", 0, 0, "+4989100", ""},
		{"TEL:0-900(1);phone-context=+49", 0, 0, "0-900(1);phone-context=+49", ""},
		{"tel:1:2", 0, 0, "", ""},
		{"mailto:alice", 0, 0, "", ""},
		{"sip:", -EBADMSG, 0, NULL, NULL},
		{"sip:@h", -EBADMSG, 0, NULL, NULL},
		{"sip:a%4@h", -EBADMSG, 0, NULL, NULL},
		{"sip:a%4x@h", -EBADMSG, 0, NULL, NULL},
		{"sip:a@h:70000", -EBADMSG, 0, NULL, NULL},
		{"sip:a@h:", -EBADMSG, 0, NULL, NULL},
		{"sip:a b@h", -EBADMSG, 0, NULL, NULL},
		{"sip:a@h;;lr", -EBADMSG, 0, NULL, NULL},
		{"sip:a@[::1", -EBADMSG, 0, NULL, NULL},
		{"sip:a@[::1\r\n SIP/2.0]", -EBADMSG, 0, NULL, NULL},
		{"alice", -EBADMSG, 0, NULL, NULL},
		{"", -EBADMSG, 0, NULL, NULL},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sip_uri u;

		if (sip_uri_decode(&u, str_of(cases[i].text)) != cases[i].rc)
			fail_msg("%s", cases[i].text);
		if (cases[i].rc != 0)
			continue;
		assert_str(u.user, cases[i].user);
		assert_str(u.host, cases[i].host);
		assert_int_equal(u.port, cases[i].port);
	}
}

static void addresses(void **state)
{
	struct sip_addr a;

	assert_int_equal(sip_addr_decode(&a, STR("sip:a@h;tag=1")), 0);
	assert_str(a.uri.text, "sip:a@h");
	assert_str(a.tag, "1");
	assert_int_equal(sip_addr_decode(&a, STR("\"a \\\" b\" <sip:a@h;lr> ; tag = \"q;,\"")), 0);
	assert_str(a.display, "a \\\" b");
	assert_str(a.uri.params, ";lr");
	assert_str(a.tag, "q;,");
	assert_int_equal(sip_addr_decode(&a, STR("a b <sip:h>;tag=x==/")), 0);
	assert_str(a.display, "a b");
	assert_str(a.tag, "x==/");
	/* without <>, the URI ends at the first ';' (section 20.10): <, > and @ after it are not
	 * its */
	assert_int_equal(sip_addr_decode(&a, STR("sip:a@b;tag=t;n=\"<x>\"")), 0);
	assert_str(a.uri.text, "sip:a@b");
	assert_str(a.tag, "t");
	assert_str(a.params, ";tag=t;n=\"<x>\"");
	assert_int_equal(sip_addr_decode(&a, STR("sip:h;n=\"x@y\";tag=a@b")), 0);
	assert_str(a.uri.text, "sip:h");
	assert_str(a.uri.host, "h");
	assert_str(a.tag, "a@b");
	assert_int_equal(sip_addr_decode(&a, STR("tel:+4989100 ; tag = 1")), 0);
	assert_str(a.uri.text, "tel:+4989100");
	assert_str(a.tag, "1");
	assert_int_equal(sip_addr_decode(&a, STR("<sip:a@b>;n=\"<x>\"")), 0);
	assert_str(a.uri.text, "sip:a@b");
	assert_int_equal(sip_addr_decode(&a, STR("\"<sip:x@y>\"\r\n <sip:a@b>")), 0);
	assert_str(a.uri.text, "sip:a@b");
	assert_str(a.display, "<sip:x@y>");
	assert_int_equal(sip_addr_decode(&a, STR("a<sip:a;b@c>")), 0);
	assert_str(a.display, "a");
	assert_str(a.uri.user, "a;b");
	const char *bad[] = {"", "sip:a;b=<sip:c>", "a", "a b", "\"a <sip:h>", "<sip:h",
		"a, b <sip:h>", "<sip:h>x", "<sip:h>;", "<>", "<sip:h>;tag=1;tag=1",
		"sip:h;tag=1;Tag=2", "<sip:h>;tag", "<sip:h>;tag=\"\"", "<sip:h>;tag;tag=1",
		"sip:h?a=b", "\"", "\"\\"};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (sip_addr_decode(&a, str_of(bad[i])) == 0)
			fail_msg("%s", bad[i]);

	struct td_buf b;

	buf_init(&b);
	sip_addr_encode(&b, STR("sip:h"), STR("t"));
	assert_str((struct str){b.data, b.len}, "<sip:h>;tag=t");
	buf_free(&b);
}

/* Separators have white space around them (section 25.1), in header fields but not in URIs. */
static void separators_have_white_space(void **state)
{
	static const char *const types[] = {"application/sdp", "application / sdp",
		"Application\r\n\t/ SDP ; charset = utf-8", "application/ sdp;q=\"a;b/c\""};
	static const char *const others[] = {"application/sdpx", "xapplication/sdp", "application",
		"application/", "application/sdp x", "application;sdp", "", "/sdp"};
	static const char *const uris[] = {"sip:a@h :5060", "sip:a@h: 5060", "sip:a@h ;lr",
		"sip:a@h; lr", "sip :a@h", "sip: a@h", "sip:a@ h", "sip:a @h", "sip:a@h:5060 "};
	struct sip_via v;
	struct sip_uri u;
	struct sip_auth auth;

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		m.content_type = str_of(types[i]);
		if (!sip_msg_body_is(&m, STR("application/sdp")))
			fail_msg("%s", types[i]);
	}
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		m.content_type = str_of(others[i]);
		if (sip_msg_body_is(&m, STR("application/sdp")))
			fail_msg("%s", others[i]);
	}
	m.content_type = (struct str){0};
	assert_false(sip_msg_body_is(&m, STR("application/sdp")));
	for (unsigned i = 0; i < sizeof(uris) / sizeof(uris[0]); i++)
		if (sip_uri_decode(&u, str_of(uris[i])) == 0)
			fail_msg("'%s'", uris[i]);
	/* RFC 4475 section 3.1.1.1 */
	assert_int_equal(sip_via_decode(&v, STR("SIP  / 2.0\r\n / UDP\r\n  first.example.com : "
						"4000 ; ttl = 16\r\n ; branch = z9hG4bK1")),
		0);
	assert_str(v.host, "first.example.com");
	assert_int_equal(v.port, 4000);
	assert_str(v.branch, "z9hG4bK1");
	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDP [2001:db8::1] : 5070 ;rport")), 0);
	assert_int_equal(v.port, 5070);
	assert_true(v.rport);
	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDP h : ;rport")), -EBADMSG);
	assert_int_equal(sip_auth_decode(&auth, STR("Digest \r\n username = \"a\" , realm\t=\"r\","
						    "nonce= \"n\" ,qop = auth")),
		0);
	assert_str(auth.username, "a");
	assert_str(auth.nonce, "n");
	assert_str(auth.qop, "auth");
}

static void via_gets_its_source(void **state)
{
	struct td_addr src = {.family = 4, .port = 4444, .ip4 = 0x0100000a /* 10.0.0.1 */};
	static const char *const cases[][2] = {
		{"SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport",
			"SIP/2.0/UDP h:5060;branch=z9hG4bK1;received=10.0.0.1;rport=4444"},
		{"SIP/2.0/UDP h ; received=1.2.3.4;branch=z9hG4bK1 ; x=\"a b\"",
			"SIP/2.0/UDP h;branch=z9hG4bK1;x=\"a b\";received=10.0.0.1"},
		/* section 7.3.1 forbids it, and nothing follows from it */
		{"SIP/2.0/UDP h;rport=1;rport=2;received=1.2.3.4;received=h;branch=z9hG4bK1",
			"SIP/2.0/UDP h;branch=z9hG4bK1;received=10.0.0.1;rport=4444"},
		/* what is white space to us may end a line of someone else */
		{"SIP/2.0/UDP\r\n h:\r5060;branch=z9hG4bK1;x=\"\n \"",
			"SIP/2.0/UDP   h: 5060;branch=z9hG4bK1;x=\"  \";received=10.0.0.1"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sip_via v;
		struct td_buf b;

		buf_init(&b);
		assert_int_equal(sip_via_decode(&v, str_of(cases[i][0])), 0);
		via_received_encode(&b, &v, &src);
		assert_str((struct str){b.data, b.len}, cases[i][1]);
		buf_free(&b);
	}
	struct sip_via v;

	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDP ")), -EBADMSG);
	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDPh")), -EBADMSG);
	assert_int_equal(sip_via_decode(&v, STR("SIP/1.0/UDP h")), -EBADMSG);
	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDP h;branch=")), -EBADMSG);
	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDP h;branch=a;branch=a")), -EBADMSG);
	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDP h;branch")), -EBADMSG);
	assert_int_equal(sip_via_decode(&v, STR("SIP/2.0/UDP h;branch;branch=a")), -EBADMSG);
}

static void lists_split_at_commas(void **state)
{
	struct str rest = STR("<a,b> , \"c,\\\"d\" <e>,f"), v;

	assert_true(sip_list_next(&rest, &v));
	assert_str(v, "<a,b>");
	assert_true(sip_list_next(&rest, &v));
	assert_str(v, "\"c,\\\"d\" <e>");
	assert_true(sip_list_next(&rest, &v));
	assert_str(v, "f");
	assert_false(sip_list_next(&rest, &v));
	rest = STR("\"a\\");
	assert_true(sip_list_next(&rest, &v));
	assert_str(v, "\"a\\");
	assert_false(sip_list_next(&rest, &v));
}

static size_t torture_read(const char *name, uint8_t *out, size_t size)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.dat", torture_dir, name);
	FILE *f = fopen(path, "rb");

	if (!f)
		fail_msg("%s", path);
	size_t n = fread(out, 1, size, f);

	fclose(f);
	return n;
}

/* RFC 4475, by the names of its sections; what the parser alone must say of each. */
static void torture(void **state)
{
	static const struct {
		const char *name;
		enum sip_fault fault;
		enum sip_header header;
	} cases[] = {
		{"wsinv", 0, 0},
		{"intmeth", 0, 0},
		{"esc01", 0, 0},
		{"escnull", 0, 0},
		{"esc02", 0, 0},
		{"lwsdisp", 0, 0},
		{"longreq", 0, 0},
		{"dblreq", 0, 0},
		{"semiuri", 0, 0},
		{"transports", 0, 0},
		{"mpart01", 0, 0},
		{"unreason", 0, 0},
		{"noreason", 0, 0},
		{"badinv01", SIP_FAULT_HEADER, SIP_HDR_VIA},
		{"clerr", SIP_FAULT_TRUNCATED, SIP_HDR_CONTENT_LENGTH},
		{"ncl", SIP_FAULT_CONTENT_LENGTH, SIP_HDR_CONTENT_LENGTH},
		{"scalar02", SIP_FAULT_HEADER, SIP_HDR_CSEQ},
		{"scalarlg", SIP_FAULT_HEADER, SIP_HDR_CSEQ},
		{"quotbal", SIP_FAULT_HEADER, SIP_HDR_TO},
		{"ltgtruri", SIP_FAULT_START_LINE, 0},
		{"lwsruri", SIP_FAULT_START_LINE, 0},
		{"lwsstart", SIP_FAULT_START_LINE, 0},
		{"trws", SIP_FAULT_START_LINE, 0},
		{"escruri", 0, 0},
		{"baddate", 0, 0},
		{"regbadct", SIP_FAULT_HEADER, SIP_HDR_CONTACT},
		{"badaspec", SIP_FAULT_HEADER, SIP_HDR_TO},
		{"baddn", SIP_FAULT_HEADER, SIP_HDR_FROM},
		{"badvers", SIP_FAULT_VERSION, 0},
		{"mismatch01", SIP_FAULT_HEADER, SIP_HDR_CSEQ},
		{"mismatch02", SIP_FAULT_HEADER, SIP_HDR_CSEQ},
		{"bigcode", SIP_FAULT_START_LINE, 0},
		{"badbranch", 0, 0},
		{"insuf", SIP_FAULT_MISSING, SIP_HDR_CALL_ID},
		{"unkscm", 0, 0},
		{"novelsc", 0, 0},
		{"unksm2", 0, 0},
		{"bext01", 0, 0},
		{"invut", 0, 0},
		{"regaut01", 0, 0},
		{"multi01", SIP_FAULT_HEADER, SIP_HDR_CSEQ},
		{"mcl01", SIP_FAULT_HEADER, SIP_HDR_CONTENT_LENGTH},
		{"bcast", 0, 0},
		{"zeromf", 0, 0},
		{"cparam01", 0, 0},
		{"cparam02", 0, 0},
		{"regescrt", 0, 0},
		{"sdp01", 0, 0},
		{"inv2543", 0, 0},
	};
	static uint8_t data[8192];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = torture_read(cases[i].name, data, sizeof(data));
		int rc = sip_msg_decode(&m, data, n);

		if ((rc != 0) != (cases[i].fault != 0) || m.fault != cases[i].fault ||
			(rc != 0 && m.fault_header != cases[i].header))
			fail_msg("%s: %d fault %d in %.*s", cases[i].name, rc, m.fault,
				STR_FMT(sip_header_name(m.fault_header)));
	}
}

static struct str by_name(const struct sip_msg *msg, struct str name)
{
	for (unsigned i = 0; i < msg->hdr_count; i++)
		if (str_caseeq(msg->hdr[i].name, name))
			return msg->hdr[i].value;
	return (struct str){0};
}

static void torture_in_detail(void **state)
{
	static uint8_t data[8192];
	struct sip_values it = {0};
	struct str v;
	unsigned vias = 0;

	sip_msg_decode(&m, data, torture_read("wsinv", data, sizeof(data)));
	assert_str(m.to.tag, "1918181833n");
	assert_str(m.from.display, "J Rosenberg \\\\\\\"");
	assert_str(m.from.tag, "98asjd8");
	assert_int_equal(m.max_forwards, 68);
	assert_int_equal(m.cseq.number, 9);
	assert_str(m.cseq.method, "INVITE");
	assert_str(m.via.host, "192.0.2.2");
	assert_str(m.via.branch, "390skdjuw");
	while (sip_msg_value(&m, SIP_HDR_VIA, &it, &v)) {
		struct sip_via via;

		assert_int_equal(sip_via_decode(&via, v), 0);
		vias++;
		if (vias == 3)
			assert_str(via.branch, "z9hG4bK30239");
	}
	assert_int_equal(vias, 3);
	assert_true(sip_param(m.contact.params, STR("q"), &v));
	assert_str(v, "0.33");
	assert_true(sip_param(m.contact.params, STR("newparam"), &v));
	assert_str(v, "newvalue");
	assert_true(sip_param(m.contact.params, STR("secondparam"), &v));
	assert_null(v.p);
	assert_str(by_name(&m, STR("newfangledheader")),
		"newfangled value\r\n continued newfangled value");

	sip_msg_decode(&m, data, torture_read("intmeth", data, sizeof(data)));
	assert_int_equal(m.method, SIP_OTHER);
	assert_int_equal(m.to.display.n, strlen("BEL:\\x NUL:\\x DEL:\\x"));
	assert_str(m.from.tag, "_token~1'+`*%!-.");

	sip_msg_decode(&m, data, torture_read("dblreq", data, sizeof(data)));
	assert_int_equal(m.method, SIP_REGISTER);
	assert_int_equal(m.body.n, 0);

	sip_msg_decode(&m, data, torture_read("longreq", data, sizeof(data)));
	assert_str(m.via.host, "sip33.example.com");
	assert_null(m.via.branch.p);

	sip_msg_decode(&m, data, torture_read("unreason", data, sizeof(data)));
	assert_int_equal(m.code, 200);
	assert_int_equal(m.method, SIP_INVITE);

	sip_msg_decode(&m, data, torture_read("noreason", data, sizeof(data)));
	assert_int_equal(m.code, 100);
	assert_int_equal(m.reason.n, 0);
}

/* What RFC 5118 finds worth trying. */
static void ipv6_references(void **state)
{
	static const char text[] =
		"OPTIONS sip:user@[2001:db8::10] SIP/2.0\r\n"
		"Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3\r\n"
		"Via: SIP/2.0/UDP [2001:db8::20:1]:5066;received=2001:db8::20:2;branch=z9hG4bKb\r\n"
		"To: sip:user@[2001:db8::10:5070]\r\n"
		"From: <sip:user@[2001:db8::9:1]:5070>;tag=81x2\r\n"
		"Call-ID: SSG9559905523997077@[2001:db8::9:1]\r\n"
		"CSeq: 8612 OPTIONS\r\n"
		"Contact: \"Caller\" <sip:caller@[2001:db8::1]>\r\n"
		"Record-Route: <sip:[2001:db8::2]:5061;lr>\r\n"
		"Content-Length: 0\r\n\r\n";
	static const struct td_addr source = {
		.family = 6, .port = 5062, .ip6 = {0x20, 0x01, 0x0d, 0xb8, [15] = 7}};
	struct td_addr a;
	struct td_buf b;
	struct sip_uri u;

	assert_int_equal(decode(text), 0);
	assert_str(m.uri.host, "[2001:db8::10]");
	assert_true(sip_uri_addr(&m.uri, &a));
	assert_int_equal(a.family, 6);
	assert_int_equal(a.port, SIP_PORT);
	assert_str(m.via.host, "[2001:db8::9:1]");
	assert_str(m.via.received, "[2001:db8::9:255]");  /* against the grammar, and harmless */
	assert_str(m.to.uri.host, "[2001:db8::10:5070]"); /* no port: it says what it says */
	assert_int_equal(m.to.uri.port, 0);
	assert_int_equal(m.from.uri.port, 5070);
	assert_str(m.call_id, "SSG9559905523997077@[2001:db8::9:1]");
	buf_init(&b);
	via_received_encode(&b, &m.via, &source);
	assert_str((struct str){b.data, b.len},
		"SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3;received=2001:db8::7");
	buf_free(&b);
	/* Without brackets an address cannot be told from a host and port (section 4.2). */
	assert_int_equal(sip_uri_decode(&u, STR("sip:2001:db8::10")), -EBADMSG);
	/* Three colons are no address, whatever they are. */
	assert_int_equal(sip_uri_decode(&u, STR("sip:user@[2001:db8:::192.0.2.1]")), 0);
	assert_false(sip_uri_addr(&u, &a));
}

/* RFC 3261 section 19.1.4, with its examples. */
static void uris_are_compared(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
		{"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp",
			true},
		{"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
		{"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5", true},
		{"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP",
			false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
		{"sip:bob@biloxi.com", "sips:bob@biloxi.com", false},
		{"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false},
		{"sip:a@h;user=phone", "sip:a@h", false},
		{"sip:a@h", "sip:a@h;maddr=10.0.0.1", false},
		{"sip:a%3bb@h", "sip:a;b@h", false}, /* a reserved letter is another when escaped */
		{"sip:a%3bb@h", "sip:a%3Bb@h", true},
		{"sip:a@[2001:db8::1]:5060", "sip:a@[2001:DB8:0::1]:5060", true},
		{"sip:a:x@h", "sip:a:y@h", false},
		{"tel:1", "tel:2", false},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned turn = 0; turn < 2; turn++)
			if (sip_uri_equal(str_of(turn ? cases[i].b : cases[i].a),
				    str_of(turn ? cases[i].a : cases[i].b)) != cases[i].equal)
				fail_msg("%s and %s", cases[i].a, cases[i].b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_is_decoded),
		cmocka_unit_test(every_prefix_is_refused),
		cmocka_unit_test(a_body_may_begin_with_a_space),
		cmocka_unit_test(empty_words_are_refused),
		cmocka_unit_test(versions_are_read_in_any_case),
		cmocka_unit_test(sdp_is_what_is_said_to_be),
		cmocka_unit_test(sdp_is_a_part),
		cmocka_unit_test(names_are_known),
		cmocka_unit_test(uris),
		cmocka_unit_test(users_are_unescaped),
		cmocka_unit_test(uris_are_compared),
		cmocka_unit_test(addresses),
		cmocka_unit_test(separators_have_white_space),
		cmocka_unit_test(via_gets_its_source),
		cmocka_unit_test(ipv6_references),
		cmocka_unit_test(lists_split_at_commas),
		cmocka_unit_test(torture),
		cmocka_unit_test(torture_in_detail),
	};

	assert(argc == 2);
	torture_dir = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
