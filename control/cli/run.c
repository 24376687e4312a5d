/* SPDX-License-Identifier: BSD-3-Clause */
/* From words to a command, and what commands there are. */
#include <control/cli/cli.h>
#include <control/cli/watch.h>
#include <engine/base/buf.h>
#include <engine/conf/schema.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What most commands do: ask, and print the answer if it says anything. */
static int ask(const struct cli *cli, const struct cli_args *args)
{
	enum td_api_op op = args->command->op;
	json_t *answer;
	int rc = cli_ask(cli, op, cli_args_request(args), &answer);

	if (json_object_size(answer) || (cli->json && rc == CLI_OK))
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
	fputs("\ntandemctl COMMAND --help tells a command's arguments. Exit status:\n", out);
#define X(id, word, help) fprintf(out, "  %d  %s\n", CLI_##id, help);
	CLI_STATUSES(X)
#undef X
	fputs("See tandemctl(1).\n", out);
}

/* The next command of two words of which `name` is the first, from c on. NULL: no more. */
static const struct cli_command *second(const char *name, const struct cli_command *c)
{
	size_t n = strlen(name);

	for (; c->name; c++)
		if (strncmp(c->name, name, n) == 0 && c->name[n] == ' ')
			return c;
	return NULL;
}

static void second_help(const char *name)
{
	for (const struct cli_command *c = cli_commands; (c = second(name, c)); c++)
		cli_usage_help(c);
}

static int unknown_second(int argc, const char *const *argv)
{
	const char *before = "";
	struct td_buf words;
	char storage[256];

	buf_init_fixed(&words, storage, sizeof(storage));
	for (const struct cli_command *c = cli_commands; (c = second(argv[0], c)); c++) {
		buf_printf(&words, "%s%s", before, c->name);
		before = ", ";
	}
	cli_say("tandemctl: no command '%s%s%s'%s; there are %.*s", argv[0], argc > 1 ? " " : "",
		argc > 1 ? argv[1] : "", argc > 1 ? "" : " alone", (int)words.len, words.data);
	return CLI_USAGE;
}

static int unknown(int argc, const char *const *argv)
{
	struct conf_nearest near = {.wanted = str_of(argv[0])};

	if (second(argv[0], cli_commands))
		return unknown_second(argc, argv);
	for (const struct cli_command *c = cli_commands; c->name; c++)
		conf_nearest(&near, (struct str){c->name, strcspn(c->name, " ")});
	if (near.best.n)
		cli_say("tandemctl: no command '%s'; did you mean '%.*s'?", argv[0],
			STR_FMT(near.best));
	else
		cli_say("tandemctl: no command '%s'; see tandemctl help", argv[0]);
	return CLI_USAGE;
}

static bool asks_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int cmd_help(const struct cli *cli, const struct cli_args *args)
{
	int words = 0;
	const struct cli_command *c = cli_lookup(args->rest_count, args->rest, &words);

	(void)cli;
	if (args->rest_count == 0)
		cli_help(stdout);
	else if (!c && args->rest_count == 1 && second(args->rest[0], cli_commands))
		second_help(args->rest[0]);
	else if (!c)
		return unknown(args->rest_count, args->rest);
	else
		cli_usage_help(c);
	return CLI_OK;
}

struct watched {
	struct cli cli;
	const struct cli_args *args;
	int rc;
};

static void head(const struct watched *w)
{
	time_t now = time(NULL);
	struct tm tm;
	char clock[16];

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%standemctl %s  %s%s\n\n", w->cli.terminal ? WATCH_CLEAR : "",
		w->args->command->name, clock, w->cli.terminal ? "  (Ctrl-C ends)" : "");
}

/* A picture that cannot be asked for is told, and the next one may come. */
static bool watched_draw(void *ctx)
{
	struct watched *w = ctx;

	w->cli.width = cli_width();
	if (!w->cli.json)
		head(w);
	w->rc = w->args->command->run(&w->cli, w->args);
	if (!w->cli.json && !w->cli.terminal)
		putchar('\n');
	return cli_flush() && w->rc != CLI_USAGE;
}

static int run(const struct cli *cli, const struct cli_args *args)
{
	double seconds = cli_arg_number(args, &CLI_WATCH[2], 0);
	struct watched w = {.cli = *cli, .args = args};

	if (!args->command->run)
		return ask(cli, args);
	if (seconds == 0)
		return args->command->run(cli, args);
	w.cli.watched = true;
	watch_run(seconds, 0, watched_draw, &w);
	return w.rc;
}

int cli_run(const struct cli *cli, int argc, const char *const *argv)
{
	int words = 0;
	const struct cli_command *c = cli_lookup(argc, argv, &words);
	struct cli asked = *cli;
	struct cli_args args;

	if (!c && argc > 1 && asks_help(argv[1]) && second(argv[0], cli_commands)) {
		second_help(argv[0]);
		return CLI_OK;
	}
	if (!c)
		return unknown(argc, argv);
	if (cli_args_want_help(c, argc - words, argv + words)) {
		cli_usage_help(c);
		return CLI_OK;
	}
	if (!cli_args_read(&args, c, argc - words, argv + words))
		return CLI_USAGE;
	asked.json |= args.json;
	asked.width = cli_width();
	return run(&asked, &args);
}
