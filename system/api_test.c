/* SPDX-License-Identifier: BSD-3-Clause */
/* What the framing's users do not see: engine/host/api/api_test.c has the rest. */
#include <system/api.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tests/unit/unit.h>
#include <unistd.h>

static uint64_t fake_now = TD_NSEC_PER_SEC;

static uint64_t fake_clock(void)
{
	return fake_now;
}

static void request(void *ctx, struct api_client *c, const struct td_api_msg *m, const char *body)
{
}

static void client_event(void *ctx, struct api_client *c)
{
}

static const struct api_handlers handlers = {
	.request = request, .closed = client_event, .drained = client_event};

static int dial_hello(const char *path)
{
	struct td_api_msg m = {.op = TD_API_HELLO, .id = 1};
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char body[32];

	m.len = (uint32_t)snprintf(body, sizeof(body), "{\"version\":%d}", TD_API_VERSION);
	strcpy(a.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(write(fd, &m, sizeof(m)), sizeof(m));
	assert_int_equal(write(fd, body, m.len), m.len);
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
	char dir[] = "/tmp/tandem-api-XXXXXX", path[64];
	struct loop *l = loop_alloc(fake_clock);
	struct rlimit before;
	struct td_text err;
	struct api *a;
	int fd;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sock", dir);
	a = api_start(l, path, &handlers, &err);
	assert_non_null(a);
	fd = dial_hello(path);
	descriptors_limit(&before);
	turns(l);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	turns(l);
	assert_false(answered(fd)); /* though it could be: nobody looks */
	fake_now += API_ACCEPT_NS;
	turns(l);
	assert_true(answered(fd));
	close(fd);
	api_stop(a);
	loop_free(l);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_descriptors_the_listener_is_left_alone_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
