/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/args.h>
#include <control/cli/say.h>
#include <control/cli/usage.h>
#include <control/cli/when.h>
#include <engine/base/number.h>
#include <engine/conf/schema.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SYNOPSIS 1024

static bool takes_rest(const struct cli_arg *a)
{
	return a->kind == ARG_REST || a->kind == ARG_COMMAND;
}

/* Whether the value is one of the words; else *near is the one that it may have meant. */
static bool word_fits(const struct cli_arg *a, const char *value, struct conf_nearest *near)
{
	static char storage[SYNOPSIS]; /* *near lies in it */
	struct str rest, word;
	struct td_buf words;

	*near = (struct conf_nearest){.wanted = str_of(value)};
	buf_init_fixed(&words, storage, sizeof(storage));
	if (!arg_words(a, " ", &words))
		return true;
	rest = (struct str){words.data, words.len};
	while (rest.n) {
		word = str_cut(&rest, ' ');
		if (a->kind == ARG_CODEC ? str_caseeq(word, str_of(value))
					 : str_eq(word, str_of(value)))
			return true;
		conf_nearest(near, word);
	}
	return false;
}

static bool number_fits(const struct cli_arg *a, const char *value)
{
	double n = 0;
	const char *end = number_decode(value, &n);

	return end && !*end && n >= a->min && n <= a->max &&
	       (a->step == 0 || fmod(n, a->step) == 0);
}

static bool bits_fit(const char *value)
{
	uint64_t bits;

	return conf_rate_decode(str_of(value), &bits) && bits;
}

/* The next three say what is wrong with a value. name: as it was typed, -n or --limit */
static bool word_wrong(
	const struct cli_command *c, const struct cli_arg *a, const char *name, const char *value)
{
	struct conf_nearest near;

	if (word_fits(a, value, &near))
		return false;
	if (near.best.n)
		cli_usage(c, "no such %s: %s; did you mean %.*s?", name, value, STR_FMT(near.best));
	else
		cli_usage(c, "no such %s: %s", name, value);
	return true;
}

static bool number_wrong(
	const struct cli_command *c, const struct cli_arg *a, const char *name, const char *value)
{
	if (number_fits(a, value))
		return false;
	if (a->step > 1)
		cli_usage(c, "%s is %g to %g in steps of %g, not %s", name, a->min, a->max, a->step,
			value);
	else
		cli_usage(c, "%s is a number from %.10g to %.10g, not %s", name, a->min, a->max,
			value);
	return true;
}

static bool time_wrong(const struct cli_command *c, const char *name, const char *value)
{
	double t;

	if (when_decode(value, time(NULL), &t))
		return false;
	cli_usage(c, "%s is no time: %s; write 2026-12-01, 2026-12-01T15:04+01:00, 15:04 or 2h",
		name, value);
	return true;
}

static bool value_wrong(
	const struct cli_command *c, const struct cli_arg *a, const char *name, const char *value)
{
	/* A request is JSON. Names of files may be anything. */
	if (a->kind != ARG_FILE && a->kind != ARG_DIRECTORY && !utf8_valid(str_of(value))) {
		cli_usage(c, "%s is not UTF-8: %s", name, value);
		return true;
	}
	switch (a->kind) {
	case ARG_VIEW:
	case ARG_WORD:
	case ARG_CODEC:
	case ARG_LAYER:
		return word_wrong(c, a, name, value);
	case ARG_NUMBER:
	case ARG_SECONDS:
		return number_wrong(c, a, name, value);
	case ARG_TIME:
		return time_wrong(c, name, value);
	case ARG_BITS:
		if (bits_fit(value))
			return false;
		cli_usage(c, "%s is not a bit rate: %s; write " CONF_RATE_FORM ", like 10M", name,
			value);
		return true;
	default:
		return false;
	}
}

/* What an argument would be; NULL: its name says all, or it is one of several words. args: for
 * ARG_PARTY, the word before it. */
static const char *what(const struct cli_args *args, const struct cli_arg *a)
{
	switch (a->kind) {
	case ARG_AGENT:
	case ARG_AGENTS:
		return "agent";
	case ARG_QUEUE:
		return "queue";
	case ARG_TRUNK:
		return "trunk";
	case ARG_CALL:
		return "call";
	case ARG_CONTACT:
		return "call or other contact";
	case ARG_WRITTEN:
		return "contact";
	case ARG_PARTY:
		return args->value[a - 1 - args->command->arg];
	case ARG_FILE:
		return "file";
	default:
		return NULL;
	}
}

static bool is_word_of(const struct cli_arg *a, const char *value)
{
	struct conf_nearest near;

	return a->kind == ARG_WORD && value && word_fits(a, value, &near);
}

/* Of a value that does not fit: whether it, or the one before, stands one place too early, as a
 * word is missing. That is said then. */
static bool too_early(
	const struct cli_args *args, const struct cli_arg *a, const char *value, bool last)
{
	const struct cli_command *c = args->command;
	const struct cli_arg *next = a + 1 < c->arg + CLI_ARGS && a[1].name ? a + 1 : NULL;
	const char *before =
		a > c->arg && !arg_is_option(a - 1) ? args->value[a - 1 - c->arg] : NULL;
	struct conf_nearest near;

	if (word_fits(a, value, &near) || a->kind != ARG_WORD)
		return false;
	if (is_word_of(a, before)) {
		cli_usage(c, "no %s before '%s'", a[-1].name, before);
		return true;
	}
	if (next && (is_word_of(next, value) || (last && next->required && !near.best.n))) {
		cli_usage(c, "no %s before '%s'", a->name, value);
		return true;
	}
	return false;
}

static void missing(const struct cli_args *args, const struct cli_arg *a)
{
	const struct cli_command *c = args->command;
	const char *before = a > c->arg && !arg_is_option(a) ? args->value[a - 1 - c->arg] : NULL;
	const char *which = arg_is_option(a) ? NULL : what(args, a);
	char storage[SYNOPSIS];
	struct td_buf words;

	buf_init_fixed(&words, storage, sizeof(storage));
	if (is_word_of(a, before))
		cli_usage(c, "no %s before '%s'", a[-1].name, before);
	else if (which)
		cli_usage(c, "no %s: which %s?", a->name, which);
	else if (!arg_is_option(a) && arg_words(a, ", ", &words))
		cli_usage(c, "no %s, which is one of %.*s", a->name, (int)words.len, words.data);
	else
		cli_usage(c, "no %s", a->name);
}

/* The words once all are taken: what must be there, and what may only be there with another. */
static bool whole(const struct cli_args *args)
{
	const struct cli_command *c = args->command;

	for (unsigned i = 0; i < CLI_ARGS && c->arg[i].name; i++) {
		const struct cli_arg *a = &c->arg[i];
		bool with = !a->when;

		bool nothing = !args->value[i] || (!arg_is_option(a) && !*args->value[i]);

		if (a->required && nothing && !(a->unless && cli_arg(args, a->unless + 2))) {
			missing(args, a);
			return false;
		}
		for (unsigned k = 0; k < CLI_ARGS && !with; k++)
			with = args->value[k] && c->arg[k].kind == ARG_WORD &&
			       strcmp(args->value[k], a->when) == 0;
		if (args->value[i] && !with) {
			cli_usage(c, "%s goes with %s alone", a->name, a->when);
			return false;
		}
	}
	return true;
}

static void option_unknown(const struct cli_command *c, const char *word)
{
	char storage[SYNOPSIS];
	struct conf_nearest near = {.wanted = {word, strcspn(word, "=")}};
	struct td_buf like;

	buf_init_fixed(&like, storage, sizeof(storage));
	arg_options_like(c, word, &like);
	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++)
		if (arg_is_option(a))
			conf_nearest(&near, str_of(a->name));
	conf_nearest(&near, STR("--json"));
	if (like.len)
		cli_usage(c, "%s may be %.*s; write more of it", word, (int)like.len, like.data);
	else if (near.best.n > 2 && near.wanted.n > 2)
		cli_usage(c, "there is no option %s; did you mean %.*s?", word, STR_FMT(near.best));
	else
		cli_usage(c, "there is no option %s", word);
}

static void word_unknown(const struct cli_command *c, const char *word)
{
	struct conf_nearest near = {.wanted = str_of(word)};

	for (const struct cli_command *own = cli_own_next(c, c); own; own = cli_own_next(c, own))
		conf_nearest(&near, str_of(strchr(own->name, ' ') + 1));
	if (near.best.n)
		cli_usage(c, "what is '%s'? did you mean %s %.*s?", word, c->name,
			STR_FMT(near.best));
	else
		cli_usage(c, "what is '%s'?", word);
}

/* One option with its value, which may be the next word. How many words it took; 0: wrong. */
static int option_read(struct cli_args *args, int argc, const char *const *argv)
{
	const struct cli_command *c = args->command;
	size_t len = 0;
	const struct cli_arg *a = arg_option(c, argv[0], &len);
	const char *joined = argv[0] + len;
	int took = 1;

	if (!a) {
		option_unknown(c, argv[0]);
		return 0;
	}
	if (takes_rest(a)) {
		args->value[a - c->arg] = "";
		args->rest_count = argc - 1;
		args->rest = argv + 1;
		return argc;
	}
	if (a->kind == ARG_FLAG) {
		args->value[a - c->arg] = "";
		if (*joined)
			cli_usage(c, "%s has no value", a->name);
		return !*joined;
	}
	if (*joined) {
		args->value[a - c->arg] = joined + (*joined == '=');
	} else if (argc > 1) {
		args->value[a - c->arg] = argv[1];
		took = 2;
	} else {
		cli_usage(c, "%s wants a value", argv[0]);
		return 0;
	}
	return value_wrong(c, a, argv[0][1] == '-' ? a->name : a->letter, args->value[a - c->arg])
		       ? 0
		       : took;
}

/* tandemctl's own option. Many people type it behind the command. */
static bool is_json(const char *word)
{
	const struct option_row *r = options_lookup(cli_options, word);

	return r && r->id == CLI_OPTION_JSON && !strchr(word, '=');
}

/* Which options are among the words, wherever they stand. */
static void options_given(
	const struct cli_command *c, int argc, const char *const *argv, bool given[CLI_ARGS])
{
	memset(given, 0, CLI_ARGS * sizeof(given[0]));
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		size_t len = 0;
		const struct cli_arg *a =
			word_is_option(argv[i]) ? arg_option(c, argv[i], &len) : NULL;

		if (!a)
			continue;
		given[a - c->arg] = true;
		if (takes_rest(a))
			return;
		if (a->kind != ARG_FLAG && !argv[i][len])
			i++; /* its value */
	}
}

bool cli_args_read(
	struct cli_args *args, const struct cli_command *c, int argc, const char *const *argv)
{
	unsigned place = 0;
	bool options = true, given[CLI_ARGS];
	int took;

	*args = (struct cli_args){.command = c};
	options_given(c, argc, argv, given);
	for (int i = 0; i < argc; i += took) {
		const struct cli_arg *a;

		took = 1;
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			continue;
		}
		if (options && is_json(argv[i])) {
			args->json = true;
			continue;
		}
		if (options && word_is_option(argv[i])) {
			took = option_read(args, argc - i, argv + i);
			if (!took)
				return false;
			continue;
		}
		a = arg_word(c, place++, given);
		if (!a) {
			word_unknown(c, argv[i]);
			return false;
		}
		args->value[a - c->arg] = argv[i];
		if (takes_rest(a)) {
			args->rest_count = argc - i;
			args->rest = argv + i;
			break;
		}
		if (too_early(args, a, argv[i], i + 1 == argc) ||
			value_wrong(c, a, a->name, argv[i]))
			return false;
	}
	return whole(args);
}

const char *cli_arg(const struct cli_args *args, const char *key)
{
	const struct cli_arg *a = args->command->arg;

	for (unsigned i = 0; i < CLI_ARGS && a[i].name; i++)
		if (strcmp(arg_key(&a[i]), key) == 0)
			return args->value[i];
	return NULL;
}

/* Of a value that fits. */
static double number_of(const char *value)
{
	double n = 0;

	number_decode(value, &n);
	return n;
}

uint64_t cli_arg_bits(const struct cli_args *args, const char *key)
{
	const char *value = cli_arg(args, key);
	uint64_t bits = 0;

	if (value)
		conf_rate_decode(str_of(value), &bits);
	return bits;
}

double cli_arg_number(const struct cli_args *args, const char *key, double otherwise)
{
	const char *value = cli_arg(args, key);

	return value ? number_of(value) : otherwise;
}

static json_t *json_of(const struct cli_arg *a, const char *value)
{
	double t = 0;

	switch (a->kind) {
	case ARG_FLAG:
		return json_true();
	case ARG_NUMBER:
		return json_integer((json_int_t)number_of(value));
	case ARG_SECONDS:
		return json_real(number_of(value));
	case ARG_TIME:
		when_decode(value, time(NULL), &t);
		return json_real(t);
	default:
		return json_string(value);
	}
}

json_t *cli_args_request(const struct cli_args *args)
{
	const struct cli_arg *a = args->command->arg;
	json_t *request = json_object();

	for (unsigned i = 0; i < CLI_ARGS && a[i].name; i++)
		if (args->value[i])
			json_object_set_new(
				request, arg_key(&a[i]), json_of(&a[i], args->value[i]));
	return request;
}

bool cli_args_want_help(const struct cli_command *c, int argc, const char *const *argv)
{
	size_t len = 0;

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const struct cli_arg *a;

		if (!word_is_option(argv[i]))
			continue;
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
		a = arg_option(c, argv[i], &len);
		if (a && takes_rest(a))
			return false;
		if (a && a->kind != ARG_FLAG && !argv[i][len])
			i++; /* its value */
	}
	return false;
}
