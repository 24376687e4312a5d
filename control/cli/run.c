/* SPDX-License-Identifier: BSD-3-Clause */
/* From words to a command, and what commands there are. */
#include <control/cli/cli.h>
#include <engine/base/buf.h>
#include <engine/conf/schema.h>
#include <stdio.h>
#include <string.h>

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
	fputs("\ntandemctl COMMAND --help tells a command's arguments. Exit status: 0 done,\n"
	      "1 the answer was no, 2 wrong usage or nobody to ask. See tandemctl(1).\n",
		out);
}

/* A command of two words of which only the first was given, or the first with another one. */
static bool unknown_second(const char *name)
{
	const char *before = "";
	struct td_buf words;
	char storage[256];

	buf_init_fixed(&words, storage, sizeof(storage));
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		size_t n = strcspn(c->name, " ");

		if (!c->name[n] || n != strlen(name) || strncmp(c->name, name, n) != 0)
			continue;
		buf_printf(&words, "%s%s", before, c->name);
		before = ", ";
	}
	if (words.len)
		cli_say("tandemctl: no command '%s' alone; there are %.*s", name, (int)words.len,
			words.data);
	return words.len > 0;
}

static int unknown(const char *name)
{
	struct conf_nearest near = {.wanted = str_of(name)};

	if (unknown_second(name))
		return CLI_USAGE;
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
		cli_usage_help(c);
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
		cli_usage_help(c);
		return CLI_OK;
	}
	if (!cli_args_read(&args, c, argc - words, argv + words))
		return CLI_USAGE;
	asked.json |= args.json;
	return c->run ? c->run(&asked, &args) : ask(&asked, &args);
}
