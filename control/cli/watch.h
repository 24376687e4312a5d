/* SPDX-License-Identifier: BSD-3-Clause */
/* The same picture again and again: `--watch`, and `top`. */
#ifndef TANDEM_CONTROL_CLI_WATCH_H
#define TANDEM_CONTROL_CLI_WATCH_H

#include <stdbool.h>

#define WATCH_CLEAR "\033[H\033[2J" /* the next picture begins at the top of an empty terminal */

/* Draws every so many seconds until Ctrl-C, or `draw` returns false; `times` pictures at most, 0:
 * no end. */
void watch_run(double seconds, double times, bool (*draw)(void *ctx), void *ctx);

#endif
