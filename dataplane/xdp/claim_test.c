/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <tests/unit/unit.h>
#include <unistd.h>
#include <dataplane/xdp/claim.h>

#define INTERFACE 1000000 /* no interface of this machine has this number */
#define NOBODY    65534

static int name_bind(const char *name)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path + 1, name);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&a,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))),
		0);
	return fd;
}

static void one_engine_has_an_interface(void **state)
{
	int fd = interface_claim(INTERFACE), other;

	assert_true(fd >= 0);
	assert_int_equal(interface_claim(INTERFACE), -EADDRINUSE);
	other = interface_claim(INTERFACE / 10); /* a number that ours begins with */
	assert_true(other >= 0);
	close(other);
	close(fd);
	fd = interface_claim(INTERFACE);
	assert_true(fd >= 0);
	close(fd);
}

/* An engine of an older release has the name without a number. */
static void an_older_engine_has_it_too(void **state)
{
	int older = name_bind("tandem/interface/1000000");

	assert_int_equal(interface_claim(INTERFACE), -EADDRINUSE);
	close(older);
}

/* Any user can bind any abstract name. */
static void another_user_cannot_keep_us_out(void **state)
{
	int names[2], start[2], fd, status;
	pid_t pid;

	if (geteuid() != 0)
		skip(); /* only root can become another user */
	assert_int_equal(pipe(names), 0);
	assert_int_equal(pipe(start), 0);
	pid = fork();
	if (pid == 0) {
		char c;

		close(start[1]);
		if (setuid(NOBODY))
			_exit(1);
		name_bind("tandem/interface/1000000");
		name_bind("tandem/interface/1000000/0");
		_exit(write(names[1], "", 1) != 1 || read(start[0], &c, 1) != 0);
	}
	close(start[0]);
	assert_int_equal(read(names[0], &(char){0}, 1), 1);
	fd = interface_claim(INTERFACE);
	close(start[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(fd >= 0);
	close(fd);
	close(names[0]);
	close(names[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_engine_has_an_interface),
		cmocka_unit_test(an_older_engine_has_it_too),
		cmocka_unit_test(another_user_cannot_keep_us_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
