/* SPDX-License-Identifier: BSD-3-Clause */
/* The connection against an engine of a few lines, in the same thread. */
#include <control/client.h>
#include <control/link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tests/unit/unit.h>
#include <unistd.h>

struct engine {
	char dir[32], path[64];
	int listener, fd;
	struct loop *loop;
	struct engine_link link;
	unsigned ups, answers;
};

static void up(void *ctx)
{
	struct engine *e = ctx;

	e->ups++;
}

static void done(void *ctx, int status, const char *body, size_t len)
{
	struct engine *e = ctx;

	e->answers++;
}

static void engine_answer(struct engine *e, uint32_t id)
{
	struct td_api_msg m = {.len = 2, .op = TD_API_SHOW, .id = id};
	uint8_t out[TD_API_HEAD + 2];

	client_head_encode(out, &m);
	memcpy(out + TD_API_HEAD, "{}", 2);
	assert_int_equal(write(e->fd, out, sizeof(out)), sizeof(out));
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(loop_turn(e->loop, 0), 0);
}

static int setup(void **state)
{
	static struct engine e;
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	e = (struct engine){.dir = "/tmp/tandem-link-XXXXXX", .loop = loop_alloc(NULL)};
	if (!mkdtemp(e.dir) || !e.loop)
		return -1;
	snprintf(e.path, sizeof(e.path), "%s/sock", e.dir);
	strcpy(a.sun_path, e.path);
	e.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(e.listener, (struct sockaddr *)&a, sizeof(a)) || listen(e.listener, 1) ||
		link_init(&e.link, e.loop, e.path, up, &e))
		return -1;
	(void)loop_turn(e.loop, 0); /* connects */
	e.fd = accept(e.listener, NULL, NULL);
	*state = &e;
	return e.fd < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	struct engine *e = *state;

	link_fini(&e->link);
	loop_free(e->loop);
	close(e->fd);
	close(e->listener);
	unlink(e->path);
	return rmdir(e->dir);
}

static void only_what_was_asked_is_answered(void **state)
{
	struct engine *e = *state;
	struct td_buf body;

	engine_answer(e, 1); /* HELLO */
	assert_int_equal(e->ups, 1);
	buf_init(&body);
	assert_int_equal(link_send(&e->link, TD_API_SHOW, &body, done, e), 0);
	engine_answer(e, 7);
	assert_int_equal(e->answers, 0);
	engine_answer(e, 2);
	assert_int_equal(e->answers, 1);
	engine_answer(e, 2); /* once */
	engine_answer(e, 0); /* no request has this number, but a free place has */
	assert_int_equal(e->answers, 1);
	assert_int_equal(e->ups, 1);
	buf_free(&body);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_was_asked_is_answered, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
