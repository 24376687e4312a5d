/* SPDX-License-Identifier: BSD-3-Clause */
/* What ends where, however it is cut; and that the decoder sees the same message. */
#include <assert.h>
#include <dirent.h>
#include <engine/base/prng.h>
#include <engine/sip/msg/msg.h>
#include <engine/sip/transport/stream.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/unit/unit.h>

#define HEAD     "OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\n"
#define BODY(n)  HEAD "Content-Length: " n "\r\n\r\n"
#define FOUND    256 /* of one text */
#define MUTATED  20000
#define TEXT_MAX 8192

static const char *corpus_dir;

struct found {
	enum stream_found what[FOUND];
	size_t n[FOUND];
	unsigned count;
	enum stream_fault fault;
};

/* Feeds `data` in pieces of 1 to `most` octets; each piece in memory of its own, for ASan. */
static void feed(struct prng *rng, struct str data, size_t most, struct found *out)
{
	struct stream s = {0};
	size_t taken = 0, come = 0, n;

	memset(out, 0, sizeof(*out));
	while (come < data.n || come > taken) {
		enum stream_found f;
		char *copy;

		if (come < data.n)
			come += 1 + prng_below(rng, (uint32_t)most);
		if (come > data.n)
			come = data.n;
		do {
			copy = malloc(come - taken + 1);
			memcpy(copy, data.p + taken, come - taken);
			f = stream_next(&s, (struct str){copy, come - taken}, &n);
			free(copy);
			assert_true(n <= come - taken);
			assert_true((n == 0) == (f == STREAM_MORE || f == STREAM_FAULT));
			taken += n;
			if (f == STREAM_PING || f == STREAM_MESSAGE) {
				assert_true(out->count < FOUND);
				out->what[out->count] = f;
				out->n[out->count++] = n;
			}
		} while (n && come > taken);
		out->fault = s.fault;
		if (f == STREAM_FAULT || come == data.n)
			return;
	}
}

static void expect(const char *text, const char *found)
{
	struct prng rng;
	struct found f;
	char got[512] = "";

	prng_init(&rng, 1);
	for (size_t most = 1; most <= 64; most *= 4) {
		feed(&rng, str_of(text), most, &f);
		got[0] = '\0';
		for (unsigned i = 0; i < f.count; i++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%c%zu ",
				f.what[i] == STREAM_PING ? 'p' : 'm', f.n[i]);
		if (f.fault)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s",
				stream_fault_text(f.fault));
		assert_string_equal(got, found);
	}
}

static void messages_end_by_their_length(void **state)
{
	expect("", "");
	expect(BODY("0"), "m63 ");
	expect(BODY("5") "v=0\r\n" BODY("0"), "m68 m63 ");
	expect(BODY("5") "v=0", "");
	expect(HEAD "l : 2\r\n\r\nab" HEAD "CONTENT-LENGTH:\r\n 3\r\n\r\nabc", "m53 m68 ");
	expect(HEAD "Content-Length: 4\n\n\r\n\r\n" BODY("0"), "m65 m63 ");
	expect(BODY("3") " x\n" BODY("0"), "m66 m63 "); /* a body may begin with a space */
}

static void line_ends_are_pings_or_nothing(void **state)
{
	expect("\r\n", "");
	expect("\r\n\r\n", "p4 ");
	expect("\r\n\r\n\r\n\r\n", "p4 p4 ");
	expect("\r\n" BODY("0") "\r\n\r\n" BODY("0"), "m63 p4 m63 ");
	expect("\n\r\r\n\r" BODY("0"), "m63 ");
}

static void what_has_no_end_is_a_fault(void **state)
{
	expect(HEAD "\r\n", "a message without a Content-Length");
	expect(HEAD "Content-Length: x\r\n\r\n",
		"a Content-Length that is no number, or a second one");
	expect(HEAD "Content-Length: 99999999999\r\n\r\n",
		"a Content-Length that is no number, or a second one");
	expect(HEAD "Content-Length: -1\r\n\r\n",
		"a Content-Length that is no number, or a second one");
	expect(HEAD "l: 0\r\nContent-Length: 0\r\n\r\n",
		"a Content-Length that is no number, or a second one");
	expect(HEAD "X: \r\n Content-Length: 0\r\n\r\n", "a message without a Content-Length");
	expect(BODY("65469"), "a message of more than 65,535 octets");
	expect(BODY("0") "\x16\x03\x01", "m63 no SIP message begins here");
	expect(" x", "no SIP message begins here");
}

/* Another protocol is known by its first line, before anything of its length is. */
static void other_protocols_are_no_sip(void **state)
{
	static const char *const others[] = {
		"GET / HTTP/1.1\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /sip HTTP/1.1\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.2 1000 5060\r\n",
		"EHLO sip.example.com\r\n",
		"*1\r\n$4\r\nPING\r\n",
		"OPTIONS sip:a@b\r\nContent-Length: 0\r\n\r\n",
		"\x16\x03\x01\x02",
	};
	char text[256];

	for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++) {
		expect(others[i], "no SIP message begins here");
		snprintf(text, sizeof(text), "%s%s", BODY("2") "a\n", others[i]);
		expect(text, "m65 no SIP message begins here");
	}
	/* a request of SIP is answered, whatever is wrong with it */
	expect("SSH-2.0-OpenSSH_9.2", "");
	expect("OPTIONS sip:a@b SIP/7.0\r\nl: 0\r\n\r\n", "m33 ");
	expect("OPTIONS sip:a@b sip/2.0 \r\nl: 0\r\n\r\n", "m34 ");
	expect("sip/2.0 200 OK\r\nl: 0\r\n\r\n", "m24 ");
	expect("OPTIONS sip:a@b SIP/2.0\n\n", "a message without a Content-Length");
}

static void the_longest_message_is_taken(void **state)
{
	static char text[SIP_MSG_MAX + 2];
	struct prng rng;
	struct found f;
	int n = snprintf(text, sizeof(text), BODY("65468"));

	prng_init(&rng, 1);
	memset(text + n, 'x', sizeof(text) - 1 - (size_t)n);
	feed(&rng, (struct str){text, SIP_MSG_MAX}, 20000, &f);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.n[0], SIP_MSG_MAX);
	memset(text, 'x', sizeof(text) - 1); /* a head without an end */
	feed(&rng, (struct str){text, SIP_MSG_MAX}, 20000, &f);
	assert_int_equal(f.fault, STREAM_FAULT_NONE);
	feed(&rng, (struct str){text, SIP_MSG_MAX + 1}, 20000, &f);
	assert_int_equal(f.fault, STREAM_FAULT_TOO_LONG);
}

static size_t corpus_read(struct prng *rng, char *out)
{
	DIR *dir = opendir(corpus_dir);
	char path[512], names[64][64];
	unsigned count = 0;
	struct dirent *d;
	size_t n;
	FILE *f;

	assert_non_null(dir);
	while ((d = readdir(dir)) && count < 64)
		if (d->d_name[0] != '.')
			snprintf(names[count++], sizeof(names[0]), "%.63s", d->d_name);
	closedir(dir);
	assert_true(count > 10);
	snprintf(path, sizeof(path), "%s/%s", corpus_dir, names[prng_below(rng, count)]);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(out, 1, TEXT_MAX / 4, f);
	fclose(f);
	return n;
}

static void mutate(struct prng *rng, char *text, size_t *n)
{
	static const char *const pieces[] = {"\r\n", "\n", "\r", "\r\n\r\n", "\n\n", " ", ":",
		"Content-Length: 3\r\n", "l: 0\r\n", "\r\nContent-Length:\r\n 7\r\n", "\r\n ", "9"};
	const char *piece = pieces[prng_below(rng, sizeof(pieces) / sizeof(*pieces))];
	size_t at = *n ? prng_below(rng, (uint32_t)*n) : 0, len = strlen(piece);

	if (prng_below(rng, 3) == 0 && *n) {
		text[at] = (char)prng_u64(rng);
	} else if (*n + len < TEXT_MAX) {
		memmove(text + at + len, text + at, *n - at);
		memcpy(text + at, piece, len);
		*n += len;
	}
}

/* Where the stream cuts a message out, the decoder must see its end there: else what one takes for
 * a body is a request for the other. */
static void the_decoder_agrees(const char *text, const struct found *f, unsigned *agreed)
{
	static struct sip_msg m;
	size_t at = 0;

	/* only those without line ends between are easily found again: the first */
	if (!f->count || f->what[0] != STREAM_MESSAGE)
		return;
	while (text[at] == '\r' || text[at] == '\n')
		at++;
	sip_msg_decode(&m, (const uint8_t *)text + at, f->n[0]);
	if (m.fault == SIP_FAULT_START_LINE || m.hdr_count == SIP_HEADERS_MAX)
		return; /* thrown away, whatever its length */
	assert_int_not_equal(m.fault, SIP_FAULT_TRUNCATED);
	assert_int_not_equal(m.fault, SIP_FAULT_CONTENT_LENGTH);
	assert_int_equal(m.data.n, f->n[0]);
	(*agreed)++;
}

static void mutated_streams_are_cut_alike(void **state)
{
	static char text[TEXT_MAX];
	static struct found whole, pieces;
	unsigned messages = 0, faults = 0, agreed = 0;
	struct prng rng;

	prng_init(&rng, 33261);
	for (unsigned i = 0; i < MUTATED; i++) {
		size_t n = corpus_read(&rng, text);

		n += (size_t)snprintf(text + n, TEXT_MAX - n, "%s", BODY("2") "ab");
		for (unsigned k = prng_below(&rng, 4); k > 0; k--)
			mutate(&rng, text, &n);
		feed(&rng, (struct str){text, n}, TEXT_MAX, &whole);
		feed(&rng, (struct str){text, n}, 40, &pieces);
		assert_int_equal(whole.count, pieces.count);
		assert_int_equal(whole.fault, pieces.fault);
		assert_memory_equal(whole.n, pieces.n, sizeof(whole.n));
		messages += whole.count;
		faults += whole.fault != STREAM_FAULT_NONE;
		the_decoder_agrees(text, &whole, &agreed);
	}
	/* that the walk went through all of it */
	assert_true(messages > MUTATED / 2 && faults > MUTATED / 20 && agreed > MUTATED / 4);
}

static void a_part_is_more_than_line_ends(void **state)
{
	assert_false(stream_begun(STR("")));
	assert_false(stream_begun(STR("\r\n")));
	assert_true(stream_begun(STR("\r\nI")));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_end_by_their_length),
		cmocka_unit_test(line_ends_are_pings_or_nothing),
		cmocka_unit_test(what_has_no_end_is_a_fault),
		cmocka_unit_test(other_protocols_are_no_sip),
		cmocka_unit_test(the_longest_message_is_taken),
		cmocka_unit_test(mutated_streams_are_cut_alike),
		cmocka_unit_test(a_part_is_more_than_line_ends),
	};

	assert(argc == 2);
	corpus_dir = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
