/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program's log: one line an event, "time level message key=value ...", to stderr, a file or
 * systemd's journal. Any host thread; never the signalling lcore or a worker, since it may block.
 * Each place in the source may write LOG_BURST lines a second; what it says beyond that is
 * counted, and the count is told with its next line.
 */
#ifndef TANDEM_SYSTEM_LOG_H
#define TANDEM_SYSTEM_LOG_H

#include <stdint.h>
#include <syslog.h> /* LOG_ERR LOG_WARNING LOG_NOTICE LOG_INFO */

#define LOG_BURST 10

/* "journal", "stderr" or a file, which is appended to. 0, or a negative errno: stderr stays. */
int log_open(const char *where);
int log_reopen(void); /* after the file was rotated */

struct log_site {
	uint64_t second; /* monotonic */
	uint32_t lines, suppressed;
};

void log_write(struct log_site *site, int level, const char *message, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* log_line(LOG_WARNING, "journal full", "dir=%s lost=%lu", ...): message without values in it. */
#define log_line(level, message, ...)                                       \
	do {                                                                \
		static struct log_site log_site_here;                       \
		log_write(&log_site_here, (level), (message), __VA_ARGS__); \
	} while (0)

#endif
