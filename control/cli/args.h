/* SPDX-License-Identifier: BSD-3-Clause */
/* The words behind a command, read by its row of cli_commands[]. */
#ifndef TANDEM_CONTROL_CLI_ARGS_H
#define TANDEM_CONTROL_CLI_ARGS_H

#include <control/cli/command.h>
#include <jansson.h>

struct cli;

struct cli_args {
	const struct cli_command *command;
	const char *value[CLI_ARGS]; /* borrowed from the words; NULL: not given */
	int rest_count;              /* ARG_REST */
	const char *const *rest;
	bool json; /* tandemctl's own --json, which may stand behind the command */
};

/* False: a line on stderr says what is wrong, and how the command is used. */
bool cli_args_read(
	struct cli_args *args, const struct cli_command *c, int argc, const char *const *argv);
/* Whether --help or -h is among the words, and no option's value. */
bool cli_args_want_help(const struct cli_command *c, int argc, const char *const *argv);
/* By key; NULL: not given. A flag's value is "". */
const char *cli_arg(const struct cli_args *args, const char *key);
double cli_arg_number(const struct cli_args *args, const char *key, double otherwise);
uint64_t cli_arg_bits(const struct cli_args *args, const char *key); /* a second; 0: not given */
/* {"key": value, ...} of those given: numbers as such, flags as true. */
json_t *cli_args_request(const struct cli_args *args);

#endif
