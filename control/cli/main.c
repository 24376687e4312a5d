/* SPDX-License-Identifier: BSD-3-Clause */
/* tandemctl: what an operator asks and says. Options, the table of commands, usage. */
#include <control/cli/cli.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int cmd_help(const struct cli *cli, int argc, char **argv);

const struct cli_command cli_commands[] = {
	{"show", "calls|queues|agents|ports|trunks|drops|memory|stats|sip|workers",
		"what is at this moment", cmd_show},
	{"top", "[-d SECONDS] [-n TIMES]", "queues, agents and calls, live", cmd_top},
	{"status", "", "how tandemd and its store are", cmd_status},
	{"call", "CALL", "a call's whole story with time stamps", cmd_call},
	{"cdr", "[CALL | -n COUNT | -q QUEUE]", "calls that ended, newest last", cmd_cdr},
	{"queue-log", "[-n COUNT] [-q QUEUE] [-c CALL]", "what happened in the queues",
		cmd_queue_log},
	{"alarms", "[-n COUNT]", "what an operator should know, newest last", cmd_alarms},
	{"agent", "NAME login|logout|pause [--reason TEXT]|unpause|ready",
		"change an agent's state", cmd_agent},
	{"hangup", "CALL", "end a call", cmd_hangup},
	{"bandwidth", "[links | ports | plan --link BITS --codec C --ptime MS]",
		"bandwidth by codec, of links and ports, or how many calls a link carries",
		cmd_bandwidth},
	{"trace", "--sip [--call CALL] [-w FILE.pcap]", "SIP messages as they pass", cmd_trace},
	{"check", "FILE", "is this site.yaml right? Changes nothing", cmd_check},
	{"apply", "FILE", "make this site.yaml the running one", cmd_apply},
	{"replay", "--verify [--store FILE | --journal DIR]", "repeat the ACD's decisions",
		cmd_replay},
	{"drain", "", "take no new calls; those that run go on", cmd_drain},
	{"shell", "", "these commands at a prompt", cmd_shell},
	{"complete", "KIND",
		"names for a shell's completion: agents, queues, calls, commands, views",
		cmd_complete},
	{"help", "[COMMAND]", "this list", cmd_help},
	{0},
};

const struct cli_command *cli_lookup(const char *name)
{
	for (const struct cli_command *c = cli_commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int cli_usage(const struct cli_command *c)
{
	fprintf(stderr, "usage: tandemctl %s%s%s\n", c->name, *c->usage ? " " : "", c->usage);
	return CLI_USAGE;
}

int cli_run(const struct cli *cli, int argc, char **argv)
{
	const struct cli_command *c = cli_lookup(argv[0]);

	if (!c) {
		fprintf(stderr, "tandemctl: no command '%s'; see tandemctl help\n", argv[0]);
		return CLI_USAGE;
	}
	return c->run(cli, argc, argv);
}

static void help(FILE *out)
{
	fputs("usage: tandemctl [--json] [--engine SOCKET] [--tandemd SOCKET] COMMAND ...\n"
	      "Without a command: a shell.\n\n",
		out);
	for (const struct cli_command *c = cli_commands; c->name; c++)
		fprintf(out, "  %-10s %s\n  %-10s     %s%s%s\n", c->name, c->help, "", c->name,
			*c->usage ? " " : "", c->usage);
	fputs("\n--json prints what programs can read. Exit status: 0 done, 1 the answer was no,\n"
	      "2 wrong usage or nobody to ask. See tandemctl(1).\n",
		out);
}

static int cmd_help(const struct cli *cli, int argc, char **argv)
{
	const struct cli_command *c = argc == 2 ? cli_lookup(argv[1]) : NULL;

	(void)cli;
	if (argc > 1 && !c) {
		fprintf(stderr, "tandemctl: no command '%s'; see tandemctl help\n", argv[1]);
		return CLI_USAGE;
	}
	if (c)
		printf("tandemctl %s%s%s\n    %s\n", c->name, *c->usage ? " " : "", c->usage,
			c->help);
	else
		help(stdout);
	return CLI_OK;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"engine", required_argument, NULL, 'e'},
		{"tandemd", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	const char *engine = getenv("TANDEM_ENGINE_SOCKET");
	const char *tandemd = getenv("TANDEM_TANDEMD_SOCKET");
	struct cli cli = {
		.engine_socket = engine ? engine : TD_ENGINE_SOCKET,
		.tandemd_socket = tandemd ? tandemd : TD_TANDEMD_SOCKET,
		.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	};
	char *shell[] = {(char *)"shell", NULL};
	int option;

	argv[0] = (char *)"tandemctl"; /* what getopt says begins as our own words do */

	while ((option = getopt_long(argc, argv, "+jhV", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			cli.json = true;
			break;
		case 'e':
			cli.engine_socket = optarg;
			break;
		case 't':
			cli.tandemd_socket = optarg;
			break;
		case 'h':
			help(stdout);
			return CLI_OK;
		case 'V':
			puts("tandemctl " TD_VERSION);
			return CLI_OK;
		default:
			return CLI_USAGE;
		}
	}
	/* --json is welcome behind the command too: that is where fingers put it. */
	for (int i = optind; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			cli.json = true;
			memmove(&argv[i], &argv[i + 1], (size_t)(argc - i) * sizeof(*argv));
			argc--;
			i--;
		}
	}
	if (optind == argc)
		return cli_run(&cli, 1, shell);
	return cli_run(&cli, argc - optind, argv + optind);
}
