/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rows of a view are shown, and in which order: --queue, --agent, --trunk, --state, --sort,
 * --limit. An option goes by the view's columns, so no view has a list of its options.
 */
#ifndef TANDEM_CONTROL_CLI_ROWS_H
#define TANDEM_CONTROL_CLI_ROWS_H

#include <control/cli/args.h>
#include <engine/base/view.h>

struct cli;

/* The view that a command shows; word: its first one, for those that have the view there. NULL:
 * it shows none. */
const struct td_view *rows_view(const struct cli_command *c, const char *word);
/* Whether the option is of use for this view; one that chooses no rows is. */
bool rows_option(const struct cli_arg *a, const struct td_view *v);
/* Appends the values that an option of rows_option() can have: columns of the view, or what `rows`
 * have in the option's columns, each once. */
void rows_values(
	const struct cli_arg *a, const struct td_view *v, const json_t *rows, json_t *values);
/* Whether the options fit the view. False: a line says which does not, and what there is. */
bool rows_fit(const struct cli *cli, const struct cli_args *args, const struct td_view *v);
/* Of the rows those that the options choose, in their order; the caller's. */
json_t *rows_choose(const struct cli_args *args, const struct td_view *v, const json_t *rows);
/* What is said when they choose none of these rows. */
void rows_none(const struct cli_args *args, const struct td_view *v, const json_t *rows,
	struct td_buf *out);
/* Puts the rows of a view with the shape VIEW_OLDEST into the order of their ids, whose counter
 * grows with each call and contact. */
void rows_oldest(const struct td_view *v, json_t *rows);

#endif
