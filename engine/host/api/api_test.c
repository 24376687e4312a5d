/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients of the socket: who comes, who is slow, who goes. What they ask for: ops_test.c. */
#include <engine/host/clock.h>
#include <engine/host/test/api_rig.h>
#include <engine/host/test/fake_dp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define SLOW_SHOWS 20

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

static int teardown_all_freed(void **state)
{
	int rc = teardown(state);

	assert_int_equal(atomic_load(&json_held), json_before);
	return rc;
}

static void hello_comes_first(void **state)
{
	struct api_rig *f = *state;
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

static void show_gives_all_rows(void **state)
{
	struct api_rig *f = *state;
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
	struct api_rig *f = *state;
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
static int dial_asking(struct api_rig *f)
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
	struct api_rig *f = *state;
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

static void traces_until_the_client_closes(void **state)
{
	struct api_rig *f = *state;
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
	struct api_rig *f = *state;
	json_t *body;

	f->left = dial_hello(f);
	say(f->left, TD_API_TRACE_SIP, 1, "{}");
	assert_int_equal(hear(f->left, &body).id, 1);
	json_decref(body);
}

/* One that asks and never reads holds up no one, and is closed in the end. */
static void slow_client_is_alone(void **state)
{
	struct api_rig *f = *state;
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
	struct api_rig *f = *state;
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
	struct api_rig *f = *state;
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
		cmocka_unit_test_setup_teardown(
			one_request_too_many_is_refused, setup, teardown_all_freed),
		cmocka_unit_test_setup_teardown(traces_until_the_client_closes, setup, teardown),
		cmocka_unit_test_setup_teardown(stops_while_a_client_traces, setup, teardown),
		cmocka_unit_test_setup_teardown(slow_client_is_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(garbage_is_survived, setup, teardown),
		cmocka_unit_test_setup_teardown(stale_socket_is_taken_over, setup, teardown),
	};

	json_set_alloc_funcs(json_take, json_give);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
