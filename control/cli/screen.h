/* SPDX-License-Identifier: BSD-3-Clause */
/* A terminal as a whole: lines of its width, no more than its height, and its keys. */
#ifndef TANDEM_CONTROL_CLI_SCREEN_H
#define TANDEM_CONTROL_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SCREEN_NOTHING = -1, /* the time is over, or the size has changed */
	SCREEN_STOP = -2,    /* Ctrl-C, or the terminal is gone */
	SCREEN_ESCAPE = 0x100,
	SCREEN_UP,
	SCREEN_DOWN,
	SCREEN_PAGE_UP,
	SCREEN_PAGE_DOWN,
};

struct screen {
	unsigned rows, columns;
	size_t lines; /* printed so far */
	bool color;
};

/* Keys come one by one from now on, and the screen is another one than the shell's. False: stdin is
 * no terminal. */
bool screen_open(void);
void screen_close(void);
/* The next picture, in the size that the terminal has now. */
struct screen screen_start(bool color);
/* A line, cut to the width; bold when that may be. */
void screen_line(struct screen *s, bool bold, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same in the last line of the terminal, however many were printed. */
void screen_last(struct screen *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void screen_end(void);
/* The next key, or one of the above, within so many seconds. */
int screen_key(double seconds);
double screen_now(void); /* seconds, of a clock that only goes on */

#endif
