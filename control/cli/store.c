/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl cdr`, `queue-log` and `call`: what was, asked of tandemd's store. */
#include <control/cli/cli.h>
#include <control/cli/quality.h>
#include <engine/base/event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct td_columns *columns_of(enum td_event_type event)
{
	return &event_table(event)->columns;
}

int cmd_rows(const struct cli *cli, const struct cli_args *args)
{
	const struct cli_command *c = args->command;
	json_t *request = cli_args_request(args), *rows;
	const json_t *since = json_object_get(request, "since");
	const json_t *until = json_object_get(request, "until");
	int rc;

	if (since && until && json_real_value(until) <= json_real_value(since)) {
		json_decref(request);
		return cli_fail(cli, CLI_USAGE, "%s: --until is not after --since", c->name);
	}
	rc = cli_rows(cli, c->op, request, &rows);
	if (rc)
		return rc;
	cli_table(cli, columns_of(c->event), rows, c->empty);
	json_decref(rows);
	return CLI_OK;
}

int cmd_cdr(const struct cli *cli, const struct cli_args *args)
{
	const char *call = cli_arg(args, "id");
	json_t *rows;
	int rc;

	if (!call)
		return cmd_rows(cli, args);
	for (unsigned i = 1; i < CLI_ARGS; i++)
		if (args->value[i])
			return cli_usage(args->command, "a call has one record: %s alone", call);
	rc = cli_rows(cli, TD_API_CDR, json_pack("{s:i, s:s}", "limit", 1, "call", call), &rows);
	if (rc)
		return rc;
	if (json_array_size(rows) == 1) {
		cli_object(cli, columns_of(args->command->event), json_array_get(rows, 0));
	} else {
		rc = cli_fail(cli, CLI_MISSING,
			"cdr: call %s has no record; see tandemctl call %s, or tandemctl cdr for "
			"those that have",
			call, call);
	}
	json_decref(rows);
	return rc;
}

static void story_line(const json_t *step)
{
	const struct td_column *c = columns_of(TD_EV_STORY)->column;
	double t = json_number_value(json_object_get(step, c[EVENT_story_time].name));
	const char *text = json_string_value(json_object_get(step, c[EVENT_story_text].name));
	time_t seconds = (time_t)t;
	struct tm tm;
	char clock[16];

	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%03d  ", clock, (int)((t - floor(t)) * 1000));
	cli_print(text, UTF8_ONE_LINE);
	putchar('\n');
}

static bool engine_runs(const struct cli *cli)
{
	struct cli quiet = *cli;
	json_t *status;
	bool runs;

	quiet.quiet = true;
	if (cli_ask(&quiet, TD_API_STATUS, json_object(), &status))
		return false;
	runs = json_is_true(json_object_get(status, "engine"));
	json_decref(status);
	return runs;
}

/* Nothing where there are none. */
static void list(const struct cli *cli, enum td_event_type event, const json_t *rows)
{
	if (!json_array_size(rows))
		return;
	putchar('\n');
	cli_table(cli, columns_of(event), rows, "");
}

int cmd_call(const struct cli *cli, const struct cli_args *args)
{
	json_t *answer, *step;
	bool lost;
	size_t i;
	int rc;

	rc = cli_ask(cli, TD_API_CALL, cli_args_request(args), &answer);
	if (rc)
		return rc;
	lost = json_array_size(json_object_get(answer, "lost")) > 0;
	json_array_foreach(json_object_get(answer, "lost"), i, step)
		cli_say("tandemctl: call: %s", json_string_value(step));
	if (cli->json) {
		cli_object(cli, NULL, answer);
	} else {
		json_array_foreach(json_object_get(answer, "story"), i, step) story_line(step);
		list(cli, TD_EV_CONTACT_DATA, json_object_get(answer, "data"));
		list(cli, TD_EV_SEGMENT, json_object_get(answer, "segments"));
		list(cli, TD_EV_PARTY, json_object_get(answer, "parties"));
		if (json_is_object(json_object_get(answer, "cdr"))) {
			json_t *cdr = json_object_get(answer, "cdr");

			putchar('\n');
			quality_show(cli, cdr);
			cli_object(cli, columns_of(TD_EV_CDR), cdr);
		} else if (json_is_true(json_object_get(answer, "interrupted"))) {
			puts("(no record: the engine stopped while this call was live)");
		} else {
			puts(engine_runs(cli) ? "(the call goes on)"
					      : "(no record yet: the engine does not run)");
		}
	}
	json_decref(answer);
	return lost ? CLI_NO : CLI_OK;
}
