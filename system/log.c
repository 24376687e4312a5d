/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/log.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <tandem/config.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = STDERR_FILENO;
static int to_journal;
static char path[TD_PATH_BYTES];

int log_open(const char *where)
{
	int fd = STDERR_FILENO, journal = strcmp(where, "journal") == 0;

	if (!journal && strcmp(where, "stderr") != 0) {
		/* A pipe may have no reader, or one that is slow: lines are lost then, and no
		 * time. */
		fd = open(where, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
			0640);
		if (fd < 0)
			return -errno;
	}
	pthread_mutex_lock(&lock);
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	log_fd = fd;
	to_journal = journal;
	snprintf(path, sizeof(path), "%s", where);
	pthread_mutex_unlock(&lock);
	return 0;
}

int log_reopen(void)
{
	char where[sizeof(path)];

	pthread_mutex_lock(&lock);
	memcpy(where, path, sizeof(where));
	pthread_mutex_unlock(&lock);
	return where[0] ? log_open(where) : 0;
}

static const char *level_name(int level)
{
	return level <= LOG_ERR       ? "error"
	       : level == LOG_WARNING ? "warning"
	       : level == LOG_NOTICE  ? "notice"
				      : "info";
}

/* False: this place has written enough lines in this second. *suppressed: lines that it did not
 * write so far. */
static bool admit(struct log_site *site, uint64_t second, uint32_t *suppressed)
{
	*suppressed = 0;
	if (site->second != second) {
		site->second = second;
		site->lines = 0;
	}
	if (site->lines++ >= LOG_BURST) {
		site->suppressed++;
		return false;
	}
	*suppressed = site->suppressed;
	site->suppressed = 0;
	return true;
}

void log_write(struct log_site *site, int level, const char *message, const char *format, ...)
{
	char text[LINE_BYTES], line[LINE_BYTES + 128], when[32];
	struct timespec mono, wall;
	struct tm utc;
	uint32_t suppressed;
	va_list args;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return;
	/* One event is one line, whatever a peer put into a value. */
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';

	pthread_mutex_lock(&lock);
	if (!admit(site, (uint64_t)mono.tv_sec, &suppressed)) {
		pthread_mutex_unlock(&lock);
		return;
	}
	char more[40] = "";
	if (suppressed)
		snprintf(more, sizeof(more), " suppressed=%u", suppressed);
	if (to_journal) {
		sd_journal_send("MESSAGE=%s %s%s", message, text, more, "PRIORITY=%i", level,
			"TANDEM_EVENT=%s", message, "SYSLOG_IDENTIFIER=%s",
			program_invocation_short_name, NULL);
	} else {
		gmtime_r(&wall.tv_sec, &utc);
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
		n = snprintf(line, sizeof(line), "%s.%03ldZ %s %s%s%s%s\n", when,
			wall.tv_nsec / 1000000, level_name(level), message, text[0] ? ": " : "",
			text, more);
		if (n >= (int)sizeof(line))
			n = sizeof(line) - 1;
		/* There is no place to report that the log cannot be written. */
		if (write(log_fd, line, (size_t)n) < 0)
			errno = 0;
	}
	pthread_mutex_unlock(&lock);
}
