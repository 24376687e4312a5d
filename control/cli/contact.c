/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl contact ...`: contacts without media, and what is attached to contacts. */
#include <control/cli/cli.h>
#include <control/cli/usage.h>
#include <engine/base/utf8.h>
#include <stdio.h>
#include <string.h>

/* Adds the pair that a word is; false after a line that says why it is none. */
static bool pair_add(json_t *data, const struct cli_args *args, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : 0;

	if (!n)
		cli_usage(args->command, "not KEY=VALUE: %s", word);
	else if (!utf8_valid(str_of(word)))
		cli_usage(args->command, "KEY=VALUE is not UTF-8: %s", word);
	else if (json_object_getn(data, word, n))
		cli_usage(args->command, "the key %.*s is there twice", (int)n, word);
	else
		return json_object_setn_new(data, word, n, json_string(equals + 1)) == 0;
	return false;
}

/* {"account": "17", ...}; NULL when a word is no pair. */
static json_t *pairs(const struct cli_args *args)
{
	json_t *data = json_object();

	for (int i = 0; i < args->rest_count; i++)
		if (!pair_add(data, args, args->rest[i])) {
			json_decref(data);
			return NULL;
		}
	return data;
}

/* The id of a new contact alone, for id=$(tandemctl contact create ...). */
static void print(const struct cli *cli, const json_t *answer, const char *action)
{
	if (cli->json) {
		cli_object(cli, NULL, answer);
	} else if (strcmp(action, "create") == 0) {
		cli_print(json_string_value(json_object_get(answer, "contact")), UTF8_ONE_LINE);
		putchar('\n');
	}
}

int cmd_contact(const struct cli *cli, const struct cli_args *args)
{
	const char *action = strchr(args->command->name, ' ') + 1;
	json_t *data = pairs(args), *request, *answer;
	int rc;

	if (!data)
		return CLI_USAGE;
	request = cli_args_request(args);
	json_object_set_new(request, "do", json_string(action));
	json_object_set_new(request, "data", data);
	rc = cli_ask(cli, TD_API_CONTACT, request, &answer);
	if (rc == CLI_OK)
		print(cli, answer, action);
	json_decref(answer);
	return rc;
}
