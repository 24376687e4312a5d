/* SPDX-License-Identifier: BSD-3-Clause */
/* What people read: nothing that a caller or a file chose may do anything to their terminal. */
#include <control/cli/command.h>
#include <control/cli/say.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void put(FILE *f, struct str text, enum utf8_lines lines)
{
	struct td_buf shown;

	buf_init(&shown);
	utf8_printable(&shown, text, lines);
	fwrite(shown.data, 1, shown.len, f);
	buf_free(&shown);
}

void cli_print(const char *text, enum utf8_lines lines)
{
	put(stdout, str_of(text), lines);
}

/* Microseconds of an epoch time are 16 digits; the 17th would only show how a double errs. */
void cli_json(const json_t *value, FILE *out, size_t flags)
{
	json_dumpf(value, out, flags | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(16));
	putc('\n', out);
}

void cli_vsay(const char *fmt, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	put(stderr, text ? str_of(text) : STR("out of memory"), UTF8_ONE_LINE);
	putc('\n', stderr);
	free(text);
}

void cli_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	cli_vsay(fmt, args);
	va_end(args);
}

bool cli_flush(void)
{
	static bool said;

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	if (!said && errno != EPIPE) /* whoever closed the pipe has read enough */
		cli_say("tandemctl: what this prints cannot be written%s%s", errno ? ": " : "",
			errno ? strerror(errno) : "");
	said = true;
	return false;
}

unsigned cli_width(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int cli_end(int status)
{
	return cli_flush() || status != CLI_OK ? status : CLI_NO;
}
