/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/host/api/connections.h>
#include <engine/host/clock.h>
#include <engine/host/net/tcp.h>
#include <engine/host/test/api_rig.h>
#include <engine/host/test/fake_dp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define WAIT_MS 5000
#define SITE                                                              \
	"site site domain=tandem.example\n"                               \
	"port floor device=eth2 address=10.30.0.1/24\n"                   \
	"trunk acme address=10.20.0.10\n"                                 \
	"group sales\n"                                                   \
	"agent alice ha1=00112233445566778899aabbccddeeff groups=sales\n" \
	"queue sales groups=sales\n"                                      \
	"route 4989100 queue=sales\n"

void (*setup_more)(struct api_rig *f);

void *run_signalling(void *arg)
{
	struct api_rig *f = arg;

	while (!atomic_load(&f->stop_signalling)) {
		turn_run(f->ops.turn, clock_monotonic());
		clock_nap(TD_NSEC_PER_MSEC / 5);
	}
	return NULL;
}

/* As in main.c. */
static void kicked(void *ctx)
{
	struct api_rig *f = ctx;

	if (ops_traces(&f->ops))
		loop_post(f->loop, &f->kick);
	turn_answers(f->ops.turn);
	if (f->ops.tcp)
		tcp_answers(f->ops.tcp);
}

static void *run_main(void *arg)
{
	struct api_rig *f = arg;

	while (!atomic_load(&f->stop_main)) {
		loop_turn(f->loop, 20 * TD_NSEC_PER_MSEC);
		ops_second(&f->ops, clock_monotonic());
		if (ops_counts(&f->ops) && ops_counted(&f->ops, fake.calls, fake.contacts))
			atomic_store(&f->ended, true);
	}
	return NULL;
}

int setup(void **state)
{
	struct api_rig *f = calloc(1, sizeof(*f));
	struct api_handlers handlers = ops_handlers;
	struct turn_params p = {.engine = {.max_calls = 10, .max = {.bandwidth_rows = 1}}};

	snprintf(f->dir, sizeof(f->dir), "/tmp/api-test-XXXXXX");
	if (!mkdtemp(f->dir))
		fail_msg("no folder %s", f->dir);
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
	if (setup_more)
		setup_more(f);
	handlers.ctx = &f->ops;
	f->api = api_start(f->loop, f->socket, &handlers, &f->err);
	if (!f->api)
		fail_msg("%s", f->err.s);
	pthread_create(&f->main, NULL, run_main, f);
	pthread_create(&f->signalling, NULL, run_signalling, f);
	*state = f;
	return 0;
}

int teardown(void **state)
{
	struct api_rig *f = *state;
	char command[64];

	atomic_store(&f->stop_signalling, true);
	pthread_join(f->signalling, NULL);
	atomic_store(&f->stop_main, true);
	pthread_join(f->main, NULL);
	turn_abort(f->ops.turn);
	connections_abort(&f->ops);
	api_stop(f->api);
	if (f->ops.tcp)
		tcp_stop(f->ops.tcp);
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

int dial(struct api_rig *f)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = WAIT_MS / 1000};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(sun.sun_path, f->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

void say(int fd, uint16_t op, uint32_t id, const char *body)
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
struct td_api_msg hear(int fd, json_t **body)
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

int dial_hello(struct api_rig *f)
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
int ask(int fd, uint16_t op, const char *request, char text[static 512])
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

bool closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) == 0;
}

unsigned show(int fd, const char *what, json_t **first)
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
