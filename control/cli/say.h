/* SPDX-License-Identifier: BSD-3-Clause */
/* What tandemctl prints: nothing that it repeats does anything to a terminal. */
#ifndef TANDEM_CONTROL_CLI_SAY_H
#define TANDEM_CONTROL_CLI_SAY_H

#include <engine/base/utf8.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* A line of text on stderr, and text on stdout: both as utf8_printable() writes them, since what
 * they repeat may come from anyone. */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_vsay(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));
void cli_print(const char *text, enum utf8_lines lines);
/* A line of JSON. What is not ASCII stands there as \uXXXX: some of it controls a terminal or turns
 * a line round, and programs read both alike. flags: jansson's. */
void cli_json(const json_t *value, FILE *out, size_t flags);
/* Writes out what stdout has. False: that failed, now or before; the first time a line says so. */
bool cli_flush(void);
unsigned cli_width(void); /* columns of the terminal that is stdout; 0: none, or not known */
/* The exit status of a command: done is only what could be printed, too. */
int cli_end(int status);

#endif
