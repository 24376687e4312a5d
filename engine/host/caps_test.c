/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/caps.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/wait.h>
#include <tests/unit/unit.h>
#include <unistd.h>

static atomic_int release;

static uint64_t permitted(void)
{
	cap_t now = cap_get_proc();
	uint64_t all = 0;

	for (cap_value_t c = 0; c < 64; c++) {
		cap_flag_value_t have = CAP_CLEAR;

		if (cap_get_flag(now, c, CAP_PERMITTED, &have) == 0 && have == CAP_SET)
			all |= 1ull << c;
	}
	cap_free(now);
	return all;
}

static void *look_later(void *arg)
{
	while (!atomic_load(&release))
		usleep(1000);
	*(uint64_t *)arg = permitted();
	return NULL;
}

/* In a child: what is given up stays given up. */
static int child(void)
{
	uint64_t seen[3] = {0}, before = permitted();
	pthread_t thread[2];

	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, look_later, &seen[i]) != 0)
			return 1;
	if (caps_start() != 0)
		return 2;
	seen[2] = permitted();
	if (seen[2] & ~before || seen[2] & (1ull << CAP_SYS_MODULE))
		return 3;
	if (caps_run() != 0)
		return 4;
	atomic_store(&release, 1);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	seen[2] = permitted();
	for (int i = 0; i < 3; i++)
		if (seen[i] != (before & 1ull << CAP_NET_ADMIN))
			return 5;
	return 0;
}

static void every_thread_gives_up(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(child());
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_thread_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
