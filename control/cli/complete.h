/* SPDX-License-Identifier: BSD-3-Clause */
/* Completion: what the next word of a command can be. */
#ifndef TANDEM_CONTROL_CLI_COMPLETE_H
#define TANDEM_CONTROL_CLI_COMPLETE_H

#include <control/cli/cli.h>

/* Names of a kind: agents, queues, calls (asked of the engine), commands, views. */
json_t *cli_names(const struct cli *cli, const char *kind);
/* What may follow the words argv, the command first. An array, empty when anything may. */
json_t *complete_word(const struct cli *cli, int argc, const char *const *argv);
json_t *show_names(void); /* show.c's views */

#endif
