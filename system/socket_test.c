/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define BACKLOG 1

static char dir[] = "/tmp/tandem-socket-XXXXXX";
static char path[64];

static int dir_make(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", dir);
	return 0;
}

static int dir_remove(void **state)
{
	return rmdir(dir);
}

static void who_serves_is_reached(void **state)
{
	int listener = socket_listen(path, BACKLOG), fd = socket_connect(path, 1000);
	struct stat st;

	assert_true(listener >= 0);
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(socket_listen(path, BACKLOG), -EADDRINUSE);
	close(fd);
	close(listener);
	assert_int_equal(unlink(path), 0);
}

static void what_a_killed_program_left_is_replaced(void **state)
{
	int listener = socket_listen(path, BACKLOG);

	close(listener);
	assert_int_equal(socket_connect(path, 1000), -ECONNREFUSED);
	listener = socket_listen(path, BACKLOG);
	assert_true(listener >= 0);
	close(listener);
	assert_int_equal(unlink(path), 0);
}

/* Not even a link is followed: what stands behind it was not named. */
static void what_is_no_socket_stays(void **state)
{
	char link[80];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct stat st;

	assert_int_equal(write(fd, "precious", 8), 8);
	close(fd);
	snprintf(link, sizeof(link), "%s.link", path);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(socket_listen(path, BACKLOG), -EEXIST);
	assert_int_equal(socket_listen(link, BACKLOG), -EEXIST);
	assert_int_equal(socket_listen(dir, BACKLOG), -EEXIST);
	assert_int_equal(socket_unlink(path), -EEXIST);
	assert_int_equal(stat(link, &st), 0);
	assert_int_equal(st.st_size, 8);
	unlink(link);
	assert_int_equal(unlink(path), 0);
}

/* As a stopped program is: its backlog is full, and nobody takes from it. */
static void who_does_not_answer_holds_up_no_one(void **state)
{
	int listener = socket_listen(path, BACKLOG), fds[8], n = 0, rc;

	while (n < 8 && (fds[n] = socket_connect(path, 0)) >= 0)
		n++;
	assert_in_range(n, 1, 7);
	assert_int_equal(fds[n], -EAGAIN);
	rc = socket_connect(path, 20);
	assert_int_equal(rc, -EAGAIN);
	assert_int_equal(socket_listen(path, BACKLOG), -EADDRINUSE);
	while (n > 0)
		close(fds[--n]);
	close(listener);
	assert_int_equal(unlink(path), 0);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
	char longer[200];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(socket_listen(longer, BACKLOG), -ENAMETOOLONG);
	assert_int_equal(socket_connect(longer, 0), -ENAMETOOLONG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_serves_is_reached),
		cmocka_unit_test(what_a_killed_program_left_is_replaced),
		cmocka_unit_test(what_is_no_socket_stays),
		cmocka_unit_test(who_does_not_answer_holds_up_no_one),
		cmocka_unit_test(a_path_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, dir_make, dir_remove);
}
