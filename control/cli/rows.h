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

/* Asks the engine for the rows of a view, in their order; *rows is the caller's when CLI_OK. */
int rows_ask(const struct cli *cli, const struct td_view *v, json_t **rows);
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
/* Puts rows into the order of a column, of which `down` has the highest first, and nothing is last;
 * rank: what counts before it, NULL: nothing does. Equal ones stay as they were. */
void rows_sort(json_t *rows, int (*rank)(const json_t *row), const char *key, bool down);
bool row_is_written(const json_t *row); /* of the view `contacts`: it is no call */
/* Puts the rows of a view with the shape VIEW_OLDEST into the order of their ids, whose counter
 * grows with each call and contact. */
void rows_oldest(const struct td_view *v, json_t *rows);

#endif
