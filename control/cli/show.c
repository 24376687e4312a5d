/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl show`, `status` and `top`: what is at this moment. */
#include <control/cli/cli.h>
#include <control/cli/rows.h>
#include <control/cli/top.h>
#include <control/cli/watch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Asks the engine for a view and prints those rows that the options choose. */
static int show(const struct cli *cli, const struct cli_args *args, const struct td_view *v)
{
	json_t *rows, *chosen;
	struct td_buf none;
	int rc = rows_fit(cli, args, v) ? rows_ask(cli, v, &rows) : CLI_USAGE;

	if (rc)
		return rc;
	buf_init(&none);
	chosen = rows_choose(args, v, rows);
	if (json_array_size(rows) && !json_array_size(chosen))
		rows_none(args, v, rows, &none);
	buf_put(&none, "", 1);
	if (v->shape == VIEW_ONE && json_array_size(rows) == 1)
		cli_object(cli, &v->columns, json_array_get(rows, 0));
	else
		cli_table(cli, &v->columns, chosen, none.len > 1 ? none.data : v->empty);
	buf_free(&none);
	json_decref(chosen);
	json_decref(rows);
	return CLI_OK;
}

int cmd_show(const struct cli *cli, const struct cli_args *args)
{
	return show(cli, args, view_lookup(cli_arg(args, "VIEW")));
}

int cmd_view(const struct cli *cli, const struct cli_args *args)
{
	return show(cli, args, &td_views[args->command->view]);
}

int cmd_status(const struct cli *cli, const struct cli_args *args)
{
	json_t *answer;
	int rc;

	(void)args;
	rc = cli_ask(cli, TD_API_STATUS, json_object(), &answer);
	if (rc)
		return rc;
	if (json_is_true(json_object_get(answer, "engine")))
		json_object_set_new(answer, "draining", cli_draining(cli));
	cli_object(cli, &td_views[TD_VIEW_ID_STATUS].columns, answer);
	rc = json_is_true(json_object_get(answer, "engine")) ? CLI_OK : CLI_UNREACHABLE;
	json_decref(answer);
	return rc;
}

/* One picture. Everything is asked before anything is drawn, so that it does not flicker. */
static int top_draw(const struct cli *cli, bool clear)
{
	static const enum td_view_id parts[] = {
		TD_VIEW_ID_QUEUES, TD_VIEW_ID_AGENTS, TD_VIEW_ID_CALLS};
	json_t *rows[3] = {NULL};
	struct cli plain = *cli;
	time_t now = time(NULL);
	struct tm tm;
	json_t *drains = NULL;
	char clock[16];
	int rc = CLI_OK;
	size_t i;

	for (i = 0; i < 3 && rc == CLI_OK; i++)
		rc = rows_ask(cli, &td_views[parts[i]], &rows[i]);
	if (rc)
		goto out;
	drains = cli_draining(cli);
	if (cli->json) {
		json_t *all = json_pack("{s:I, s:O, s:O, s:O, s:O}", "time", (json_int_t)now,
			"draining", drains, "queues", rows[0], "agents", rows[1], "calls", rows[2]);

		cli_json(all, stdout, JSON_COMPACT);
		json_decref(all);
		goto flush;
	}
	plain.json = false;
	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	if (clear)
		fputs(WATCH_CLEAR, stdout);
	printf("tandem  %s  %zu queues  %zu agents  %zu calls%s\n\n", clock,
		json_array_size(rows[0]), json_array_size(rows[1]), json_array_size(rows[2]),
		clear ? "  (Ctrl-C ends)" : "");
	if (json_is_true(drains))
		fputs("DRAINING: no new calls and contacts are taken; tandemctl drain --off ends "
		      "that\n\n",
			stdout);
	for (i = 0; i < 3; i++) {
		cli_view(&plain, &td_views[parts[i]], rows[i], true);
		putchar('\n');
	}
flush:
	if (!cli_flush())
		rc = CLI_NO;
out:
	json_decref(drains);
	for (i = 0; i < 3; i++)
		json_decref(rows[i]);
	return rc;
}

struct plain_top {
	const struct cli *cli;
	bool clear;
	int rc;
};

static bool top_next(void *ctx)
{
	struct plain_top *t = ctx;
	struct cli cli = *t->cli;

	cli.width = cli_width();
	t->rc = top_draw(&cli, t->clear);
	return t->rc == CLI_OK;
}

int cmd_top(const struct cli *cli, const struct cli_args *args)
{
	double seconds = cli_arg_number(args, "delay", 1), times = cli_arg_number(args, "times", 0);
	struct plain_top t = {.cli = cli, .clear = cli->terminal && times != 1};

	if (cli->terminal && !cli->json && isatty(STDIN_FILENO))
		return top_run(cli, seconds, times);
	watch_run(seconds, times, top_next, &t);
	return t.rc;
}
