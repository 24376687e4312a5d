/* SPDX-License-Identifier: BSD-3-Clause */
/* The client against a server of a few lines, in a child process that dies with the test. */
#include <control/client.h>
#include <system/socket.h>
#include <endian.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <tests/unit/unit.h>
#include <unistd.h>

static char dir[] = "/tmp/tandem-client-XXXXXX";
static char path[64];

static void answer(int fd, uint16_t op, uint32_t id, int16_t status, const char *body)
{
	struct td_api_msg m = {.len = strlen(body), .op = op, .status = status, .id = id};
	uint8_t all[TD_API_HEAD + 256];

	client_head_encode(all, &m);
	memcpy(all + TD_API_HEAD, body, m.len);
	/* Two pieces, so that the client has to put them together. */
	if (write(fd, all, 7) != 7 || write(fd, all + 7, TD_API_HEAD + m.len - 7) < 0)
		_exit(1);
}

/* As a server of ours refuses a body: by its head, and with the body unread. */
static void refuse_long(int fd, const uint8_t *in, size_t len)
{
	struct td_api_msg m;

	if (len < TD_API_HEAD)
		return;
	memcpy(&m, in, sizeof(m));
	if (le32toh(m.len) <= TD_API_REQUEST_MAX)
		return;
	answer(fd, le16toh(m.op), le32toh(m.id), -EMSGSIZE, "{\"error\":\"too long\"}");
	_exit(0);
}

static void serve(int fd)
{
	static uint8_t in[1 << 16];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, in + len, sizeof(in) - len)) > 0) {
		struct td_api_msg m;
		int64_t whole;

		len += n;
		refuse_long(fd, in, len);
		while ((whole = client_head_decode(in, len, &m)) > 0) {
			switch (m.op) {
			case TD_API_HELLO:
				answer(fd, m.op, m.id, 0, "{\"version\":1}");
				break;
			case TD_API_SHOW:
				answer(fd, m.op, m.id + 77, 0, "{\"not\":\"yours\"}");
				answer(fd, m.op, m.id, 0, "{\"rows\":[1]}");
				answer(fd, m.op, m.id, 0, "{\"rows\":[2]}");
				answer(fd, m.op, m.id, 0, "");
				break;
			case TD_API_STATUS:
				break; /* never */
			case TD_API_DRAIN:
				_exit(0);
			default:
				answer(fd, m.op, m.id, -ENOENT, "{\"error\":\"no such call\"}");
			}
			memmove(in, in + whole, len - whole);
			len -= whole;
		}
	}
}

static pid_t server;

static int server_start(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd;

	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", dir);
	strcpy(a.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 4)) {
		close(fd);
		return -1;
	}
	server = fork();
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			int one = accept(fd, NULL, NULL);

			if (fork() == 0) {
				prctl(PR_SET_PDEATHSIG, SIGKILL);
				serve(one);
				_exit(0);
			}
			close(one);
		}
	}
	close(fd);
	return server < 0;
}

static int server_stop(void **state)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
	return rmdir(dir);
}

static bool collect(void *ctx, const char *body, size_t len)
{
	strcat(ctx, body);
	assert_int_equal(strlen(body), len);
	return true;
}

static void a_stream_ends_with_an_empty_message(void **state)
{
	struct td_text err;
	char got[256] = "";
	struct client c;

	assert_int_equal(client_open(&c, path, "test", 5000, &err), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(client_call(&c, TD_API_SHOW, "{\"what\":\"calls\"}", true, collect,
					 got, 5000, &err),
			0);
	assert_string_equal(got, "{\"rows\":[1]}{\"rows\":[2]}{\"rows\":[1]}{\"rows\":[2]}");
	client_close(&c);
}

static void the_servers_reason_is_told(void **state)
{
	struct td_text err;
	struct client c;

	assert_int_equal(client_open(&c, path, "test", 5000, &err), 0);
	assert_int_equal(
		client_call(&c, TD_API_HANGUP, NULL, false, NULL, NULL, 5000, &err), -ENOENT);
	assert_string_equal(err.s, "no such call");
	assert_int_equal(
		client_call(&c, TD_API_STATUS, NULL, false, NULL, NULL, 20, &err), -ETIMEDOUT);
	assert_string_equal(err.s, "no answer in time");
	assert_int_equal(
		client_call(&c, TD_API_DRAIN, NULL, false, NULL, NULL, 5000, &err), -ECONNRESET);
	assert_string_equal(err.s, "the connection was closed");
	client_close(&c);
}

/* More than a socket holds, so that sending fails before the answer is read. */
static void what_a_server_says_before_it_closes_is_told(void **state)
{
	size_t len = 4 << 20;
	char *body = malloc(len + 1);
	struct client c;
	struct td_text err = {""};

	memset(body, ' ', len);
	body[len] = '\0';
	assert_int_equal(client_open(&c, path, "test", 5000, &err), 0);
	assert_int_equal(
		client_call(&c, TD_API_HANGUP, body, false, NULL, NULL, 5000, &err), -EMSGSIZE);
	assert_string_equal(err.s, "too long");
	client_close(&c);
	free(body);
}

static void no_server_is_said_in_a_line(void **state)
{
	struct td_text err;
	struct client c;

	assert_int_equal(client_open(&c, "/nonexistent/sock", "test", 5000, &err), -ENOENT);
	assert_string_equal(
		err.s, "/nonexistent/sock: no one listens there; is the program running?");
}

/* Before HELLO is answered, and before the connection has a place in the backlog. */
static void a_server_that_is_stopped_is_said_in_a_line(void **state)
{
	struct client clients[4];
	struct td_text err;
	char want[160], stopped[80];
	int listener;

	snprintf(stopped, sizeof(stopped), "%s/stopped", dir);
	snprintf(want, sizeof(want), "%s: the program there does not answer; is it stopped?",
		stopped);
	listener = socket_listen(stopped, 1);
	assert_true(listener >= 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(client_open(&clients[i], stopped, "test", 20, &err), -ETIMEDOUT);
		assert_string_equal(err.s, want);
	}
	close(listener);
	assert_int_equal(unlink(stopped), 0);
}

/* More than its socket holds. */
static void a_server_that_reads_nothing_ends_a_request(void **state)
{
	static char body[TD_API_MAX];
	char stopped[80];
	int listener;
	struct client c;

	snprintf(stopped, sizeof(stopped), "%s/stopped", dir);
	listener = socket_listen(stopped, 1);
	c = (struct client){.fd = socket_connect(stopped, 20), .next_id = 1};
	assert_true(c.fd >= 0);
	assert_int_equal(client_send(&c, TD_API_STATUS, body, sizeof(body)), -ETIMEDOUT);
	client_close(&c);
	close(listener);
	assert_int_equal(unlink(stopped), 0);
}

static void a_body_that_is_too_long_is_refused(void **state)
{
	struct td_api_msg m = {.len = TD_API_MAX + 1, .op = TD_API_SHOW, .id = 1};
	uint8_t head[TD_API_HEAD];

	client_head_encode(head, &m);
	assert_int_equal(client_head_decode(head, sizeof(head), &m), -EMSGSIZE);
	assert_int_equal(client_head_decode(head, 11, &m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_ends_with_an_empty_message),
		cmocka_unit_test(the_servers_reason_is_told),
		cmocka_unit_test(what_a_server_says_before_it_closes_is_told),
		cmocka_unit_test(no_server_is_said_in_a_line),
		cmocka_unit_test(a_server_that_is_stopped_is_said_in_a_line),
		cmocka_unit_test(a_server_that_reads_nothing_ends_a_request),
		cmocka_unit_test(a_body_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, server_start, server_stop);
}
