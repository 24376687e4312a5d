/* SPDX-License-Identifier: BSD-3-Clause */
/* From words to a command, and what commands there are. */
#include <control/cli/cli.h>
#include <engine/conf/schema.h>
#include <stdio.h>
#include <string.h>

const struct option_row cli_options[] = {
	{CLI_OPTION_JSON, "json", NULL, NULL,
		"Prints JSON with all fields, for programs. It may also stand behind the command."},
	{CLI_OPTION_ENGINE, "engine", "SOCKET", "TANDEM_ENGINE_SOCKET, or " TD_ENGINE_SOCKET,
		"The socket of tandem-engine."},
	{CLI_OPTION_TANDEMD, "tandemd", "SOCKET", "TANDEM_TANDEMD_SOCKET, or " TD_TANDEMD_SOCKET,
		"The socket of tandemd."},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

/* What most commands do: ask, and print the answer if it says anything. */
static int ask(const struct cli *cli, const struct cli_args *args)
{
	enum td_api_op op = args->command->op;
	json_t *answer;
	int rc = cli_ask(cli, op, cli_args_request(args), &answer);

	if (json_object_size(answer))
		cli_object(cli, NULL, answer);
	json_decref(answer);
	return rc;
}

void cli_help(FILE *out)
{
	fputs("usage: tandemctl [options] COMMAND ...\n"
	      "Without a command: a shell.\n\n",
		out);
	options_usage(cli_options, out);
	for (int group = 0; group < CLI_GROUPS; group++) {
		fprintf(out, "\n%s\n", cli_groups[group]);
		for (const struct cli_command *c = cli_commands; c->name; c++)
			if ((int)c->group == group)
				fprintf(out, "  %-16s %s\n", c->name, c->help);
	}
	fputs("\ntandemctl COMMAND --help tells a command's arguments. Exit status: 0 done, 1 the "
	      "answer "
	      "was\n"
	      "no, 2 wrong usage or nobody to ask. See tandemctl(1).\n",
		out);
}

static void help_command(const struct cli_command *c)
{
	char storage[1024];
	struct td_buf synopsis;

	buf_init_fixed(&synopsis, storage, sizeof(storage));
	cli_synopsis(c, &synopsis);
	printf("tandemctl %s%s%.*s\n    %s\n", c->name, synopsis.len ? " " : "", (int)synopsis.len,
		synopsis.data, c->help);
	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++)
		if (a->help)
			printf("    %s%s%s  %s\n", a->letter ? a->letter : "",
				a->letter ? ", " : "", a->name, a->help);
}

/* With its own commands of two words, which stand behind it in the table. */
static void help_commands(const struct cli_command *c)
{
	size_t n = strlen(c->name);

	help_command(c);
	for (c++; c->name && strncmp(c->name, c[-1].name, n) == 0 && c->name[n] == ' '; c++)
		help_command(c);
}

static int unknown(const char *name)
{
	struct conf_nearest near = {.wanted = str_of(name)};

	for (const struct cli_command *c = cli_commands; c->name; c++)
		conf_nearest(&near, (struct str){c->name, strcspn(c->name, " ")});
	if (near.best.n)
		cli_say("tandemctl: no command '%s'; did you mean '%.*s'?", name,
			STR_FMT(near.best));
	else
		cli_say("tandemctl: no command '%s'; see tandemctl help", name);
	return CLI_USAGE;
}

int cmd_help(const struct cli *cli, const struct cli_args *args)
{
	int words = 0;
	const struct cli_command *c = cli_lookup(args->rest_count, args->rest, &words);

	(void)cli;
	if (args->rest_count == 0)
		cli_help(stdout);
	else if (!c)
		return unknown(args->rest[0]);
	else
		help_commands(c);
	return CLI_OK;
}

int cli_run(const struct cli *cli, int argc, const char *const *argv)
{
	int words = 0;
	const struct cli_command *c = cli_lookup(argc, argv, &words);
	struct cli asked = *cli;
	struct cli_args args;

	if (!c)
		return unknown(argv[0]);
	if (cli_args_want_help(c, argc - words, argv + words)) {
		help_commands(c);
		return CLI_OK;
	}
	if (!cli_args_read(&args, c, argc - words, argv + words))
		return CLI_USAGE;
	asked.json |= args.json;
	return c->run ? c->run(&asked, &args) : ask(&asked, &args);
}
