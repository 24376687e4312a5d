/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/api.h>
#include <dataplane/dataplane.h>
#include <engine/host/api/ops.h>
#include <engine/host/clock.h>
#include <engine/host/test/fake_dp.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define WAIT_MS    5000
#define SLOW_SHOWS 20
#define SITE                                                              \
	"site site domain=tandem.example\n"                               \
	"port floor device=eth2 address=10.30.0.1/24\n"                   \
	"trunk acme address=10.20.0.10\n"                                 \
	"group sales\n"                                                   \
	"agent alice ha1=00112233445566778899aabbccddeeff groups=sales\n" \
	"queue sales groups=sales\n"                                      \
	"route 4989100 queue=sales\n"

struct fixture {
	char dir[32], socket[64], journal_dir[64];
	struct td_text err;
	struct ops ops;
	struct api *api;
	struct loop *loop;
	struct loop_work kick;
	int left; /* a client that stays until the end */
	pthread_t main, signalling;
	atomic_bool stop_main, stop_signalling;
	atomic_bool ended; /* a drain has come to its end */
};

/* Pieces of memory that Jansson has: now, and when a test began. */
static atomic_int json_held;
static int json_before;

static void *json_take(size_t size)
{
	void *p = malloc(size);

	if (p)
		atomic_fetch_add(&json_held, 1);
	return p;
}

static void json_give(void *p)
{
	if (p)
		atomic_fetch_sub(&json_held, 1);
	free(p);
}

static void *run_signalling(void *arg)
{
	struct fixture *f = arg;

	while (!atomic_load(&f->stop_signalling)) {
		turn_run(f->ops.turn, clock_monotonic());
		clock_nap(TD_NSEC_PER_MSEC / 5);
	}
	return NULL;
}

/* As in main.c. */
static void kicked(void *ctx)
{
	struct fixture *f = ctx;

	if (ops_traces(&f->ops))
		loop_post(f->loop, &f->kick);
	turn_answers(f->ops.turn);
}

static void *run_main(void *arg)
{
	struct fixture *f = arg;

	while (!atomic_load(&f->stop_main)) {
		loop_turn(f->loop, 20 * TD_NSEC_PER_MSEC);
		ops_second(&f->ops, clock_monotonic());
		if (ops_counts(&f->ops) && ops_counted(&f->ops, fake.calls, fake.contacts))
			atomic_store(&f->ended, true);
	}
	return NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct api_handlers handlers = ops_handlers;
	struct turn_params p = {.engine = {.max_calls = 10, .max = {.bandwidth_rows = 1}}};

	snprintf(f->dir, sizeof(f->dir), "/tmp/api-test-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->socket, sizeof(f->socket), "%s/engine.sock", f->dir);
	snprintf(f->journal_dir, sizeof(f->journal_dir), "%s/journal", f->dir);
	f->loop = p.loop = loop_alloc(NULL);
	f->kick = (struct loop_work){.run = kicked, .ctx = f};
	p.kick = &f->kick;
	ops_init(&f->ops);
	if (conf_parse(&f->ops.conf, SITE, strlen(SITE), &f->err) != 0)
		fail_msg("%s", f->err.s);
	p.journal = f->ops.journal = journal_start(f->journal_dir, 1u << 20, &f->err);
	f->ops.turn = turn_alloc(&p);
	turn_connect(f->ops.turn, NULL, NULL, NULL, NULL);
	assert_int_equal(bandwidth_init(&f->ops.bandwidth, dp_acct_rows(NULL)), 0);
	handlers.ctx = &f->ops;
	f->api = api_start(f->loop, f->socket, &handlers, &f->err);
	if (!f->api)
		fail_msg("%s", f->err.s);
	pthread_create(&f->main, NULL, run_main, f);
	pthread_create(&f->signalling, NULL, run_signalling, f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	atomic_store(&f->stop_signalling, true);
	pthread_join(f->signalling, NULL);
	atomic_store(&f->stop_main, true);
	pthread_join(f->main, NULL);
	turn_abort(f->ops.turn);
	api_stop(f->api);
	turn_free(f->ops.turn);
	journal_stop(f->ops.journal, false);
	ops_fini(&f->ops);
	loop_free(f->loop);
	if (f->left)
		close(f->left);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	int rc = system(command);
	free(f);
	return rc;
}

static int teardown_all_freed(void **state)
{
	int rc = teardown(state);

	assert_int_equal(atomic_load(&json_held), json_before);
	return rc;
}

static int dial(struct fixture *f)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = WAIT_MS / 1000};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(sun.sun_path, f->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

static void say(int fd, uint16_t op, uint32_t id, const char *body)
{
	struct td_api_msg m = {.len = (uint32_t)strlen(body), .op = op, .id = id};

	assert_int_equal(send(fd, &m, sizeof(m), MSG_NOSIGNAL), sizeof(m));
	assert_int_equal(send(fd, body, m.len, MSG_NOSIGNAL), m.len);
}

static bool read_all(int fd, void *to, size_t n)
{
	return n == 0 || recv(fd, to, n, MSG_WAITALL) == (ssize_t)n;
}

/* NULL body: the empty message. */
static struct td_api_msg hear(int fd, json_t **body)
{
	struct td_api_msg m = {0};

	*body = NULL;
	if (!read_all(fd, &m, sizeof(m)))
		fail_msg("no answer in %d ms", WAIT_MS);
	char *text = malloc(m.len + 1);
	assert_true(read_all(fd, text, m.len));
	if (m.len) {
		*body = json_loadb(text, m.len, 0, NULL);
		if (!*body)
			fail_msg("not JSON: %.*s", (int)m.len, text);
	}
	free(text);
	return m;
}

static int dial_hello(struct fixture *f)
{
	int fd = dial(f);
	json_t *body;

	say(fd, TD_API_HELLO, 7, "{\"version\":1,\"program\":\"test\"}");
	struct td_api_msg m = hear(fd, &body);
	assert_int_equal(m.id, 7);
	assert_int_equal(m.status, 0);
	assert_string_equal(
		json_string_value(json_object_get(body, "program")), program_invocation_short_name);
	json_decref(body);
	return fd;
}

/* The answer to a request with one; its error text or "" in text. */
static int ask(int fd, uint16_t op, const char *request, char text[static 512])
{
	json_t *body;

	say(fd, op, 99, request);
	struct td_api_msg m = hear(fd, &body);
	assert_int_equal(m.id, 99);
	assert_int_equal(m.op, op);
	const char *error = json_string_value(json_object_get(body, "error"));
	snprintf(text, 512, "%s", error ? error : "");
	json_decref(body);
	return m.status;
}

static bool closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) == 0;
}

static void hello_comes_first(void **state)
{
	struct fixture *f = *state;
	char text[512];
	int fd = dial(f);

	assert_int_equal(ask(fd, TD_API_SHOW, "{\"what\":\"calls\"}", text), -EPROTO);
	assert_true(closed(fd));
	close(fd);
	fd = dial(f);
	assert_int_equal(ask(fd, TD_API_HELLO, "{\"version\":2}", text), -EPROTO);
	assert_non_null(strstr(text, "version 1"));
	assert_true(closed(fd));
	close(fd);
	close(dial_hello(f));
}

static unsigned show(int fd, const char *what, json_t **first)
{
	char request[64];
	unsigned rows = 0;
	json_t *body;

	*first = NULL;
	snprintf(request, sizeof(request), "{\"what\":\"%s\"}", what);
	say(fd, TD_API_SHOW, 5, request);
	for (;;) {
		struct td_api_msg m = hear(fd, &body);

		assert_int_equal(m.id, 5);
		assert_int_equal(m.status, 0);
		if (!body)
			return rows;
		json_t *list = json_object_get(body, "rows");
		if (!*first && json_array_size(list))
			*first = json_incref(json_array_get(list, 0));
		rows += (unsigned)json_array_size(list);
		json_decref(body);
	}
}

static void show_gives_all_rows(void **state)
{
	struct fixture *f = *state;
	int fd = dial_hello(f);
	char text[512];
	json_t *row;

	assert_int_equal(show(fd, "calls", &row), FAKE_CALLS);
	json_decref(row);
	assert_int_equal(show(fd, "queues", &row), 0);
	assert_int_equal(show(fd, "ports", &row), 2);
	assert_int_equal(json_integer_value(json_object_get(row, "dropped")), 3);
	json_decref(row);
	assert_int_equal(show(fd, "drops", &row), 2);
	assert_string_equal(json_string_value(json_object_get(row, "reason")), "runt");
	json_decref(row);
	assert_true(show(fd, "memory", &row) > 3);
	json_decref(row);
	assert_int_equal(show(fd, "workers", &row), 1);
	json_decref(row);
	assert_int_equal(show(fd, "stats", &row), 1);
	assert_int_equal(json_integer_value(json_object_get(row, "packets_in")), 20);
	assert_int_equal(json_integer_value(
				 json_object_get(json_object_get(row, "packets_dropped"), "runt")),
		6);
	json_decref(row);
	/* Row 0 carried nothing; 1 and 2 did, one way. */
	clock_nap(50 * TD_NSEC_PER_MSEC);
	assert_int_equal(show(fd, "bandwidth", &row), 2);
	assert_string_equal(json_string_value(json_object_get(row, "codec")), "pcma");
	assert_int_equal(json_integer_value(json_object_get(row, "ip_bytes")), 200);
	assert_int_equal(json_integer_value(json_object_get(row, "wire_bytes")), 238);
	json_decref(row);
	/* What a link carries comes in place of the rows that it is the sum of. */
	assert_int_equal(show(fd, "links", &row), 2);
	assert_string_equal(json_string_value(json_object_get(row, "layer")), "wire");
	assert_true(json_is_real(json_object_get(row, "in_bps")));
	assert_null(json_object_get(row, "rows"));
	json_decref(row);
	assert_true(show(fd, "port-bandwidth", &row) >= 4); /* RTP and total, in and out */
	assert_string_equal(json_string_value(json_object_get(row, "kind")), "rtp");
	json_decref(row);
	assert_int_equal(ask(fd, TD_API_SHOW, "{\"what\":\"weather\"}", text), -EINVAL);
	assert_non_null(strstr(text, "weather"));
	close(fd);
}

/* All pages, though the requests' end comes before them. */
static void half_closed_client_gets_its_rows(void **state)
{
	struct fixture *f = *state;
	int fd = dial_hello(f);
	unsigned rows = 0;
	json_t *body;

	say(fd, TD_API_SHOW, 5, "{\"what\":\"calls\"}");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	do {
		hear(fd, &body);
		rows += (unsigned)json_array_size(json_object_get(body, "rows"));
		json_decref(body);
	} while (body);
	assert_int_equal(rows, FAKE_CALLS);
	assert_true(closed(fd));
	close(fd);
}

/* What is longer than a name can be is refused, and does not become another name. */
static void names_are_not_cut(int fd)
{
	static const struct {
		uint16_t op;
		const char *key, *rest;
	} cases[] = {
		{TD_API_AGENT, "agent", ",\"do\":\"login\""},
		{TD_API_AGENT, "reason", ",\"do\":\"pause\",\"agent\":\"alice\""},
		{TD_API_HANGUP, "call", ""},
		{TD_API_PARTY, "call", ",\"do\":\"add\",\"by\":\"agent\",\"name\":\"bob\""},
		{TD_API_TRACE_SIP, "call", ""},
	};
	char request[256], text[512];

	fake.agent[0] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(request, sizeof(request), "{\"%s\":\"%0*d\"%s}", cases[i].key,
			TD_NAME_BYTES, 1, cases[i].rest);
		assert_int_equal(ask(fd, cases[i].op, request, text), -EINVAL);
		assert_non_null(strstr(text, cases[i].key));
		assert_non_null(strstr(text, "bytes, and can have"));
	}
	assert_string_equal(fake.agent, "");
	assert_false(fake.tracing);
}

static void parties_reach_the_engine(int fd)
{
	char text[512];

	assert_int_equal(ask(fd, TD_API_PARTY,
				 "{\"call\":\"1.1\",\"do\":\"transfer\",\"by\":\"queue\","
				 "\"name\":\"sales\"}",
				 text),
		0);
	assert_string_equal(fake.party, "1.1 1 1 sales");
	assert_int_equal(
		ask(fd, TD_API_PARTY, "{\"call\":\"1.1\",\"do\":\"give\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_PARTY_ACTIONS(TD_SPACED)));
	assert_int_equal(
		ask(fd, TD_API_PARTY, "{\"call\":\"1.1\",\"do\":\"add\",\"by\":\"fax\"}", text),
		-EINVAL);
	assert_non_null(strstr(text, "one of" TD_PARTY_KINDS(TD_SPACED)));
}

static void contacts_reach_the_engine(int fd)
{
	json_t *body;
	char text[512];

	say(fd, TD_API_CONTACT, 7,
		"{\"do\":\"create\",\"queue\":\"sales\",\"customer\":\"anna\",\"tenant\":\"acme\","
		"\"data\":{\"account\":\"17\",\"language\":\"de\"}}");
	assert_int_equal(hear(fd, &body).status, 0);
	assert_string_equal(fake.contact, "0 1  sales anna acme account=17 language=de");
	assert_string_equal(json_string_value(json_object_get(body, "contact")), "1.7");
	json_decref(body);
	assert_int_equal(
		ask(fd, TD_API_CONTACT,
			"{\"do\":\"accept\",\"contact\":\"1.7\",\"agent\":\"alice\"}", text),
		0);
	assert_string_equal(fake.contact, "2 1 1.7 alice  ");
	assert_int_equal(
		ask(fd, TD_API_CONTACT,
			"{\"do\":\"conclude\",\"contact\":\"1.8\",\"agent\":\"alice\"}", text),
		-ENOENT);
	assert_non_null(strstr(text, "there is no contact 1.8"));
	assert_int_equal(ask(fd, TD_API_CONTACT, "{\"do\":\"juggle\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_CONTACT_ACTIONS(TD_SPACED)));
	assert_int_equal(
		ask(fd, TD_API_CONTACT, "{\"do\":\"create\",\"channel\":\"fax\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_CHANNELS(TD_CHANNEL_PLAIN_WORD)));
	assert_int_equal(
		ask(fd, TD_API_CONTACT, "{\"do\":\"create\",\"data\":{\"a\":1}}", text), -EINVAL);
	assert_non_null(strstr(text, "\"a\" of \"data\" is no text"));
	assert_int_equal(ask(fd, TD_API_CONTACT, "{\"do\":\"create\",\"data\":[]}", text), -EINVAL);
}

/* A value of another type is not taken for one that is missing, and no key for nothing. */
static void bodies_are_read_strictly(int fd)
{
	static const struct {
		uint16_t op;
		const char *body, *error;
	} cases[] = {
		{TD_API_CONTACT, "{\"do\":\"create\",\"queue\":5}",
			"\"queue\" is no text; put its value in quotes"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"queue\":\"sales\",\"channel\":5}",
			"\"channel\" is no text; put its value in quotes"},
		{TD_API_CONTACT, "{\"do\":[\"create\"]}",
			"\"do\" is no text; put its value in quotes"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"quene\":\"sales\"}",
			"unknown key \"quene\"; there are do contact agent queue channel customer "
			"tenant data"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"\":\"sales\"}", "unknown key \"\"; there"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"con\":\"sales\"}",
			"unknown key \"con\"; there"},
		{TD_API_AGENT, "{\"do\":\"login\",\"agent\":true}", "\"agent\" is no text"},
		{TD_API_AGENT, "{\"do\":7,\"agent\":\"alice\"}", "\"do\" is no text"},
		{TD_API_AGENT, "{\"do\":\"login\",\"name\":\"alice\"}",
			"unknown key \"name\"; there are agent do reason"},
		{TD_API_HANGUP, "{\"id\":\"1.1\"}", "unknown key \"id\"; there are call"},
		{TD_API_PARTY, "{\"call\":\"1.1\",\"who\":\"bob\"}",
			"unknown key \"who\"; there are call do"},
		{TD_API_SHOW, "{\"what\":1}", "\"what\" is no text"},
		{TD_API_SHOW, "{\"what\":\"calls\",\"limit\":1}",
			"unknown key \"limit\"; there are what"},
		{TD_API_DRAIN, "{\"of\":true}", "unknown key \"of\"; there are off then-exit wait"},
		{TD_API_TRACE_SIP, "{\"calls\":\"1.1\"}", "unknown key \"calls\"; there are call"},
	};
	char text[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ask(fd, cases[i].op, cases[i].body, text), -EINVAL);
		if (strstr(text, cases[i].error) != text)
			fail_msg("%s: %s", cases[i].body, text);
	}
}

static void assert_answer(int fd, uint32_t id, int status)
{
	json_t *body;
	struct td_api_msg m = hear(fd, &body);

	assert_int_equal(m.id, id);
	assert_int_equal(m.status, status);
	json_decref(body);
}

static const char attached[] = "{\"do\":\"create\",\"data\":{\"account\":\"17\"}}";

/* As many as a client may have under way, and one more: its refusal says that main has read all. */
static int dial_asking(struct fixture *f)
{
	int fd = dial_hello(f);

	for (uint32_t i = 0; i <= API_REQUESTS_MAX; i++)
		say(fd, TD_API_CONTACT, i, attached);
	assert_answer(fd, API_REQUESTS_MAX, -EBUSY);
	return fd;
}

/* Nothing is left of the one that signalling has no room for: see teardown_all_freed(). */
static void one_request_too_many_is_refused(void **state)
{
	struct fixture *f = *state;
	int fd[TURN_FLIGHT / API_REQUESTS_MAX], last;
	char text[512];

	json_before = atomic_load(&json_held);
	atomic_store(&f->stop_signalling, true);
	pthread_join(f->signalling, NULL);
	for (uint32_t i = 0; i < TURN_FLIGHT / API_REQUESTS_MAX; i++)
		fd[i] = dial_asking(f);
	last = dial_hello(f);
	assert_int_equal(ask(last, TD_API_CONTACT, attached, text), -EBUSY);
	assert_string_equal(text, "too many requests under way; try again");
	close(last);
	atomic_store(&f->stop_signalling, false);
	pthread_create(&f->signalling, NULL, run_signalling, f);
	for (uint32_t i = 0; i < TURN_FLIGHT; i++)
		assert_answer(fd[i / API_REQUESTS_MAX], i % API_REQUESTS_MAX, 0);
	for (uint32_t i = 0; i < TURN_FLIGHT / API_REQUESTS_MAX; i++)
		close(fd[i]);
}

static void commands_reach_the_engine(void **state)
{
	struct fixture *f = *state;
	int fd = dial_hello(f);
	char text[512];

	assert_int_equal(
		ask(fd, TD_API_AGENT, "{\"agent\":\"alice\",\"do\":\"pause\",\"reason\":\"lunch\"}",
			text),
		0);
	assert_string_equal(fake.agent, "alice 2 lunch");
	assert_int_equal(
		ask(fd, TD_API_AGENT, "{\"agent\":\"dave\",\"do\":\"login\"}", text), -ENOENT);
	assert_non_null(strstr(text, "dave"));
	assert_int_equal(
		ask(fd, TD_API_AGENT, "{\"agent\":\"alice\",\"do\":\"dance\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_AGENT_ACTIONS(TD_SPACED)));
	names_are_not_cut(fd);
	assert_int_equal(ask(fd, TD_API_HANGUP, "{\"call\":\"1.1\"}", text), 0);
	assert_int_equal(ask(fd, TD_API_HANGUP, "{\"call\":\"1.2\"}", text), -ENOENT);
	parties_reach_the_engine(fd);
	contacts_reach_the_engine(fd);
	bodies_are_read_strictly(fd);
	assert_true(text[0]);
	assert_int_equal(ask(fd, TD_API_CDR, "{}", text), -EOPNOTSUPP);
	assert_int_equal(ask(fd, 999, "{}", text), -EOPNOTSUPP);
	close(fd);
}

static void drain_is(int fd, const char *request, bool draining, bool then_exit, int calls)
{
	json_t *body;

	if (request)
		say(fd, TD_API_DRAIN, 99, request);
	struct td_api_msg m = hear(fd, &body);
	assert_int_equal(m.id, 99);
	assert_int_equal(m.status, 0);
	if (calls < 0) {
		assert_null(body);
		return;
	}
	assert_int_equal(json_is_true(json_object_get(body, "draining")), draining);
	assert_int_equal(json_is_true(json_object_get(body, "then-exit")), then_exit);
	assert_int_equal(json_integer_value(json_object_get(body, "calls")), calls);
	assert_int_equal(json_integer_value(json_object_get(body, "contacts")), 0);
	json_decref(body);
}

static void drain_answers_at_once_and_is_taken_back(void **state)
{
	struct fixture *f = *state;
	int fd = dial_hello(f), waiting = dial_hello(f);
	char text[512];

	fake.calls = 2;
	drain_is(fd, "{}", true, false, 2);
	assert_true(fake.draining);
	drain_is(waiting, "{\"wait\":true}", true, false, 2);
	assert_int_equal(ask(waiting, TD_API_DRAIN, "{\"wait\":true}", text), -EBUSY);
	drain_is(fd, "{\"off\":true}", false, false, 2);
	assert_false(fake.draining);
	drain_is(waiting, NULL, false, false, 2);
	drain_is(waiting, NULL, false, false, -1);
	/* Nothing is there: it drains, and does not end. */
	fake.calls = 0;
	drain_is(waiting, "{\"wait\":true}", true, false, 0);
	drain_is(waiting, NULL, true, false, -1);
	drain_is(fd, "{}", true, false, 0);
	assert_false(atomic_load(&f->ended));
	assert_int_equal(ask(fd, TD_API_DRAIN, "{\"off\":true,\"then-exit\":true}", text), -EINVAL);
	assert_int_equal(ask(fd, TD_API_DRAIN, "{\"off\":\"yes\"}", text), -EINVAL);
	assert_non_null(strstr(text, "\"off\" must be true or false"));
	close(fd);
	close(waiting);
}

static void drain_ends_with_the_last_call(void **state)
{
	struct fixture *f = *state;
	int fd = dial_hello(f);

	fake.calls = 1;
	drain_is(fd, "{\"then-exit\":true,\"wait\":true}", true, true, 1);
	assert_false(atomic_load(&f->ended));
	fake.calls = 0;
	drain_is(fd, NULL, true, true, 0);
	drain_is(fd, NULL, true, true, -1);
	for (int i = 0; i < 100 && !atomic_load(&f->ended); i++)
		clock_nap(20 * TD_NSEC_PER_MSEC);
	assert_true(atomic_load(&f->ended));
	close(fd);
}

static void journal_is_acknowledged(void **state)
{
	struct fixture *f = *state;
	int fd = dial_hello(f);
	struct journal_usage u = {0};
	char text[512];
	uint64_t lost;

	for (int i = 0; i < 3; i++)
		journal_put_now(f->ops.journal, JOURNAL_RECORDER, TD_EV_STOP, NULL, 0);
	for (int i = 0; i < 100 && u.written != 3; i++) {
		clock_nap(20 * TD_NSEC_PER_MSEC);
		journal_usage(f->ops.journal, &u, &lost);
	}
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":2}", text), 0);
	for (int i = 0; i < 100 && u.acked != 2; i++) {
		clock_nap(20 * TD_NSEC_PER_MSEC);
		journal_usage(f->ops.journal, &u, &lost);
	}
	assert_int_equal(u.acked, 2);
	assert_int_equal(u.written, 3);
	assert_int_equal(lost, 0);
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":-2}", text), -EINVAL);
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{}", text), -EINVAL);
	/* A store that follows this journal is never ahead of it. */
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":4}", text), -ERANGE);
	assert_string_equal(
		text, "\"seq\" is 4, but the journal ends with 3; is the store another engine's?");
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":3}", text), 0);
	/* One store at a time: another one would have the engine delete what the first lacks. */
	int other = dial_hello(f);

	assert_int_equal(ask(other, TD_API_JOURNAL_ACK, "{\"seq\":3}", text), -EBUSY);
	assert_string_equal(text, "another tandemd follows this journal; stop one of them");
	close(fd);
	int rc = -EBUSY;

	for (int i = 0; i < 100 && rc == -EBUSY; i++) {
		clock_nap(20 * TD_NSEC_PER_MSEC);
		rc = ask(other, TD_API_JOURNAL_ACK, "{\"seq\":3}", text);
	}
	assert_int_equal(rc, 0);
	close(other);
}

static void configuration_changes(void **state)
{
	struct fixture *f = *state;
	int fd = dial_hello(f);
	char text[512];
	json_t *body;

	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY, "{\"text\":\"set group night\\n\"}", text), 0);
	assert_string_equal(fake.config, "set group night\n");
	fake.config[0] = '\0';
	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY, "{\"text\":\"set group night\\n\"}", text), 0);
	assert_string_equal(fake.config, ""); /* nothing is new */
	snprintf(fake.config, sizeof(fake.config), "set group night\n");
	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY, "{\"text\":\"del group sales\\n\"}", text), -EINVAL);
	assert_non_null(strstr(text, "sales"));
	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY,
			"{\"text\":\"set port extra device=eth9 address=10.40.0.1/24\\n\"}", text),
		-EBUSY);
	assert_non_null(strstr(text, "restart"));
	assert_int_equal(ask(fd, TD_API_CONFIG_APPLY,
				 "{\"text\":\"set sound moh file=/nowhere/moh.wav\\n\"}", text),
		-EINVAL);
	assert_non_null(strstr(text, "/nowhere/moh.wav"));
	assert_int_equal(ask(fd, TD_API_CONFIG_APPLY, "{}", text), -EINVAL);
	/* All that was refused has changed nothing. */
	assert_string_equal(fake.config, "set group night\n");
	assert_int_equal(fake.sounds, 0);
	say(fd, TD_API_CONFIG_GET, 1, "{}");
	assert_int_equal(hear(fd, &body).status, 0);
	assert_string_equal(
		json_string_value(json_object_get(body, "text")), "site site domain=\"x y\"\n");
	json_decref(body);
	close(fd);
}

/* A WAV file of 20 ms, mono, 8 kHz, 16 bit. */
static void write_wav(const char *path)
{
	static const unsigned char head[44] = "RIFF\x64\1\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0"
					      "\x80\x3e\0\0\2\0\x10\0data\x40\1\0";
	static const unsigned char samples[320];
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(head, sizeof(head), 1, f), 1);
	assert_int_equal(fwrite(samples, sizeof(samples), 1, f), 1);
	fclose(f);
}

/* Workers play by number: a sound that comes before another one must not take its place. */
static void sounds_are_loaded_under_their_numbers(void **state)
{
	static const struct {
		const char *name;
		uint32_t number;
	} sounds[] = {{"m", 0}, {"z", 1}, {"a", 2}};
	struct fixture *f = *state;
	int fd = dial_hello(f);
	char wav[64], request[160], text[512];

	snprintf(wav, sizeof(wav), "%s/sound.wav", f->dir);
	write_wav(wav);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(request, sizeof(request), "{\"text\":\"set sound %s file=%s\\n\"}",
			sounds[i].name, wav);
		assert_int_equal(ask(fd, TD_API_CONFIG_APPLY, request, text), 0);
		/* Those that are there already are not loaded again. */
		assert_int_equal(fake.sounds, (TD_CODEC_COUNT - 1) * (i + 1));
		assert_int_equal(fake.sound, sounds[i].number);
	}
	close(fd);
}

static void traces_until_the_client_closes(void **state)
{
	struct fixture *f = *state;
	int all = dial_hello(f), one = dial_hello(f), other = dial_hello(f);
	json_t *body;

	say(all, TD_API_TRACE_SIP, 3, "{}");
	say(one, TD_API_TRACE_SIP, 4, "{\"call\":\"1.1\"}");
	say(other, TD_API_TRACE_SIP, 5, "{\"call\":\"9.9\"}");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(hear(all, &body).id, 3);
		assert_string_equal(
			json_string_value(json_object_get(body, "src")), "10.0.0.2:5070");
		assert_string_equal(json_string_value(json_object_get(body, "transport")), "udp");
		assert_string_equal(
			json_string_value(json_object_get(body, "dst")), "10.0.0.1:5060");
		json_decref(body);
		assert_int_equal(hear(one, &body).id, 4);
		json_decref(body);
	}
	char byte;
	assert_int_equal(recv(other, &byte, 1, MSG_DONTWAIT), -1);
	char text[512];
	assert_int_equal(ask(other, TD_API_TRACE_SIP, "{}", text), -EBUSY);
	assert_string_equal(text, "this client waits for the same already; connect once more");
	close(all);
	close(one);
	close(other);
	for (int i = 0; i < 100 && fake.tracing; i++)
		clock_nap(20 * TD_NSEC_PER_MSEC);
	assert_false(fake.tracing);
}

/* The end of the trace is asked for when no one takes requests any more: nothing is left of it. */
static void stops_while_a_client_traces(void **state)
{
	struct fixture *f = *state;
	json_t *body;

	f->left = dial_hello(f);
	say(f->left, TD_API_TRACE_SIP, 1, "{}");
	assert_int_equal(hear(f->left, &body).id, 1);
	json_decref(body);
}

/* One that asks and never reads holds up no one, and is closed in the end. */
static void slow_client_is_alone(void **state)
{
	struct fixture *f = *state;
	int slow = dial_hello(f), tracer = dial_hello(f), fd = dial_hello(f);
	char text[512];
	json_t *row;

	fake.trace_bytes = FAKE_TRACE_MAX;
	for (uint32_t i = 0; i < SLOW_SHOWS; i++)
		say(slow, TD_API_SHOW, i, "{\"what\":\"calls\"}");
	say(tracer, TD_API_TRACE_SIP, 1, "{}");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(show(fd, "calls", &row), FAKE_CALLS);
		json_decref(row);
		assert_int_equal(ask(fd, TD_API_HANGUP, "{\"call\":\"1.1\"}", text), 0);
	}
	/* Now it reads: all is there. */
	unsigned ends = 0;
	while (ends < SLOW_SHOWS) {
		json_t *body;
		struct td_api_msg m = hear(slow, &body);

		assert_int_equal(m.status, 0);
		ends += body == NULL;
		json_decref(body);
	}
	/* The tracer did not read what it had asked for: cut off, and tracing ends with it. */
	for (int i = 0; i < 250 && fake.tracing; i++)
		clock_nap(20 * TD_NSEC_PER_MSEC);
	assert_false(fake.tracing);
	close(slow);
	close(tracer);
	close(fd);
}

static void garbage_is_survived(void **state)
{
	static const char *const bodies[] = {"", "x", "[]", "null", "{", "{\"what\":3}",
		"\"\\u0000\"", "{\"what\":null}", "{\"a\":1,\"a\":2}"};
	struct fixture *f = *state;
	int fd = dial_hello(f);
	char text[512], noise[4096];

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_int_equal(ask(fd, TD_API_SHOW, bodies[i], text), -EINVAL);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		for (unsigned op = TD_API_AGENT; op <= TD_API_CONFIG_APPLY; op++)
			if (op != TD_API_CONFIG_GET)
				assert_true(ask(fd, (uint16_t)op, bodies[i], text) < 0);
	/* A request in single bytes is a request. */
	struct td_api_msg m = {.len = 15, .op = TD_API_SHOW, .id = 1};
	memcpy(noise, &m, sizeof(m));
	snprintf(noise + sizeof(m), sizeof(noise) - sizeof(m), "{\"what\":\"none\"}");
	for (size_t i = 0; i < sizeof(m) + 15; i++)
		assert_int_equal(send(fd, noise + i, 1, 0), 1);
	json_t *body;
	assert_int_equal(hear(fd, &body).status, -EINVAL);
	json_decref(body);
	/* Too long: said, and closed. */
	m.len = TD_API_MAX + 1;
	assert_int_equal(send(fd, &m, sizeof(m), 0), sizeof(m));
	assert_int_equal(hear(fd, &body).status, -EMSGSIZE);
	json_decref(body);
	assert_true(closed(fd));
	close(fd);

	srand(1);
	for (int i = 0; i < 300; i++) {
		fd = i % 2 ? dial(f) : dial_hello(f);
		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (char)rand();
		if (i % 3) { /* a good header before a bad body */
			m = (struct td_api_msg){
				.len = (uint32_t)(rand() % 4000), .op = (uint16_t)(rand() % 70)};
			memcpy(noise, &m, sizeof(m));
		}
		send(fd, noise, (size_t)(rand() % (int)sizeof(noise)), MSG_NOSIGNAL);
		close(fd);
	}
	close(dial_hello(f));
}

static void stale_socket_is_taken_over(void **state)
{
	struct fixture *f = *state;
	struct api_handlers handlers = ops_handlers;
	char path[64];
	struct td_text err;
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct loop *loop = loop_alloc(NULL); /* the fixture's is another thread's */

	assert_null(api_start(loop, f->socket, &handlers, &err));
	assert_int_equal(errno, EADDRINUSE);
	close(dial_hello(f)); /* and it still serves */
	snprintf(path, sizeof(path), "%s/stale.sock", f->dir);
	strcpy(sun.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	close(fd);
	struct api *a = api_start(loop, path, &handlers, &err);
	assert_non_null(a);
	api_stop(a);
	assert_null(api_start(loop, "/nowhere/engine.sock", &handlers, &err));
	assert_non_null(strstr(err.s, "/nowhere/engine.sock"));
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hello_comes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(show_gives_all_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(half_closed_client_gets_its_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(commands_reach_the_engine, setup, teardown),
		cmocka_unit_test_setup_teardown(
			drain_answers_at_once_and_is_taken_back, setup, teardown),
		cmocka_unit_test_setup_teardown(drain_ends_with_the_last_call, setup, teardown),
		cmocka_unit_test_setup_teardown(
			one_request_too_many_is_refused, setup, teardown_all_freed),
		cmocka_unit_test_setup_teardown(journal_is_acknowledged, setup, teardown),
		cmocka_unit_test_setup_teardown(configuration_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			sounds_are_loaded_under_their_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(traces_until_the_client_closes, setup, teardown),
		cmocka_unit_test_setup_teardown(stops_while_a_client_traces, setup, teardown),
		cmocka_unit_test_setup_teardown(slow_client_is_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(garbage_is_survived, setup, teardown),
		cmocka_unit_test_setup_teardown(stale_socket_is_taken_over, setup, teardown),
	};

	json_set_alloc_funcs(json_take, json_give);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
