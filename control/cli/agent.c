/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl agent`, `hangup`, `drain`: what an operator does to agents and calls. */
#include <control/cli/cli.h>
#include <string.h>

static int do_ask(const struct cli *cli, uint16_t op, json_t *request)
{
	json_t *answer;
	int rc = cli_ask(cli, CLI_ENGINE, op, request, &answer);

	json_decref(answer);
	return rc;
}

int cmd_agent(const struct cli *cli, int argc, char **argv)
{
	static const char *const actions[] = {"login", "logout", "pause", "unpause", "ready"};
	const char *reason = "";
	bool known = false;

	if (argc == 5 && strcmp(argv[3], "--reason") == 0)
		reason = argv[4];
	else if (argc == 4 && strncmp(argv[3], "--reason=", 9) == 0)
		reason = argv[3] + 9;
	else if (argc != 3)
		return cli_usage(cli_lookup("agent"));
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		known |= strcmp(argv[2], actions[i]) == 0;
	if (!known || (*reason && strcmp(argv[2], "pause") != 0))
		return cli_usage(cli_lookup("agent"));
	return do_ask(cli, TD_API_AGENT,
		json_pack("{s:s, s:s, s:s}", "agent", argv[1], "do", argv[2], "reason", reason));
}

int cmd_hangup(const struct cli *cli, int argc, char **argv)
{
	if (argc != 2)
		return cli_usage(cli_lookup("hangup"));
	return do_ask(cli, TD_API_HANGUP, json_pack("{s:s}", "call", argv[1]));
}

int cmd_drain(const struct cli *cli, int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return cli_usage(cli_lookup("drain"));
	return do_ask(cli, TD_API_DRAIN, json_object());
}
