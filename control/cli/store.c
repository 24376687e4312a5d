/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl cdr`, `queue-log` and `call`: what was, asked of tandemd's store. */
#include <control/cli/cli.h>
#include <control/cli/quality.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_MAX   1000000
#define ALL_LETTERS "n:q:c:"

static int list(const struct cli *cli, int argc, char **argv, uint16_t op, const char *letters,
	const char *columns, const char *empty)
{
	static const struct option options[] = {
		{"limit", required_argument, NULL, 'n'},
		{"queue", required_argument, NULL, 'q'},
		{"call", required_argument, NULL, 'c'},
		{0},
	};
	json_t *request = json_pack("{s:i}", "limit", 50), *rows;
	unsigned long limit;
	char *end;
	int option, rc;

	optind = 0;
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (option != '?' && !strchr(letters, option))
			goto usage;
		switch (option) {
		case 'n':
			limit = strtoul(optarg, &end, 10);
			if (*end || limit == 0 || limit > LIMIT_MAX)
				goto usage;
			json_object_set_new(request, "limit", json_integer((json_int_t)limit));
			break;
		case 'q':
			json_object_set_new(request, "queue", json_string(optarg));
			break;
		case 'c':
			json_object_set_new(request, "call", json_string(optarg));
			break;
		default:
			goto usage;
		}
	}
	if (optind < argc)
		goto usage;
	rc = cli_rows(cli, CLI_TANDEMD, op, request, &rows);
	if (rc)
		return rc;
	cli_table(cli, rows, columns, empty);
	json_decref(rows);
	return CLI_OK;
usage:
	json_decref(request);
	return cli_usage(cli_lookup(argv[0]));
}

/* What a person looks for first; --json has all. */
#define CDR_COLUMNS                                                                         \
	"id offered caller dialled queue agent disposition wait_ms ring_ms talk_ms digits " \
	"ended_by sip_code cause"

int cmd_cdr(const struct cli *cli, int argc, char **argv)
{
	json_t *rows;
	int rc;

	if (argc != 2 || argv[1][0] == '-')
		return list(cli, argc, argv, TD_API_CDR, ALL_LETTERS, CDR_COLUMNS, "no such calls");
	rc = cli_rows(cli, CLI_TANDEMD, TD_API_CDR,
		json_pack("{s:i, s:s}", "limit", 1, "call", argv[1]), &rows);
	if (rc)
		return rc;
	if (json_array_size(rows) == 1) {
		cli_object(cli, NULL, json_array_get(rows, 0));
	} else {
		fprintf(stderr,
			"tandemctl: cdr: call %s has no record; see tandemctl call %s, or "
			"tandemctl cdr "
			"for those that have\n",
			argv[1], argv[1]);
		rc = CLI_NO;
	}
	json_decref(rows);
	return rc;
}

int cmd_alarms(const struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, TD_API_ALARMS, "n:", "time name raised text", "no alarms");
}

int cmd_queue_log(const struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, TD_API_QUEUE_LOG, ALL_LETTERS,
		"time call queue agent event data1 data2 data3 data4 data5", "no such events");
}

static void story_line(const json_t *step)
{
	double t = json_number_value(json_object_get(step, "time"));
	const char *text = json_string_value(json_object_get(step, "text"));
	time_t seconds = (time_t)t;
	struct tm tm;
	char clock[16];

	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%03d  %s\n", clock, (int)((t - floor(t)) * 1000), text ? text : "");
}

static bool engine_runs(const struct cli *cli)
{
	struct cli quiet = *cli;
	json_t *status;
	bool runs;

	quiet.quiet = true;
	if (cli_ask(&quiet, CLI_TANDEMD, TD_API_STATUS, json_object(), &status))
		return false;
	runs = json_is_true(json_object_get(status, "engine"));
	json_decref(status);
	return runs;
}

int cmd_call(const struct cli *cli, int argc, char **argv)
{
	json_t *answer, *step;
	size_t i;
	int rc;

	if (argc != 2)
		return cli_usage(cli_lookup("call"));
	rc = cli_ask(cli, CLI_TANDEMD, TD_API_CALL, json_pack("{s:s}", "call", argv[1]), &answer);
	if (rc)
		return rc;
	if (cli->json) {
		cli_object(cli, NULL, answer);
	} else {
		json_array_foreach(json_object_get(answer, "story"), i, step) story_line(step);
		if (json_is_object(json_object_get(answer, "cdr"))) {
			json_t *cdr = json_object_get(answer, "cdr");

			putchar('\n');
			quality_show(cli, cdr);
			cli_object(cli, NULL, cdr);
		} else if (json_is_true(json_object_get(answer, "interrupted"))) {
			puts("(no record: the engine stopped while this call was live)");
		} else {
			puts(engine_runs(cli) ? "(the call goes on)"
					      : "(no record yet: the engine does not run)");
		}
	}
	json_decref(answer);
	return CLI_OK;
}
