/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/file.h>
#include <errno.h>
#include <fcntl.h>
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

static void what_had_the_name_is_not_written_into(void **state)
{
	char link[80], wide[80], data[8] = "";
	struct stat st;
	int fd;

	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(wide, sizeof(wide), "%s/wide", dir);
	assert_int_equal(symlink(file, link), 0);
	fd = open(wide, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(fchmod(fd, 0666), 0);
	for (int i = 0; i < 2; i++) {
		int new = file_create(AT_FDCWD, i ? wide : link, O_WRONLY, 0600);

		assert_int_equal(write(new, "secret", 6), 6);
		assert_int_equal(fstat(new, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		close(new);
	}
	assert_int_equal(read(fd, data, sizeof(data)), 0);
	close(fd);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(unlink(wide), 0);
	assert_true(file_create(AT_FDCWD, dir, O_WRONLY, 0600) < 0);
}

static void one_file_has_several_names(void **state)
{
	char other[96], link[96];

	snprintf(other, sizeof(other), "%s/../%s/file", dir, strrchr(dir, '/') + 1);
	snprintf(link, sizeof(link), "%s/hard", dir);
	assert_true(file_same(file, other));
	assert_false(file_same(file, link));
	assert_false(file_same(file, dir));
	snprintf(other, sizeof(other), "%s/./hard", dir);
	assert_true(file_same(link, other)); /* neither is there */
	assert_false(file_same(link, "/nonexistent/hard"));
	assert_int_equal(linkat(AT_FDCWD, file, AT_FDCWD, link, 0), 0);
	assert_true(file_same(file, link));
	assert_int_equal(unlink(link), 0);
}

static uint64_t number_of(const char *name)
{
	return strtoull(name, NULL, 10);
}

static void numbered_files_are_listed_in_order(void **state)
{
	static const char *const names[] = {"30", "4", "200"};
	uint64_t *list;
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY);

	assert_int_equal(file_numbers(dirfd, number_of, &list), 0); /* "file" has no number */
	free(list);
	for (unsigned i = 0; i < 3; i++)
		assert_return_code(close(openat(dirfd, names[i], O_CREAT | O_WRONLY, 0600)), errno);
	assert_int_equal(file_numbers(dirfd, number_of, &list), 3);
	assert_int_equal(list[0], 4);
	assert_int_equal(list[1], 30);
	assert_int_equal(list[2], 200);
	free(list);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(unlinkat(dirfd, names[i], 0), 0);
	close(dirfd);
	assert_int_equal(file_numbers(-1, number_of, &list), -EBADF);
	assert_null(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole),
		cmocka_unit_test(what_had_the_name_is_not_written_into),
		cmocka_unit_test(one_file_has_several_names),
		cmocka_unit_test(what_cannot_be_read_is_said),
		cmocka_unit_test(numbered_files_are_listed_in_order),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
