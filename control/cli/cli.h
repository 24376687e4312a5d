/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tandemctl: what its commands share. A command is a row of cli_commands[]; its function gets its
 * arguments and returns an exit status, enum cli_status. It prints its result to stdout and one
 * line of reason to stderr.
 */
#ifndef TANDEM_CONTROL_CLI_CLI_H
#define TANDEM_CONTROL_CLI_CLI_H

#include <control/cli/args.h>
#include <control/cli/command.h>
#include <control/cli/say.h>
#include <control/cli/usage.h>
#include <engine/base/view.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <tandem/api.h>

struct cli {
	const char *engine_socket, *tandemd_socket;
	bool json;
	bool color;
	bool terminal;  /* stdout is one */
	unsigned width; /* of it, in columns; 0: none, or not known, and nothing is cut */
	bool watched;   /* the command is repeated: JSON is a line each */
	bool quiet;     /* say nothing when no one answers */
};

int cli_run(const struct cli *cli, int argc, const char *const *argv); /* argc > 0 */
void cli_help(FILE *out);                                              /* all commands */

/* Says why on stderr, with --json as {"error": ..., "status": ...}, unless cli->quiet. Returns the
 * status. */
int cli_fail(const struct cli *cli, enum cli_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One request, one answer, by the server that has the operation. Returns a status as above; *answer
 * is the caller's when CLI_OK (may be NULL when there was no body). Says on stderr what failed.
 * `request` is consumed. */
int cli_ask(const struct cli *cli, enum td_api_op op, json_t *request, json_t **answer);
/* One request, a stream of answers: `each` gets every body (borrowed) until it returns false or
 * the stream ends. */
int cli_stream(const struct cli *cli, enum td_api_op op, json_t *request,
	bool (*each)(void *ctx, json_t *body), void *ctx);
/* Whether the engine drains, null when it does not say. The caller's. */
json_t *cli_draining(const struct cli *cli);
/* All rows of a streamed {"rows": [...]}, as one array. */
int cli_rows(const struct cli *cli, enum td_api_op op, json_t *request, json_t **rows);

/*
 * Rows (objects) as a table; with --json one array, whole. columns: what is known of them, and
 * those that have a place are shown; NULL: nothing, and all keys of the first row are shown. empty:
 * what to say when there is no row.
 */
void cli_table(const struct cli *cli, const struct td_columns *columns, const json_t *rows,
	const char *empty);
/* The same for a view. top: only what `top` has of it. */
void cli_view(const struct cli *cli, const struct td_view *v, const json_t *rows, bool top);
/* One object, a key a line. columns: NULL when nothing is known of them. */
void cli_object(const struct cli *cli, const struct td_columns *columns, const json_t *object);

/* What a word can be that stands behind these; the command's first. Words alone are candidates;
 * *kind is what else it can be: ARG_FILE, ARG_DIRECTORY, else ARG_TEXT. */
json_t *cli_complete(const struct cli *cli, int argc, const char *const *argv, const char *word,
	enum arg_kind *kind);

/* Of cli_commands[]. */
int cmd_show(const struct cli *cli, const struct cli_args *args);
int cmd_view(const struct cli *cli, const struct cli_args *args);
int cmd_top(const struct cli *cli, const struct cli_args *args);
int cmd_status(const struct cli *cli, const struct cli_args *args);
int cmd_plan(const struct cli *cli, const struct cli_args *args);
int cmd_trace(const struct cli *cli, const struct cli_args *args);
int cmd_agent(const struct cli *cli, const struct cli_args *args);
int cmd_contact(const struct cli *cli, const struct cli_args *args);
int cmd_call(const struct cli *cli, const struct cli_args *args);
int cmd_cdr(const struct cli *cli, const struct cli_args *args);
int cmd_rows(const struct cli *cli, const struct cli_args *args);
int cmd_replay(const struct cli *cli, const struct cli_args *args);
int cmd_drain(const struct cli *cli, const struct cli_args *args);
int cmd_check(const struct cli *cli, const struct cli_args *args);
int cmd_apply(const struct cli *cli, const struct cli_args *args);
int cmd_config_diff(const struct cli *cli, const struct cli_args *args);
int cmd_config_history(const struct cli *cli, const struct cli_args *args);
int cmd_config_rollback(const struct cli *cli, const struct cli_args *args);
int cmd_shell(const struct cli *cli, const struct cli_args *args);
int cmd_complete(const struct cli *cli, const struct cli_args *args);
int cmd_help(const struct cli *cli, const struct cli_args *args);

#endif
