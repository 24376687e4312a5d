/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl cdr`, `queue-log` and `call`: what was, asked of tandemd's store. */
#include <control/cli/cli.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_MAX 1000000

static int list(const struct cli *cli, int argc, char **argv, uint16_t op, const char *empty)
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
	while ((option = getopt_long(argc, argv, "n:q:c:", options, NULL)) != -1) {
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
	cli_table(cli, rows, empty);
	json_decref(rows);
	return CLI_OK;
usage:
	json_decref(request);
	return cli_usage(cli_lookup(argv[0]));
}

/* The columns a person looks for first; --json has them all. */
static json_t *cdr_short(const json_t *rows)
{
	static const char *const keys[] = {"id", "offered", "caller", "dialled", "queue", "agent",
		"disposition", "wait_ms", "ring_ms", "talk_ms", "digits", "ended_by", "sip_code"};
	json_t *out = json_array(), *row, *value;
	size_t i, k;

	json_array_foreach(rows, i, row)
	{
		json_t *cut = json_object();

		for (k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			value = json_object_get(row, keys[k]);
			if (value)
				json_object_set(cut, keys[k], value);
		}
		json_array_append_new(out, cut);
	}
	return out;
}

int cmd_cdr(const struct cli *cli, int argc, char **argv)
{
	struct cli all = *cli;
	json_t *request = NULL, *rows, *cut;
	int rc;

	/* A call's whole record, or many records shortened. */
	if (argc == 2 && argv[1][0] != '-') {
		request = json_pack("{s:i, s:s}", "limit", 1, "call", argv[1]);
		rc = cli_rows(cli, CLI_TANDEMD, TD_API_CDR, request, &rows);
		if (rc)
			return rc;
		if (json_array_size(rows) == 0) {
			fprintf(stderr,
				"tandemctl: cdr: no call %s in the store; see tandemctl cdr\n",
				argv[1]);
			json_decref(rows);
			return CLI_NO;
		}
		cli_object(cli, json_array_get(rows, 0));
		json_decref(rows);
		return CLI_OK;
	}
	if (cli->json)
		return list(&all, argc, argv, TD_API_CDR, "no calls yet");
	request = json_pack("{s:i}", "limit", 50);
	for (int i = 1; i < argc; i++) {
		char *end;

		if (i + 1 < argc && (!strcmp(argv[i], "-n") || !strcmp(argv[i], "--limit"))) {
			long limit = strtol(argv[++i], &end, 10);

			if (!*end && limit > 0 && limit <= LIMIT_MAX) {
				json_object_set_new(request, "limit", json_integer(limit));
				continue;
			}
		} else if (i + 1 < argc &&
			   (!strcmp(argv[i], "-q") || !strcmp(argv[i], "--queue"))) {
			json_object_set_new(request, "queue", json_string(argv[++i]));
			continue;
		}
		json_decref(request);
		return cli_usage(cli_lookup("cdr"));
	}
	rc = cli_rows(cli, CLI_TANDEMD, TD_API_CDR, request, &rows);
	if (rc)
		return rc;
	cut = cdr_short(rows);
	cli_table(cli, cut, "no calls yet");
	json_decref(cut);
	json_decref(rows);
	return CLI_OK;
}

int cmd_queue_log(const struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, TD_API_QUEUE_LOG, "no events yet");
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
		json_dumpf(answer, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		json_array_foreach(json_object_get(answer, "story"), i, step) story_line(step);
		if (json_is_object(json_object_get(answer, "cdr"))) {
			putchar('\n');
			cli_object(cli, json_object_get(answer, "cdr"));
		} else {
			puts("(the call goes on)");
		}
	}
	json_decref(answer);
	return CLI_OK;
}
