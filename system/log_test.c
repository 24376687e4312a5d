/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/log.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <tests/unit/unit.h>
#include <time.h>
#include <unistd.h>

static char path[] = "/tmp/tandem-log-XXXXXX";

static unsigned lines_of_file(char *last, size_t size)
{
	FILE *f = fopen(path, "r");
	unsigned lines = 0;

	assert_non_null(f);
	while (fgets(last, (int)size, f))
		lines++;
	fclose(f);
	return lines;
}

static void an_event_is_a_line(void **state)
{
	char line[256];

	log_line(LOG_WARNING, "journal full", "dir=%s lost=%d", "/srv\nx", 3);
	assert_int_equal(lines_of_file(line, sizeof(line)), 1);
	assert_string_equal(line + strlen("2026-01-01T00:00:00.000Z "),
		"warning journal full: dir=/srv x lost=3\n");
}

static void a_place_that_repeats_itself_is_held_back(void **state)
{
	struct timespec second = {.tv_sec = 1};
	char line[256];
	unsigned before = lines_of_file(line, sizeof(line)), more;

	for (int i = 0; i < 1001; i++) {
		/* A second may end in the middle of the thousand: two bursts at most. */
		if (i == 1000)
			nanosleep(&second, NULL);
		log_line(LOG_INFO, "noise", "i=%d", i);
	}
	more = lines_of_file(line, sizeof(line)) - before;
	assert_in_range(more, LOG_BURST + 1, 3 * LOG_BURST);
	assert_non_null(strstr(line, "info noise: i=1000 suppressed="));
}

static void a_rotated_file_is_opened_anew(void **state)
{
	char line[256];

	unlink(path);
	assert_int_equal(log_reopen(), 0);
	log_line(LOG_ERR, "new file", "n=%d", 1);
	assert_int_equal(lines_of_file(line, sizeof(line)), 1);
}

static void a_place_that_is_not_there_is_an_error(void **state)
{
	assert_int_equal(log_open("/nonexistent/log"), -ENOENT);
}

static void a_pipe_holds_up_no_one(void **state)
{
	char fifo[64];
	int reader, writer;

	snprintf(fifo, sizeof(fifo), "%s.pipe", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(log_open(fifo), -ENXIO);
	reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(log_open(fifo), 0);
	writer = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	while (write(writer, "x", 1) == 1)
		continue; /* until it is full */
	log_line(LOG_NOTICE, "lost", "line=%d", 1);
	assert_int_equal(log_open(path), 0);
	close(writer);
	close(reader);
	assert_int_equal(unlink(fifo), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_a_line),
		cmocka_unit_test(a_place_that_repeats_itself_is_held_back),
		cmocka_unit_test(a_rotated_file_is_opened_anew),
		cmocka_unit_test(a_place_that_is_not_there_is_an_error),
		cmocka_unit_test(a_pipe_holds_up_no_one),
	};
	int fd = mkstemp(path), rc;

	if (fd < 0 || log_open(path))
		return 1;
	close(fd);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return rc;
}
