/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl contact ...`: contacts without media, and what is attached to contacts. */
#include <control/cli/cli.h>
#include <control/cli/usage.h>
#include <string.h>

/* {"account": "17", ...}; NULL after a line that says which word is no pair. */
static json_t *pairs(const struct cli_args *args)
{
	json_t *data = json_object();

	for (int i = 0; i < args->rest_count; i++) {
		const char *equals = strchr(args->rest[i], '=');

		if (!equals || equals == args->rest[i]) {
			cli_usage(args->command, "not KEY=VALUE: %s", args->rest[i]);
			json_decref(data);
			return NULL;
		}
		json_object_setn_new(data, args->rest[i], (size_t)(equals - args->rest[i]),
			json_string(equals + 1));
	}
	return data;
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
	if (rc == CLI_OK && (cli->json || strcmp(action, "create") == 0))
		cli_object(cli, NULL, answer);
	json_decref(answer);
	return rc;
}
