/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cli_commands[]: every command of tandemctl with its arguments, once. Dispatch, usage, help, the
 * completion of the shell and of bash, tandemctl(1) and the documents go by this table.
 *
 * To add a command: its row in commands.c, its operation in include/tandem/api.h with the function
 * that answers it, and a function here when its answer wants more than to be printed.
 */
#ifndef TANDEM_CONTROL_CLI_COMMAND_H
#define TANDEM_CONTROL_CLI_COMMAND_H

#include <engine/base/buf.h>
#include <stdbool.h>
#include <engine/base/view.h>
#include <system/options.h>
#include <tandem/api.h>
#include <tandem/event.h>

/* What a command returns, and tandemctl with it: X(id, word with --json, help). */
#define CLI_STATUSES(X)                                                 \
	X(OK, "ok", "done")                                             \
	X(NO, "no", "the answer was no, or could not be printed")       \
	X(USAGE, "usage", "wrong words, or a file that cannot be used") \
	X(MISSING, "not-found", "there is no such thing")               \
	X(REFUSED, "refused", "who was asked refuses")                  \
	X(UNREACHABLE, "unreachable", "nobody to ask")
enum cli_status {
#define X(id, word, help) CLI_##id,
	CLI_STATUSES(X)
#undef X
};

/* tandemctl's own options, which stand before the command; --json also behind it. */
enum { CLI_OPTION_JSON = 'j', CLI_OPTION_ENGINE = OPTION_LONG, CLI_OPTION_TANDEMD };
extern const struct option_row cli_options[];

struct cli;
struct cli_args;

#define CLI_WATCH "--watch" /* a command that has this option can be repeated */

enum arg_kind {
	ARG_FLAG,    /* an option without a value */
	ARG_WORD,    /* one of `words` */
	ARG_VIEW,    /* a view that show has */
	ARG_COMMAND, /* all words that follow: a command's name */
	ARG_AGENT,   /* names that the engine knows */
	ARG_AGENTS,  /* several of them, commas between */
	ARG_QUEUE,
	ARG_TRUNK,
	ARG_CALL,
	ARG_CONTACT, /* of every channel, calls too */
	ARG_WRITTEN, /* contacts without media */
	ARG_PARTY,   /* names of what the word before it says: TD_PARTY_KINDS */
	ARG_STATE,   /* that rows of the view have */
	ARG_COLUMN,  /* of the view; -COLUMN: downwards */
	ARG_CODEC,
	ARG_LAYER,
	ARG_FILE,
	ARG_DIRECTORY,
	ARG_NUMBER, /* whole, from min to max, in steps of `step` */
	ARG_SECONDS,
	ARG_TIME, /* WHEN_FORMS; in the request seconds since 1970 */
	ARG_BITS, /* as CONF_RATE: 64000, 512k, 10M */
	ARG_TEXT,
	ARG_REST, /* all words that follow, unread */
};

/* What `complete KIND` lists: X(kind, word). */
#define CLI_KINDS(X)               \
	X(ARG_AGENT, "agents")     \
	X(ARG_QUEUE, "queues")     \
	X(ARG_TRUNK, "trunks")     \
	X(ARG_CALL, "calls")       \
	X(ARG_CONTACT, "contacts") \
	X(ARG_COMMAND, "commands") \
	X(ARG_VIEW, "views")       \
	X(ARG_CODEC, "codecs")     \
	X(ARG_LAYER, "layers")

/* One word, or an option: a name that begins with a dash is an option's. */
struct cli_arg {
	const char *name;   /* "CALL"; "--limit" */
	const char *letter; /* "-n", as well as the name; NULL: none */
	const char *key;    /* in the request, and for cli_arg(); NULL: the name without dashes */
	enum arg_kind kind;
	bool required;
	const char *value;  /* what stands for an option's value in the usage: "COUNT" */
	const char *words;  /* ARG_WORD: "login logout" */
	const char *when;   /* only with the ARG_WORD that has this value */
	const char *unless; /* of a word: not there with this option */
	double min, max, step;
	const char *help; /* one sentence, or NULL where the name says all */
};

#define CLI_ARGS 12

enum cli_group { CLI_IS, CLI_WAS, CLI_SHALL, CLI_HERE, CLI_GROUPS };
extern const char *const cli_groups[CLI_GROUPS]; /* titles */

struct cli_command {
	const char *name; /* of one or two words; the longest that fits counts */
	enum cli_group group;
	const char *help;    /* one line */
	const char *details; /* more sentences for the manual; NULL: none */
	/* NULL: `op` is asked with what the arguments say, and the answer printed when it says
	 * anything. */
	int (*run)(const struct cli *cli, const struct cli_args *args);
	enum td_api_op op;    /* what it asks; 0: nothing, or several */
	enum td_view_id view; /* of cmd_view */
	struct cli_arg arg[CLI_ARGS];
	enum td_event_type event; /* of cmd_rows and cmd_cdr: whose rows the store has */
	const char *empty;        /* likewise: what is said when there is no row */
};

extern const struct cli_command cli_commands[]; /* ends with a NULL name */

/* The command that the words begin with, and how many words its name has. NULL: none. */
const struct cli_command *cli_lookup(int argc, const char *const *argv, int *words);
/* The next command behind `own` that is one of c's own: of two words, of which c's name is the
 * first. They stand behind it in the table. NULL: no more. */
const struct cli_command *cli_own_next(const struct cli_command *c, const struct cli_command *own);
bool arg_is_option(const struct cli_arg *a);
bool word_is_option(const char *word);
/* The option that a word begins with: its letter, its name, or as much of the name as no other has.
 * *len: of that. NULL: none, or several. */
const struct cli_arg *arg_option(const struct cli_command *c, const char *word, size_t *len);
/* Appends the names that a word like --l may mean: "--link or --layer". */
void arg_options_like(const struct cli_command *c, const char *word, struct td_buf *out);
/* The argument that is no option at this place, from 0. given: which options are, by their places
 * in the table. NULL: none. */
const struct cli_arg *arg_word(const struct cli_command *c, unsigned place, const bool *given);
/* The view in whose column `key` the names of this kind are. NULL: there is none. */
const struct td_view *arg_names(enum arg_kind kind, const char **key);
/* "--limit" -> "limit"; the key of the request. */
const char *arg_key(const struct cli_arg *a);
/* Appends what a value can be: "login|logout". False: that cannot be listed here. */
bool arg_words(const struct cli_arg *a, const char *between, struct td_buf *out);
/* Appends the arguments as in a synopsis: "NAME login|logout [--reason TEXT]". */
void cli_synopsis(const struct cli_command *c, struct td_buf *out);
#endif
