/* SPDX-License-Identifier: BSD-3-Clause */
/* How a command is written: for who asks, and for who wrote it wrong. */
#ifndef TANDEM_CONTROL_CLI_USAGE_H
#define TANDEM_CONTROL_CLI_USAGE_H

#include <control/cli/command.h>

/* "usage: tandemctl ..." on stderr, also of the command's own commands of two words. Returns
 * CLI_USAGE. `why`: a line before it, or NULL. */
int cli_usage(const struct cli_command *c, const char *why, ...)
	__attribute__((format(printf, 2, 3)));
/* All that there is to say of it and of its own commands, on stdout. */
void cli_usage_help(const struct cli_command *c);

#endif
