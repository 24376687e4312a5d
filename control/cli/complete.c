/* SPDX-License-Identifier: BSD-3-Clause */
/* What a word can be: for `tandemctl complete`, which bash asks, and for TAB in our own shell. */
#include <control/cli/cli.h>
#include <control/cli/rows.h>
#include <engine/base/view.h>
#include <stdio.h>
#include <string.h>

#define WORDS_BYTES 1024

static void words_add(json_t *names, const struct cli_arg *a)
{
	char storage[WORDS_BYTES];
	struct td_buf words;
	struct str rest, word;

	buf_init_fixed(&words, storage, sizeof(storage));
	arg_words(a, " ", &words);
	rest = (struct str){words.data, words.len};
	while (rest.n) {
		word = str_cut(&rest, ' ');
		json_array_append_new(names, json_stringn(word.p, word.n));
	}
}

/* First words of all commands, or second ones behind this. */
static void commands_add(json_t *names, const char *first)
{
	const char *last = "";
	size_t last_len = 0;

	for (const struct cli_command *c = cli_commands; c->name; c++) {
		size_t n = strcspn(c->name, " ");

		if (first) {
			if (c->name[n] && strlen(first) == n && memcmp(first, c->name, n) == 0)
				json_array_append_new(names, json_string(c->name + n + 1));
			continue;
		}
		if (n == last_len && memcmp(last, c->name, n) == 0)
			continue; /* those of one word stand together */
		json_array_append_new(names, json_stringn(c->name, n));
		last = c->name;
		last_len = n;
	}
}

/* Of each row the value of a key; of all rows when `fits` is NULL. */
static void engine_add(const struct cli *cli, json_t *names, const struct td_view *v,
	const char *key, bool (*fits)(const json_t *row))
{
	struct cli quiet = *cli;
	json_t *rows, *row;
	size_t i;

	quiet.quiet = true; /* who is not there has no names */
	if (cli_rows(&quiet, TD_API_SHOW, json_pack("{s:s}", "what", v->name), &rows))
		return;
	json_array_foreach(rows, i, row)
	{
		json_t *name = json_object_get(row, key);

		if (json_is_string(name) && (!fits || fits(row)))
			json_array_append(names, name);
	}
	json_decref(rows);
}

/* All values of a kind that can be listed; those of the engine are asked for. */
static json_t *names_of(const struct cli *cli, enum arg_kind kind)
{
	const struct cli_arg any = {.name = "", .kind = kind, .words = ""};
	json_t *names = json_array();
	const char *key;
	const struct td_view *v = arg_names(kind, &key);

	if (v)
		engine_add(cli, names, v, key, kind == ARG_WRITTEN ? row_is_written : NULL);
	if (kind == ARG_COMMAND)
		commands_add(names, NULL);
	else
		words_add(names, &any);
	return names;
}

/* What the kind of a party is named by. Of a number nothing is known. */
static enum arg_kind party_kind(const char *word)
{
	static const struct {
		const char *word;
		enum arg_kind names;
	} kinds[] = {
#define PARTY(id, word, help) {word, PARTY_##id},
#define PARTY_AGENT           ARG_AGENT
#define PARTY_QUEUE           ARG_QUEUE
#define PARTY_NUMBER          ARG_TEXT
#define PARTY_TRUNK           ARG_TRUNK
		TD_PARTY_KINDS(PARTY)};

	for (size_t i = 0; word && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return kinds[i].names;
	return ARG_TEXT;
}

/* Several names: behind the last comma of the word stands the next one. */
static void several_add(const struct cli *cli, json_t *names, enum arg_kind kind, const char *word)
{
	const char *comma = strrchr(word, ',');
	json_t *known = names_of(cli, kind), *name;
	size_t i;

	json_array_foreach(known, i, name)
	{
		json_array_append_new(
			names, json_sprintf("%.*s%s", comma ? (int)(comma + 1 - word) : 0, word,
				       json_string_value(name)));
	}
	json_decref(known);
}

/* What the words so far leave open: an option's value, the next word, options not given yet. */
struct gap {
	const struct cli_arg *value; /* NULL: no option waits for one */
	const struct cli_arg *word;
	const char *before; /* the last word that stands; NULL: none */
	bool given[CLI_ARGS];
};

static void gap_find(struct gap *g, const struct cli_command *c, int argc, const char *const *argv)
{
	unsigned place = 0;
	size_t len;

	*g = (struct gap){0};
	for (int i = 0; i < argc; i++) {
		const struct cli_arg *a;

		if (g->value) {
			g->value = NULL;
			continue;
		}
		if (!word_is_option(argv[i])) {
			place++;
			g->before = argv[i];
			continue;
		}
		a = arg_option(c, argv[i], &len);
		if (!a)
			continue;
		g->given[a - c->arg] = true;
		if (a->kind != ARG_FLAG && !argv[i][len])
			g->value = a;
	}
	g->word = arg_word(c, place, g->given);
}

/* Columns of the view, or what its rows have. */
static void of_view_add(
	const struct cli *cli, json_t *names, const struct cli_arg *a, const struct td_view *v)
{
	struct cli quiet = *cli;
	json_t *rows = NULL;

	quiet.quiet = true;
	if (v && a->kind == ARG_STATE &&
		cli_rows(&quiet, TD_API_SHOW, json_pack("{s:s}", "what", v->name), &rows))
		return;
	rows_values(a, v, rows, names);
	json_decref(rows);
}

/* v: the view that the command shows; NULL: none, or not known yet. */
static void value_add(const struct cli *cli, json_t *names, const struct cli_arg *a,
	const struct td_view *v, enum arg_kind *kind)
{
	json_t *known;

	if (a->kind == ARG_FILE || a->kind == ARG_DIRECTORY) {
		*kind = a->kind;
	} else if (a->kind == ARG_STATE || a->kind == ARG_COLUMN) {
		of_view_add(cli, names, a, v);
	} else if (a->kind == ARG_WORD) {
		words_add(names, a);
	} else {
		known = names_of(cli, a->kind);
		json_array_extend(names, known);
		json_decref(known);
	}
}

/* Options that are not given yet, and of use. */
static void options_add(
	json_t *names, const struct cli_command *c, const struct gap *g, const struct td_view *v)
{
	for (unsigned i = 0; i < CLI_ARGS && c->arg[i].name; i++) {
		const struct cli_arg *a = &c->arg[i];

		if (arg_is_option(a) && !g->given[i] && rows_option(a, v))
			json_array_append_new(names, json_string(a->letter ? a->letter : a->name));
	}
}

json_t *cli_complete(const struct cli *cli, int argc, const char *const *argv, const char *word,
	enum arg_kind *kind)
{
	const struct cli_command *c;
	const struct td_view *v;
	json_t *names = json_array();
	struct gap g;
	int words = 0;

	*kind = ARG_TEXT;
	if (argc == 0) {
		commands_add(names, NULL);
		return names;
	}
	if (argc == 1)
		commands_add(names, argv[0]);
	c = cli_lookup(argc, argv, &words);
	if (!c)
		return names;
	gap_find(&g, c, argc - words, argv + words);
	v = rows_view(c, g.before);
	if (g.value) {
		value_add(cli, names, g.value, v, kind);
		return names;
	}
	if (g.word && g.word->kind == ARG_PARTY)
		several_add(cli, names, party_kind(g.before), word);
	else if (g.word && g.word->kind == ARG_AGENTS)
		several_add(cli, names, ARG_AGENT, word);
	else if (g.word)
		value_add(cli, names, g.word, v, kind);
	if (!g.word || *word == '-')
		options_add(names, c, &g, v);
	return names;
}

static const struct {
	enum arg_kind kind;
	const char *name;
} kinds[] = {
#define KIND(kind, word) {kind, word},
	CLI_KINDS(KIND)
#undef KIND
};

static void print_names(json_t *names, const char *word)
{
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		if (strncmp(json_string_value(name), word, strlen(word)) == 0)
			puts(json_string_value(name));
	}
	json_decref(names);
}

static void names_put(json_t *names, const char *word, enum arg_kind kind)
{
	print_names(names, word);
	if (kind == ARG_FILE)
		puts("@file");
	else if (kind == ARG_DIRECTORY)
		puts("@directory");
}

/* What stands before the command: how many words, of which the last one is being typed. Sets the
 * sockets to ask. */
static int options_skip(struct cli *cli, int argc, const char *const *argv)
{
	int i = 0;

	while (i < argc - 1 && word_is_option(argv[i])) {
		const struct option_row *r = options_lookup(cli_options, argv[i]);
		const char *joined = strchr(argv[i++], '=');
		const char *value = joined ? joined + 1 : argv[i];

		if (!r || !r->value || (!joined && i == argc - 1))
			continue; /* the last: its value is being typed */
		if (r->id == CLI_OPTION_ENGINE)
			cli->engine_socket = value;
		else if (r->id == CLI_OPTION_TANDEMD)
			cli->tandemd_socket = value;
		i += !joined;
	}
	return i;
}

static json_t *own_options(enum arg_kind *kind)
{
	json_t *names = json_array();

	*kind = ARG_TEXT;
	for (const struct option_row *r = cli_options; r->name; r++)
		json_array_append_new(names, json_sprintf("--%s", r->name));
	return names;
}

/* All but the last word stand, the last one is being typed. A line that begins with @ tells bash to
 * look for files itself. */
static int complete_line(const struct cli *cli, int argc, const char *const *argv)
{
	struct cli asked = *cli;
	int skip = options_skip(&asked, argc, argv);
	const struct option_row *before = skip ? options_lookup(cli_options, argv[skip - 1]) : NULL;
	enum arg_kind kind = ARG_FILE;
	json_t *names;

	argc -= skip;
	argv += skip;
	if (argc <= 0)
		return CLI_OK;
	if (before && before->value && !strchr(argv[-1], '='))
		names = json_array(); /* a socket */
	else if (argc == 1 && argv[0][0] == '-')
		names = own_options(&kind);
	else
		names = cli_complete(&asked, argc - 1, argv, argv[argc - 1], &kind);
	names_put(names, argv[argc - 1], kind);
	return CLI_OK;
}

int cmd_complete(const struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "KIND");

	if (cli_arg(args, "line"))
		return complete_line(cli, args->rest_count, args->rest);
	for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			print_names(names_of(cli, kinds[i].kind), "");
	return name ? CLI_OK : cli_usage(args->command, "no KIND");
}
