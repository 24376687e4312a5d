/* SPDX-License-Identifier: BSD-3-Clause */
/* What the framing's users do not see: engine/host/api/api_test.c has the rest. */
#include <system/api.h>
#include <system/socket.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define ANSWER_BYTES (1u << 20) /* the kernel takes less at once */

static uint64_t fake_now = TD_NSEC_PER_SEC;

static uint64_t fake_clock(void)
{
	return fake_now;
}

/* A request is answered at once with `ANSWER_BYTES`; the last one also later, by answer_last(). */
static struct {
	struct api_client *client;
	struct td_api_msg m;
	unsigned closed;
} last;

static void request(void *ctx, struct api_client *c, const struct td_api_msg *m, const char *body)
{
	static const char answer[ANSWER_BYTES];

	api_reply(c, m->op, m->id, answer, sizeof(answer));
	api_client_get(c);
	if (last.client)
		api_client_put(last.client);
	last.client = c;
	last.m = *m;
}

static void answer_last(void)
{
	api_reply(last.client, last.m.op, last.m.id, NULL, 0);
	api_client_put(last.client);
	last.client = NULL;
}

static void closed(void *ctx, struct api_client *c)
{
	last.closed++;
}

static void drained(void *ctx, struct api_client *c)
{
}

static const struct api_handlers handlers = {
	.request = request, .closed = closed, .drained = drained};

struct server {
	char dir[32], path[64];
	struct loop *loop;
	struct api *api;
};

static void server_start_with(struct server *s, const struct api_handlers *h)
{
	struct td_text err;

	snprintf(s->dir, sizeof(s->dir), "/tmp/tandem-api-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/sock", s->dir);
	s->loop = loop_alloc(fake_clock);
	s->api = api_start(s->loop, s->path, h, &err);
	assert_non_null(s->api);
	last.closed = 0;
}

static void server_start(struct server *s)
{
	server_start_with(s, &handlers);
}

static void server_stop(struct server *s)
{
	api_stop(s->api);
	loop_free(s->loop);
	assert_int_equal(rmdir(s->dir), 0);
}

static void say(int fd, uint16_t op, const char *body)
{
	struct td_api_msg m = {.len = (uint32_t)strlen(body), .op = op, .id = 1};

	assert_int_equal(write(fd, &m, sizeof(m)), sizeof(m));
	assert_int_equal(write(fd, body, m.len), m.len);
}

static int dial(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static int dial_hello(const char *path)
{
	int fd = dial(path);
	char body[32];

	snprintf(body, sizeof(body), "{\"version\":%d}", TD_API_VERSION);
	say(fd, TD_API_HELLO, body);
	return fd;
}

static bool answered(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == 1;
}

static void turns(struct loop *l)
{
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(loop_turn(l, 0), 0);
}

/* The first number that is free, which becomes the limit. */
static void descriptors_limit(struct rlimit *before)
{
	struct rlimit limit;
	int next = dup(0);

	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
	limit = (struct rlimit){(rlim_t)next, before->rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void without_descriptors_the_listener_is_left_alone_for_a_while(void **state)
{
	struct rlimit before;
	struct server s;
	int fd;

	server_start(&s);
	fd = dial_hello(s.path);
	descriptors_limit(&before);
	turns(s.loop);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	turns(s.loop);
	assert_false(answered(fd)); /* though it could be: nobody looks */
	fake_now += API_LOOK_NS;
	turns(s.loop);
	assert_true(answered(fd));
	close(fd);
	server_stop(&s);
}

static void what_is_no_socket_is_not_taken_over(void **state)
{
	char path[] = "/tmp/tandem-api-XXXXXX", want[128];
	struct loop *l = loop_alloc(fake_clock);
	struct td_text err;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	snprintf(want, sizeof(want),
		"socket %s: File exists; it is no socket and stays, give --socket", path);
	assert_null(api_start(l, path, &handlers, &err));
	assert_int_equal(errno, EEXIST);
	assert_string_equal(err.s, want);
	close(fd);
	assert_int_equal(unlink(path), 0);
	loop_free(l);
}

/* The bytes that come until there are no more now. *end: the server has closed. */
static size_t hear(struct loop *l, int fd, bool *end)
{
	char part[65536];
	size_t sum = 0;
	ssize_t n;

	do {
		turns(l);
		n = recv(fd, part, sizeof(part), MSG_DONTWAIT);
		sum += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	*end = n == 0 || errno == ECONNRESET; /* the latter when it has not read all */
	return sum;
}

/* A request of so many values, and of `spare` bytes more than they take. */
static void say_long(int fd, uint16_t op, unsigned values, unsigned spare)
{
	struct td_buf b;

	buf_init(&b);
	buf_str(&b, STR("{\"yaml\":\"[[[,,,\\\\\\\""));
	for (unsigned i = 0; i < spare; i++)
		buf_put(&b, "x", 1);
	buf_str(&b, STR("\",\"list\":[0"));
	for (unsigned i = 3; i < values; i++)
		buf_put(&b, ",0", 2);
	buf_str(&b, STR("]}"));
	buf_put(&b, "", 1);
	say(fd, op, b.data);
	buf_free(&b);
}

static int status_next(struct loop *l, int fd)
{
	struct td_api_msg m;
	char body[512];

	turns(l);
	assert_int_equal(recv(fd, &m, sizeof(m), MSG_DONTWAIT), sizeof(m));
	if (m.status)
		assert_int_equal(recv(fd, body, sizeof(body), MSG_DONTWAIT), m.len);
	return m.status;
}

/* A body that no request needs would only keep the loop busy. */
static void a_body_is_as_long_as_its_request_needs(void **state)
{
	static const struct {
		uint16_t op;
		unsigned values, spare;
		int status;
	} bodies[] = {
		{TD_API_SHOW, TD_API_VALUES_MAX, 0, 0},
		{TD_API_SHOW, TD_API_VALUES_MAX + 1, 0, -EINVAL},
		{TD_API_SHOW, 3, TD_API_REQUEST_MAX, -EMSGSIZE},
		{TD_API_APPLY, TD_API_VALUES_MAX, TD_API_REQUEST_MAX, 0},
		{TD_API_APPLY, TD_API_VALUES_MAX + 1, 0, -EINVAL},
		{TD_API_CONFIG_APPLY, 3, TD_API_REQUEST_MAX, 0},
	};
	struct server s;
	bool end;

	server_start(&s);
	for (unsigned i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		int fd = dial_hello(s.path);

		hear(s.loop, fd, &end);
		say_long(fd, bodies[i].op, bodies[i].values, bodies[i].spare);
		assert_int_equal(status_next(s.loop, fd), bodies[i].status);
		hear(s.loop, fd, &end);
		assert_int_equal(end, bodies[i].status == -EMSGSIZE);
		close(fd);
		turns(s.loop);
		if (last.client)
			api_client_put(last.client);
		last.client = NULL;
	}
	server_stop(&s);
}

/* Whoever sends no more than a header has the memory of a whole body. */
static void what_is_being_read_has_a_bound(void **state)
{
	enum { FIT = API_IN_MAX / (TD_API_MAX + 4096), CLIENTS };
	struct td_api_msg m = {.len = TD_API_MAX, .op = TD_API_APPLY, .id = 1};
	struct server s;
	int fds[CLIENTS];
	bool end;

	server_start(&s);
	for (unsigned i = 0; i < CLIENTS; i++) {
		fds[i] = dial_hello(s.path);
		hear(s.loop, fds[i], &end);
		assert_int_equal(write(fds[i], &m, sizeof(m)), sizeof(m));
		turns(s.loop);
		assert_int_equal(answered(fds[i]), i == FIT);
	}
	close(fds[0]);
	turns(s.loop);
	close(fds[FIT]);
	fds[FIT] = dial_hello(s.path);
	hear(s.loop, fds[FIT], &end);
	assert_int_equal(write(fds[FIT], &m, sizeof(m)), sizeof(m));
	turns(s.loop);
	assert_false(answered(fds[FIT]));
	for (unsigned i = 1; i < CLIENTS; i++)
		close(fds[i]);
	turns(s.loop);
	server_stop(&s);
}

static void hello_is_short(void **state)
{
	struct server s;
	bool end;
	int fd;

	for (int apply = 0; apply < 2; apply++) {
		server_start(&s);
		fd = dial(s.path);
		say_long(fd, apply ? TD_API_APPLY : TD_API_HELLO, 3, TD_API_REQUEST_MAX);
		assert_int_equal(status_next(s.loop, fd), -EMSGSIZE);
		hear(s.loop, fd, &end);
		assert_true(end);
		close(fd);
		server_stop(&s);
	}
}

static unsigned waiting;

static void request_waits(
	void *ctx, struct api_client *c, const struct td_api_msg *m, const char *body)
{
	api_client_get(c);
	last.client = c;
	waiting++;
}

/* Otherwise one client takes all memory. */
static void who_waits_for_many_answers_is_refused_more(void **state)
{
	struct api_handlers waits = handlers;
	struct td_api_msg m = {0};
	struct server s;
	char body[512];
	bool end;
	int fd;

	waits.request = request_waits;
	waiting = 0;
	server_start_with(&s, &waits);
	fd = dial_hello(s.path);
	hear(s.loop, fd, &end);
	for (unsigned i = 0; i < API_REQUESTS_MAX + 1; i++)
		say(fd, TD_API_TRACE_SIP, "{}");
	turns(s.loop);
	assert_int_equal(waiting, API_REQUESTS_MAX);
	assert_int_equal(recv(fd, &m, sizeof(m), MSG_DONTWAIT), sizeof(m));
	assert_int_equal(m.status, -EBUSY);
	assert_int_equal(recv(fd, body, sizeof(body), MSG_DONTWAIT), m.len);
	for (; waiting; waiting--)
		api_client_put(last.client);
	say(fd, TD_API_TRACE_SIP, "{}");
	turns(s.loop);
	assert_int_equal(waiting, 1);
	api_client_put(last.client);
	last.client = NULL;
	close(fd);
	turns(s.loop);
	server_stop(&s);
}

/* More than the socket takes at once, and one answer that comes later. */
static void who_says_no_more_gets_all_answers(void **state)
{
	struct server s;
	bool end;
	int fd;

	server_start(&s);
	fd = dial_hello(s.path);
	turns(s.loop);
	assert_true(hear(s.loop, fd, &end) > 0);
	say(fd, TD_API_SHOW, "{}");
	say(fd, TD_API_SHOW, "{}");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_int_equal(
		hear(s.loop, fd, &end), 2 * (sizeof(struct td_api_msg) + (size_t)ANSWER_BYTES));
	assert_false(end);
	assert_int_equal(last.closed, 0);
	answer_last();
	assert_int_equal(hear(s.loop, fd, &end), sizeof(struct td_api_msg));
	assert_true(end);
	assert_int_equal(last.closed, 1);
	close(fd);
	server_stop(&s);
}

/* Who owes an answer may also have none. */
static void who_says_no_more_is_closed_without_an_answer(void **state)
{
	struct server s;
	bool end;
	int fd;

	server_start(&s);
	fd = dial_hello(s.path);
	say(fd, TD_API_SHOW, "{}");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	hear(s.loop, fd, &end);
	assert_false(end);
	api_client_put(last.client);
	last.client = NULL;
	hear(s.loop, fd, &end);
	assert_true(end);
	close(fd);
	server_stop(&s);
}

/* Not only its writing side: nobody listens any more, and an answer that is owed changes nothing.
 */
static void who_goes_is_closed_at_once(void **state)
{
	struct server s;
	bool end;
	int fd;

	for (int half_first = 0; half_first < 2; half_first++) {
		server_start(&s);
		fd = dial_hello(s.path);
		say(fd, TD_API_SHOW, "{}");
		if (half_first) {
			assert_int_equal(shutdown(fd, SHUT_WR), 0);
			hear(s.loop, fd, &end);
			assert_int_equal(last.closed, 0);
		}
		close(fd);
		turns(s.loop);
		assert_int_equal(last.closed, 1);
		answer_last();
		server_stop(&s);
	}
}

static bool ended(struct loop *l, int fd)
{
	bool end;

	hear(l, fd, &end);
	return end;
}

/* Otherwise whoever keeps connections locks every operator out. */
static void the_silent_make_place_and_who_waits_does_not(void **state)
{
	struct api_handlers waits = handlers;
	struct server s;
	int fds[API_CLIENTS_MAX], waiter, late;

	waits.request = request_waits;
	server_start_with(&s, &waits);
	waiter = dial_hello(s.path);
	say(waiter, TD_API_TRACE_SIP, "{}");
	for (unsigned i = 1; i < API_CLIENTS_MAX; i++) {
		fds[i] = dial(s.path);
		turns(s.loop);
	}
	say(fds[1], TD_API_HELLO, "{");
	turns(s.loop); /* fds[1] has spoken: fds[2] is silent for longest. A bad HELLO ends fds[1].
			*/
	assert_true(ended(s.loop, fds[1]));
	close(fds[1]);
	fds[1] = dial_hello(s.path);
	turns(s.loop);
	late = dial_hello(s.path);
	turns(s.loop);
	assert_true(answered(late));
	assert_false(ended(s.loop, waiter));
	assert_true(ended(s.loop, fds[2]));
	assert_false(ended(s.loop, fds[3]));
	assert_false(ended(s.loop, fds[1]));
	api_client_put(last.client);
	last.client = NULL;
	waiting = 0;
	close(waiter);
	close(late);
	for (unsigned i = 1; i < API_CLIENTS_MAX; i++)
		close(fds[i]);
	turns(s.loop);
	server_stop(&s);
}

static void a_socket_that_was_removed_is_made_again(void **state)
{
	struct server s;
	int before, after;

	server_start(&s);
	before = dial_hello(s.path);
	turns(s.loop);
	assert_int_equal(unlink(s.path), 0);
	fake_now += API_LOOK_NS;
	turns(s.loop);
	after = dial_hello(s.path);
	turns(s.loop);
	assert_true(answered(before));
	assert_true(answered(after));
	close(before);
	close(after);
	turns(s.loop);
	server_stop(&s);
}

/* Its new owner keeps it. Ours comes back when that one has gone. */
static void a_socket_that_another_has_put_there_stays(void **state)
{
	struct server s;
	int other, fd;

	server_start(&s);
	assert_int_equal(unlink(s.path), 0);
	other = socket_listen(s.path, 1);
	assert_true(other >= 0);
	fake_now += API_LOOK_NS;
	turns(s.loop);
	fd = dial(s.path);
	assert_true(accept(other, NULL, NULL) >= 0);
	close(fd);
	close(other);
	fake_now += API_LOOK_NS;
	turns(s.loop);
	fd = dial_hello(s.path);
	turns(s.loop);
	assert_true(answered(fd));
	close(fd);
	turns(s.loop);
	server_stop(&s);
}

/* Nor is it removed at the end. */
static void what_another_has_put_there_is_left(void **state)
{
	struct server s;
	int other;

	server_start(&s);
	assert_int_equal(unlink(s.path), 0);
	other = socket_listen(s.path, 1);
	api_stop(s.api);
	assert_int_equal(socket_unlink(s.path), 0);
	close(other);
	loop_free(s.loop);
	assert_int_equal(rmdir(s.dir), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_descriptors_the_listener_is_left_alone_for_a_while),
		cmocka_unit_test(what_is_no_socket_is_not_taken_over),
		cmocka_unit_test(a_body_is_as_long_as_its_request_needs),
		cmocka_unit_test(what_is_being_read_has_a_bound),
		cmocka_unit_test(hello_is_short),
		cmocka_unit_test(who_waits_for_many_answers_is_refused_more),
		cmocka_unit_test(who_says_no_more_gets_all_answers),
		cmocka_unit_test(who_says_no_more_is_closed_without_an_answer),
		cmocka_unit_test(who_goes_is_closed_at_once),
		cmocka_unit_test(the_silent_make_place_and_who_waits_does_not),
		cmocka_unit_test(a_socket_that_was_removed_is_made_again),
		cmocka_unit_test(a_socket_that_another_has_put_there_stays),
		cmocka_unit_test(what_another_has_put_there_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
