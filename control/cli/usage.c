/* SPDX-License-Identifier: BSD-3-Clause */
/* How a command is written, folded for a terminal of 80 columns. */
#include <control/cli/say.h>
#include <control/cli/usage.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SYNOPSIS     1024
#define HELP_COLUMNS 79
#define HELP_INDENT  8

/* What stays together on a line: an optional argument that a line can have, or one of several
 * words. */
static size_t synopsis_part(const char *text)
{
	size_t whole = *text == '[' ? strcspn(text, "]") + 1 : 0;
	size_t n = strcspn(text, " |");

	return whole && whole <= HELP_COLUMNS - HELP_INDENT ? whole : n + (text[n] == '|');
}

static void synopsis_put(FILE *out, const char *before, const struct cli_command *c)
{
	int indent = (int)strlen(before) + HELP_INDENT;
	size_t column = strlen(before) + strlen("tandemctl ") + strlen(c->name);
	char storage[SYNOPSIS];
	struct td_buf synopsis;
	bool space = true;

	buf_init_fixed(&synopsis, storage, sizeof(storage) - 1);
	cli_synopsis(c, &synopsis);
	storage[synopsis.len] = '\0';
	fprintf(out, "%standemctl %s", before, c->name);
	for (const char *p = storage; *p; p += space) {
		size_t n = synopsis_part(p);

		if (column + space + n > HELP_COLUMNS) {
			fprintf(out, "\n%*s", indent, "");
			column = (size_t)indent;
		} else if (space) {
			putc(' ', out);
			column++;
		}
		fwrite(p, 1, n, out);
		column += n;
		p += n;
		space = *p == ' ';
	}
	putc('\n', out);
}

int cli_usage(const struct cli_command *c, const char *why, ...)
{
	const char *usage = "usage: ";
	va_list args;

	if (why) {
		fprintf(stderr, "tandemctl: %s: ", c->name);
		va_start(args, why);
		cli_vsay(why, args);
		va_end(args);
	}
	for (const struct cli_command *own = c; own; own = cli_own_next(c, own), usage = "       ")
		synopsis_put(stderr, usage, own);
	return CLI_USAGE;
}

static void help_command(const struct cli_command *c)
{
	int column = HELP_INDENT / 2;

	synopsis_put(stdout, "", c);
	printf("    %s\n", c->help);
	if (c->details) {
		printf("%*s", column, "");
		options_words(stdout, c->details, HELP_INDENT / 2, &column);
		putchar('\n');
	}
	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++) {
		if (!a->help)
			continue;
		column =
			printf("    %s%s%s%s%s ", a->letter ? a->letter : "", a->letter ? ", " : "",
				a->name, a->value ? " " : "", a->value ? a->value : "");
		options_words(stdout, a->help, HELP_INDENT, &column);
		putchar('\n');
	}
}

void cli_usage_help(const struct cli_command *c)
{
	for (const struct cli_command *own = c; own; own = cli_own_next(c, own))
		help_command(own);
}
