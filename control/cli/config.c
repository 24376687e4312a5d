/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl check` and `apply`: a site file is read here, by the same code as tandemd's. */
#include <control/cli/cli.h>
#include <control/config/config.h>
#include <system/file.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(void *ctx, const struct config_error *e)
{
	(void)ctx;
	cli_say("%s", e->line);
}

static void list(void *ctx, const struct config_error *e)
{
	json_t *error = json_pack("{s:s, s:s}", "file", e->file, "text", e->text);

	if (!error) /* the name of a file may be no UTF-8 */
		error = json_pack("{s:n, s:s}", "file", "text", e->text);
	if (e->file_line) {
		json_object_set_new(error, "line", json_integer((json_int_t)e->file_line));
		json_object_set_new(error, "column", json_integer((json_int_t)e->file_column));
	}
	json_array_append_new(ctx, error);
}

/* Says what is wrong: lines for people, a list for programs. */
static int check(const struct cli *cli, const char *file)
{
	const struct config_source source = {.file = file};
	json_t *errors = json_array(), *answer;
	int rc = config_read(NULL, &source, cli->json ? list : say, errors) ? CLI_USAGE : CLI_OK;

	if (cli->json && rc) {
		answer = json_pack("{s:b, s:O}", "ok", 0, "errors", errors);
		cli_object(cli, NULL, answer);
		json_decref(answer);
	}
	json_decref(errors);
	return rc;
}

int cmd_check(const struct cli *cli, const struct cli_args *args)
{
	const char *file = cli_arg(args, "FILE");
	int rc = check(cli, file);

	if (rc)
		return rc;
	if (cli->json) {
		puts("{\"ok\": true}");
	} else {
		cli_print(file, UTF8_ONE_LINE);
		puts(" is right");
	}
	return CLI_OK;
}

int cmd_apply(const struct cli *cli, const struct cli_args *args)
{
	const char *file = cli_arg(args, "FILE");
	unsigned char *text;
	char path[PATH_MAX];
	struct td_text why;
	json_t *answer;
	size_t len;
	int rc;

	/* What is wrong is said here, with the name that was typed; tandemd checks again. */
	rc = check(cli, file);
	if (rc)
		return rc;
	if (file_read(file, CONFIG_FILE_MAX, &text, &len, &why) || !realpath(file, path)) {
		cli_say("tandemctl: %s: %s", file, text ? strerror(errno) : why.s);
		free(text);
		return CLI_USAGE;
	}
	if (!utf8_valid(str_of(path))) {
		cli_say("tandemctl: %s: the path is not UTF-8; rename the file or its directory",
			path);
		free(text);
		return CLI_USAGE;
	}
	rc = cli_ask(
		cli, TD_API_APPLY, json_pack("{s:s, s:s}", "file", path, "yaml", text), &answer);
	free(text);
	if (rc)
		return CLI_USAGE;
	if (cli->json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		printf("applied: %lld objects set, %lld deleted\n",
			(long long)json_integer_value(json_object_get(answer, "set")),
			(long long)json_integer_value(json_object_get(answer, "deleted")));
		if (!json_is_true(json_object_get(answer, "engine")))
			puts("no engine runs; it will start with this");
		if (json_is_true(json_object_get(answer, "restart")))
			puts("a part takes effect when tandem-engine starts next");
		if (json_is_string(json_object_get(answer, "note"))) {
			fputs("note: ", stdout);
			cli_print(
				json_string_value(json_object_get(answer, "note")), UTF8_ONE_LINE);
			putchar('\n');
		}
	}
	json_decref(answer);
	return CLI_OK;
}
