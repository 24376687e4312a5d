/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/file.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <tests/unit/unit.h>
#include <unistd.h>

static char dir[] = "/tmp/file_test-XXXXXX", file[64], pipe_path[64];

static int setup(void **state)
{
	FILE *f;

	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(pipe_path, sizeof(pipe_path), "%s/pipe", dir);
	f = fopen(file, "w");
	if (!f || fputs("three", f) < 0 || fclose(f) || mkfifo(pipe_path, 0600))
		return -1;
	return 0;
}

static int teardown(void **state)
{
	unlink(file);
	unlink(pipe_path);
	return rmdir(dir);
}

static void a_file_is_read_whole(void **state)
{
	unsigned char *data;
	struct td_text err;
	size_t n;

	assert_int_equal(file_read(file, 5, &data, &n, &err), 0);
	assert_int_equal(n, 5);
	assert_memory_equal(data, "three", 5);
	free(data);
	assert_int_equal(file_read("/dev/null", 5, &data, &n, &err), -EINVAL);
	assert_string_equal(err.s, "it is no ordinary file");
	assert_null(data);
}

static void what_cannot_be_read_is_said(void **state)
{
	unsigned char *data;
	struct td_text err;
	size_t n;

	assert_int_equal(file_read(file, 4, &data, &n, &err), -EFBIG);
	assert_string_equal(err.s, "it is longer than 0 MB");
	assert_int_equal(file_read("/nonexistent/file", 4, &data, &n, &err), -ENOENT);
	assert_string_equal(err.s, "No such file or directory");
	assert_int_equal(file_read(pipe_path, 4, &data, &n, &err), -EINVAL);
	assert_int_equal(file_read(dir, 4, &data, &n, &err), -EINVAL);
	assert_null(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole),
		cmocka_unit_test(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
