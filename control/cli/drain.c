/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl drain`: no new calls and contacts. */
#include <control/cli/cli.h>
#include <stdio.h>

static bool flag(const json_t *answer, const char *key)
{
	return json_is_true(json_object_get(answer, key));
}

static unsigned left(const json_t *answer, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(answer, key));
}

static void print(const struct cli *cli, const json_t *answer)
{
	unsigned calls = left(answer, "calls"), contacts = left(answer, "contacts");

	if (cli->json) {
		cli_json(answer, stdout, JSON_COMPACT);
		return;
	}
	printf("%s: %u call%s, %u contact%s%s\n",
		flag(answer, "draining") ? "draining" : "not draining", calls,
		calls == 1 ? "" : "s", contacts, contacts == 1 ? "" : "s",
		flag(answer, "then-exit") ? "; the engine ends with the last one" : "");
}

struct progress {
	const struct cli *cli;
	bool taken_back, lost;
};

static bool step(void *ctx, json_t *answer)
{
	struct progress *p = ctx;

	p->taken_back = !flag(answer, "draining");
	print(p->cli, answer);
	p->lost = !cli_flush();
	return !p->lost;
}

int cmd_drain(const struct cli *cli, const struct cli_args *args)
{
	struct progress p = {.cli = cli};
	json_t *answer;
	int rc;

	if (cli_arg(args, "off") && (cli_arg(args, "then-exit") || cli_arg(args, "wait")))
		return cli_usage(args->command, "--off goes with no other option");
	if (cli_arg(args, "wait")) {
		rc = cli_stream(cli, TD_API_DRAIN, cli_args_request(args), step, &p);
		if (rc == CLI_OK && p.taken_back)
			cli_say("tandemctl: drain: somebody took it back; calls come again");
		return rc == CLI_OK && (p.taken_back || p.lost) ? CLI_NO : rc;
	}
	rc = cli_ask(cli, TD_API_DRAIN, cli_args_request(args), &answer);
	if (rc == CLI_OK)
		print(cli, answer);
	json_decref(answer);
	return rc;
}
