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

/* What a file has been told of. */
struct told {
	bool json, strict; /* what was asked for */
	json_t *errors, *warnings;
};

static void list(json_t *list, const struct config_error *e)
{
	json_t *error = json_pack("{s:s, s:s}", "file", e->file, "text", e->text);

	if (!error) /* the name of a file may be no UTF-8 */
		error = json_pack("{s:n, s:s}", "file", "text", e->text);
	if (e->file_line) {
		json_object_set_new(error, "line", json_integer((json_int_t)e->file_line));
		json_object_set_new(error, "column", json_integer((json_int_t)e->file_column));
	}
	json_array_append_new(list, error);
}

static void tell(void *ctx, const struct config_error *e)
{
	const struct told *t = ctx;

	if (!t->json)
		cli_say("%s", e->line);
	list(e->warning && !t->strict ? t->warnings : t->errors, e);
}

/* Says what is wrong: lines for people, a list for programs. CLI_OK with warnings alone, which are
 * in t->warnings. */
static int check(const struct cli *cli, const struct config_source *source, struct told *t)
{
	struct config_source warned = *source;
	json_t *answer;
	int rc;

	warned.warnings = true;
	t->errors = json_array();
	t->warnings = json_array();
	rc = config_read(NULL, &warned, tell, t) ? CLI_USAGE : CLI_OK;
	if (json_array_size(t->errors))
		rc = CLI_USAGE;
	if (t->json && rc) {
		answer = json_pack("{s:b, s:O}", "ok", 0, "errors", t->errors);
		if (json_array_size(t->warnings))
			json_object_set(answer, "warnings", t->warnings);
		cli_object(cli, NULL, answer);
		json_decref(answer);
	}
	json_decref(t->errors);
	return rc;
}

/* The whole standard input, and a NUL behind it. */
static char *input_read(size_t *len)
{
	struct td_buf text;
	char part[65536];
	size_t n;

	buf_init(&text);
	while ((n = fread(part, 1, sizeof(part), stdin)) > 0 && text.len <= CONFIG_FILE_MAX)
		buf_put(&text, part, n);
	buf_put(&text, "", 1);
	if (text.error || ferror(stdin)) {
		cli_say("tandemctl: the standard input: %s",
			strerror(text.error ? -text.error : errno));
		buf_free(&text);
		return NULL;
	}
	*len = text.len - 1;
	return text.data;
}

int cmd_check(const struct cli *cli, const struct cli_args *args)
{
	struct told told = {.json = cli->json, .strict = cli_arg(args, "strict")};
	struct config_source source = {.file = cli_arg(args, "FILE")};
	char *input = NULL;
	json_t *answer;
	int rc;

	if (strcmp(source.file, "-") == 0) {
		source.file = "<stdin>";
		source.text = input = input_read(&source.len);
		if (!input)
			return CLI_USAGE;
	}
	rc = check(cli, &source, &told);
	if (rc == CLI_OK && cli->json) {
		answer = json_pack("{s:b}", "ok", 1);
		if (json_array_size(told.warnings))
			json_object_set(answer, "warnings", told.warnings);
		cli_json(answer, stdout, 0);
		json_decref(answer);
	} else if (rc == CLI_OK) {
		cli_print(source.file, UTF8_ONE_LINE);
		puts(" is right");
	}
	json_decref(told.warnings);
	free(input);
	return rc;
}

/* A text of the answer, which people see. */
static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void change_print(const json_t *row)
{
	const char *change = text_of(row, "change"), *old = text_of(row, "old");
	const char *new = text_of(row, "new");

	cli_print(text_of(row, "path"), UTF8_ONE_LINE);
	fputs(": ", stdout);
	if (!old[0] && !new[0]) {
		fputs(change, stdout);
	} else {
		cli_print(old[0] || strcmp(change, "new") == 0 ? old : "nothing", UTF8_ONE_LINE);
		fputs(old[0] || strcmp(change, "new") != 0 ? " -> " : "", stdout);
		cli_print(new[0] ? new : "nothing", UTF8_ONE_LINE);
	}
}

/* A line for each: "queues.sales.ring: 15s -> 90s". */
static void changes_print(const json_t *answer, const char *key, const char *none)
{
	const json_t *rows = json_object_get(answer, key), *row;
	json_int_t more = json_integer_value(json_object_get(answer, "more"));
	size_t i;

	json_array_foreach(rows, i, row)
	{
		change_print(row);
		puts(json_is_true(json_object_get(row, "restart"))
				? "  (when tandem-engine starts next)"
				: "");
	}
	if (more)
		printf("and %lld more\n", (long long)more);
	if (!json_array_size(rows))
		puts(none);
}

/* What waits, each with its place in the file that was applied. */
static void waiting_print(json_t *answer, const struct config_source *source)
{
	json_t *rows = json_object_get(answer, "waiting"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		struct config_place at = {.line = 0};

		if (source)
			config_place(source, text_of(row, "path"), &at);
		if (at.line) {
			cli_print(source->file, UTF8_ONE_LINE);
			printf(":%zu:%zu: ", at.line, at.column);
		}
		change_print(row);
		puts(": waits until tandem-engine starts next");
	}
}

/* For programs the places stand in the rows. */
static void waiting_place(json_t *answer, const struct config_source *source)
{
	json_t *rows = json_object_get(answer, "waiting"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		struct config_place at = {.line = 0};

		config_place(source, text_of(row, "path"), &at);
		if (!at.line)
			continue;
		json_object_set_new(row, "line", json_integer((json_int_t)at.line));
		json_object_set_new(row, "column", json_integer((json_int_t)at.column));
	}
}

static void applied_print(json_t *answer, const struct config_source *source)
{
	if (json_object_get(answer, "changes"))
		changes_print(answer, "changes", "nothing changes");
	if (json_is_true(json_object_get(answer, "dry-run")))
		return;
	printf("applied: %lld objects set, %lld deleted\n",
		(long long)json_integer_value(json_object_get(answer, "set")),
		(long long)json_integer_value(json_object_get(answer, "deleted")));
	if (!json_is_true(json_object_get(answer, "engine")))
		puts("no engine runs; it will start with this");
	waiting_print(answer, source);
	if (text_of(answer, "note")[0]) {
		fputs("note: ", stdout);
		cli_print(text_of(answer, "note"), UTF8_ONE_LINE);
		putchar('\n');
	}
}

static void answer_print(const struct cli *cli, json_t *answer, const struct config_source *source)
{
	if (!cli->json) {
		applied_print(answer, source);
		return;
	}
	if (source)
		waiting_place(answer, source);
	cli_json(answer, stdout, JSON_COMPACT);
}

int cmd_apply(const struct cli *cli, const struct cli_args *args)
{
	const char *file = cli_arg(args, "FILE");
	struct told told = {.json = cli->json};
	struct config_source source = {.file = file, .here = true};
	unsigned char *text;
	char path[PATH_MAX];
	struct td_text why;
	json_t *answer;
	int rc;

	/* What is wrong is said here, with the name that was typed; tandemd checks again. */
	rc = check(cli, &source, &told);
	json_decref(told.warnings);
	if (rc)
		return rc;
	if (file_read(file, CONFIG_FILE_MAX, &text, &source.len, &why) || !realpath(file, path)) {
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
	source.text = (const char *)text;
	rc = cli_ask(cli, TD_API_APPLY,
		json_pack("{s:s, s:s, s:b, s:b}", "file", path, "yaml", text, "diff",
			cli_arg(args, "diff") != NULL, "dry-run", cli_arg(args, "dry-run") != NULL),
		&answer);
	if (rc == CLI_OK)
		answer_print(cli, answer, &source);
	json_decref(answer);
	free(text);
	return rc ? CLI_USAGE : CLI_OK;
}

int cmd_config_rollback(const struct cli *cli, const struct cli_args *args)
{
	json_t *answer;
	int rc = cli_ask(cli, TD_API_CONFIG_ROLLBACK, cli_args_request(args), &answer);

	if (rc == CLI_OK)
		answer_print(cli, answer, NULL);
	json_decref(answer);
	return rc;
}

int cmd_config_history(const struct cli *cli, const struct cli_args *args)
{
	json_t *answer;
	int rc = cli_ask(cli, TD_API_CONFIG_HISTORY, json_object(), &answer);

	(void)args;
	if (rc == CLI_OK)
		cli_view(cli, &td_views[TD_VIEW_ID_CONFIG_HISTORY], json_object_get(answer, "rows"),
			false);
	json_decref(answer);
	return rc;
}

int cmd_config_diff(const struct cli *cli, const struct cli_args *args)
{
	json_t *answer;
	int rc = cli_ask(cli, TD_API_CONFIG_DIFF, cli_args_request(args), &answer);

	if (rc == CLI_OK && cli->json)
		cli_view(cli, &td_views[TD_VIEW_ID_CONFIG_CHANGES], json_object_get(answer, "rows"),
			false);
	else if (rc == CLI_OK)
		changes_print(answer, "rows", "no difference");
	json_decref(answer);
	return rc;
}
