/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <bench/load/calls.h>
#include <tests/unit/unit.h>

static char path[] = "/tmp/calls_test.XXXXXX";
static struct td_text err;

static struct load_call *read_text(const char *text, uint32_t *count)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return calls_read(path, count, &err);
}

static void calls_come_as_written(void **state)
{
	struct load_call *c;
	uint32_t n;

	c = read_text("10.0.0.1:10000 10.0.0.2:10002 10.0.0.9:20000 10.0.0.9:20002\n"
		      "10.0.0.1:10004 10.0.0.2:10006 10.0.0.9:20004 10.0.0.9:20006\n"
		      "10.0.0.1:10008 10.0.0.2:10010 10.0.0.9:20008 10.0.0.9:20010\n",
		&n);
	assert_non_null(c);
	assert_int_equal(n, 3);
	assert_int_equal(c[0].a.ip4, htonl(0x0a000001));
	assert_int_equal(c[1].b.port, 10006);
	assert_int_equal(c[2].relay_a.port, 20008);
	assert_int_equal(c[2].relay_b.ip4, htonl(0x0a000009));
	free(c);
}

static void bad_files_are_refused_by_line(void **state)
{
	static const char *const bad[] = {"10.0.0.1:2 10.0.0.2:2 10.0.0.9:2\n",
		"10.0.0.1:2 10.0.0.2:2 10.0.0.9:2 10.0.0.9:4 more\n",
		"10.0.0.1:2 10.0.0.2:2 10.0.0.9:2 10.0.0.9:3\n",
		"10.0.0.1:2 10.0.0.2:2 10.0.0.9:2 10.0.0.9\n",
		"[2001:db8::1]:2 10.0.0.2:2 10.0.0.9:2 10.0.0.9:4\n", "x\n"};
	uint32_t n;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(read_text(bad[i], &n));
		assert_int_equal(errno, EINVAL);
		assert_non_null(strstr(err.s, ":1: give A B RELAY_A RELAY_B"));
	}
	assert_null(read_text("", &n));
	assert_non_null(strstr(err.s, "no calls"));
	assert_null(calls_read("/nonexistent/calls", &n, &err));
	assert_int_equal(errno, ENOENT);
}

static int build(void)
{
	uint32_t n;
	struct load_call *c = calls_read(path, &n, &err);

	free(c);
	return c ? 0 : -errno;
}

static void read_survives_oom(void **state)
{
	uint32_t n;

	free(read_text("10.0.0.1:2 10.0.0.2:2 10.0.0.9:2 10.0.0.9:4\n"
		       "10.0.0.1:4 10.0.0.2:4 10.0.0.9:6 10.0.0.9:8\n",
		&n));
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_come_as_written),
		cmocka_unit_test(bad_files_are_refused_by_line),
		cmocka_unit_test(read_survives_oom),
	};
	int fd = mkstemp(path), rc;

	if (fd < 0)
		return 1;
	close(fd);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	return rc;
}
