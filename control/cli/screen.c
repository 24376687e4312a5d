/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/say.h>
#include <control/cli/screen.h>
#include <control/cli/watch.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define OTHER_SCREEN "\033[?1049h\033[?25l" /* without a cursor */
#define SHELL_SCREEN "\033[?25h\033[?1049l"
#define ESCAPE_MS    50 /* in which the rest of an arrow key comes behind its Escape */

static struct termios before;
static struct sigaction int_before, winch_before, term_before;
static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static void resized(int number)
{
	(void)number; /* poll() ends by it */
}

bool screen_open(void)
{
	struct sigaction stops = {.sa_handler = stop}, sizes = {.sa_handler = resized};
	struct termios keys;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return false;
	keys = before;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	stopped = 0;
	sigaction(SIGINT, &stops, &int_before);
	sigaction(SIGTERM, &stops, &term_before);
	sigaction(SIGWINCH, &sizes, &winch_before);
	tcsetattr(STDIN_FILENO, TCSANOW, &keys);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16); /* a picture is whole before it is seen */
	fputs(OTHER_SCREEN, stdout);
	return true;
}

void screen_close(void)
{
	fputs(SHELL_SCREEN, stdout);
	cli_flush();
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	sigaction(SIGINT, &int_before, NULL);
	sigaction(SIGTERM, &term_before, NULL);
	sigaction(SIGWINCH, &winch_before, NULL);
}

struct screen screen_start(bool color)
{
	struct winsize size = {0};

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	fputs(WATCH_CLEAR, stdout);
	return (struct screen){.rows = size.ws_row ? size.ws_row : 24,
		.columns = size.ws_col ? size.ws_col : 80,
		.color = color};
}

/* As much of the text as the line has room for. */
static void put_cut(const char *text, unsigned columns)
{
	struct td_buf shown;
	size_t n = 0;

	buf_init(&shown);
	utf8_printable(&shown, str_of(text), UTF8_ONE_LINE);
	for (; n < shown.len; n++)
		if ((shown.data[n] & 0xc0) != 0x80 && columns-- == 0)
			break;
	fwrite(shown.data, 1, n, stdout);
	buf_free(&shown);
}

static void put(const struct screen *s, bool bold, const char *fmt, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		return;
	if (bold && s->color)
		fputs("\033[1m", stdout);
	put_cut(text, s->columns);
	if (bold && s->color)
		fputs("\033[0m", stdout);
	free(text);
}

void screen_line(struct screen *s, bool bold, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(s, bold, fmt, args);
	va_end(args);
	putchar('\n');
	s->lines++;
}

void screen_last(struct screen *s, const char *fmt, ...)
{
	va_list args;

	printf("\033[%uH", s->rows);
	va_start(args, fmt);
	put(s, false, fmt, args);
	va_end(args);
}

void screen_end(void)
{
	if (!cli_flush())
		stopped = 1;
}

double screen_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* -1: nothing within this time. */
static int octet(int timeout_ms)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	unsigned char c;
	ssize_t n;

	if (poll(&p, 1, timeout_ms) <= 0)
		return SCREEN_NOTHING;
	n = read(STDIN_FILENO, &c, 1);
	if (n == 1)
		return c;
	return n < 0 && errno == EINTR ? SCREEN_NOTHING : SCREEN_STOP;
}

/* What stands behind an Escape: "[A", "OA", "[5~". */
static int sequence(void)
{
	int c = octet(ESCAPE_MS);

	if (c != '[' && c != 'O')
		return SCREEN_ESCAPE;
	c = octet(ESCAPE_MS);
	switch (c) {
	case 'A':
		return SCREEN_UP;
	case 'B':
		return SCREEN_DOWN;
	case '5':
	case '6':
		octet(ESCAPE_MS); /* ~ */
		return c == '5' ? SCREEN_PAGE_UP : SCREEN_PAGE_DOWN;
	default:
		return SCREEN_ESCAPE;
	}
}

int screen_key(double seconds)
{
	int key;

	if (stopped)
		return SCREEN_STOP;
	key = octet(seconds > 0 ? (int)(seconds * 1000) + 1 : 0);
	if (stopped)
		return SCREEN_STOP;
	return key == '\033' ? sequence() : key;
}
