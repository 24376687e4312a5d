/* SPDX-License-Identifier: BSD-3-Clause */
/* What a word can be: for `tandemctl complete`, which bash asks, and for TAB in our own shell. */
#include <control/cli/cli.h>
#include <control/cli/complete.h>
#include <engine/base/codec.h>
#include <stdio.h>
#include <string.h>

json_t *cli_names(const struct cli *cli, const char *kind)
{
	struct cli quiet = *cli;
	json_t *rows, *row, *names;
	size_t i;

	if (strcmp(kind, "views") == 0)
		return show_names();
	names = json_array();
	if (strcmp(kind, "commands") == 0) {
		for (const struct cli_command *c = cli_commands; c->name; c++)
			json_array_append_new(names, json_string(c->name));
		return names;
	}
	if (strcmp(kind, "codecs") == 0) {
		for (i = 0; codec_all[i]; i++)
			json_array_append_new(names, json_string(codec_name(codec_all[i])));
		return names;
	}
	quiet.quiet = true; /* who is not there has no names */
	if (cli_rows(&quiet, CLI_ENGINE, TD_API_SHOW, json_pack("{s:s}", "what", kind), &rows))
		return names;
	json_array_foreach(rows, i, row)
	{
		json_t *name = json_object_get(row, strcmp(kind, "calls") == 0 ? "id" : "name");

		if (json_is_string(name))
			json_array_append(names, name);
	}
	json_decref(rows);
	return names;
}

static json_t *words(const char *list)
{
	json_t *names = json_array();

	for (size_t n; *list; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		json_array_append_new(names, json_stringn(list, n));
	}
	return names;
}

json_t *complete_word(const struct cli *cli, int argc, const char *const *argv)
{
	const char *first = argc > 0 ? argv[0] : "", *last = argc > 0 ? argv[argc - 1] : "";

	if (argc == 0 || (argc == 1 && strcmp(first, "help") == 0))
		return cli_names(cli, "commands");
	if (strcmp(last, "--call") == 0 || strcmp(last, "call") == 0 || strcmp(last, "cdr") == 0 ||
		strcmp(last, "hangup") == 0 || strcmp(last, "-c") == 0)
		return cli_names(cli, "calls");
	if (strcmp(last, "-q") == 0)
		return cli_names(cli, "queues");
	if (strcmp(last, "--codec") == 0)
		return cli_names(cli, "codecs");
	if (strcmp(first, "show") == 0 && argc == 1)
		return cli_names(cli, "views");
	if (strcmp(first, "agent") == 0)
		return argc == 1   ? cli_names(cli, "agents")
		       : argc == 2 ? words("login logout pause unpause ready")
				   : words("--reason");
	if (strcmp(first, "bandwidth") == 0)
		return words(argc == 1 ? "links ports plan"
				       : "--link --codec --ptime --layer --ipv6 --srtp");
	if (strcmp(first, "trace") == 0)
		return words("--sip --call -w");
	if (strcmp(first, "replay") == 0)
		return words("--verify --store --journal");
	if (strcmp(first, "alarms") == 0)
		return words("-n");
	if (strcmp(first, "queue-log") == 0)
		return words("-n -q -c");
	return json_array();
}

int cmd_complete(const struct cli *cli, int argc, char **argv)
{
	json_t *names, *name;
	size_t i;

	if (argc != 2)
		return cli_usage(cli_lookup("complete"));
	names = cli_names(cli, argv[1]);
	json_array_foreach(names, i, name) puts(json_string_value(name));
	json_decref(names);
	return CLI_OK;
}
