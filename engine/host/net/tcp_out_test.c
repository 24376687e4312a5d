/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_out.h>
#include <errno.h>
#include <sys/socket.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define PIECE  100
#define PIECES 20000 /* more than a socket takes */

/* Pieces go out in order and whole, though the socket takes them in parts. */
static void the_order_stays(void **state)
{
	struct tcp_out o = {0};
	unsigned char piece[PIECE], got[4096];
	uint32_t sent = 0, seen = 0;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	for (unsigned i = 0; i < PIECES; i++) {
		for (unsigned k = 0; k < PIECE; k++)
			piece[k] = (unsigned char)(sent++ % 251);
		assert_int_equal(tcp_out_keep(&o, (char *)piece, PIECE), 0);
		assert_true(tcp_out_send(&o, fd[0]) >= 0);
		if (i % 2)
			continue;
		ssize_t n = recv(fd[1], got, 150, MSG_DONTWAIT);
		for (ssize_t k = 0; k < n; k++)
			assert_int_equal(got[k], seen++ % 251);
	}
	assert_true(o.len > 0);
	while (seen < sent) {
		ssize_t n = recv(fd[1], got, sizeof(got), MSG_DONTWAIT);

		assert_true(n > 0);
		for (ssize_t k = 0; k < n; k++)
			assert_int_equal(got[k], seen++ % 251);
		assert_true(tcp_out_send(&o, fd[0]) >= 0);
	}
	assert_int_equal(o.len, 0);
	assert_null(o.data);
	close(fd[1]);
	assert_int_equal(tcp_out_keep(&o, "x", 1), 0);
	assert_int_equal(tcp_out_send(&o, fd[0]), -EPIPE);
	tcp_out_fini(&o);
	close(fd[0]);
}

/* Room grows by doubling, and what has gone makes room again. */
static void room_is_used_again(void **state)
{
	struct tcp_out o = {0};
	size_t grown = 0, room = 0;

	for (unsigned i = 0; i < 100000; i++) {
		assert_int_equal(tcp_out_keep(&o, "\r\n", 2), 0);
		grown += o.room != room;
		room = o.room;
	}
	assert_int_equal(o.len, 200000);
	assert_true(grown <= 9);
	o.at = o.len - 10; /* as if the socket had taken them */
	o.len = 10;
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(tcp_out_keep(&o, "\r\n", 2), 0);
	assert_int_equal(o.room, room);
	tcp_out_fini(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_stays),
		cmocka_unit_test(room_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
