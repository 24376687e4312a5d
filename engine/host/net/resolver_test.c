/* SPDX-License-Identifier: BSD-3-Clause */
/* Against a name server of our own on the loopback interface, which answers as its rows say. */
#include <arpa/inet.h>
#include <engine/base/addr.h>
#include <engine/host/clock.h>
#include <engine/host/net/resolver.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <system/loop.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define WAIT_NS   (20 * TD_NSEC_PER_SEC)
#define TYPE_A    1
#define TYPE_AAAA 28
#define NO_NAME   3 /* RFC 1035 section 4.1.1: NXDOMAIN */

/* RFC 1035 section 4.1: header of 12 octets, then the question as it came, then answers. */
struct row {
	const char *name;
	unsigned code;
	unsigned ttl;
	const char *a[3]; /* IPv4 addresses */
	bool six;         /* and 2001:db8::1 */
	bool silent;      /* no answer at all */
};

static const struct row rows[] = {
	{"two.example", .ttl = 300, .a = {"10.1.0.1", "10.1.0.2"}},
	{"both.example", .ttl = 60, .a = {"10.1.0.3"}, .six = true},
	{"none.example", .code = NO_NAME},
	{"empty.example"},
	{"silent.example", .silent = true},
	{"none.example.corp.example", .ttl = 300, .a = {"10.1.0.9"}},
};

struct fixture {
	struct loop *loop;
	struct loop_fd server;
	struct resolver *resolver;
	int fd;
	char servers[32];
	unsigned answers, asked, found;
	struct td_resolved last;
	struct td_addr addresses[RESOLVER_ADDRESSES];
	char error[64];
};

static void take(void *ctx, const struct td_resolved *r)
{
	struct fixture *f = ctx;

	f->answers++;
	f->found += r->count > 0;
	f->last = *r;
	if (r->count)
		memcpy(f->addresses, r->addresses, r->count * sizeof(*r->addresses));
	snprintf(f->error, sizeof(f->error), "%s", r->error ? r->error : "");
}

static size_t put(uint8_t *out, size_t at, unsigned type, unsigned ttl, const void *data, size_t n)
{
	const uint8_t head[] = {0xc0, 12, 0, (uint8_t)type, 0, 1, 0, 0, (uint8_t)(ttl >> 8),
		(uint8_t)ttl, 0, (uint8_t)n};

	memcpy(out + at, head, sizeof(head));
	memcpy(out + at + sizeof(head), data, n);
	return at + sizeof(head) + n;
}

/* Reads the labels; returns where the question's type stands. */
static size_t name_of(const uint8_t *in, size_t len, char *name, size_t size)
{
	size_t at = 12, n = 0;

	while (at < len && in[at]) {
		for (unsigned i = 0; i < in[at] && n + 2 < size; i++)
			name[n++] = (char)in[at + 1 + i];
		name[n++] = '.';
		at += in[at] + 1u;
	}
	name[n ? n - 1 : 0] = '\0';
	return at + 1;
}

static size_t reply(const struct row *r, uint8_t *out, size_t end, unsigned type)
{
	static const uint8_t six[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};
	size_t at = end;
	unsigned n = 0;

	for (unsigned i = 0; type == TYPE_A && i < 3 && r->a[i]; i++, n++) {
		uint32_t ip = inet_addr(r->a[i]);

		at = put(out, at, type, r->ttl, &ip, sizeof(ip));
	}
	if (type == TYPE_AAAA && r->six) {
		at = put(out, at, type, r->ttl, six, sizeof(six));
		n++;
	}
	out[2] = 0x81; /* a response, recursion wanted ... */
	out[3] = (uint8_t)(0x80 | r->code);
	memset(out + 6, 0, 6); /* ... no authority, nothing more: EDNS is not repeated */
	out[7] = (uint8_t)n;
	return at;
}

static void serve(void *ctx, uint32_t events)
{
	struct fixture *f = ctx;
	uint8_t m[1024];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(f->fd, m, 512, 0, (struct sockaddr *)&from, &from_len);
	char name[256];
	size_t at;

	if (len < 17)
		return;
	f->asked++;
	at = name_of(m, (size_t)len, name, sizeof(name));
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(name, rows[i].name) == 0 && !rows[i].silent)
			sendto(f->fd, m, reply(&rows[i], m, at + 4, m[at + 1]), 0,
				(struct sockaddr *)&from, from_len);
}

static int setup(void **state)
{
	static struct fixture f;
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);

	f = (struct fixture){.loop = loop_alloc(NULL)};
	assert_non_null(f.loop);
	f.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(f.fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(f.fd, (struct sockaddr *)&a, &len), 0);
	snprintf(f.servers, sizeof(f.servers), "127.0.0.1:%u", ntohs(a.sin_port));
	assert_int_equal(loop_fd_add(f.loop, &f.server, f.fd, LOOP_READ, serve, &f), 0);
	f.resolver = resolver_alloc(f.loop, f.servers, take, &f);
	assert_non_null(f.resolver);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	resolver_free(f->resolver);
	loop_fd_del(&f->server);
	close(f->fd);
	loop_free(f->loop);
	return 0;
}

static void run(struct fixture *f, unsigned answers)
{
	uint64_t until = clock_monotonic() + WAIT_NS;

	while (f->answers < answers && clock_monotonic() < until)
		assert_int_equal(loop_turn(f->loop, TD_NSEC_PER_SEC), 0);
	assert_int_equal(f->answers, answers);
}

static void addresses_come_with_their_time(void **state)
{
	struct fixture *f = *state;
	char text[ADDR_TEXT];

	resolver_ask(f->resolver, 7, "two.example");
	run(f, 1);
	assert_int_equal(f->last.request, 7);
	assert_int_equal(f->last.count, 2);
	assert_int_equal(f->last.ttl_s, 300);
	assert_string_equal(addr_encode(&f->addresses[0], text), "10.1.0.1");
	assert_string_equal(addr_encode(&f->addresses[1], text), "10.1.0.2");
}

static void both_families_are_asked_for(void **state)
{
	struct fixture *f = *state;
	unsigned families = 0;

	resolver_ask(f->resolver, 1, "both.example");
	run(f, 1);
	assert_int_equal(f->last.count, 2);
	assert_int_equal(f->last.ttl_s, 60);
	for (unsigned i = 0; i < 2; i++)
		families |= f->addresses[i].family;
	assert_int_equal(families, 4 | 6);
}

static void what_cannot_be_found_says_why(void **state)
{
	struct fixture *f = *state;

	resolver_ask(f->resolver, 2, "none.example");
	run(f, 1);
	assert_int_equal(f->last.request, 2);
	assert_int_equal(f->last.count, 0);
	assert_string_equal(f->error, "Domain name not found");
	resolver_ask(f->resolver, 3, "empty.example");
	run(f, 2);
	assert_int_equal(f->last.request, 3);
	assert_int_equal(f->last.count, 0);
	assert_true(f->error[0]);
}

static void questions_go_beside_one_that_nobody_answers(void **state)
{
	struct fixture *f = *state;

	resolver_ask(f->resolver, 4, "silent.example");
	resolver_ask(f->resolver, 5, "two.example");
	run(f, 1);
	assert_int_equal(f->last.request, 5);
	run(f, 2);
	assert_int_equal(f->last.request, 4);
	assert_int_equal(f->last.count, 0);
	assert_string_equal(f->error, "Timeout while contacting DNS servers");
	assert_true(f->asked >= 4); /* each question of both families, and the silent one again */
}

static void questions_that_are_open_end_with_the_resolver(void **state)
{
	struct fixture *f = *state;

	resolver_ask(f->resolver, 6, "silent.example");
	assert_int_equal(loop_turn(f->loop, 0), 0);
	resolver_free(f->resolver);
	f->resolver = NULL;
	assert_int_equal(f->answers, 0);
}

/* A name of a carrier's must not become one of the house (RFC 1535). */
static void names_are_full_names(void **state)
{
	struct fixture *f = *state;

	setenv("LOCALDOMAIN", "corp.example", 1); /* as `search` of /etc/resolv.conf */
	resolver_ask(f->resolver, 8, "none.example");
	unsetenv("LOCALDOMAIN");
	run(f, 1);
	assert_int_equal(f->last.count, 0);
	assert_int_equal(f->asked, 2); /* both families of the name itself */
}

#define MANY 600 /* more than are asked for at once */

static void names_beyond_those_that_are_asked_wait(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < MANY; i++)
		resolver_ask(f->resolver, i + 1, "two.example");
	run(f, MANY);
	assert_int_equal(f->found, MANY);
}

static void names_that_wait_end_with_the_resolver(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < MANY; i++)
		resolver_ask(f->resolver, i + 1, "two.example");
	resolver_free(f->resolver);
	f->resolver = NULL;
	assert_int_equal(f->answers, 0);
}

#define TEST(name)                            \
	{                                     \
#name, name, setup, teardown, \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(addresses_come_with_their_time),
		TEST(both_families_are_asked_for),
		TEST(what_cannot_be_found_says_why),
		TEST(questions_go_beside_one_that_nobody_answers),
		TEST(questions_that_are_open_end_with_the_resolver),
		TEST(names_are_full_names),
		TEST(names_beyond_those_that_are_asked_wait),
		TEST(names_that_wait_end_with_the_resolver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
