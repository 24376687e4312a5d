/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cli.h>
#include <control/cli/rows.h>
#include <stdio.h>
#include <tests/unit/unit.h>

/* What the table's reader cannot know: NULL, or what is wrong with an argument. */
static const char *arg_wrong(const struct cli_command *c, unsigned i)
{
	const struct cli_arg *a = &c->arg[i];
	bool rest = a->kind == ARG_REST || a->kind == ARG_COMMAND;

	if (arg_is_option(a) && (a->name[1] != '-' || !a->name[2]))
		return "an option's name begins with --";
	if (a->letter &&
		(!arg_is_option(a) || a->letter[0] != '-' || !a->letter[1] || a->letter[2]))
		return "a letter is a dash and one character, of an option";
	if (a->letter && a->letter[1] == 'h')
		return "-h is help";
	if (strcmp(a->name, "--json") == 0 || (a->letter && a->letter[1] == CLI_OPTION_JSON))
		return "--json and -j are tandemctl's own";
	if (arg_is_option(a) && (a->kind == ARG_FLAG) == !!a->value)
		return "an option has a `value` for its usage, a flag has none";
	if (!arg_is_option(a) && a->kind == ARG_FLAG)
		return "a word is no flag";
	if ((a->kind == ARG_WORD) != !!a->words)
		return "`words` are those of an ARG_WORD";
	if ((a->kind == ARG_NUMBER || a->kind == ARG_SECONDS) && !(a->max > a->min))
		return "a number has `min` and `max`";
	if (a->kind == ARG_NUMBER && a->step == 0)
		return "a whole number has a `step`";
	if (rest && !arg_is_option(a) && i + 1 < CLI_ARGS && c->arg[i + 1].name)
		return "nothing stands behind the rest";
	for (unsigned k = 0; k < i; k++) {
		const struct cli_arg *b = &c->arg[k];

		if (strcmp(arg_key(a), arg_key(b)) == 0)
			return "its key is there twice";
		if (a->letter && b->letter && strcmp(a->letter, b->letter) == 0)
			return "its letter is there twice";
		if (!arg_is_option(a) && !arg_is_option(b) && a->required && !b->required)
			return "a word that must be there stands behind one that need not";
	}
	return NULL;
}

static const char *command_wrong(const struct cli_command *c)
{
	const char *space = strchr(c->name, ' ');
	int words = 0;
	char text[64];
	char *second;
	const char *argv[2] = {text, NULL};

	snprintf(text, sizeof(text), "%s", c->name);
	second = strchr(text, ' ');
	if (second) {
		*second = '\0';
		argv[1] = second + 1;
	}
	if (cli_lookup(space ? 2 : 1, argv, &words) != c)
		return "it is there twice";
	if ((int)c->group < 0 || c->group >= CLI_GROUPS)
		return "it has no group";
	if (!c->help || !*c->help || c->help[strlen(c->help) - 1] == '.')
		return "its help is one line without a full stop";
	if (c->details && c->details[strlen(c->details) - 1] != '.')
		return "its details are sentences";
	if (!c->run && !c->op)
		return "it has neither a function nor an operation to ask";
	if ((c->run == cmd_rows || c->run == cmd_cdr) != (c->event && c->empty))
		return "its event, and what is said without a row, are those of cmd_rows";
	if (c->run == cmd_view && !view_is_shown(&td_views[c->view]))
		return "its view is none that is shown";
	for (unsigned i = 0; c->run == cmd_view && i < CLI_ARGS && c->arg[i].name; i++)
		if (!rows_option(&c->arg[i], &td_views[c->view]))
			return "it has an option whose column its view lacks";
	return NULL;
}

static void every_command_is_right(void **state)
{
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		const char *wrong = command_wrong(c);

		if (wrong)
			fail_msg("commands.c: %s: %s", c->name, wrong);
		for (unsigned i = 0; i < CLI_ARGS && c->arg[i].name; i++) {
			wrong = arg_wrong(c, i);
			if (wrong)
				fail_msg("commands.c: %s: %s: %s", c->name, c->arg[i].name, wrong);
		}
	}
}

static struct cli_args args;

static bool reads(const char *name, int argc, const char *const *argv)
{
	int words;
	const struct cli_command *c = cli_lookup(1, &name, &words);

	assert_non_null(c);
	return cli_args_read(&args, c, argc, argv);
}
#define READS(name, ...)                                                    \
	reads(name, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), \
		(const char *const[]){__VA_ARGS__})

static void options_are_read_as_people_write_them(void **state)
{
	assert_true(READS("cdr", "-n", "3"));
	assert_string_equal(cli_arg(&args, "limit"), "3");
	assert_true(READS("cdr", "-n3", "--queue=sales"));
	assert_string_equal(cli_arg(&args, "limit"), "3");
	assert_string_equal(cli_arg(&args, "queue"), "sales");
	assert_true(READS("cdr", "--lim", "7"));
	assert_true(cli_arg_number(&args, "limit", 0) == 7);
	assert_null(cli_arg(&args, "queue"));
	assert_true(READS("hangup", "--", "-7"));
	assert_string_equal(cli_arg(&args, "call"), "-7");
	assert_true(READS("agent", "alice", "pause", "--reason", "lunch"));
	assert_string_equal(cli_arg(&args, "reason"), "lunch");
	assert_true(READS("top", "-n", "0"));
	assert_true(cli_arg_number(&args, "times", 1) == 0);
}

static void json_is_an_option_wherever_no_value_or_word_is_wanted(void **state)
{
	assert_true(READS("cdr", "--json", "-n", "3"));
	assert_true(args.json);
	assert_true(READS("cdr", "-n", "3", "-j"));
	assert_true(args.json);
	assert_true(READS("agent", "alice", "pause", "--reason", "--json"));
	assert_false(args.json);
	assert_string_equal(cli_arg(&args, "reason"), "--json");
	assert_true(READS("hangup", "--", "--json"));
	assert_false(args.json);
	assert_string_equal(cli_arg(&args, "call"), "--json");
	assert_true(READS("complete", "--line", "show", "--json"));
	assert_false(args.json);
	assert_int_equal(args.rest_count, 2);
	assert_false(READS("cdr", "--json=yes"));
	assert_false(READS("cdr", "-n", "--json"));
	assert_false(READS("cdr", "--jsn"));
}

static void what_does_not_fit_is_refused(void **state)
{
	assert_false(READS("cdr", "-n", "0"));
	assert_false(READS("cdr", "-n", "1.5"));
	assert_false(READS("cdr", "-n"));
	assert_false(READS("cdr", "--frogs"));
	assert_false(READS("cdr", "-z"));
	assert_false(READS("hangup", "1", "2"));
	assert_false(READS("trace", "--sip=1"));
	assert_false(READS("trace", "--call", "1"));
	assert_false(READS("agent", "alice", "login", "--reason", "lunch"));
	assert_false(READS("show", "acct"));
	assert_false(READS("top", "-d", "0"));
}

static void a_request_has_what_was_given(void **state)
{
	json_t *request;

	assert_true(READS("cdr", "-n", "3", "-q", "sales"));
	request = cli_args_request(&args);
	assert_int_equal(json_object_size(request), 2);
	assert_int_equal(json_integer_value(json_object_get(request, "limit")), 3);
	assert_string_equal(json_string_value(json_object_get(request, "queue")), "sales");
	json_decref(request);
}

static const struct cli nobody = {
	.engine_socket = "/nonexistent/e", .tandemd_socket = "/nonexistent/t", .quiet = true};

/* Candidates with a space between, of all words but the last. */
static const char *completed(enum arg_kind *kind, int argc, const char *const *argv)
{
	static char text[1024];
	json_t *names = cli_complete(&nobody, argc - 1, argv, argv[argc - 1], kind), *name;
	size_t i;

	text[0] = '\0';
	json_array_foreach(names, i, name)
	{
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", json_string_value(name));
	}
	json_decref(names);
	return text;
}
#define COMPLETED(...)                                                           \
	completed(&kind, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), \
		(const char *const[]){__VA_ARGS__})

static void words_are_completed_by_the_table(void **state)
{
	enum arg_kind kind;

	assert_non_null(strstr(COMPLETED(""), "show top bandwidth trace"));
	assert_non_null(strstr(COMPLETED("show", ""), "port-bandwidth"));
	assert_string_equal(COMPLETED("bandwidth", ""), "links ports plan -q -t -s -n -w");
	assert_non_null(strstr(COMPLETED("bandwidth", "plan", "--codec", ""), "pcma"));
	assert_string_equal(COMPLETED("bandwidth", "plan", "--layer", "wire", "--link", "1G", "-"),
		"--codec --ptime --ipv6 --srtp");
	/* options by what the view has */
	assert_string_equal(COMPLETED("show", "trunks", ""), "-t -s -n -w");
	assert_string_equal(COMPLETED("show", "calls", "-"), "-q -a -t --state -s -n -w");
	assert_string_equal(COMPLETED("show", "stats", "-"), "-w");
	assert_non_null(strstr(COMPLETED("show", "agents", "--sort", ""), "name state seconds"));
	assert_string_equal(COMPLETED("show", "agents", "--state", ""), ""); /* nobody to ask */
	assert_string_equal(COMPLETED("agent", "alice", ""), "login logout pause unpause ready");
	assert_string_equal(COMPLETED("agent", "alice", "pause", ""), "-q --reason");
	assert_string_equal(
		COMPLETED("agent", "-q", "sales", ""), "login logout pause unpause ready");
	assert_string_equal(
		COMPLETED("cdr", "-"), "-n --since --until -q -a --caller -t --disposition -c");
	assert_string_equal(COMPLETED("frogs", ""), "");
	assert_int_equal(kind, ARG_TEXT);
	assert_string_equal(COMPLETED("apply", ""), "");
	assert_int_equal(kind, ARG_FILE);
	assert_string_equal(COMPLETED("replay", "--journal", ""), "");
	assert_int_equal(kind, ARG_DIRECTORY);
}

/* `contact` has a command for each action, and none besides. */
static void contacts_have_all_actions(void **state)
{
	static const char *const actions[] = {TD_CONTACT_ACTIONS(TD_WORD)};
	unsigned commands = 0;
	int words;

	for (unsigned i = 0; i < TD_CONTACT_ACTION_COUNT; i++) {
		const char *argv[] = {"contact", actions[i]};
		const struct cli_command *c = cli_lookup(2, argv, &words);

		assert_non_null(c);
		assert_int_equal(c->op, TD_API_CONTACT);
	}
	for (const struct cli_command *c = cli_commands; c->name; c++)
		commands += c->op == TD_API_CONTACT;
	assert_int_equal(commands, TD_CONTACT_ACTION_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_is_right),
		cmocka_unit_test(contacts_have_all_actions),
		cmocka_unit_test(options_are_read_as_people_write_them),
		cmocka_unit_test(json_is_an_option_wherever_no_value_or_word_is_wanted),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_request_has_what_was_given),
		cmocka_unit_test(words_are_completed_by_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
