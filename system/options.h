/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program's options: one table. The command line is read by it, the usage printed from it, and
 * the build writes it into the manual page (tools/reference/options.c).
 */
#ifndef TANDEM_SYSTEM_OPTIONS_H
#define TANDEM_SYSTEM_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* Where tandemd leaves what the engine starts from. */
#define OPTIONS_COMPILED "/var/lib/tandem/site.conf"

struct option_row {
	int id;             /* a letter: -j means the same; else from OPTION_LONG on */
	const char *name;   /* "config": --config */
	const char *value;  /* what stands for its value: "FILE"; NULL: it has none */
	const char *preset; /* what counts when it is not given; NULL: nothing to say */
	const char *help;   /* sentences; `x` is a word of Tandem's own */
	size_t field;       /* options_read(): where the value, a const char *, goes to */
};

/* A program that takes options and no other words. */
struct option_program {
	const char *name, *version;
	const struct option_row *rows; /* help and version apart, each has a value */
	const char *about, *more;      /* the usage, above and below the options; or NULL */
};

/* A macro's number as text, for what a row says. */
#define OPTION_TEXT_(x) #x
#define OPTION_TEXT(x)  OPTION_TEXT_(x)

#define OPTION_LONG  256
#define OPTION_END   (-1)
#define OPTION_WRONG '?'
#define OPTIONS_MAX  32 /* of a table, which ends with a row without a name */

/* The last rows of each table. */
#define OPTION_HELP                                               \
	{                                                         \
		'h', "help", NULL, NULL, "Prints this, and ends." \
	}
#define OPTION_VERSION                                                      \
	{                                                                   \
		'V', "version", NULL, NULL, "Prints the release, and ends." \
	}

/* The id of the next option; its value is in `optarg`. OPTION_END: the next word, argv[optind], is
 * no option, or none is left; who steps over it may ask for more. OPTION_WRONG: a line on stderr
 * says what is wrong. */
int options_next(const struct option_row *rows, int argc, char **argv);
/* Puts the values of all options into their fields of *out, which has what counts without them. -1:
 * go on; else the program ends with this status: help or version were asked for and told, or a line
 * on stderr says what is wrong. */
int options_read(const struct option_program *p, int argc, char **argv, void *out);
/* The row of a word like --config or --config=FILE, or -j; NULL: there is none. */
const struct option_row *options_lookup(const struct option_row *rows, const char *word);
/* "-j, --json"; "--config FILE". Returns its length. */
int option_title(const struct option_row *r, char *out, size_t size);
/* Words, and a new line, indented, where the next one would pass the 79th column. *column is where
 * the line is, and then where it ends. */
void options_words(FILE *out, const char *text, int indent, int *column);
/* A line or more for each option. */
void options_usage(const struct option_row *rows, FILE *out);

#endif
